"""Pictures that can be chosen from: a brush over time, a click on what is drawn.

A stand-in that only says why there is no picture has the same selections: what the browser tells of the
picture before it may come late, and must not be about something unknown.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from nsgkit.views.theme import StandIn, empty_chart, selectable

Span: TypeAlias = tuple[pd.Timestamp, pd.Timestamp]
_SETTLE = 600  # milliseconds without a move, after which a drag is over: whoever drags stops to aim


def empty_place() -> alt.JupyterChart:
    """Return the place for a picture; it tells Python of a drag when that is over, not on its way."""
    drawing = empty_chart("Nothing is drawn yet.", "")
    return selectable(drawing, debounce_wait=_SETTLE, max_wait=False)


def brushable(chart: Any, whole: Span) -> Any:
    """Let a span of time be chosen; the axis keeps to the whole.

    The selection is called `span`; its value has the times in milliseconds, under `time`.
    """
    if isinstance(chart, StandIn):
        place = alt.X("time:Q", axis=None, scale=alt.Scale(domain=[-1, 60]))
        stand_in = chart.transform_calculate(time="0").encode(x=place)
        return stand_in.add_params(alt.selection_interval(name="span", encodings=["x"]))
    interval = alt.selection_interval(name="span", encodings=["x"])
    return along(chart, whole).add_params(interval)


def along(chart: Any, whole: Span) -> Any:
    """Return a chart over time whose axis keeps to the whole, wherever there is something to draw."""
    return chart.encode(x=chart.encoding.x.scale(type="utc", domain=milliseconds(whole)))


def clickable(chart: Any, fields: list[str]) -> Any:
    """Let what is drawn be chosen by a click: the selection `chosen` has the values of `fields`."""
    pick = alt.selection_point(name="chosen", fields=fields, on="click", toggle=False)
    return chart.add_params(pick).configure_mark(cursor="pointer")


def whole_bins(ends: Sequence[float], width: int) -> Span:
    """Return the span between those edges of bins that lie nearest to where a drag began and ended.

    Times and width are milliseconds; the span is at least one bin.

    >>> [str(time) for time in whole_bins([1_734_480_100_000, 1_734_483_500_000], 3_600_000)]
    ['2024-12-18 00:00:00+00:00', '2024-12-18 01:00:00+00:00']
    """
    first, last = (round(end / width) * width for end in sorted(ends))
    start, end = (pd.Timestamp(time, unit="ms", tz="UTC") for time in (first, max(last, first + width)))
    return start, end


def milliseconds(span: Span) -> list[float]:
    """Return when a span begins and ends, as charts have it."""
    return [time.timestamp() * 1000 for time in span]
