"""The picture of guessed passwords: many small connections alike, and the one that is not."""

import math
from typing import Any

import altair as alt
import pandas as pd

from nsgkit.palette import ALLOWED, INK, SERIES
from nsgkit.times import fitting_width, milliseconds, parse_time
from nsgkit.views.findings.attempts import attempts_picture
from nsgkit.views.findings.parts import (
    as_time,
    attempted,
    nothing_to_draw,
    over,
    seconds_tooltip,
    spoken_seconds,
    spoken_width,
    whom,
)
from nsgkit.views.numbers import counted, number_axis, short_number
from nsgkit.views.theme import WIDTH, readable, titled

MOST_DOTS = 400
_BINS = 120
_MOST_NAMED = 5  # successes with their words beside them
_HEIGHT = 230
_GUESS, _SUCCESS = "a guess", "likely success"


def brute_force_picture(proof: pd.DataFrame, *, success: object = None) -> Any:
    """Draw the bytes of connections over time, and mark the one that may be a successful guess.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations of one source with one destination and port, such as `nsgkit.detections.proof` gives;
        folded views are left out.
    success : str, datetime or None
        When the likely success was first seen: the finding's `success_at`.

    Returns
    -------
    altair.LayerChart
        A dot a connection, its bytes both ways on a scale of powers of ten; where there are more than 400 the
        median of each bin of time. The success is a diamond with a line as long as it lasted. Where
        nothing has counters, `attempts_picture`. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.
    NsgkitError
        Where `success` is no time.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> guessed = nsgkit.query(conversations, "src:203.0.113.199 dst:10.20.0.4 dst_port:22")
    >>> brute_force_picture(guessed, success="2024-12-18 08:47:10").title.text
    '203.0.113.199 to 10.20.0.4, port 22: 187 connections, 1 a likely success'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    sized = _sized(table)
    if sized.empty:
        return attempts_picture(proof)
    median = float(sized["bytes"].median())
    found = _at(sized, success)
    successes, usual = sized.loc[found], sized.drop(found)
    first, last = int(sized["first_ms"].min()), int(sized["last_ms"].max())
    dots, said = (usual.assign(n=1), "") if len(usual) <= MOST_DOTS else _binned(usual, first, last)
    chart = _drawn(dots, successes, median, over(first, last))
    title = f"{whom(table)}: {counted(len(sized), 'connection')}"
    title += ", 1 a likely success" if len(successes) else ""
    told = "Bytes both ways of each connection, each step ten times as much; times in UTC."
    return titled(chart, title, [told, *_left_out(table, sized, said)])


def _at(sized: pd.DataFrame, success: object) -> "pd.Index[Any]":
    """Return which connection is the success: of those that began then the largest; none of no time."""
    if success is None:
        return sized.index[:0]
    begun = sized[sized["first_ms"] == milliseconds(parse_time(success, "success"))]
    return begun.nlargest(1, "bytes").index


def _left_out(table: pd.DataFrame, sized: pd.DataFrame, said: str) -> list[str]:
    without = table.drop(sized.index)
    ended = ", ".join(f"{n:,} {name}" for name, n in without["outcome"].value_counts().items())
    left = f"Without counters, and not drawn: {ended}." if len(without) else ""
    return [text for text in (said, left) if text]


def _sized(table: pd.DataFrame) -> pd.DataFrame:
    """Return the connections that have counters, with their bytes both ways and seconds."""
    both = table[["bytes_src_to_dst", "bytes_dst_to_src"]].astype("Int64").sum(axis=1, min_count=1)
    seconds = (table["last_ms"] - table["first_ms"]) / 1000
    sized = table.assign(bytes=both, seconds=seconds)[both.notna() & (table["outcome"] != "denied")]
    return sized.assign(
        bytes=sized["bytes"].astype("int64"),
        time=as_time(sized["first_ms"]),
        until=as_time(sized["last_ms"]),
    )[["first_ms", "last_ms", "time", "until", "bytes", "seconds", "outcome"]]


def _binned(usual: pd.DataFrame, first: int, last: int) -> tuple[pd.DataFrame, str]:
    width = fitting_width(first, last, _BINS)
    groups = usual.groupby(usual["first_ms"] // width * width)
    dots = groups.agg(bytes=("bytes", "median"), seconds=("seconds", "median"), n=("bytes", "size"))
    dots = dots.reset_index()
    said = f"A dot is the median of {spoken_width(width)}; a larger one is of more connections."
    times = {"time": as_time(dots["first_ms"]), "until": as_time(dots["first_ms"] + width)}
    return dots.assign(**times), said


def _drawn(dots: pd.DataFrame, successes: pd.DataFrame, median: float, x: alt.X) -> Any:
    named = successes.sort_values("bytes", ascending=False).head(_MOST_NAMED)
    words = [
        f"{_SUCCESS}: {short_number(b)} bytes, {spoken_seconds(s)}"
        for b, s in zip(named["bytes"], named["seconds"], strict=True)
    ]
    y = _powers([*dots["bytes"], *successes["bytes"]])
    usual = _marks(dots.assign(kind=_GUESS, n=dots["n"]), x, y)
    larger = _marks(successes.head(MOST_DOTS).assign(kind=_SUCCESS, n=1), x, y)
    level = alt.Chart(pd.DataFrame([{"bytes": median, "words": f"median {short_number(median)}"}]))
    told = alt.Chart(readable(named.assign(words=words)[["time", "bytes", "words"]]))
    layers = [
        level.mark_rule(color=INK, strokeDash=[4, 3]).encode(y=y),
        level.mark_text(align="left", dx=4, dy=-7, fontSize=11).encode(
            x=alt.value(WIDTH - 90), y=y, text="words:N"
        ),
        larger.mark_rule(strokeWidth=4, opacity=0.6, color=SERIES[2]).encode(x2="until"),
        usual.mark_point(filled=True, color=ALLOWED, opacity=0.8).encode(size=_size(dots)),
        larger.mark_point(filled=True, shape="diamond", size=190, color=SERIES[2], opacity=1),
        told.mark_text(align="left", dx=12, dy=-12, fontSize=12, fontWeight="bold").encode(
            x=x, y=y, text="words:N"
        ),
    ]
    return alt.layer(*layers).properties(width=WIDTH - 90, height=_HEIGHT)


def _powers(sizes: list[float]) -> alt.Y:
    """Return an axis of bytes that has a line at each power of ten; nothing at all stands at 1."""
    least, most = max(min(sizes), 1), max(*sizes, 10)
    powers = [10**n for n in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)]
    axis, scale = number_axis(whole=False), alt.Scale(type="log", domain=[powers[0], powers[-1]], clamp=True)
    axis.values = powers
    return alt.Y("bytes:Q", title="bytes, both ways", scale=scale, axis=axis)


def _size(dots: pd.DataFrame) -> Any:
    most = float(dots["n"].max()) if len(dots) else 1
    if most <= 1:
        return alt.value(30)
    return alt.Size("n:Q", legend=None, scale=alt.Scale(domain=[1, most], range=[20, 200]))


def _marks(table: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    shown = table[["time", "until", "bytes", "seconds", "kind", "n"]]
    drawn: alt.Chart = alt.Chart(readable(shown)).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("kind:N", title="What"),
            seconds_tooltip("time", "From (UTC)"),
            seconds_tooltip("until", "To (UTC)"),
            alt.Tooltip("bytes:Q", title="Bytes, both ways", format=","),
            alt.Tooltip("seconds:Q", title="Seconds", format=",.0f"),
            alt.Tooltip("n:Q", title="Connections", format=","),
        ],
    )
    return drawn
