"""The traffic explorer: what happened when, between whom, and which rows say so."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import By
from nsgkit.counting.conversations import conversations as conversations_of
from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.frame import Rows, as_table
from nsgkit.errors import NsgkitError
from nsgkit.explore.traffic import pictures
from nsgkit.explore.traffic.as_code import code
from nsgkit.explore.traffic.controls import (
    choose,
    clear_filters,
    controls,
    put,
    question,
    rows_of_controls,
)
from nsgkit.explore.traffic.picked import span, term
from nsgkit.explore.traffic.question import AUTO, MOST_OPENED, Question, Traffic, asked_by
from nsgkit.explore.workbench.code import name_of
from nsgkit.explore.workbench.controls import button, dropdown, folds, row
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.history import History
from nsgkit.explore.workbench.panel import Panel, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.selectable import brushable, clickable, empty_place, whole_bins
from nsgkit.explore.workbench.table import ROW_COLUMNS, TableView
from nsgkit.html import visible
from nsgkit.schema import spoken
from nsgkit.times import bin_width
from nsgkit.views.theme import StandIn, empty_chart

_NOTHING = "Choose from the picture"
_UNDRAWN = Question(measure="", picture="")


def traffic_explorer(  # noqa: PLR0913
    flows: object,
    conversations: pd.DataFrame | None = None,
    *,
    filter: str = "",
    measure: str = "connections",
    by: By = ("protocol", "dst_port"),
    freq: str = AUTO,
    picture: str = "Top",
) -> ipywidgets.VBox:
    """Return a widget that shows where the traffic goes: over time, at the top, by hour, between whom.

    Drag over the picture over time to look closer, click a bar, a cell or a ribbon to choose it:
    every other picture follows. What is chosen stands in the filter, where it can be changed;
    `nsgkit.analyses.filters.grammar` explains its words. "Show as code" gives the call that opens this very
    view, and those that make the same tables. A connection counts once, and by when it began; bytes over
    time are spread over the time they were counted in.

    Parameters
    ----------
    flows : table or FlowLogs
        What `nsgkit.read_logs` gives, or its flow table. With FlowLogs a row opens its raw tuple.
    conversations : pandas.DataFrame or None
        What `nsgkit.conversations` made of it, where that is at hand; else it is made now.
    filter : str
        What is chosen at first, such as "dst_port:22 denied".
    measure : str
        connections, bytes, packets, denied or peers.
    by : str or sequence of str
        The columns that the bars are broken down by; one of the explorer's own breakdowns.
    freq : str
        The bin over time, such as "15min"; by default as the span needs.
    picture : str
        Top, Hours and days, Matrix or Links.

    Returns
    -------
    ipywidgets.VBox
        The explorer. What goes wrong in it is said in it, in one sentence.

    Raises
    ------
    NsgkitError
        Where an option is none that the explorer has: the error names those there are.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> explorer = traffic_explorer(logs, filter="dst_port:22", by="src_ip", measure="denied")
    """
    if picture not in pictures.PICTURES:
        raise NsgkitError(f"There is no picture {picture!r}. Choose one of {', '.join(pictures.PICTURES)}.")
    question = asked_by(filter=filter, measure=measure, by=by, freq=freq, picture=picture)
    logs = None if isinstance(flows, pd.DataFrame) else flows
    return _TrafficExplorer(_traffic(as_table(flows), conversations), name_of(flows), question, logs).frame


class _TrafficExplorer:
    """The widgets, and what is drawn in them now."""

    def __init__(self, traffic: Traffic, name: str, question: Question, logs: Any) -> None:
        self.traffic, self.name, self.logs = traffic, name, logs
        self.controls = controls(traffic.conversations)
        put(self.controls, question)
        self.wanted = question.measure  # the measure that was asked for, though another may be shown
        self.history: History[Question] = History(self._ask_again)
        self.status, self.below = status_line(), TableView(self._open_tuple)
        self.over_time, self.picture = (empty_place() for _ in range(2))
        self.choices = dropdown("Choose", [(_NOTHING, "")], width="24em")
        self.code = ipywidgets.Textarea(
            description="Code", layout={"width": "auto", "height": "15em", "display": "none"}
        )
        self.table, self.drawn, self.summary = pd.DataFrame(), _UNDRAWN, ""
        self.busy = False  # while the explorer itself changes its controls
        self.rows_open = False
        self.frame = self._connect()
        report_errors(self.status, self._refresh)()

    def _connect(self) -> Panel:
        for control in self.controls.values():
            control.observe(self._where(lambda _: not self.busy, self._changed), "value")
        picked = self._where(lambda change: change["new"] and not self.busy, self._pick_from_list)
        self.choices.observe(picked, "value")
        clear = self._button("Clear", self._clear, "Take every term out of the filter")
        bar, looks, folded = rows_of_controls(self.controls, self.history.back, self.history.forward, clear)
        bar.children += (folds("More filters", folded, "Lists of NICs, NSGs, rules, and fields"),)
        buttons = row(
            self._button("Show the table", self._show_table, "The table behind the picture"),
            self._button("Open the rows", self._open_rows, "The flow rows of what is chosen"),
            self._button("Export CSV", lambda: self._export("csv"), "What is chosen, for a spreadsheet"),
            self._button("Export Parquet", lambda: self._export("parquet"), "What is chosen, exactly"),
            self._button("Show as code", self._show_code, "The calls that make these tables"),
            self._button("Keep this picture", self._keep, "Leave what is seen now in the notebook, for good"),
        )
        picking = row(self.controls["Picture"], self.controls["Matrix of"], self.choices)
        drawn = row(self.over_time, ipywidgets.VBox([picking, self.picture]))
        drawn.add_class("nsgkit-pictures")
        return panel(bar, folded, looks, self.status, drawn, buttons, self.code, self.below.frame)

    def _button(self, name: str, press: Callable[[], None], hint: str) -> ipywidgets.Button:
        return button(name, report_errors(self.status, press), hint=hint)

    def _where(self, matters: Callable[[Any], Any], handler: Callable[..., None]) -> Callable[..., None]:
        """Return a handler of those changes that matter: the others must not wipe out what is said."""
        answer = report_errors(self.status, handler)
        return lambda change: answer(change) if matters(change) else None

    def _changed(self, change: Any) -> None:
        if change["owner"] is self.controls["Measure"]:
            self.wanted = change["new"]
        self._refresh()

    def _ask_again(self, question: Question) -> None:
        """Ask what was asked before, or after."""
        self.wanted = question.measure
        self._quietly(lambda: put(self.controls, question))
        report_errors(self.status, self._refresh)()

    def _refresh(self) -> None:
        self._close()
        self.history.add(replace(self.asked, measure=self.wanted))
        self.frame.add_class("nsgkit-stale")
        try:
            self._measure_what_there_is()
            self._draw(self.asked)
        except NsgkitError:
            # What answered another question must not stay.
            self.table, self.drawn = pd.DataFrame(), _UNDRAWN
            self._show(empty_chart("There is no picture of this.", "See the sentence above."), ["line"])
            raise
        finally:
            self.frame.remove_class("nsgkit-stale")

    def _measure_what_there_is(self) -> None:
        """Where nothing that is chosen has any of the wanted measure, show one that there is."""
        there = self.traffic.measurable(replace(self.asked, measure=self.wanted))
        self._quietly(lambda: setattr(self.controls["Measure"], "value", there))

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
        self.summary = _summary(asked, chosen, self.traffic.conversations) + self._other_measure(asked)
        show_status(self.status, self.summary)

    def _other_measure(self, asked: Question) -> str:
        if asked.measure == self.wanted:
            return ""
        return f" None has any {spoken(self.wanted)}: {spoken(asked.measure)} are shown."

    def _show_controls_of(self, picture: pictures.Picture) -> None:
        for label in {label for other in pictures.PICTURES.values() for label in other.controls}:
            self.controls[label].layout.display = None if label in picture.controls else "none"

    def _show(self, drawing: Any, fields: list[str]) -> None:
        self.picture.chart = clickable(drawing, fields)
        if not isinstance(drawing, StandIn):
            self.picture.selections.observe(self._where(lambda c: c["new"].value, self._pick), "chosen")

    def _draw_over_time(self, asked: Question) -> None:
        drawing = pictures.draw_over_time(asked, pictures.over_time(self.traffic, asked))
        self.over_time.chart = brushable(drawing, self.traffic.span(asked))
        if not isinstance(drawing, StandIn):
            self.over_time.selections.observe(self._where(self._brushed, self._brush), "span")

    @property
    def asked(self) -> Question:
        return question(self.controls)

    def _brushed(self, change: Any) -> str:
        """Return the terms of the span under the brush; none where there is no brush."""
        ends = change["new"].value.get("time")
        return span(*whole_bins(ends, bin_width(self.traffic.settled(self.asked).freq))) if ends else ""

    def _brush(self, change: Any) -> None:
        self._choose(self._brushed(change))

    def _pick(self, change: Any) -> None:
        picked, fields = change["new"].value[0], pictures.PICTURES[self.drawn.picture].fields(self.drawn)
        self._choose(term({name: picked.get(name) for name in fields}))

    def _pick_from_list(self, change: Any) -> None:
        self._choose(change["new"])

    def _choose(self, terms: str) -> None:
        self._quietly(lambda: choose(self.controls, terms))
        self._refresh()

    def _clear(self) -> None:
        self.wanted = Question().measure
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
        how = " Click a row to see its raw tuple." if self.logs is not None else ""
        self.below.show(rows[[*ROW_COLUMNS]], said + how)
        self.rows_open = True
        show_status(self.status, self.summary)

    def _open_tuple(self, row: pd.Series) -> str:
        """Return the raw tuple behind a row, its blob and the SHA-256 of it, as they stand in the logs."""
        if self.logs is None or "tuple" not in row:
            return ""
        digest = self._digests().get(row["blob"])
        place = f"record {row['record']}, tuple {row['tuple']} of {row['blob']}"
        return f"{self.logs.raw(row)}\n{place}\nSHA-256 {digest}"

    def _digests(self) -> dict[str, str]:
        """Return the SHA-256 of each blob, as far as it is known."""
        return {} if self.logs is None else self.logs.blobs.set_index("name")["sha256"].to_dict()

    def _export(self, kind: str) -> None:
        chosen = self.traffic.chosen(self.asked)
        path = export(chosen, kind, [self.summary, *self._sources(chosen)])
        show_status(self.status, self.summary, f"Exported to {path}, with a text beside it.")

    def _sources(self, chosen: pd.DataFrame) -> list[str]:
        """Say from which blobs the conversations came: SHA-256 and name, as sha256sum writes them."""
        names, known = sorted(chosen["blob"].astype("str").unique()), self._digests()
        lines = (f"{known.get(name) or 'unknown':64}  {visible(name)}" for name in names)
        return ["Their first rows stand in:", *lines]

    def _keep(self) -> None:
        self.frame.left.keep(self.summary)
        show_status(self.status, self.summary, "Kept below, with the time.")

    def _show_code(self) -> None:
        settled = self.traffic.settled(self.asked)
        self.code.value = code(settled, self.name, rows=self.rows_open)
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
