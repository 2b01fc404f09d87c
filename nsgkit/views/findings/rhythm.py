"""The picture of a beacon: how long it waited between connections, and at which hours it called."""

from typing import Any

import altair as alt
import pandas as pd

from nsgkit.palette import ALLOWED, LINES, SERIES
from nsgkit.times import HOUR, fitting_width
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
from nsgkit.views.numbers import counted, number_axis
from nsgkit.views.theme import empty_chart, readable, titled

MOST_DOTS = 600
_BINS = 120  # of time, where there are more intervals
_LEFT, _RIGHT, _HEIGHT = 400, 190, 230
_ABOVE = 2  # medians: what waited longer is at the upper edge
_NEAR = 0.1  # of the median: what counts as the same interval


def beacon_picture(proof: pd.DataFrame) -> Any:
    """Draw the time between connections, and beside it how many there were in each hour of the day.

    Parameters
    ----------
    proof : pandas.DataFrame
        Conversations between one source and one destination, such as `nsgkit.detections.proof` gives; folded
        views are left out.

    Returns
    -------
    altair.HConcatChart
        Left a dot for each interval between two distinct times, or where there are more than 600 the median
        of each bin with its 10th to 90th percentile; the line is the median of all, the band within 10 % of
        it. Intervals of more than 2 medians are triangles at the upper edge. Right the connections in each
        hour of the day. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is another; the error names the function that makes it.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> beacon_picture(nsgkit.query(conversations, "src:10.20.0.4 dst:203.0.113.222")).title.text
    '10.20.0.4 to 203.0.113.222, port 443: every 5 min 7 s'
    """
    table = attempted(proof)
    if table.empty:
        return nothing_to_draw()
    waits = _intervals(table)
    if waits.empty:
        return empty_chart("All of these began in the same second.", "There is no interval to draw.")
    median = float(waits["seconds"].median())
    left, said = _over_time(waits, median)
    pair = alt.hconcat(left, _by_hour(table), spacing=28).resolve_scale(color="independent")
    first = f"{counted(len(table), 'attempt')}, {counted(len(waits), 'interval')}; "
    near = (waits["seconds"] - median).abs().le(median * _NEAR).mean()
    told = f"{first}{near:.0%} of them within 10 % of the median (the band). UTC."
    return titled(pair, f"{whom(table)}: every {spoken_seconds(median)}", [told, *said])


def _intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Return the seconds between one distinct time and the next; times are whole seconds."""
    times = (table["first_ms"] // 1000 * 1000).drop_duplicates().sort_values(ignore_index=True)
    waits = pd.DataFrame({"at": times, "seconds": times.diff() / 1000}).dropna()
    return waits.assign(time=as_time(waits["at"]))


def _over_time(waits: pd.DataFrame, median: float) -> tuple[Any, list[str]]:
    first, last = int(waits["at"].min()), int(waits["at"].max())
    dots, said = (waits.assign(n=1), "") if len(waits) <= MOST_DOTS else _binned(waits, first, last)
    top = max(median * _ABOVE, 1.0)
    beyond = waits["seconds"] > top
    longest = spoken_seconds(float(waits["seconds"].max()))
    more = f"{counted(int(beyond.sum()), 'longer interval')}, up to {longest}, at the upper edge."
    dots = dots.assign(shown=dots["seconds"].clip(upper=top), wait=dots["seconds"].map(spoken_seconds))
    chart = alt.Chart(readable(dots.drop(columns=["at"], errors="ignore")), width=_LEFT, height=_HEIGHT)
    scale = alt.Scale(domain=[0, top * 1.04], nice=False)
    y = alt.Y("shown:Q", title="seconds since the one before", axis=number_axis(whole=False), scale=scale)
    x = over(first, last)
    tooltip = [
        seconds_tooltip("time"),
        alt.Tooltip("wait:N", title="Interval"),
        alt.Tooltip("seconds:Q", title="Seconds", format=",.0f"),
        alt.Tooltip("n:Q", title="Intervals", format=","),
    ]
    usual = chart.transform_filter(alt.datum.seconds <= top).mark_point(filled=True, size=22, opacity=0.85)
    long = chart.transform_filter(alt.datum.seconds > top).mark_point(
        filled=True, size=70, shape="triangle-up", color=SERIES[2], opacity=1
    )
    layers = [*_band(median), *([_spread(chart, x, top)] if "low" in dots else [])]
    layers += [m.encode(x=x, y=y, tooltip=tooltip) for m in (usual.encode(color=alt.value(ALLOWED)), long)]
    return alt.layer(*layers), [text for text in (said, more if beyond.any() else "") if text]


def _binned(waits: pd.DataFrame, first: int, last: int) -> tuple[pd.DataFrame, str]:
    """Return the median interval of each bin of time, and between what most of them lie."""
    width = fitting_width(first, last, _BINS)
    groups = waits.groupby(waits["at"] // width * width)["seconds"]
    dots = pd.DataFrame({"seconds": groups.median(), "n": groups.size()})
    dots = dots.assign(low=groups.quantile(0.1), high=groups.quantile(0.9)).reset_index()
    said = f"A dot is the median of {spoken_width(width)}, its line the 10th to the 90th percentile."
    return dots.assign(time=as_time(dots["at"])), said


def _spread(chart: alt.Chart, x: alt.X, top: float) -> alt.Chart:
    ends = {"bottom": f"min(datum.low, {top})", "upper": f"min(datum.high, {top})"}
    marks: alt.Chart = chart.transform_calculate(**ends).mark_rule(color=ALLOWED, opacity=0.5, strokeWidth=2)
    return marks.encode(x=x, y=alt.Y("bottom:Q"), y2="upper:Q")


def _band(median: float) -> list[alt.Chart]:
    """Draw the median of all intervals, and what lies within a tenth of it."""
    level = pd.DataFrame([{"median": median, "low": median * (1 - _NEAR), "high": median * (1 + _NEAR)}])
    words = f"line: median {spoken_seconds(median)}, band: within 10 %"
    chart = alt.Chart(level.assign(words=words))
    return [
        chart.mark_rect(color=LINES, opacity=0.25).encode(y="low:Q", y2="high:Q"),
        chart.mark_rule(color=SERIES[2], strokeWidth=1.5).encode(y="median:Q"),
        chart.mark_text(align="right", fontSize=12).encode(
            x=alt.value(_LEFT - 4), y=alt.value(_HEIGHT - 10), text="words:N"
        ),
    ]


def _by_hour(table: pd.DataFrame) -> alt.Chart:
    """Draw how many there were in each hour of the day, as the mean of the days on which it lies."""
    counts = as_time(table["first_ms"]).dt.hour.value_counts().reindex(range(24), fill_value=0)
    hours = range(int(table["first_ms"].min()) // HOUR, int(table["first_ms"].max()) // HOUR + 1)
    days = [len(range((hour - hours.start) % 24, len(hours), 24)) for hour in range(24)]
    bars = pd.DataFrame({"hour": counts.index, "n": counts.to_numpy(), "days": days})
    bars["mean"] = bars["n"] / bars["days"].clip(lower=1)
    drawn: alt.Chart = (
        alt.Chart(bars, width=_RIGHT, height=_HEIGHT)
        .mark_bar(color=ALLOWED)
        .encode(
            x=alt.X(
                "hour:O",
                title="Hour of the day (UTC)",
                axis=alt.Axis(values=[0, 6, 12, 18, 23], labelAngle=0),
            ),
            y=alt.Y("mean:Q", title="attempts an hour, mean of the days", axis=number_axis(whole=False)),
            tooltip=[
                alt.Tooltip("hour:O", title="Hour (UTC)"),
                alt.Tooltip("mean:Q", title="Attempts an hour", format=",.1f"),
                alt.Tooltip("n:Q", title="Attempts, all days together", format=","),
                alt.Tooltip("days:Q", title="Days on which the hour lies"),
            ],
        )
    )
    return drawn
