"""The picture of a transfer: what one source sent in each hour or day, and where to."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from nsgkit.html import visible
from nsgkit.palette import INK, LINES, SERIES, UNKNOWN
from nsgkit.times import DAY, HOUR
from nsgkit.views.findings.parts import (
    as_time,
    attempted,
    nothing_to_draw,
    over,
    seconds_tooltip,
    spoken_width,
    whom,
)
from nsgkit.views.numbers import at_least_seen, number_axis, numbered, short_number
from nsgkit.views.theme import HEIGHT, WIDTH, empty_chart, readable, titled

MOST_BARS = 240
_ELSE = "all else it sent"


def transfer_picture(
    proof: pd.DataFrame, beside: pd.DataFrame | None = None, *, line: float | None = None
) -> Any:
    """Draw the bytes that a source sent in each hour or day: what a finding is about, and all else.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations that prove a finding, as `nsgkit.detections.proof` gives them.
    beside : pandas.DataFrame or None
        All conversations of the same source: then all that went to the same destination is drawn, and what
        went elsewhere; a finding's `rows` may be the first of very many.
    line : float or None
        Bytes an hour, beyond which it is unusual; drawn where a bar is an hour.

    Returns
    -------
    altair.LayerChart
        Bars of bytes from source to destination, spread evenly over the time of each connection. An hour a
        bar up to ten days, then a day or more. Times are UTC.

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
    everything = table if beside is None else attempted(beside)
    same, name = _same(table, everything)
    total = int(everything.loc[same, "bytes_src_to_dst"].astype("Int64").sum())
    if not total:
        return empty_chart("No counter tells how much was sent.", "Logs of version 1 have none.")
    bars, width = _bars({name: everything[same], _ELSE: everything[~same]})
    said = [f"Bytes out per {spoken_width(width)}, spread evenly over each connection; times in UTC."]
    drawn_line = line if width == HOUR else None
    if drawn_line is not None:
        said.append(f"Up to the dashed line, {short_number(round(drawn_line))} bytes an hour, is usual here.")
    return titled(_drawn(bars, drawn_line, width), f"{whom(table)}: {short_number(total)} bytes out", said)


def _same(table: pd.DataFrame, everything: pd.DataFrame) -> tuple["pd.Series[bool]", str]:
    """Tell which conversations went where the proof went, and call it by its name."""
    column = "dst_ip" if table["dst_ip"].nunique() == 1 or table["dst_port"].nunique() > 1 else "dst_port"
    wanted = table[column].unique()
    what = "port " if column == "dst_port" else ""
    name = f"to {what}{visible(wanted[0])}" if len(wanted) == 1 else f"to {len(wanted):,} addresses"
    return everything[column].isin(wanted), name


def _bars(parts: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, int]:
    """Return the bytes of each bin and part."""
    whole = pd.concat(parts.values())
    first, last = int(whole["first_ms"].min()), int(whole["last_ms"].max())
    width = next(w for w in _widths() if last // w - first // w < MOST_BARS)
    edges = np.arange(first // width * width, last // width * width + width, width)
    tables = [
        pd.DataFrame({"start": edges, "value": _spread(of, edges, width), "kind": kind})
        for kind, of in parts.items()
    ]
    bars = pd.concat(tables, ignore_index=True)
    return bars.assign(time=as_time(bars["start"]), until=as_time(bars["start"] + width)), width


def _widths() -> Iterator[int]:
    yield HOUR
    days = 1
    while True:
        yield days * DAY
        days *= 7 if days == 1 else 2


def _spread(table: pd.DataFrame, edges: "np.ndarray[Any, Any]", width: int) -> "np.ndarray[Any, Any]":
    """Return the bytes that fall into the bin after each edge."""
    known = table[table["bytes_src_to_dst"].notna()]
    size = known["bytes_src_to_dst"].to_numpy("float64")
    first, last = (known[f"{name}_ms"].to_numpy("float64") for name in ("first", "last"))
    length = np.maximum(last - first, 1)
    sent = [(size * np.clip((e - first) / length, 0, 1)).sum() for e in (*edges, edges[-1] + width)]
    return np.round(np.diff(sent))


def _drawn(bars: pd.DataFrame, line: float | None, width: int) -> Any:
    shown = bars[bars["value"] > 0]
    sums = {str(kind): float(n) for kind, n in shown.groupby("kind", sort=False)["value"].sum().items()}
    tallest = float(shown.groupby("time")["value"].sum().max())
    shown = shown.assign(length=at_least_seen(shown["value"], tallest, HEIGHT))
    colours = alt.Scale(domain=[*sums], range=[UNKNOWN if kind == _ELSE else SERIES[2] for kind in sums])
    top = max(tallest * 1.08, (line or 0) * 1.2)
    scale = alt.Scale(domain=[0, top], nice=False)
    chart = alt.Chart(readable(shown.drop(columns="start")), width=WIDTH, height=HEIGHT)
    marks = chart.mark_bar(orient="vertical").encode(
        x=over(int(bars["start"].min()), int(bars["start"].max()) + width),
        x2="until",
        y=alt.Y("length:Q", title="bytes out", stack="zero", axis=number_axis(), scale=scale),
        color=alt.Color("kind:N", title=None, scale=colours, legend=numbered(sums)),
        order=alt.Order("kind:N", sort="ascending"),
        tooltip=[
            alt.Tooltip("kind:N", title="Sent"),
            seconds_tooltip("time", "From (UTC)"),
            seconds_tooltip("until", "To (UTC)"),
            alt.Tooltip("value:Q", title="Bytes out", format=","),
        ],
    )
    return with_usual(marks, line)


def with_usual(marks: alt.Chart, line: float | None) -> Any:
    """Return bars with a band from 0 up to a line behind them, and the line before them."""
    if line is None:
        return alt.layer(marks)
    level = alt.Chart(pd.DataFrame([{"low": 0.0, "high": float(line)}]))
    band = level.mark_rect(color=LINES, opacity=0.25).encode(y="low:Q", y2="high:Q")
    dashes = level.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=1.5).encode(y="high:Q")
    return alt.layer(band, marks, dashes)
