"""The places explorer's map, time and table, linked: a change of one is a question that all answer."""

from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import schema, views
from nsgkit.analyses.filters.grammar import beside
from nsgkit.errors import NsgkitError
from nsgkit.explore.places import words
from nsgkit.explore.places.actions import Actions, Seen
from nsgkit.explore.places.controls import Player, controls, put, question
from nsgkit.explore.places.question import ALL, Pick, Placed, Question
from nsgkit.explore.workbench.case_bar import CONVERSATIONS, CaseBar
from nsgkit.explore.workbench.chips import Chips
from nsgkit.explore.workbench.controls import button, dropdown, row
from nsgkit.explore.workbench.handlers import Handlers
from nsgkit.explore.workbench.history import History
from nsgkit.explore.workbench.latest import Latest
from nsgkit.explore.workbench.map_view import MapView
from nsgkit.explore.workbench.panel import (
    Panel,
    panel,
    report_errors,
    show_status,
    status_line,
)
from nsgkit.explore.workbench.selectable import brushable, empty_place, whole_bins
from nsgkit.explore.workbench.spans import apart, span
from nsgkit.explore.workbench.table import TableView
from nsgkit.html import escape, visible
from nsgkit.times import bin_width
from nsgkit.views.theme import StandIn, empty_chart, hinted, titled

_NOTHING = "Choose from the table"
_WIDTH, _HEIGHT = 560, 110  # pixels of the picture over time
_OFFERED = 40


class LinkedPlaces(Handlers):
    """The widgets, and what is shown in them now; `frame` holds them all."""

    def __init__(self, placed: Placed, name: str, asked: Question) -> None:
        self.placed, self.asked = placed, asked
        self.controls = controls(placed)
        put(self.controls, asked)
        self.history: History[Question] = History(self._ask)
        self.status, self.about = status_line(), ipywidgets.HTML()
        self.latest = Latest(report_errors(self.status, self._refresh))
        self.chips = Chips(self._safely(self._choose_parts), names=placed.names)
        self.picks = row()
        self.map, self.over_time, self.player = MapView(self._safely(self._clicked)), empty_place(), Player()
        self.table = TableView(self._pick_row)
        self.choices = dropdown("Choose", [(_NOTHING, "")], width="24em")
        self.actions = Actions(placed, name, self._now, partial(show_status, self.status))
        self.case = CaseBar(self.status, self.actions.chosen, lambda: self.frame, CONVERSATIONS)
        self.shown: dict[str, Question] = {}  # what each picture answers
        self.tables: dict[str, pd.DataFrame] = {}
        self.frame = self._connect()
        report_errors(self.status, self._refresh)()

    def _connect(self) -> Panel:
        for control in self.controls.values():
            control.observe(
                self._unless_busy(lambda _: self._ask(question(self.controls, self.asked))), "value"
            )
        self.player.slider.observe(self._unless_busy(self._step), "value")
        self.choices.observe(self._unless_busy(self._pick_from_list), "value")
        clear = button("Clear", self._safely(lambda: self._ask(Question())), hint="Show everything again")
        bar = row(self.controls["Filter"], self.history.back, self.history.forward, clear)
        looks = row(*(control for name, control in self.controls.items() if name != "Filter"))
        beside = ipywidgets.VBox([self.over_time, self.player, self.choices])
        buttons = self.actions.buttons(self._safely, self._keep)
        buttons.children += (self.case.button,)
        parts = (self.status, self.about, self.map, beside, self.table.frame)
        below = (buttons, self.case.frame, self.actions.code)
        return panel(bar, looks, self.chips, self.picks, *parts, *below)

    def _keep(self, said: str) -> None:
        self.frame.left.keep(said)

    # -- what is asked -------------------------------------------------------------------------------
    def _ask(self, asked: Question) -> None:
        """Have another question answered; what is seen until then is dimmed."""
        same = replace(asked, bin=self.asked.bin, measure=self.asked.measure) == self.asked
        self.asked = asked if same else replace(asked, bin=ALL)  # other bins: another one would be shown
        self._quietly(lambda: put(self.controls, self.asked))
        self.frame.add_class("nsgkit-stale")
        show_status(self.status, self.said)
        self.latest.ask()

    def _step(self, change: Any) -> None:
        """Show another bin: the map and its time at once, the table as soon as it is counted."""
        self.asked = replace(self.asked, bin=int(change["new"]))
        if "map" in self.shown:
            self._show_player()
            self._show_bin()
        show_status(self.status, self.said)
        self.latest.ask()

    def _pick(self, pick: Pick) -> None:
        self._ask(self.asked.with_pick(pick))

    def _clicked(self, place: int) -> None:
        """Choose what was clicked on the map."""
        table, by = self.tables["map"], "country" if self.asked.by == "country" else "place"
        if place < len(table):
            self._pick(Pick(by, str(table[by].iloc[place]), "map"))

    def _pick_row(self, chosen: pd.Series) -> str:
        by = self.shown["table"].by
        self._pick(Pick(by, str(chosen[by]), "table"))
        return ""

    def _pick_from_list(self, change: Any) -> None:
        if change["new"]:
            self._pick(Pick(self.shown["table"].by, change["new"], "list"))

    def _drop(self, pick: Pick) -> None:
        self.shown.pop(pick.chosen_in, None)  # drawn anew, without its mark
        self._ask(replace(self.asked, picks=tuple(each for each in self.asked.picks if each != pick)))

    def _choose_parts(self, parts: list[str]) -> None:
        filter, times = apart(beside(*parts))
        self._ask(replace(self.asked, filter=filter, span=times))

    def _brush(self, change: Any) -> None:
        ends = change["new"].value.get("time")
        if ends:
            width = bin_width(self.placed.settled(self.asked).freq)
            self._ask(replace(self.asked, span=span(*whole_bins(ends, width))))

    # -- what is shown -------------------------------------------------------------------------------
    def _refresh(self) -> None:
        self.actions.close()
        self.history.add(replace(self.asked, bin=ALL))
        self._show_chips()
        try:
            self.placed.chosen(self.asked)  # what is wrong in the filter is told before anything is drawn
            self._show_player()
            self._show_map()
            self._show_time()
            self._show_table()
            self._say()
        except NsgkitError:
            self.shown, self.said = {}, ""
            self.over_time.chart = empty_chart("There is no picture of this.", "See the sentence above.")
            self.table.close()
            raise
        finally:
            self.frame.remove_class("nsgkit-stale")

    def _is_new(self, picture: str, asked: Question) -> bool:
        new = self.shown.get(picture) != asked
        self.shown[picture] = asked
        return new

    def _show_map(self) -> None:
        country = self.asked.by == "country"
        asked = replace(self.placed.settled(self.asked).without("map"), by="country" if country else "place")
        asked = asked if country else replace(asked, bin=ALL)
        if self._is_new("map", asked):
            table = self.tables["map"] = self.placed.map_table(asked)
            drawn = views.country_map if country else views.places_map
            self.map.show(drawn(self._with_names(table), measure=asked.measure), "Map of places outside")
        self._show_bin()

    def _show_bin(self) -> None:
        """Let the map show the bin as it counts them: it has none where nothing is, or all are summed."""
        bins, table = ALL, self.tables["map"]
        if self.asked.bin != ALL and "start" in table:
            starts = sorted(table["start"].unique())
            start = self.placed.bins(self.asked)[self.asked.bin]
            bins = starts.index(start) if start in starts else len(starts)
        self.map.bin = bins

    def _with_names(self, table: pd.DataFrame) -> pd.DataFrame:
        names = self.placed.names
        return table.assign(largest=[schema.with_names_behind(text, names) for text in table["largest"]])

    def _show_time(self) -> None:
        asked = replace(self.placed.settled(self.asked), bin=ALL, measure="connections", by="place")
        if not self._is_new("time", asked):
            return
        table = self.tables["time"] = self.placed.over_time(asked)
        drawn = empty_chart(*words.nothing_chosen(asked)) if table.empty else views.over_time(table)
        if not isinstance(drawn, StandIn):
            drawn = titled(drawn, "With addresses outside", drawn.title.subtitle)
            drawn = hinted(drawn.properties(width=_WIDTH, height=_HEIGHT), "Drag to choose a span.")
        self.over_time.chart = brushable(drawn, self.placed.span(asked))
        if not isinstance(drawn, StandIn):
            self.over_time.selections.observe(self._safely(self._brush), "span")

    def _show_table(self) -> None:
        asked = self.placed.settled(self.asked).without("table")
        if self._is_new("table", asked):
            table = self.tables["table"] = self.placed.list_table(asked)
            named = schema.carrying(words.shown_columns(table, asked.by), self.placed.names)
            self.table.show(named, words.caption(table, asked))
            offered = [(visible(value), value) for value in table[asked.by].astype("str").head(_OFFERED)]
            self._quietly(lambda: setattr(self.choices, "options", [(_NOTHING, ""), *offered]))

    def _show_player(self) -> None:
        said = f"<span>{escape(words.of_bin(self.placed, self.asked))}</span>"
        number = 0 if self.placed.is_empty else len(self.placed.bins(self.asked))
        self._quietly(lambda: self.player.show(number, self.asked.bin, said))

    def _show_chips(self) -> None:
        self.chips.show(beside(self.asked.filter, self.asked.span))
        self.picks.children = [self._chip(pick) for pick in self.asked.picks]

    def _chip(self, pick: Pick) -> ipywidgets.Button:
        said = f"{schema.label(pick.by)}: {visible(pick.value)} ×"
        return button(said, self._safely(partial(self._drop, pick)), hint="Take it out")

    def _say(self) -> None:
        lines = words.of_places(self.placed.chosen(self.asked), self.tables["table"])
        self.about.value = "".join(f"<div>{escape(line)}</div>" for line in lines)
        time = words.of_bin(self.placed, self.asked)
        counted, whole = (self.placed.told(asked).counted for asked in (self.asked, Question()))
        self.said = words.summary(self.asked, time, counted, whole)
        show_status(self.status, self.said)

    def _now(self) -> Seen:
        self.latest.settle()
        if "table" not in self.shown:
            raise NsgkitError("Nothing is shown that could be taken along. Change the filter.")
        return Seen(self.asked, self.tables["table"], [self.said, *words.of_places(
            self.placed.chosen(self.asked), self.tables["table"])])  # fmt: skip
