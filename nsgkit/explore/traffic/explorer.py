"""The traffic explorer: what happened when, between whom, and which rows say so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import schema
from nsgkit.counting.conversations import conversations as conversations_of
from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.frame import Rows, as_table
from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.controls import (
    choose,
    clear_filters,
    controls,
    question,
    rows_of_controls,
    set_span,
)
from nsgkit.explore.traffic.picked import span, span_of, term
from nsgkit.explore.traffic.question import MOST_OPENED, Question, Traffic
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.controls import button, dropdown, row
from nsgkit.explore.workbench.panel import Panel, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.selectable import brushable, clickable, empty_place, whole_bins
from nsgkit.explore.workbench.table import ROW_COLUMNS, TableView
from nsgkit.times import bin_width
from nsgkit.views.theme import StandIn, empty_chart

_NOTHING = "Choose from the picture"
_NEVER_DENIED = ("connections", "bytes", "packets")
_UNDRAWN = Question(measure="", picture="")


def traffic_explorer(flows: object, conversations: pd.DataFrame | None = None) -> ipywidgets.VBox:
    """Return a widget that shows where the traffic goes: over time, at the top, by hour, between whom.

    Drag over the picture over time to choose a span, click a bar, a cell or a ribbon to choose it:
    every other picture follows. What is chosen stands in the controls above, where it can be changed;
    `nsgkit.analyses.filters.grammar` explains the words of a filter. "Show as code" gives the calls that make
    the same tables. A connection counts once, and by when it began; bytes over time are spread over
    the time they were counted in.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table, such as the `flows` of `nsgkit.read_logs`.
    conversations : pandas.DataFrame or None
        What `nsgkit.conversations` made of it, where that is at hand; else it is made now.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> explorer = traffic_explorer(logs.flows)
    """
    return _TrafficExplorer(_traffic(as_table(flows), conversations), name_of(flows)).frame


class _TrafficExplorer:
    """The widgets, and what is drawn in them now."""

    def __init__(self, traffic: Traffic, name: str) -> None:
        self.traffic, self.name = traffic, name
        self.controls = controls(traffic.conversations)
        self.status, self.below = status_line(), TableView()
        self.over_time, self.picture = (empty_place() for _ in range(2))
        self.choices = dropdown("Choose", [(_NOTHING, "")], width="38em")
        self.code = ipywidgets.Textarea(
            description="Code", layout={"width": "auto", "height": "15em", "display": "none"}
        )
        self.table, self.drawn, self.summary = pd.DataFrame(), _UNDRAWN, ""
        self.busy = False  # while the explorer itself changes its controls
        self.rows_open = False
        self.frame = self._connect()

    def _connect(self) -> Panel:
        for control in self.controls.values():
            control.observe(self._where(lambda _: not self.busy, self._changed), "value")
        picked = self._where(lambda change: change["new"] and not self.busy, self._pick_from_list)
        self.choices.observe(picked, "value")
        clear = self._button("Clear", self._clear, "Take every term out of the filter")
        lines = rows_of_controls(self.controls, clear)
        buttons = row(
            self._button("Show the table", self._show_table, "The table behind the picture"),
            self._button("Open the rows", self._open_rows, "The flow rows of what is chosen"),
            self._button("Show as code", self._show_code, "The calls that make these tables"),
            self._button("Keep this picture", self._keep, "Leave what is seen now in the notebook, for good"),
        )
        looks = row(self.controls["Picture"], self.controls["Matrix of"], self.choices)
        report_errors(self.status, self._refresh)()
        drawn = (self.over_time, looks, self.picture)
        return panel(*lines, self.status, *drawn, buttons, self.code, self.below.frame)

    def _button(self, name: str, press: Callable[[], None], hint: str) -> ipywidgets.Button:
        return button(name, report_errors(self.status, press), hint=hint)

    def _where(self, matters: Callable[[Any], Any], handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler of those changes that matter: the others must not wipe out what is said."""
        answer = report_errors(self.status, handler)
        return lambda change: answer(change) if matters(change) else None

    def _changed(self, _change: object) -> None:
        self._refresh()

    def _refresh(self) -> None:
        self._close()
        try:
            self._measure_denials()
            self._draw(self.asked)
        except NsgkitError:
            # What answered another question must not stay.
            self.table, self.drawn = pd.DataFrame(), _UNDRAWN
            self._show(empty_chart("There is no picture of this.", "See the sentence above."), ["line"])
            raise

    def _measure_denials(self) -> None:
        """Where nothing but denied attempts is left, they are what there is to measure."""
        asked = self.asked
        chosen = self.traffic.chosen(asked)
        if len(chosen) and asked.measure in _NEVER_DENIED and (chosen["decision"] == "denied").all():
            self._quietly(lambda: setattr(self.controls["Measure"], "value", "denied"))

    def _draw(self, asked: Question) -> None:
        chosen, picture = self.traffic.chosen(asked), pictures.PICTURES[asked.picture]
        if replace(asked, picture="", prefix=0) != replace(self.drawn, picture="", prefix=0):
            self._draw_over_time(asked)
        if chosen.empty:
            self.table = shown = pd.DataFrame()
            drawing = empty_chart(*_none(asked))
        else:
            self.table = pictures.answer(self.traffic, asked)
            shown = pictures.named(self.traffic, self.table)
            drawing = pictures.draw(asked, shown)
        self._show(drawing, picture.fields(asked))
        self.drawn = asked
        offered = picture.offer(shown, asked.measure) if len(shown) else []
        self._quietly(lambda: setattr(self.choices, "options", [(_NOTHING, ""), *offered]))
        self._show_controls_of(picture)
        self.summary = _summary(asked, chosen, self.traffic.conversations)
        show_status(self.status, self.summary)

    def _show_controls_of(self, picture: pictures.Picture) -> None:
        for label in {label for other in pictures.PICTURES.values() for label in other.controls}:
            self.controls[label].layout.display = None if label in picture.controls else "none"

    def _show(self, drawing: Any, fields: list[str]) -> None:
        self.picture.chart = clickable(drawing, fields)
        if not isinstance(drawing, StandIn):
            self.picture.selections.observe(self._where(lambda c: c["new"].value, self._pick), "chosen")

    def _draw_over_time(self, asked: Question) -> None:
        drawing = pictures.draw_over_time(asked, pictures.over_time(self.traffic, asked))
        whole = self.traffic.whole_span
        self.over_time.chart = brushable(drawing, whole, span_of(asked.span, whole) if asked.span else None)
        if not isinstance(drawing, StandIn):
            moved = self._where(lambda change: self._brushed(change) != self.asked.span, self._brush)
            self.over_time.selections.observe(moved, "span")

    @property
    def asked(self) -> Question:
        return question(self.controls)

    def _brushed(self, change: Any) -> str:
        """Return the terms of the span under the brush; none where there is no brush."""
        ends = change["new"].value.get("time")
        return span(*whole_bins(ends, bin_width(self.asked.freq))) if ends else ""

    def _brush(self, change: Any) -> None:
        brushed = self._brushed(change)
        self._quietly(lambda: choose(self.controls, brushed) if brushed else set_span(self.controls, {}))
        # The span is in the picture over time already: it need not be drawn again.
        self.drawn = replace(self.drawn, span=self.asked.span)
        self._refresh()

    def _pick(self, change: Any) -> None:
        picked, fields = change["new"].value[0], pictures.PICTURES[self.drawn.picture].fields(self.drawn)
        self._choose(term({name: picked.get(name) for name in fields}))

    def _pick_from_list(self, change: Any) -> None:
        self._choose(change["new"])

    def _choose(self, terms: str) -> None:
        self._quietly(lambda: choose(self.controls, terms))
        self._refresh()

    def _clear(self) -> None:
        self._quietly(lambda: clear_filters(self.controls))
        self.drawn = _UNDRAWN
        self._refresh()

    def _quietly(self, change: Callable[[], None]) -> None:
        """Change controls without an answer for each of them."""
        self.busy = True
        try:
            change()
        finally:
            self.busy = False

    def _close(self) -> None:
        self.below.close()
        self.code.value, self.rows_open = "", False
        self.code.layout.display = "none"

    def _show_table(self) -> None:
        self._close()
        self.traffic.chosen(self.asked)
        self.below.show(self.table, f"The table behind the picture: {len(self.table):,} rows.")
        show_status(self.status, self.summary)

    def _open_rows(self) -> None:
        self._close()
        asked = self.asked
        chosen, rows = self.traffic.chosen(asked), self.traffic.rows_behind(asked)
        first = min(len(chosen), MOST_OPENED)
        said = f"The {len(rows):,} flow rows of the first {first:,} of {len(chosen):,} conversations."
        self.below.show(rows[[*ROW_COLUMNS]], said)
        self.rows_open = True
        show_status(self.status, self.summary)

    def _keep(self) -> None:
        self.frame.left.keep(self.summary)
        show_status(self.status, self.summary, "Kept below, with the time.")

    def _show_code(self) -> None:
        self.code.value = pictures.code(self.asked, self.name, rows=self.rows_open)
        self.code.layout.display = None
        show_status(self.status, self.summary)


def _traffic(flows: object, conversations: pd.DataFrame | None) -> Traffic:
    if conversations is None and isinstance(flows, pd.DataFrame):
        return Traffic(flows, *stitched_once(flows))
    made = conversations_of(flows) if conversations is None else conversations
    if not isinstance(made, pd.DataFrame):
        made = Rows.of(made).collect(schema.types(schema.CONVERSATIONS))
    return Traffic(flows, made)


def _none(asked: Question) -> tuple[str, str]:
    if not asked.all_terms:
        return "There are no conversations in these flows.", "Look at the coverage: were there logs at all?"
    return f"No conversation matches {asked.all_terms}", "Take a term out of the filter, or press Clear."


def _summary(asked: Question, chosen: pd.DataFrame, everything: pd.DataFrame) -> str:
    """Say how much is chosen: of how many, and how many views were folded."""
    counted = int((~chosen["folded"]).sum())
    folded = len(chosen) - counted
    views = f"; {folded:,} second views of them are folded" if folded else ""
    of = f" of {int((~everything['folded']).sum()):,}" if asked.all_terms else ""
    what = f" Filter: {asked.all_terms}" if asked.all_terms else ""
    return f"{counted:,}{of} conversations, denied attempts included{views}.{what}"
