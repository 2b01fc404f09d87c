"""What the pictures of findings share: what they need, how attempts ended, bins that fit, words."""

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.counting.outcome import outcomes
from nsgkit.palette import ENDED
from nsgkit.times import MINUTE, SECOND
from nsgkit.views.numbers import counted, numbered
from nsgkit.views.theme import StandIn, empty_chart, utc
from nsgkit.views.time_series import CLOCK, format_duration

MADE_BY = "nsgkit.detections.proof"
SHAPES = {"denied": "cross", "unanswered": "circle", "refused": "triangle-down", "answered": "diamond",
          "unknown": "square"}  # fmt: skip
NEEDED = (
    "first",
    "last",
    "src_ip",
    "src_port",
    "dst_ip",
    "dst_port",
    "decision",
    "answered",
    *schema.COUNTERS,
)
_SECONDS = "utcFormat(datum.value, '%H:%M:%S')"


def attempted(proof: pd.DataFrame) -> pd.DataFrame:
    """Return each attempt of a proof once, in time order, with `outcome`, and its times in milliseconds.

    Raises MissingColumnError where the table is not one of conversations.
    """
    schema.require(proof.columns, NEEDED, MADE_BY)
    once = proof[~proof["folded"].astype("bool")] if "folded" in proof else proof
    once = once.sort_values("first", kind="stable", ignore_index=True)
    first, last = (_milliseconds(once[name]) for name in ("first", "last"))
    return once.assign(outcome=outcomes(once), first_ms=first, last_ms=last)


def _milliseconds(times: "pd.Series[Any]") -> "pd.Series[int]":
    whole: pd.Series[int] = times.dt.as_unit("ms").astype("int64")
    return whole


def nothing_to_draw() -> StandIn:
    """Return what stands in place of a picture of no conversations."""
    return empty_chart("No conversation proves this finding.", "Give the table in which it was found.")


def nothing_found() -> StandIn:
    """Say that there is no finding, which is not an empty picture."""
    return empty_chart("Nothing crosses the line here.", "That is no proof that nothing happened.")


def in_bins(table: pd.DataFrame, width: int) -> pd.DataFrame:
    """Return the table with `time` and `until`: the bin in which each of its rows was first seen."""
    start = table["first_ms"] // width * width
    return table.assign(time=as_time(start), until=as_time(start + width))


def as_time(milliseconds: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return milliseconds since 1970 as times in UTC."""
    return pd.to_datetime(milliseconds, unit="ms", utc=True)


def ended_in(table: pd.DataFrame) -> dict[str, int]:
    """Return how many attempts ended how, of those ways that there are, in the order of the palette."""
    counts = table["outcome"].value_counts()
    return {name: int(counts[name]) for name in ENDED if name in counts}


def ended_colour(counts: dict[str, int]) -> alt.Color:
    """Return the colour of how an attempt ended, with the number of each in the legend."""
    scale = alt.Scale(domain=[*counts], range=[ENDED[name] for name in counts])
    return alt.Color("outcome:N", title="Ended", scale=scale, legend=numbered(counts))


def ended_shape(counts: dict[str, int]) -> alt.Shape:
    """Return the shape of how an attempt ended, for whom the colours are alike."""
    scale = alt.Scale(domain=[*counts], range=[SHAPES[name] for name in counts])
    return alt.Shape("outcome:N", title="Ended", scale=scale, legend=numbered(counts))


def over(first: int, last: int) -> alt.X:
    """Return an axis of time in UTC that has room for its first and its last mark."""
    room = max((last - first) // 50, SECOND // 2)
    clock = _SECONDS if last - first < 10 * MINUTE else CLOCK
    axis = utc("time", f"Time (UTC), {spoken_days(first, last)}").axis(
        tickCount=8, labelExpr=clock, labelSeparation=8
    )
    return axis.scale(type="utc", domain=[first - room, last + room], nice=False)


def spoken_days(first: int, last: int) -> str:
    """Say on which days a span lies.

    >>> from nsgkit.times import DAY, HOUR
    >>> spoken_days(0, HOUR), spoken_days(0, DAY)
    ('1 January 1970', '1 January 1970 to 2 January 1970')
    """
    ends = [pd.Timestamp(time, unit="ms") for time in (first, last)]
    return " to ".join(dict.fromkeys(f"{end.day} {end:%B %Y}" for end in ends))


def seconds_tooltip(field: str, title: str = "Time (UTC)") -> alt.Tooltip:
    """Return a tooltip's line for a time, to the second, in UTC."""
    return alt.Tooltip(
        field,
        type="temporal",
        timeUnit="utcyearmonthdatehoursminutesseconds",
        format="%Y-%m-%d %H:%M:%S",
        title=title,
    )


def whom(table: pd.DataFrame) -> str:
    """Say between whom it was: what is one is named, what is many is counted.

    >>> whom(pd.DataFrame({"src_ip": ["10.0.0.4"] * 2, "dst_ip": ["a", "b"], "dst_port": [445, 445]}))
    '10.0.0.4 to 2 addresses, port 445'
    """
    known = schema.names_carried(table)
    source, target = (_one_or_many(table[name], "addresses", known) for name in ("src_ip", "dst_ip"))
    ports = table["dst_port"].unique()
    port = f"port {ports[0]}" if len(ports) == 1 else f"{len(ports):,} ports"
    return f"{source} to {target}, {port}"


def what(counts: dict[str, int]) -> str:
    """Say what is counted: connections, denied attempts, or both.

    >>> what({"denied": 3}), what({"denied": 1, "answered": 1})
    ('3 denied attempts', '2 connections and denied attempts')
    """
    number = sum(counts.values())
    if "denied" not in counts:
        return counted(number, "connection")
    return (
        counted(number, "denied attempt")
        if len(counts) == 1
        else f"{number:,} connections and denied attempts"
    )


def spoken_width(milliseconds: int) -> str:
    """Return the width of a bin in words.

    >>> from nsgkit.times import HOUR, MINUTE
    >>> spoken_width(HOUR), spoken_width(5 * MINUTE)
    ('hour', '5 minutes')
    """
    return format_duration(pd.Timedelta(milliseconds, unit="ms"))


def spoken_seconds(seconds: float) -> str:
    """Return a length of time as people say it.

    >>> [spoken_seconds(s) for s in (0.4, 59, 60, 300, 3_720, 93_600)]
    ['0.4 s', '59 s', '1 min', '5 min', '1 h 2 min', '1 d 2 h']
    """
    if seconds < 60:
        return f"{seconds:.3g} s"
    for size, name, part, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            whole, rest = int(seconds // size), int(seconds % size // part)
            return f"{whole} {name}" + (f" {rest} {small}" if rest else "")
    raise AssertionError(seconds)


def _one_or_many(values: "pd.Series[Any]", what: str, known: Mapping[str, str]) -> str:
    distinct: Iterable[Any] = values.dropna().astype("str").unique()
    names = [*distinct]
    return schema.in_words(names[0], known) if len(names) == 1 else f"{len(names):,} {what}"
