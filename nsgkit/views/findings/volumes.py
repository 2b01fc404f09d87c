"""The picture of a volume: what one source sent in each hour or day, beside what is usual for it."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.palette import INK, LINES, SERIES, UNKNOWN
from nsgkit.views.findings.parts import (
    DAY,
    HOUR,
    as_time,
    attempted,
    nothing_to_draw,
    over,
    seconds_tooltip,
    spoken_width,
    whom,
)
from nsgkit.views.numbers import at_least_seen, number_axis, numbered, short_number
from nsgkit.views.theme import HEIGHT, WIDTH, empty_chart, titled

MOST_BARS = 240
_DEVIATIONS = 3.5  # robust ones, above which a bin is unusual
_TO_SIGMA = 0.6745  # a median absolute deviation in standard deviations
_FOUND, _ELSE = "proves the finding", "all else it sent"


def transfer_picture(proof: pd.DataFrame, of_source: pd.DataFrame | None = None) -> Any:
    """Draw the bytes that a source sent in each hour or day, and what is usual for it.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations that prove a finding, as `nsgkit.detections.proof` gives them.
    of_source : pandas.DataFrame or None
        All conversations of the same source, the proof among them: what is usual is told by the rest.

    Returns
    -------
    altair.LayerChart
        Bars of bytes from source to destination, spread evenly over the time of each connection: what proves
        the finding, and all else. An hour a bar up to ten days, then a day. The band reaches to 3.5 robust
        deviations above the median of all else, on a scale of logarithms. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where a table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> sent = nsgkit.query(conversations, "src:10.30.1.5")
    >>> transfer_picture(nsgkit.query(sent, "dst:198.51.100.240"), sent).title.text
    '10.30.1.5 to 198.51.100.240, port 443: 1.74G bytes out'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    total = int(table["bytes_src_to_dst"].fillna(0).sum())
    if not total:
        return empty_chart("No counter tells how much was sent.", "Logs of version 1 have none.")
    bars, width = _bars(table, table if of_source is None else attempted(of_source))
    said = [f"Bytes out per {spoken_width(width)}, spread evenly over each connection; times in UTC."]
    usual = _usual(bars) if of_source is not None else None
    if usual:
        said.append(_told(usual, width))
    drawn = _drawn(bars, usual, width)
    return titled(drawn, f"{whom(table)}: {short_number(total)} bytes out", said)


def _told(usual: tuple[float, float], width: int) -> str:
    return (
        f"The dashed line is {_DEVIATIONS} robust deviations above the median of all else "
        f"({short_number(round(usual[0]))} bytes per {spoken_width(width)})."
    )


def _bars(table: pd.DataFrame, everything: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the bytes of each bin, of what proves the finding and of all else."""
    first = int(everything["first_ms"].min())
    last = int(everything["last_ms"].max())
    width = next(w for w in _widths() if last // w - first // w < MOST_BARS)
    edges = np.arange(first // width * width, last + width, width)
    place = [*schema.PLACE]
    proved = pd.MultiIndex.from_frame(table[place].astype({"blob": "str"}))
    here = pd.MultiIndex.from_frame(everything[place].astype({"blob": "str"})).isin(proved)
    parts = [
        pd.DataFrame({"start": edges, "value": _spread(of, edges), "kind": kind})
        for kind, of in ((_FOUND, table), (_ELSE, everything[~here]))
    ]
    bars = pd.concat(parts, ignore_index=True)
    return bars.assign(time=as_time(bars["start"]), until=as_time(bars["start"] + width)), width


def _widths() -> Any:
    yield HOUR
    days = 1
    while True:
        yield days * DAY
        days *= 7 if days == 1 else 2


def _spread(table: pd.DataFrame, edges: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return the bytes that fall into the bin after each edge."""
    known = table[table["bytes_src_to_dst"].notna()]
    size = known["bytes_src_to_dst"].to_numpy("float64")
    first, last = (known[f"{name}_ms"].to_numpy("float64") for name in ("first", "last"))
    length = np.maximum(last - first, 1)
    width = edges[1] - edges[0] if len(edges) > 1 else DAY
    sent = [(size * np.clip((edge - first) / length, 0, 1)).sum() for edge in (*edges, edges[-1] + width)]
    return np.round(np.diff(sent))


def _usual(bars: pd.DataFrame) -> tuple[float, float] | None:
    """Return the median of all else, and the line above which a bin is unusual; None of too few bins."""
    others = np.log1p(bars.loc[bars["kind"] == _ELSE, "value"].to_numpy("float64"))
    if len(others) < 7 or not others.any():
        return None
    median = float(np.median(others))
    deviation = float(np.median(np.abs(others - median)))
    return float(np.expm1(median)), float(np.expm1(median + _DEVIATIONS * deviation / _TO_SIGMA))


def _drawn(bars: pd.DataFrame, usual: tuple[float, float] | None, width: int) -> Any:
    sums = {kind: float(bars.loc[bars["kind"] == kind, "value"].sum()) for kind in (_FOUND, _ELSE)}
    shown = bars[bars["value"] > 0]
    tallest = float(shown.groupby("time")["value"].sum().max())
    shown = shown.assign(length=at_least_seen(shown["value"], tallest, HEIGHT))
    scale = alt.Scale(domain=[_FOUND, _ELSE], range=[SERIES[2], UNKNOWN])
    top = tallest * 1.08
    y = alt.Y(
        "length:Q", title="bytes out", stack="zero", axis=number_axis(), scale=alt.Scale(domain=[0, top])
    )
    drawn = alt.Chart(shown.drop(columns="start"), width=WIDTH, height=HEIGHT).mark_bar(orient="vertical")
    marks = drawn.encode(
        x=over(int(bars["start"].min()), int(bars["start"].max()) + width),
        x2="until",
        y=y,
        color=alt.Color("kind:N", title=None, scale=scale, legend=numbered(sums)),
        order=alt.Order("kind:N", sort="ascending"),
        tooltip=[
            alt.Tooltip("kind:N", title="What"),
            seconds_tooltip("time", "From (UTC)"),
            seconds_tooltip("until", "To (UTC)"),
            alt.Tooltip("value:Q", title="Bytes out", format=","),
        ],
    )
    if not usual or usual[1] > top:
        return alt.layer(marks)
    level = alt.Chart(pd.DataFrame([{"low": 0, "high": usual[1], "words": "usual up to here"}]))
    band = level.mark_rect(color=LINES, opacity=0.25).encode(y="low:Q", y2="high:Q")
    line = level.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.5).encode(y="high:Q")
    words = level.mark_text(align="left", dx=4, dy=-7, fontSize=11).encode(
        x=alt.value(0), y="high:Q", text="words:N"
    )
    return alt.layer(band, marks, line, words)
