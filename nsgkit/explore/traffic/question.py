"""What the traffic explorer asks: one question -> its table, its picture, its code. No widget here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import altair as alt
import pandas as pd

from nsgkit.analyses import breakdown, matrix, traffic_links
from nsgkit.analyses.filters.grammar import moment, parse, quoted
from nsgkit.analyses.filters.select import query
from nsgkit.analyses.labels import NOT_LOGGED, short_labels, shortened
from nsgkit.analyses.traffic.over_time import over_time as traffic_over_time
from nsgkit.analyses.traffic.over_time import over_time_of
from nsgkit.counting.conversations import conversation_rows
from nsgkit.counting.quick.stitch import Stitched
from nsgkit.counting.spread import increments
from nsgkit.times import bin_width
from nsgkit.views import charts
from nsgkit.views.theme import ALLOWED, DENIED, SERIES, titled
from nsgkit.views.time_series import spoken

TOP = 15  # bars
MOST_OPENED = 200  # conversations whose rows are shown
MEASURES = {
    "connections": "connections", "bytes": "bytes", "packets": "packets", "denied attempts": "denied",
    "distinct peers": "peers",
}  # fmt: skip
_NAMES = {
    "connections": "Connections", "bytes": "Bytes", "packets": "Packets", "denied": "Denied attempts",
    "peers": "Distinct sources",
}  # fmt: skip
# What the bars are broken down by: the columns, and whose distinct values are the peers.
BREAKDOWNS: dict[str, tuple[list[str], str]] = {
    "source address": (["src_ip"], "dst_ip"),
    "destination address": (["dst_ip"], "src_ip"),
    "source and destination": (["src_ip", "dst_ip"], "dst_port"),
    "service (protocol and port)": (["protocol", "dst_port"], "src_ip"),
    "rule": (["acl", "rule"], "src_ip"),
    "NSG": (["acl"], "src_ip"),
    "NIC": (["mac"], "src_ip"),
    "direction": (["direction"], "src_ip"),
    "decision": (["decision"], "src_ip"),
    "protocol": (["protocol"], "src_ip"),
}
# Of few values: these also colour the picture over time.
_COLOURED = {"rule": "rule", "NSG": "acl", "NIC": "mac", "direction": "direction", "protocol": "protocol"}
_COLOURS = {"connections": ALLOWED, "denied": DENIED}
PICTURES = ("Top", "Hours and days", "Matrix", "Links")
_FIELDS = {
    "src_ip": "src", "dst_ip": "dst", "source": "src", "destination": "dst", "dst_port": "dst_port",
    "protocol": "protocol", "rule": "rule", "nsg": "nsg", "mac": "nic", "direction": "direction",
    "decision": "decision",
}  # fmt: skip
_ENDS = (("src_ip", "rule"), ("rule", "dst_ip"))


@dataclass(frozen=True)
class Question:
    """What the controls say: a filter (`span` its part about time) and how to look at what it keeps."""

    filter: str = ""
    span: str = ""
    measure: str = "connections"
    by: str = "service (protocol and port)"
    bin: str = "1h"
    picture: str = "Top"
    prefix: int = 24

    @property
    def all_terms(self) -> str:
        """The whole filter as one line."""
        return f"{self.filter} {self.span}".strip()

    @property
    def coloured_by(self) -> str | None:
        """The column that colours the picture over time; None where it would have too many values."""
        return _COLOURED.get(self.by)


@dataclass
class Traffic:
    """The flows that are explored, stitched once; each answer is kept until another filter is asked for."""

    flows: object
    conversations: pd.DataFrame
    stitched_rows: Stitched | None = None
    _kept: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def increments(self) -> pd.DataFrame:
        """What each row added: only bytes and packets over time need it."""
        return increments(self.flows, self.conversations, stitched_rows=self.stitched_rows)

    @cached_property
    def whole_span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """From the hour of the first row to the end of the hour of the last."""
        first, last = self.conversations["first"].min(), self.conversations["last"].max()
        return first.floor("h"), last.floor("h") + pd.Timedelta("1h")

    @cached_property
    def nsgs(self) -> dict[str, str]:
        """The short name of each NSG: as much of its id as tells it from all others."""
        return short_labels(str(name) for name in self.conversations["acl"].dropna().unique())

    def chosen(self, question: Question, *, whole_span: bool = False) -> pd.DataFrame:
        """Return the conversations that the filter keeps; of the whole span, or of the chosen one."""
        everywhere = self._filtered(self.conversations, question.filter)
        if whole_span or not question.span:
            return everywhere
        key = question.all_terms
        if key not in self._kept:
            self._kept = {question.filter: everywhere, key: query(everywhere, question.span)}
        return self._kept[key]

    def _filtered(self, table: pd.DataFrame, text: str) -> pd.DataFrame:
        if text not in self._kept:
            self._kept = {text: query(table, text)}
        return self._kept[text]


def over_time(traffic: Traffic, question: Question) -> pd.DataFrame:
    """Return the measure over time, of the whole span: what lies outside the chosen one stays in sight."""
    return _timeline(traffic, question, traffic.chosen(question, whole_span=True), question.bin)


def answer(traffic: Traffic, question: Question) -> pd.DataFrame:
    """Return the table behind the question's picture."""
    chosen = traffic.chosen(question)
    if question.picture == "Hours and days":
        return _timeline(traffic, question, chosen, "1h", coloured=False)
    if question.picture == "Matrix":
        return matrix(chosen, prefix=question.prefix, measure=question.measure)
    if question.picture == "Links":
        return traffic_links(chosen, measure=question.measure)
    by, peers = BREAKDOWNS[question.by]
    return breakdown(chosen, by, measure=question.measure, top=TOP, peers=peers)


def rows_behind(traffic: Traffic, question: Question) -> pd.DataFrame:
    """Return the flow rows of the first conversations that the filter keeps."""
    return conversation_rows(traffic.flows, traffic.chosen(question).head(MOST_OPENED))


def draw_over_time(question: Question, table: pd.DataFrame) -> alt.Chart:
    """Return the picture over time."""
    if "acl" in table:
        table = table.assign(acl=shortened(table["acl"]))
    chart = charts.volume_over_time(table, measure=question.measure)
    if table.dropna(subset=[question.measure]).empty:
        return chart
    if question.coloured_by is None:
        colour = _COLOURS.get(question.measure, SERIES[0])
        chart = chart.encode(color=alt.value(colour))
    said = [*chart.title.subtitle[1:], "Drag over the picture to choose a span; click beside it to let go."]
    return titled(chart, f"{_NAMES[question.measure]} over time", [_counted(question), *said])


def draw(question: Question, table: pd.DataFrame) -> Any:
    """Return the question's picture; what it shows can be chosen by a click."""
    measure = question.measure
    if question.picture == "Hours and days":
        return charts.heat_map(table, measure=measure)
    if question.picture == "Matrix":
        return charts.matrix(table, measure=measure)
    if question.picture == "Links":
        return charts.links(table, measure=measure)
    return charts.top_bars(table, measure=measure)


def picked_fields(question: Question) -> list[str]:
    """Return the columns that name what was clicked in the question's picture."""
    fixed = {
        "Hours and days": ["time"],
        "Matrix": ["source", "destination"],
        "Links": ["ribbon", "from", "to"],
    }
    return fixed.get(question.picture) or BREAKDOWNS[question.by][0]


def term(picked: Mapping[str, Any]) -> str:
    """Return what was clicked as terms of a filter.

    >>> term({"protocol": "TCP", "dst_port": 22})
    'protocol:TCP dst_port:22'
    """
    if "time" in picked:
        return hour(picked["time"])
    if "ribbon" in picked:
        ends = _ENDS[int(str(picked["ribbon"])[0])]
        picked = dict(zip(ends, (picked["from"], picked["to"]), strict=True))
    known = {
        name: None if value == NOT_LOGGED else value for name, value in picked.items() if name in _FIELDS
    }
    return " ".join(f"{_FIELDS[name]}:{quoted(value)}" for name, value in known.items())


def choices(question: Question, table: pd.DataFrame) -> list[tuple[str, str]]:
    """Return what can be picked in the picture: a label and its terms; the keyboard's way to click."""
    if question.picture == "Hours and days":
        times = table.dropna(subset=[question.measure])["start"].drop_duplicates()
        return [(f"{time:%a %d %b %H:%M}", hour(time)) for time in times]
    names = [name for name in table.columns if name in _FIELDS]
    shown = table[table[question.measure].notna() & (table[question.measure] > 0)].head(40)[names]
    texts = shown.astype("object").where(shown.notna(), NOT_LOGGED).astype("str")
    rows = shown.itertuples(index=False, name=None)
    picked = [term(dict(zip(names, row, strict=True))) for row in rows]
    return list(zip(texts.agg(" · ".join, axis=1), picked, strict=True)) if len(texts) else []


def hour(time: object) -> str:
    """Return the terms of the hour that begins at a time (milliseconds where it is a number)."""
    start = pd.Timestamp(time, unit="ms" if isinstance(time, int | float) else None)  # type: ignore[arg-type]
    return span(start, start + pd.Timedelta("1h"))


def span(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return the terms of a span of time.

    >>> span(pd.Timestamp("2024-12-18T09:00"), pd.Timestamp("2024-12-18T10:30"))
    'from:2024-12-18T09:00 until:2024-12-18T10:30'
    """
    return f"from:{written(start)} until:{written(end)}"


def ends(question: Question, whole: tuple[pd.Timestamp, pd.Timestamp]) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return when the chosen span begins and ends; where it says neither, the whole span does."""
    told = {term.field: pd.Timestamp(moment(term), unit="ms", tz="UTC") for term in parse(question.span)}
    return told.get("from", whole[0]), told.get("until", whole[1])


def written(time: pd.Timestamp) -> str:
    """Return a time as it stands in a filter: UTC, without seconds where there are none."""
    return time.strftime("%Y-%m-%dT%H:%M:%S" if time.second else "%Y-%m-%dT%H:%M")


def named(traffic: Traffic, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its NSGs by their short names, as people and filters call them."""
    if "acl" not in table:
        return table
    names = table["acl"].map(traffic.nsgs).astype("object").fillna(NOT_LOGGED)
    return table.drop(columns="acl").assign(nsg=names)[["nsg", *table.columns.drop("acl")]]


def _timeline(
    traffic: Traffic, question: Question, chosen: pd.DataFrame, bin: str, *, coloured: bool = True
) -> pd.DataFrame:
    by = question.coloured_by if coloured else None
    if question.measure in ("bytes", "packets"):
        return over_time_of(traffic.increments, chosen, freq=bin, by=by)
    return traffic_over_time(chosen, freq=bin, by=None if question.measure == "peers" else by)


def _counted(question: Question) -> str:
    width = spoken(pd.Timedelta(f"{bin_width(question.bin)}ms"))
    if question.measure in ("bytes", "packets"):
        return f"{question.measure.capitalize()} per {width}, spread over the time they were counted in; UTC."
    return f"{_NAMES[question.measure]} per {width}, each counted once, where it was first seen; UTC."
