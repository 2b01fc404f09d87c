"""The traffic explorer's controls and pictures, linked: a change of one is a question that all answer."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.actions import Actions, Seen
from nsgkit.explore.traffic.controls import (
    ADDED,
    choose,
    clear_filters,
    controls,
    put,
    put_in_filter,
    put_parts,
    question,
    rows_of_controls,
)
from nsgkit.explore.traffic.life import Lives
from nsgkit.explore.traffic.picked import term
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.traffic.words import filter_help, nothing_chosen, rows_caption, summary
from nsgkit.explore.workbench.case_bar import CONVERSATIONS, CaseBar
from nsgkit.explore.workbench.chips import Chips
from nsgkit.explore.workbench.controls import button, dropdown, folds, row
from nsgkit.explore.workbench.gestures import Gestures, looked_at
from nsgkit.explore.workbench.handlers import Handlers
from nsgkit.explore.workbench.held import Facts
from nsgkit.explore.workbench.history import History
from nsgkit.explore.workbench.latest import Latest
from nsgkit.explore.workbench.panel import (
    Panel,
    panel,
    report_errors,
    show_status,
    status_line,
)
from nsgkit.explore.workbench.raw import raw_tuple
from nsgkit.explore.workbench.selectable import brushable, clickable, empty_place, whole_bins
from nsgkit.explore.workbench.spans import set_span, span, written
from nsgkit.explore.workbench.table import ROW_COLUMNS, TableView
from nsgkit.explore.workbench.turns import in_turn
from nsgkit.times import bin_width
from nsgkit.views.theme import StandIn, empty_chart

_NOTHING = "Choose from the picture"
_UNDRAWN = Question(measure="", picture="")


class LinkedPictures(Handlers):
    """The widgets, and what is drawn in them now; `frame` holds them all."""

    def __init__(self, traffic: Traffic, name: str, question: Question, logs: Any) -> None:
        self.traffic = traffic
        self.controls = controls(traffic.named)
        put(self.controls, question)
        self.wanted = question.measure  # the measure that was asked for, though another may be shown
        self.history: History[Question] = History(self._ask_again)
        self.status = status_line()
        self.latest = Latest(report_errors(self.status, self._refresh))
        self.lives = Lives(traffic, self._choose, self._safely)
        self.chips = Chips(self._safely(self._choose_parts), self.lives.show, traffic.names)
        self.actions = Actions(traffic, name, logs, self._now, partial(show_status, self.status))
        self.case = CaseBar(self.status, self.actions.chosen, lambda: self.frame, CONVERSATIONS)
        self.over_time, self.picture = (empty_place() for _ in range(2))
        self.rows = TableView(self._open_row)
        self.choices = dropdown("Choose", [(_NOTHING, "")], width="24em")
        self.drawn, self.seen = _UNDRAWN, Seen(_UNDRAWN, pd.DataFrame(), "")
        self.frame = self._connect()
        report_errors(self.status, self._refresh)()

    def _connect(self) -> Panel:
        for label, control in self.controls.items():
            changed = self._put_in_filter(label) if label in ADDED else self._changed
            control.observe(self._where(lambda _: not self.busy, changed), "value")
        picked = self._where(lambda change: change["new"] and not self.busy, self._pick_from_list)
        self.choices.observe(picked, "value")
        clear = button("Clear", self._safely(self._clear), hint="Take every term out of the filter")
        bar, looks, folded = rows_of_controls(self.controls, self.history.back, self.history.forward, clear)
        help_ = ipywidgets.HTML(filter_help(), layout={"display": "none"})
        bar.children += (
            folds("Help", help_, "Filters to learn from"),
            folds("More filters", folded, "Lists of NICs, NSGs, rules, and fields"),
        )
        timeline = ipywidgets.VBox([Gestures(self._gesture), self.over_time])
        timeline.add_class("nsgkit-gestures")
        picking = row(self.controls["Picture"], self.controls["Matrix of"], self.choices)
        drawn = row(timeline, ipywidgets.VBox([picking, self.picture, self.lives.offered, self.rows.frame]))
        drawn.add_class("nsgkit-pictures")
        buttons = self.actions.buttons(self._safely, self._keep)
        buttons.children += (self.case.button,)
        below = (self.lives.frame, buttons, self.case.frame, self.actions.code, self.actions.below.frame)
        return panel(bar, help_, folded, self.chips, looks, self.status, drawn, *below)

    def _keep(self, said: str) -> None:
        self.frame.left.keep(said)

    def _where(self, matters: Callable[[Any], Any], handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler of those changes that matter: the others must not wipe out what is said."""
        answer = self._safely(handler)
        return in_turn(lambda change: answer(change) if matters(change) else None)

    def _put_in_filter(self, label: str) -> Callable[[Any], None]:
        return lambda _change: self._ask(lambda: put_in_filter(self.controls, label))

    def _changed(self, change: Any) -> None:
        if change["owner"] is self.controls["Measure"]:
            self.wanted = change["new"]
        self._ask()

    def _ask_again(self, question: Question) -> None:
        """Ask what was asked before, or after."""
        self.wanted = question.measure
        self._ask(lambda: put(self.controls, question))

    def _ask(self, change: Callable[[], None] = lambda: None) -> None:
        """Change controls, and have what they ask then drawn; what is seen until then is dimmed."""
        self._quietly(change)
        self.frame.add_class("nsgkit-stale")
        show_status(self.status, self.seen.summary)
        self.latest.ask()

    def _now(self) -> Seen:
        """Return what is seen, once what was asked for last is drawn; NsgkitError where it cannot be."""
        self.latest.settle()
        if self.seen.question == _UNDRAWN:
            raise NsgkitError("Nothing is shown that could be taken along. Change the filter or the picture.")
        return self.seen

    def _refresh(self) -> None:
        self.actions.close()
        self.lives.offer(None)
        self.history.add(replace(self.asked, measure=self.wanted))
        self.chips.show(self.asked.all_terms)
        try:
            self._measure_what_there_is()
            self._draw(self.asked)
        except NsgkitError:
            # What answered another question must not stay.
            self.drawn, self.seen = _UNDRAWN, Seen(_UNDRAWN, pd.DataFrame(), "")
            self._show(empty_chart("There is no picture of this.", "See the sentence above."), ["line"])
            raise
        finally:
            self.frame.remove_class("nsgkit-stale")

    def _measure_what_there_is(self) -> None:
        """Where nothing that is chosen has any of the wanted measure, show one that there is."""
        there = self.traffic.measurable(replace(self.asked, measure=self.wanted))
        self._quietly(lambda: setattr(self.controls["Measure"], "value", there))

    def _draw(self, asked: Question) -> None:
        """Make both pictures, and then show both."""
        told, picture = self.traffic.told(asked), pictures.PICTURES[asked.picture]
        same = replace(asked, picture="", prefix=0) == replace(self.drawn, picture="", prefix=0)
        timeline = None if same else self._drawn_over_time(asked)
        table = pictures.answer(self.traffic, asked) if told.rows else pd.DataFrame()
        shown = pictures.named(self.traffic, table)
        drawing = pictures.draw(asked, shown) if told.rows else empty_chart(*nothing_chosen(asked))
        if timeline is not None:
            self._show_over_time(timeline)
        if drawing is None:
            self._show_rows(table, told)
        else:
            self._show(drawing, picture.fields(asked))
        self.drawn = asked
        offered = picture.offer(shown, asked.measure) if len(shown) else []
        self._quietly(lambda: setattr(self.choices, "options", [(_NOTHING, ""), *offered]))
        self._show_controls_of(picture)
        said = summary(asked, self.wanted, told, self.traffic.told(Question()))
        self.seen = Seen(asked, table, said)
        show_status(self.status, said)

    def _show_controls_of(self, picture: pictures.Picture) -> None:
        for label in {label for other in pictures.PICTURES.values() for label in other.controls}:
            self.controls[label].layout.display = None if label in picture.controls else "none"
        self.choices.layout.display = "none" if picture.draw is None else None

    def _open_row(self, opened: pd.Series) -> str:
        self.lives.offer(opened)
        return raw_tuple(self.actions.logs, opened)

    def _show(self, drawing: Any, fields: list[str]) -> None:
        self.rows.close()
        self.picture.layout.display = None
        self.picture.chart = clickable(drawing, fields)
        if not isinstance(drawing, StandIn):
            self.picture.selections.observe(self._where(lambda c: c["new"].value, self._pick), "chosen")

    def _show_rows(self, rows: pd.DataFrame, told: Facts) -> None:
        self.picture.layout.display = "none"
        caption = rows_caption(rows, told, open_raw=self.actions.logs is not None)
        self.rows.show(rows[[*ROW_COLUMNS]], caption)

    def _drawn_over_time(self, asked: Question) -> Any:
        drawing = pictures.draw_over_time(asked, pictures.over_time(self.traffic, asked))
        return drawing, brushable(drawing, self.traffic.span(asked))

    def _show_over_time(self, made: tuple[Any, Any]) -> None:
        drawing, self.over_time.chart = made
        if not isinstance(drawing, StandIn):
            self.over_time.selections.observe(self._where(self._brushed, self._brush), "span")

    @property
    def asked(self) -> Question:
        """The question that the controls ask now."""
        return question(self.controls)

    def _brushed(self, change: Any) -> str:
        """Return the terms of the span under the brush; none where there is no brush."""
        ends = change["new"].value.get("time")
        return span(*whole_bins(ends, self._bin())) if ends else ""

    def _bin(self) -> int:
        return bin_width(self.traffic.settled(self.asked).freq)

    def _brush(self, change: Any) -> None:
        self._choose(self._brushed(change))

    def _gesture(self, *said: Any) -> None:
        """Look closer or wider, earlier or later; at the whole, the span is no part of the question."""
        if self.traffic.is_empty:
            return
        whole = self.traffic.whole_span
        ends = looked_at(self.traffic.span(self.asked), whole, self._bin(), said)
        wanted = {} if ends == whole else dict(zip(("from", "until"), map(written, ends), strict=True))
        self._ask(lambda: set_span(self.controls, wanted))

    def _pick(self, change: Any) -> None:
        picked, fields = change["new"].value[0], pictures.PICTURES[self.drawn.picture].fields(self.drawn)
        self._choose(term({name: picked.get(name) for name in fields}))

    def _pick_from_list(self, change: Any) -> None:
        self._choose(change["new"])

    def _choose(self, terms: str) -> None:
        self._ask(lambda: choose(self.controls, terms))

    def _choose_parts(self, parts: list[str]) -> None:
        self._ask(lambda: put_parts(self.controls, parts))

    def _clear(self) -> None:
        self.wanted, self.drawn = Question().measure, _UNDRAWN
        self._ask(lambda: clear_filters(self.controls))

    def _summary(self) -> str:
        return self.seen.summary
