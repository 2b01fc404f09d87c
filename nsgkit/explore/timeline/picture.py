"""The timeline explorer's pictures: the lanes, in which marks are chosen, and the strip of all the time."""

from typing import Any

import altair as alt
import pandas as pd

from nsgkit import views
from nsgkit.explore.timeline.question import Question, Timeline
from nsgkit.explore.timeline.reference_lines import Line, written_lines
from nsgkit.explore.workbench.bins import Span
from nsgkit.explore.workbench.selectable import along, brushable, milliseconds
from nsgkit.views.theme import NAMED_WIDTH, StandIn, empty_chart, hinted, titled

_STRIP = 44  # pixels high
CHOSEN = "chosen"  # the selection of a mark
_HOW = (
    "Drag to look closer, double click for the whole, click a mark to open it; after a click also wheel, "
    "+ - 0 and arrows, j and k."
)


def of_lanes(
    timeline: Timeline, asked: Question, table: pd.DataFrame, lines: tuple[Line, ...], zone: str
) -> Any:
    """Return the lanes, in which a span is chosen by a drag and a mark by a click."""
    drawn = views.lanes(
        table,
        colour=asked.colour,
        gaps=timeline.gaps,
        marks=written_lines(lines),
        span=timeline.span(asked),
        zone=zone,
    )
    if isinstance(drawn, StandIn):
        return drawn
    # The marks are the first layer; a selection of all layers would be one too many in each.
    interval = alt.selection_interval(name="span", encodings=["x"], zoom=False)
    drawn.layer[0] = drawn.layer[0].add_params(interval, _pick())
    drawn = titled(drawn, _one_line(drawn.title.text), drawn.title.subtitle)
    return hinted(drawn, _HOW).configure_rect(cursor="pointer")


def in_place_of_lanes(what: str, what_to_do: str, whole: Span) -> Any:
    """Return what is seen where there are no lanes, with their selections: a click on them may come late."""
    return brushable(empty_chart(what, what_to_do), whole).add_params(_pick())


def _pick() -> alt.Parameter:
    return alt.selection_point(name=CHOSEN, fields=["row"], on="click", toggle=False)


def clicked(value: Any) -> int | None:
    """Return the row of the table whose mark was clicked; None where none was."""
    row = value[0].get("row") if value else None
    return None if row is None else int(row)


def of_strip(timeline: Timeline, asked: Question) -> Any:
    """Return all the time of what the filter keeps, with a window on the span that is looked at.

    A window over everything would leave no place to draw another: then there is none.
    """
    whole, looked = timeline.whole_span, timeline.span(asked)
    drawn: Any = views.over_time(timeline.over_time(asked))
    if isinstance(drawn, StandIn):
        return brushable(drawn, whole)
    window: Any = alt.Undefined if looked == whole else {"x": milliseconds(looked)}
    interval = alt.selection_interval(name="span", encodings=["x"], zoom=False, value=window)
    colour = drawn.encoding.color.legend(None)
    strip = along(drawn, whole).encode(y=drawn.encoding.y.axis(None), color=colour)
    title = alt.TitleParams("All the time", subtitle=[], fontSize=12, fontWeight="normal", offset=4)
    strip = strip.properties(width=NAMED_WIDTH, height=_STRIP, title=title).add_params(interval)
    return hinted(strip, "Drag to go there.")


def is_window(ends: list[float], looked: Span, whole: Span) -> bool:
    """Return whether a drag that is told is where the window is already: pixels do not tell seconds."""
    start, end = milliseconds(whole)
    pixel = (end - start) / NAMED_WIDTH
    return all(abs(a - b) <= pixel for a, b in zip(sorted(ends), milliseconds(looked), strict=True))


def _one_line(title: str | list[str]) -> str:
    return title if isinstance(title, str) else " ".join(title)
