"""The findings explorer's lists and pictures, linked: an incident opens its story, a finding its proof."""

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.explore.findings import words
from nsgkit.explore.findings.actions import Actions
from nsgkit.explore.findings.judged import NOTE, Judged, Verdicts
from nsgkit.explore.findings.model import KNOWN, Found
from nsgkit.explore.workbench.case_bar import FINDING, CaseBar, verdict_too
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.handlers import Handlers
from nsgkit.explore.workbench.keys import Keys
from nsgkit.explore.workbench.panel import (
    Panel,
    panel,
    show_status,
    status_line,
)
from nsgkit.explore.workbench.pick_list import MOST_ROWS, NONE, PickList
from nsgkit.explore.workbench.selectable import empty_place
from nsgkit.explore.workbench.turns import in_turn
from nsgkit.views.findings import finding_picture
from nsgkit.views.theme import empty_chart

_NOTHING = (
    "Nothing was found in these conversations.",
    "Look at the coverage: were there logs at all? The thresholds are arguments of each detection.",
)


class LinkedFindings(Handlers):
    """The widgets, and which finding is open in them; `frame` holds them all."""

    def __init__(self, found: Found, logs: Any, verdicts: Verdicts, place: int | None) -> None:
        self.found, self.with_known = found, False
        self.incident, self.place = NONE, NONE
        self.status = status_line()
        self.judged = Judged(verdicts, self._safely(self._judge))
        self.actions = Actions(found, logs, verdicts, self._now, lambda said: show_status(self.status, said))
        self.case = CaseBar(self.status, self.actions.chosen, lambda: self.frame, FINDING)
        self.incidents = PickList("Incidents", words.INCIDENT_HEADS, tall="9em")
        self.story = PickList("Findings of the incident, in time order", words.FINDING_HEADS, tall="15em")
        self.heading, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        self.figures = ipywidgets.HTML(layout={"flex": "1 1 22em", "max_width": "50em"})
        self.picture = empty_place()
        self.show_known = button(
            f"Show the {found.hidden:,} known",
            self._safely(self._toggle_known),
            hint="What the allow-list names, and who says so",
        )
        self.frame = self._connect()
        self._safely(lambda: self._begin(place))()

    def _connect(self) -> Panel:
        self.incidents.observe(self._picked(self._pick_incident), "value")
        self.story.observe(self._picked(self._pick_finding), "value")
        self.show_known.layout.display = None if self.found.hidden else "none"
        back, on = (self._safely(partial(self._step, by)) for by in (-1, 1))
        before = button("Previous", back, hint="The finding before: key k")
        after = button("Next", on, hint="The next finding: key j")
        keys = Keys({"k": back, "j": on, **self.judged.answers}, {"n": NOTE})
        buttons = (*self.actions.buttons(self._safely, self._keep), self.case.button)
        bar = row(before, after, self.show_known, *buttons)
        shown = row(self.picture, self.figures)
        shown.add_class("nsgkit-pictures")
        lists = (self.incidents, self.heading, self.story)
        below = (self.actions.code, self.actions.below.frame)
        return panel(
            keys, self.status, *lists, bar, self.case.frame, self.told, self.judged.controls, shown, *below
        )

    def _begin(self, place: int | None) -> None:
        """Open the finding that was asked for, or the worst one."""
        if place is not None:
            self.with_known = bool(self.found.finding(place)["incident"] == KNOWN)
        skipped = self.judged.read(self.found.table)
        self._list_incidents()
        first = self.found.first_of(1) if place is None else place
        if first is None:
            self._show_nothing()
        else:
            self._open(first)
        if skipped:
            show_status(self.status, skipped, "They stay in the file.")

    def _list_incidents(self) -> None:
        rows = words.incident_rows(self.found, self.judged, with_known=self.with_known)
        self._quietly(lambda: self.incidents.fill(rows, self._row_of(self.incident)))
        verb = "Hide" if self.with_known else "Show"
        self.show_known.description = f"{verb} the {self.found.hidden:,} known"

    def _numbers(self) -> list[int]:
        """Return the incidents in the order of their rows."""
        numbers = self.found.incidents["incident"].head(MOST_ROWS).tolist()
        return [*numbers, *([KNOWN] if self.with_known and self.found.hidden else [])]

    def _row_of(self, number: int) -> int:
        return self._numbers().index(number) if number in self._numbers() else NONE

    def _pick_incident(self, chosen: int) -> None:
        self._open(self.found.first_of(self._numbers()[chosen]))

    def _pick_finding(self, chosen: int) -> None:
        self._open(int(self.found.of_incident(self.incident).index[chosen]))

    def _step(self, by: int) -> None:
        place = self.found.step(self.place, by, with_known=self.with_known)
        if place is None:
            where = "last" if by > 0 else "first"
            show_status(self.status, f"This is the {where} finding.", self._summary())
        else:
            self._open(place)

    def _open(self, place: int | None) -> None:
        """Open a finding, and the incident that it is of."""
        if place is None:
            return
        finding = self.found.finding(place)
        proof, beside = self.found.evidence(place)
        drawing = finding_picture(finding, proof, beside)
        self.actions.close()
        self.place, number = place, int(finding["incident"])
        self.judged.open(place)
        self._list_story(number, place)
        self.picture.chart = drawing
        self.told.value = words.finding_words(finding, len(proof))
        self.figures.value = words.figure_table(finding)

    def _list_story(self, number: int, place: int) -> None:
        """Show the findings of an incident, with the one that is open marked."""
        inside = self.found.of_incident(number)
        chosen = [*inside.index].index(place)
        if number == self.incident and len(self.story.rows):
            self._quietly(lambda: setattr(self.story, "value", chosen if chosen < MOST_ROWS else NONE))
            return
        self.incident = number
        self.heading.value = words.incident_heading(self.found, number)
        self._quietly(lambda: setattr(self.incidents, "value", self._row_of(number)))
        self._tell_story(inside, chosen)

    def _tell_story(self, inside: pd.DataFrame, chosen: int) -> None:
        rows = words.finding_rows(inside.head(MOST_ROWS), self.judged)
        self._quietly(lambda: self.story.fill(rows, chosen))

    def _judge(self, verdict: str) -> None:
        """Save a verdict about the finding that is open, and only then show it."""
        place = self._now()
        finding = self.found.finding(place)
        self.judged.save(place, finding, verdict)
        inside = self.found.of_incident(self.incident)
        self._tell_story(inside, [*inside.index].index(place))
        self._list_incidents()
        done = f"{self.judged.decided(self.found.table.index):,} of {len(self.found.table):,} decided."
        saved = f"Saved in {self.judged.verdicts.path}: {finding['kind']} is {verdict}."
        also = verdict_too(f"{saved} {done}", finding, verdict, self.judged.note.value)
        show_status(self.status, saved, f"{done} {also}".strip())

    def _toggle_known(self) -> None:
        self.with_known = not self.with_known
        self._list_incidents()
        if self.with_known:
            self._open(self.found.first_of(KNOWN))
        elif self.incident == KNOWN:
            self.incident, self.place = NONE, NONE
            self._begin(None)

    def _show_nothing(self) -> None:
        self.actions.close()
        self.picture.chart = empty_chart(*_NOTHING)
        self.heading.value = self.told.value = self.figures.value = ""
        self._quietly(lambda: self.story.fill([]))

    def _now(self) -> int:
        """Return the place of the finding that is open; NsgkitError where none is."""
        if self.place == NONE:
            raise NsgkitError("No finding is open. Choose an incident.")
        return self.place

    def _keep(self) -> None:
        finding = self.found.finding(self._now())
        self.frame.left.keep(f"{finding['kind']}: {finding['told']}")

    def _summary(self) -> str:
        return words.summary(self.found, with_known=self.with_known)

    def _picked(self, handler: Callable[[int], None]) -> Callable[[Any], None]:
        """Return what answers a choice in a list; not where the explorer itself made it."""
        answer = self._safely(handler)
        return in_turn(lambda change: None if self.busy or change["new"] == NONE else answer(change["new"]))
