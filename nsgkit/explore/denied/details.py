"""What is shown of one row of the queue: a sentence, its times, ports and targets, and what was allowed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import altair as alt
import narwhals as nw
import pandas as pd

from nsgkit import analyses, views
from nsgkit.detections.form import Finding, proof
from nsgkit.detections.kinds import explain
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench.held import fetched, is_pandas, kept, where
from nsgkit.explore.workbench.selectable import along
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape
from nsgkit.schema import NOT_LOGGED, PLACE, carrying, in_words
from nsgkit.views.theme import StandIn, cut, titled

MOST_ALLOWED, MOST_RAW = 8, 50  # rows that are shown of what was allowed; raw tuples
_DOOR = ("dst_ip", "dst_port", "protocol")
_WIDTH, _HEIGHT = 520, 130  # pixels of the chart over time


@dataclass
class Denied:
    """The conversations, and the triage of what was denied in them."""

    traffic: Traffic
    triage: pd.DataFrame
    logs: Any = None

    @property
    def conversations(self) -> Any:
        """All conversations; those of pandas have a label each of their own."""
        return self.traffic.conversations

    def row(self, number: int) -> Finding:
        """Return a row of the triage by its number."""
        return cast("Finding", self.triage.loc[number])

    @cached_property
    def row_of(self) -> "pd.Series[Any]":
        """The number of the row of the triage in which each conversation is, by its place in the logs."""
        places = self.triage["rows"].explode()
        index = pd.MultiIndex.from_tuples(places.tolist(), names=[*PLACE])
        return pd.Series(places.index, index=index)

    @cached_property
    def numbers(self) -> "pd.Series[Any]":
        """For each conversation the number of its row of the triage, -1 where it was not denied."""
        if self.triage.empty:
            return pd.Series(-1, index=self.conversations.index)
        denied = self.conversations[self.conversations["decision"] == "denied"]
        index = pd.MultiIndex.from_frame(denied[[*PLACE]].astype({"blob": "str"}))
        found = self.row_of.reindex(index).set_axis(denied.index)
        return found.reindex(self.conversations.index).fillna(-1).astype("int64")

    def attempts(self, number: int) -> pd.DataFrame:
        """Return the denied attempts of a row."""
        if is_pandas(self.conversations):
            attempts: pd.DataFrame = self.conversations[self.numbers == number]
            return attempts
        return proof(self.conversations, self.row(number))

    def of_filter(self, text: str) -> "set[int]":
        """Return the numbers of the rows of which a filter keeps an attempt."""
        found = kept(self.conversations, text, self.traffic.own)
        if is_pandas(found):
            return {*self.numbers.loc[found.index]}
        places = fetched(where(found, nw.col("decision") == "denied"), PLACE)
        index = pd.MultiIndex.from_frame(places.astype({"blob": "str"}))
        return {*self.row_of.reindex(index).dropna().astype("int64")}

    def allowed(self, number: int) -> Any:
        """Return what the same source was allowed, wherever."""
        source, decision = nw.col("src_ip"), nw.col("decision")
        his = (source == self.triage.at[number, "src_ip"]) & (decision == "allowed") & ~nw.col("folded")
        return where(self.conversations, his)

    def over_time(self, number: int, freq: str) -> pd.DataFrame:
        """Return the denied attempts of a row over time, and what was allowed at the same doors."""
        denied = self.attempts(number)
        near = where(self.allowed(number), *(nw.col(c).is_in(denied[c].unique().tolist()) for c in _DOOR))
        doors = pd.MultiIndex.from_frame(denied[[*_DOOR]].astype({"dst_ip": "str", "protocol": "str"}))
        allowed = analyses.over_time(near, freq=freq, by=_DOOR)
        here = pd.MultiIndex.from_frame(allowed[[*_DOOR]]).isin(doors)
        parts = [analyses.over_time(denied, freq=freq), allowed[here].drop(columns=[*_DOOR])]
        return pd.concat(parts).groupby(["start", "end"], as_index=False).sum()


def told(denied: Denied, number: int) -> str:
    """Return the row in a sentence, its figures, and what would make it harmless, as inert HTML."""
    row = denied.row(number)
    said, _, harmless = explain(row).rpartition(" Harmless if ")
    first, last = (f"{row[name]:%Y-%m-%d %H:%M:%S}" for name in ("first", "last"))
    rule: object = NOT_LOGGED if pd.isna(row["rule"]) else row["rule"]
    pace = f"{row['rate']:,.2f} an hour, in {row['spread']:.0%} of the hours between"
    more = f"First {first}, last {last} UTC: {pace}. Denied by {rule}. Harmless if {harmless}"
    return f"<p><strong>{escape(said)}</strong></p><p>{escape(more)}</p>"


def source(denied: Denied, number: int) -> str:
    """Return the source of a row and what it is called."""
    return in_words(denied.row(number)["src_ip"], denied.traffic.names)


def over_time(denied: Denied, number: int) -> Any:
    """Return the picture over time: what was denied, and what was allowed at the same targets and ports."""
    freq = denied.traffic.settled(Question()).freq
    drawn = views.over_time(denied.over_time(number, freq))
    if isinstance(drawn, StandIn):
        return drawn
    said = [*drawn.title.subtitle, "Allowed: by the same source at the same targets and ports."]
    placed = along(drawn, denied.traffic.whole_span).properties(width=_WIDTH, height=_HEIGHT)
    return titled(placed, f"Denied, and allowed at the same place: {source(denied, number)}", said)


def port_map(denied: Denied, number: int) -> alt.Chart | None:
    """Return the picture of ports and targets; None where there is but one of each."""
    attempts = denied.attempts(number)
    table = analyses.breakdown(attempts, ["dst_ip", "dst_port"], measure="denied", top=None)
    if len(table) < 2:
        return None
    drawn = views.port_map(carrying(table, denied.traffic.names))
    return titled(drawn, f"{drawn.title.text}: {source(denied, number)}", drawn.title.subtitle)


def allowed_table(denied: Denied, number: int) -> str:
    """Return what the same source was allowed, the most first, as inert HTML."""
    found = analyses.breakdown(denied.allowed(number), ["dst_ip", "protocol", "dst_port", "rule"], top=None)
    if found.empty:
        return f"<p>{escape('The same source was never allowed anything in these logs.')}</p>"
    left = f" The {MOST_ALLOWED} most of {len(found):,}." if len(found) > MOST_ALLOWED else ""
    heads = ["Target", "Port", "Connections", "Bytes", "First (UTC)", "Last (UTC)", "Allowed by"]
    rows = (_allowed_cells(row, denied.traffic.names) for _, row in found.head(MOST_ALLOWED).iterrows())
    return f"<p><strong>What the same source was allowed.</strong>{left}</p>{html_table(heads, rows)}"


def _allowed_cells(row: Finding, names: dict[str, str]) -> list[str]:
    return [
        escape(names.get(row["dst_ip"], row["dst_ip"])),
        escape(f"{row['protocol']} {row['dst_port']}"),
        f"{row['connections']:,}",
        "unknown" if pd.isna(row["bytes"]) else f"{row['bytes']:,}",
        *(f"{row[name]:%Y-%m-%d %H:%M}" for name in ("first", "last")),
        cut(NOT_LOGGED if pd.isna(row["rule"]) else row["rule"]),
    ]


def raw_tuples(denied: Denied, number: int) -> str:
    """Return the raw tuples behind a row as they stand in the logs, each with its place, as inert HTML."""
    places = denied.row(number)["rows"]
    shown = [dict(zip(PLACE, place, strict=True)) for place in places[:MOST_RAW]]
    lines = (
        [
            f'<code class="nsgkit-verbatim">{escape(denied.logs.raw(place))}</code>',
            *(escape(place[name]) for name in ("record", "tuple")),
            cut(place["blob"]),
        ]
        for place in shown
    )
    left = f" The first {MOST_RAW} of {len(places):,}." if len(places) > MOST_RAW else ""
    table = html_table(["Tuple", "Record", "Place", "Blob"], lines)
    return f"<p><strong>Raw tuples.</strong>{left}</p>{table}"
