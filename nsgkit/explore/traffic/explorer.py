"""The traffic explorer: what happened when, between whom, and which rows say so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.counting.conversations import CONVERSATIONS, stitched_once
from nsgkit.counting.conversations import conversations as conversations_of
from nsgkit.counting.frame import bin_width, collect, lazy, types
from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic import question as ask
from nsgkit.explore.traffic.controls import choose, clear_filters, controls, question, rows_of_controls
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench.code import code, name_of
from nsgkit.explore.workbench.panel import guarded, panel, say, status_line
from nsgkit.explore.workbench.selectable import brushable, clickable, empty_chart, has_marks, whole_bins
from nsgkit.explore.workbench.table import ROW_COLUMNS, as_html
from nsgkit.views.theme import nothing_to_show

_NOTHING = "Choose from the picture"
_NEVER_DENIED = ("connections", "bytes", "packets")


def traffic_explorer(flows: object, conversations: pd.DataFrame | None = None) -> ipywidgets.VBox:
    """Return a widget that shows where the traffic goes: over time, at the top, by hour, between whom.

    Drag over the picture over time to choose a span, click a bar, a cell or a ribbon to choose it:
    every other picture follows. What is chosen stands in the controls above, where it can be changed;
    `nsgkit.analyses.filters.grammar` explains the words of a filter. "Show as code" gives the calls that make
    the same tables. A connection counts once, and by when it began; bytes over time are spread over
    the time they were counted in.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
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
    return _Explorer(_traffic(flows, conversations), name_of(flows)).frame


class _Explorer:
    """The widgets, and what is drawn in them now."""

    def __init__(self, traffic: Traffic, name: str) -> None:
        self.traffic, self.name = traffic, name
        self.controls = controls(traffic.conversations)
        self.status, self.below = status_line(), ipywidgets.HTML()
        self.over_time, self.picture = (empty_chart() for _ in range(2))
        self.choices = ipywidgets.Dropdown(
            description="Choose", options=[(_NOTHING, "")], style={"description_width": "initial"},
            layout={"width": "38em"},
        )  # fmt: skip
        self.code = ipywidgets.Textarea(
            description="Code", layout={"width": "auto", "height": "15em", "display": "none"}
        )
        self.table, self.drawn, self.summary, self.busy = pd.DataFrame(), Question(measure=""), "", False
        self.frame = self._connect()

    def _connect(self) -> ipywidgets.VBox:
        for control in self.controls.values():
            control.observe(self._where(lambda _: not self.busy, self._changed), "value")
        picked = self._where(lambda change: change["new"] and not self.busy, self._pick_from_list)
        self.choices.observe(picked, "value")
        clear = self._button("Clear", self._clear, "Take every term out of the filter")
        lines = rows_of_controls(self.controls, clear)
        buttons = [
            self._button("Show the table", self._show_table, "The table behind the picture"),
            self._button("Open the rows", self._open_rows, "The flow rows of what is chosen"),
            self._button("Show as code", self._show_code, "The calls that make these tables"),
        ]
        looks = ipywidgets.HBox([self.controls["Picture"], self.controls["Matrix of"], self.choices],
                                layout={"flex_flow": "row wrap"})  # fmt: skip
        guarded(self.status, self._refresh)()
        below = ipywidgets.HBox(buttons, layout={"flex_flow": "row wrap"})
        return panel(*lines, self.status, self.over_time, looks, self.picture, below, self.code, self.below)

    def _button(self, name: str, press: Callable[[], None], tooltip: str) -> ipywidgets.Button:
        button = ipywidgets.Button(description=name, tooltip=tooltip)
        button.on_click(guarded(self.status, lambda _button: press()))
        return button

    def _where(self, matters: Callable[[Any], Any], handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler of those changes that matter: the others must not wipe out what is said."""
        answer = guarded(self.status, handler)
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
            self.table, self.drawn = pd.DataFrame(), Question(measure="")
            self._show(nothing_to_show("There is no picture of this.", "See the sentence above."), ["line"])
            raise

    def _measure_denials(self) -> None:
        """Where nothing but denied attempts is left, they are what there is to measure."""
        asked = self.asked
        chosen = self.traffic.chosen(asked)
        if len(chosen) and asked.measure in _NEVER_DENIED and (chosen["decision"] == "denied").all():
            self._quietly(lambda: setattr(self.controls["Measure"], "value", "denied"))

    def _draw(self, asked: Question) -> None:
        chosen = self.traffic.chosen(asked)
        if replace(asked, picture="", prefix=0) != replace(self.drawn, picture="", prefix=0):
            self._draw_over_time(asked)
        if chosen.empty:
            self.table = shown = pd.DataFrame()
            drawing = nothing_to_show(*_none(asked))
        else:
            self.table = ask.answer(self.traffic, asked)
            shown = ask.named(self.traffic, self.table)
            drawing = ask.draw(asked, shown)
        self._show(drawing, ask.picked_fields(asked))
        self.drawn = asked
        offered = ask.choices(asked, shown) if len(shown) else []
        self._quietly(lambda: setattr(self.choices, "options", [(_NOTHING, ""), *offered]))
        self.controls["Matrix of"].layout.display = None if asked.picture == "Matrix" else "none"
        self.summary = _summary(asked, chosen, self.traffic.conversations)
        say(self.status, self.summary)

    def _show(self, drawing: Any, fields: list[str]) -> None:
        self.picture.chart = clickable(drawing, fields)
        if has_marks(drawing):
            self.picture.selections.observe(self._where(lambda c: c["new"].value, self._pick), "chosen")

    def _draw_over_time(self, asked: Question) -> None:
        drawing = ask.draw_over_time(asked, ask.over_time(self.traffic, asked))
        whole = self.traffic.whole_span
        self.over_time.chart = brushable(drawing, whole, ask.ends(asked, whole) if asked.span else None)
        if has_marks(drawing):
            moved = self._where(lambda change: self._brushed(change) != self.asked.span, self._brush)
            self.over_time.selections.observe(moved, "span")

    @property
    def asked(self) -> Question:
        return question(self.controls)

    def _brushed(self, change: Any) -> str:
        """Return the terms of the span under the brush; none where there is no brush."""
        ends = change["new"].value.get("time")
        return ask.span(*whole_bins(ends, bin_width(self.asked.bin))) if ends else ""

    def _brush(self, change: Any) -> None:
        self._quietly(lambda: choose(self.controls, self._brushed(change) or "from:"))
        # The span is in the picture over time already: it need not be drawn again.
        self.drawn = replace(self.drawn, span=self.asked.span)
        self._refresh()

    def _pick(self, change: Any) -> None:
        picked = change["new"].value[0]
        self._choose(ask.term({name: picked.get(name) for name in ask.picked_fields(self.drawn)}))

    def _pick_from_list(self, change: Any) -> None:
        self._choose(change["new"])

    def _choose(self, terms: str) -> None:
        self._quietly(lambda: choose(self.controls, terms))
        self._refresh()

    def _clear(self) -> None:
        self._quietly(lambda: clear_filters(self.controls))
        self.drawn = Question(measure="")
        self._refresh()

    def _quietly(self, change: Callable[[], None]) -> None:
        """Change controls without an answer for each of them."""
        self.busy = True
        try:
            change()
        finally:
            self.busy = False

    def _close(self) -> None:
        self.below.value = self.code.value = ""
        self.code.layout.display = "none"

    def _show_table(self) -> None:
        self._close()
        self.traffic.chosen(self.asked)
        self.below.value = as_html(self.table, f"The table behind the picture: {len(self.table):,} rows.")
        say(self.status, self.summary)

    def _open_rows(self) -> None:
        self._close()
        asked = self.asked
        chosen, rows = self.traffic.chosen(asked), ask.rows_behind(self.traffic, asked)
        first = min(len(chosen), ask.MOST_OPENED)
        said = f"The {len(rows):,} flow rows of the first {first:,} of {len(chosen):,} conversations."
        self.below.value = as_html(rows[[*ROW_COLUMNS]], said)
        say(self.status, self.summary)

    def _show_code(self) -> None:
        rows = "flow rows of the first" in self.below.value
        self.code.value = code(self.asked, self.name, rows=rows)
        self.code.layout.display = None
        say(self.status, self.summary)


def _traffic(flows: object, conversations: pd.DataFrame | None) -> Traffic:
    if conversations is None and isinstance(flows, pd.DataFrame):
        return Traffic(flows, *stitched_once(flows))
    made = conversations_of(flows) if conversations is None else conversations
    return Traffic(
        flows, made if isinstance(made, pd.DataFrame) else collect(lazy(made), types(CONVERSATIONS))
    )


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
