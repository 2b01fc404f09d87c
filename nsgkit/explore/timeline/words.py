"""What the timeline explorer says of what it shows."""

from collections.abc import Iterable
from numbers import Integral
from typing import Any

import pandas as pd

from nsgkit.detections.form import many
from nsgkit.explore.timeline.question import Question, Timeline
from nsgkit.explore.traffic.question import Question as Everything
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape
from nsgkit.schema import NOT_LOGGED, in_words, label
from nsgkit.views.timeline.local_time import in_utc, span_in_utc

_MOST_GAPS = 4  # that are named
_STATES = {
    "closed": "closed: its begin and its end are in the data",
    "open": "open: its end is not in the data, so it lasted at least so long",
    "orphan": "orphan: its begin lies before the data, so it lasted at least so long",
    "denied": "denied: an attempt, which has no duration",
}
_FIGURES = (
    "decision", "rule", "direction", "answered", "bytes_src_to_dst", "bytes_dst_to_src", "packets_src_to_dst",
    "packets_dst_to_src", "encryption", "acl", "mac", "rows", "blob", "record", "tuple",
)  # fmt: skip
_NAMES = ("record", "tuple")  # numbers that count nothing
_NICE = "max-width: 52em; overflow-wrap: anywhere"


def summary(timeline: Timeline, asked: Question, table: pd.DataFrame, zone: str) -> str:
    """Say how much is in sight, of how many, when, and what is not drawn."""
    told = table.attrs
    everything = timeline.traffic.told(Everything()).counted
    span = span_in_utc(*timeline.span(asked), zone)
    drawn = f"{many(int(told['lanes']) - _lanes(table), 'lane')} more" if told["not_shown"] else ""
    beyond = f" {told['not_shown']:,} of them in {drawn} are not drawn: narrow the filter." if drawn else ""
    filtered = f" Filter: {asked.filter}." if asked.filter else ""
    seen = int(told["conversations"])
    lanes = many(int(told["lanes"]), "lane")
    return f"{seen:,} of {everything:,} conversations in {lanes}, {span}.{filtered}{beyond}"


def of_gaps(timeline: Timeline, asked: Question, zone: str) -> str:
    """Say where the logs have gaps in the span that is looked at; "" where they are not known."""
    if timeline.gaps is None:
        return "Gaps in the logs are not known here: logs= was not given."
    start, end = timeline.span(asked)
    gaps = timeline.gaps
    inside = gaps[(gaps["start"] < end) & (gaps["end"] > start)]
    if inside.empty:
        return "No hour is missing between a NIC's first and last blob in this span."
    named = [
        f"{mac} {span_in_utc(begin, until, zone)}"
        for mac, begin, until in inside[["mac", "start", "end"]].head(_MOST_GAPS).itertuples(index=False)
    ]
    more = f"; and {len(inside) - _MOST_GAPS:,} more" if len(inside) > _MOST_GAPS else ""
    return f"Hatched: no blob of {many(inside['mac'].nunique(), 'NIC')}: {'; '.join(named)}{more}."


def nothing_to_draw(timeline: Timeline, asked: Question) -> tuple[str, str]:
    """Say why there is no picture, and what to do: no rows is told apart from no logs."""
    if timeline.traffic.is_empty:
        return "There are no conversations in these flows.", "Look at the coverage: were there logs at all?"
    if timeline.laned(asked).table.empty:
        return f"No conversation matches {asked.filter}", "Take a term out of the filter, or press Clear."
    if not len(timeline.laned(asked).row):
        return "No conversation that the filter keeps proves a finding.", "Choose other lanes."
    return f"Nothing that the filter keeps is in this span. {_of_logs(timeline, asked)}", "Double click: all."


def _of_logs(timeline: Timeline, asked: Question) -> str:
    if timeline.logs is None:
        return "Whether there were logs then is not known here: logs= was not given."
    start, end = timeline.span(asked)
    hours = timeline.logs.blobs["hour"].dropna()
    there = hours[(hours < end) & (hours + pd.Timedelta("1h") > start)]
    if there.empty:
        return "There are no logs of this time: what happened then is not known."
    return f"There are logs of this time: {many(len(there), 'blob')}."


def heading(of: "pd.Series[Any]", names: dict[str, str]) -> str:
    """Return a conversation in a line."""
    source, target = (in_words(of[end], names) for end in ("src_ip", "dst_ip"))
    port = of["dst_port"]
    return f"{source} port {of['src_port']} to {target} {of['protocol']} port {port}: {of['decision']}"


def figures(of: "pd.Series[Any]", zone: str) -> str:
    """Return the figures of a conversation as a table of inert HTML."""
    times = [(label(name), in_utc(of[name], zone)) for name in ("first", "last")]
    seconds = "unknown" if pd.isna(of["duration"]) else f"{of['duration']:,.0f} s"
    state = _STATES.get(str(of["state"]), "not told: version 1 does not")
    told = [*times, (label("duration"), seconds), (label("state"), state), *_told(of)]
    return html_table(
        ["Conversation", "What the logs say"],
        (
            [escape(what.removesuffix(" (UTC)")), f'<div style="{_NICE}">{escape(said)}</div>']
            for what, said in told
        ),
    )


def _told(of: "pd.Series[Any]") -> Iterable[tuple[str, str]]:
    for name in _FIGURES:
        value = of[name]
        if pd.isna(value):
            yield label(name), NOT_LOGGED if name in ("rule", "acl", "mac", "encryption") else "unknown"
        elif isinstance(value, bool) or name == "answered":
            yield label(name), "yes" if value else "no"
        else:
            counted = isinstance(value, Integral) and name not in _NAMES
            yield label(name), f"{int(value):,}" if counted else str(value)


def of_list(mark: "pd.Series[Any] | None", listed: pd.DataFrame, zone: str) -> str:
    """Say what a list of conversations is."""
    if mark is None:
        return f"{many(len(listed), 'conversation')}."
    span = span_in_utc(mark["start"], mark["end"], zone)
    said = " ".join(str(mark[name]) for name in ("direction", "decision") if pd.notna(mark[name]))
    return f"{many(len(listed), 'conversation')} in the lane {mark['lane']}, {said}, {span}."


def _lanes(table: pd.DataFrame) -> int:
    return int(table["lane"].nunique())
