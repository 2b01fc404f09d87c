"""The pictures of the timeline explorer: the lanes, in which marks are chosen, and the strip of all the time."""

from typing import Any

import altair as alt

from nsgkit import views
from nsgkit.explore.timeline.question import Question, Timeline
from nsgkit.explore.workbench.bins import Span
from nsgkit.explore.workbench.selectable import along, brushable, milliseconds
from nsgkit.views.theme import NAMED_WIDTH, StandIn

_STRIP = 44  # pixels high


def of_strip(timeline: Timeline, asked: Question) -> Any:
    """Return all the time of what the filter keeps, with a window on the span that is looked at.

    A window over everything would leave no place to draw another: then there is none.
    """
    whole, looked = timeline.whole_span, timeline.span(asked)
    drawn = views.over_time(timeline.over_time(asked))
    if isinstance(drawn, StandIn):
        return brushable(drawn, whole)
    window = {} if looked == whole else {"value": {"x": milliseconds(looked)}}
    interval = alt.selection_interval(name="span", encodings=["x"], zoom=False, **window)
    strip = along(drawn, whole).encode(y=drawn.encoding.y.axis(None), color=_without_legend(drawn))
    strip = strip.properties(width=NAMED_WIDTH, height=_STRIP, title=alt.Undefined)
    return strip.add_params(interval)


def is_window(ends: list[float], looked: Span, whole: Span) -> bool:
    """Return whether a drag that is told is where the window is already: pixels do not tell seconds."""
    start, end = milliseconds(whole)
    pixel = (end - start) / NAMED_WIDTH
    return all(abs(a - b) <= pixel for a, b in zip(sorted(ends), milliseconds(looked), strict=True))


def _without_legend(drawn: Any) -> Any:
    return drawn.encoding.color.legend(None)
