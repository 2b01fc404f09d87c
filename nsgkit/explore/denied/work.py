"""The queue of denied attempts at work: filter, choose, judge, and all that follows the chosen row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets
import pandas as pd

from nsgkit.analyses.filters.grammar import beside
from nsgkit.detections.denied.line import denied_line
from nsgkit.detections.form import many
from nsgkit.detections.kinds import explain
from nsgkit.detections.verdicts import append_verdict, with_verdicts
from nsgkit.errors import NsgkitError
from nsgkit.explore.denied import details
from nsgkit.explore.denied.as_code import chosen_code, code
from nsgkit.explore.denied.details import Denied
from nsgkit.explore.denied.queue import COLUMNS, MOST_ROWS, Queue, cells
from nsgkit.explore.workbench.case_bar import CONVERSATIONS, CaseBar, Chosen, verdict_too
from nsgkit.explore.workbench.chips import Chips
from nsgkit.explore.workbench.code_area import CodeArea
from nsgkit.explore.workbench.controls import button, row
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.filter_field import FilterField
from nsgkit.explore.workbench.latest import Latest
from nsgkit.explore.workbench.offers import offer_of
from nsgkit.explore.workbench.panel import Panel, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.selectable import empty_place
from nsgkit.explore.workbench.table import html_table
from nsgkit.explore.workbench.turns import in_turn
from nsgkit.html import escape

_LEFT = 20  # rows of the queue that stay in a saved notebook


class Asked(NamedTuple):
    """What the call gave beside the conversations: how they are called, and where verdicts go."""

    name: str
    verdicts: str | Path
    author: str | None
    network: Any
    known: Any = None


class Work:
    """The widgets, and what they show now; `frame` holds them all."""

    def __init__(self, denied: Denied, asked: Asked, filter: str, noise: bool) -> None:
        self.denied, self.asked = denied, asked
        self.shown = denied.triage
        self.line = ipywidgets.HTML(f"<h3>{escape(denied_line(denied.triage))}</h3>")
        # What is said of the file, of what was done, and of the chosen row: none may wipe out another.
        self.about, self.status, self.trouble = (status_line() for _ in range(3))
        self.left = ipywidgets.HTML()
        self.filter = FilterField(
            offer_of(denied.traffic.named), value=filter, description="Filter", placeholder="dst_port:22"
        )
        self.filter.layout.flex = "1 1 30em"
        self.noise = ipywidgets.ToggleButton(noise, description=self._noise_label(noise))
        self.known = ipywidgets.ToggleButton(False, description=self._known_label(False))
        self.known.layout.display = None if denied.triage["known"].notna().any() else "none"
        self.queue = Queue(self._safely(self._judge))
        self.told, self.allowed, self.raw = (ipywidgets.HTML() for _ in range(3))
        self.times, self.ports = empty_place(), empty_place()
        self.raw_button = ipywidgets.ToggleButton(description="Raw tuples", disabled=denied.logs is None)
        self.raw_button.tooltip = "As they stand in the logs" if denied.logs else "Give logs= to see them"
        self.chips = Chips(self._safely(self._choose_parts), names=denied.traffic.names)
        self.code = CodeArea(12)
        self.latest = Latest(report_errors(self.trouble, self._open))
        self.case = CaseBar(self.status, self._chosen, lambda: self.frame, CONVERSATIONS)
        self.frame = self._connect()
        self._safely(self._read_verdicts)()
        self._safely(self._refresh)()
        # Before it is shown: a page overlooks that a picture changes while it draws the first one.
        self.latest.settle()

    def _connect(self) -> Panel:
        self.left.add_class("nsgkit-left-alone")
        for control in (self.filter, self.noise, self.known):
            control.observe(lambda _: self._safely(self._refresh)(), "value")
        self.raw_button.observe(lambda _: report_errors(self.trouble, self._open_raw)(), "value")
        self.queue.observe(in_turn(lambda _: self.latest.ask()), "chosen")
        pictures = row(self.times, self.allowed, self.ports)
        pictures.add_class("nsgkit-denied-beside")
        top = (self.line, row(self.filter, self.noise, self.known), self.chips, self.about, self.status)
        opened = (self.trouble, self.told, pictures, self._buttons(), self.case.frame, self.raw, self.code)
        return panel(*top, self.queue, self.left, *opened)

    def _buttons(self) -> ipywidgets.HBox:
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Export CSV", self._export, "The rows that are shown, with their verdicts"),
            ("Show as code", self._show_code, "The calls that make this queue"),
        )
        made = (button(name, self._safely(press), hint=hint) for name, press, hint in asked)
        return row(self.raw_button, *made, self.case.button)

    def _safely(self, handler: Callable[..., None]) -> Callable[..., None]:
        return report_errors(self.status, handler)

    def _choose_parts(self, parts: list[str]) -> None:
        self.filter.value = beside(*parts)

    # -- the queue -----------------------------------------------------------------------------------
    def _refresh(self) -> None:
        """Show the rows that the filter and the button leave."""
        self.code.close_it()
        self.noise.description = self._noise_label(self.noise.value)
        self.known.description = self._known_label(self.known.value)
        self.chips.show(self.filter.value)
        self.shown, before = self._rows(), self.queue.chosen
        self.queue.show(self.shown)
        self._leave_behind()
        if self.queue.chosen == before:  # another one is asked for by itself
            self.latest.ask()
        if self.shown.empty:
            hidden = "" if self.noise.value else "Show the noise, or take"
            show_status(self.status, "No row is left.", f"{hidden or 'Take'} a term out of the filter.")
        elif len(self.shown) > MOST_ROWS:
            show_status(self.status, f"The first {MOST_ROWS:,} of {len(self.shown):,} rows are shown.")

    def _rows(self) -> pd.DataFrame:
        triage: pd.DataFrame = self.denied.triage
        known = triage["known"].notna()
        shown: pd.Series[bool] = (self.noise.value | ~triage["noise"] | known) & (self.known.value | ~known)
        triage = triage.loc[shown]
        if not self.filter.value:
            return triage
        return triage[triage.index.isin(self.denied.of_filter(self.filter.value))]

    def _noise_label(self, shown: bool) -> str:
        triage = self.denied.triage
        count = many(int((triage["noise"] & triage["known"].isna()).sum()), "row")
        return f"Hide internet noise ({count})" if shown else f"Show internet noise ({count} hidden)"

    def _known_label(self, shown: bool) -> str:
        count = many(int(self.denied.triage["known"].notna().sum()), "known row")
        return f"Hide {count}" if shown else f"Show {count}"

    # -- verdicts ------------------------------------------------------------------------------------
    def _read_verdicts(self) -> None:
        path = self.asked.verdicts
        known = with_verdicts(self.denied.triage, path)
        decided = known[known["verdict"].notna()]
        self.queue.marks = {str(n): str(verdict) for n, verdict in decided["verdict"].items()}
        self.queue.notes = {str(n): str(note) for n, note in decided["note"].items()}
        if skipped := known.attrs["skipped"]:
            said = f"{many(len(skipped), 'line')} of {path} left out: no verdict. The first is {skipped[0]}."
            show_status(self.about, said, "Nothing in the file is changed.")

    def _judge(self, number: int, verdict: str, note: str) -> None:
        """Save a verdict at once, and only then mark the row."""
        if number not in self.denied.triage.index:
            raise NsgkitError("This row is not in the queue any more. Choose another.")
        finding = self.denied.row(number)
        append_verdict(self.asked.verdicts, finding, verdict, note, author=self.asked.author)
        self.queue.marks = {**self.queue.marks, str(number): verdict}
        self.queue.notes = {**self.queue.notes, str(number): note}
        self._leave_behind()
        done = sum(str(n) in self.queue.marks for n in self.shown.index)
        where = f"Saved in {self.asked.verdicts}: {details.source(self.denied, number)} is {verdict}."
        decided = f"{done:,} of {many(len(self.shown), 'row')} decided."
        also = verdict_too(f"{where} {decided}", finding, verdict, note)
        show_status(self.status, where, f"{decided} {also}".strip())

    def _leave_behind(self) -> None:
        """Put the queue as it stands into the saved notebook; the living widget shows it itself."""
        rows = (
            [escape(self.queue.marks.get(str(number), "")), *map(escape, cells(row))]
            for number, row in self.shown.head(_LEFT).iterrows()
        )
        more = len(self.shown) - _LEFT
        said = f"<p>{more:,} more rows.</p>" if more > 0 else ""
        self.left.value = html_table([title for title, _ in COLUMNS], rows) + said

    # -- the chosen row ------------------------------------------------------------------------------
    def _open(self) -> None:
        number = self.queue.chosen
        there = number in self.denied.triage.index
        for widget in (self.told, self.allowed, self.times, self.ports, self.raw):
            widget.layout.display = None if there else "none"
        if not there:
            return
        self.told.value = details.told(self.denied, number)
        self.allowed.value = details.allowed_table(self.denied, number)
        self.times.chart = details.over_time(self.denied, number)
        drawn = details.port_map(self.denied, number)
        self.ports.layout.display = None if drawn is not None else "none"
        if drawn is not None:
            self.ports.chart = drawn
        self._open_raw()

    def _open_raw(self) -> None:
        there = self.raw_button.value and self.queue.chosen in self.denied.triage.index
        self.raw.value = details.raw_tuples(self.denied, self.queue.chosen) if there else ""

    def _chosen(self) -> Chosen:
        """Return the denied attempts of the chosen row, for a case."""
        self.latest.settle()
        number = self.queue.chosen
        if number not in self.denied.triage.index:
            raise NsgkitError("No row is chosen. Choose one in the queue.")
        said = explain(self.denied.row(number))
        return Chosen(said, chosen_code(self.asked, number), self.denied.attempts(number))

    # -- to take along -------------------------------------------------------------------------------
    def _export(self) -> None:
        path = export(
            with_verdicts(self.shown, self.asked.verdicts).drop(columns="rows"), "csv", self._said()
        )
        show_status(self.status, f"Exported to {path}, with a text beside it.")

    def _said(self) -> list[str]:
        noise = "with internet noise" if self.noise.value else "without internet noise"
        noise += ", with what is known" if self.known.value else ", without what is known"
        return [denied_line(self.denied.triage), f"Shown: {noise}; filter: {self.filter.value or 'none'}."]

    def _show_code(self) -> None:
        self.code.show(code(self.asked, self.filter.value, self.noise.value))
