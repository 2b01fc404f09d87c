"""What stands beside the marks of a timeline: gaps in the logs, hatched; lines that an analyst set."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import altair as alt
import pandas as pd

from nsgkit import schema
from nsgkit.html import visible
from nsgkit.palette import INK, LINES
from nsgkit.times import milliseconds, parse_time
from nsgkit.views.timeline.plot import STEP, Plot, as_time, in_milliseconds

_APART = 9  # pixels between the lines of a hatch
_MOST_LINES = 1_500
_MOST_PIECES = 150
_MOST_LABELS = 5
_LETTER = 6.2  # pixels
_ROOM = 34  # letters of a label
_LEVEL = 0.62  # lanes: how far one row of labels lies above another
_MOST_LEVELS = 5


class Gap(NamedTuple):
    """A stretch without logs, in milliseconds, and what was not logged."""

    start: int
    end: int
    words: str


class Line(NamedTuple):
    """A moment that an analyst set, its label, and in which row of labels that stands, from 0."""

    time: int
    text: str
    level: int


def gaps_in(gaps: pd.DataFrame | None, plot: Plot, known: Any) -> list[Gap]:
    """Return the stretches of the span in which logs are missing, joined where the same are missing."""
    if gaps is None:
        return []
    schema.require(gaps.columns, ["start", "end"], "nsgkit.analyses.coverage_gaps")
    start, end = (in_milliseconds(gaps[name]).clip(plot.start, plot.end) for name in ("start", "end"))
    whose = gaps["mac"].astype("str") if "mac" in gaps else pd.Series("", index=gaps.index)
    held = [each for each in zip(start, end, whose, strict=True) if each[0] < each[1]]
    times = sorted({time for begin, until, _ in held for time in (begin, until)})
    if len(times) > _MOST_PIECES:
        held = [(begin, until, _SOME if name else "") for begin, until, name in held]
    pieces: list[Gap] = []
    for begin, until in pairwise(times):
        names = {name for first, last, name in held if first <= begin and last >= until}
        if names:
            pieces = _joined(pieces, Gap(begin, until, _words(names, known)))
    return pieces


_SOME = "some"


def _words(names: set[str], known: Any) -> str:
    if names in ({""}, {_SOME}):
        return "no logs" if names == {""} else "no logs of some NICs"
    if len(names) > 1:
        return f"no logs of {len(names)} NICs"
    (name,) = names
    return f"no logs of {visible(known.get(name, name))}"


def _joined(pieces: list[Gap], gap: Gap) -> list[Gap]:
    last = pieces[-1] if pieces else None
    if last and last.end == gap.start and last.words == gap.words:
        return [*pieces[:-1], Gap(last.start, gap.end, gap.words)]
    return [*pieces, gap]


def lines_in(marks: Iterable[tuple[object, object]], plot: Plot) -> list[Line]:
    """Return the lines that lie in the span, their labels in rows so that none lies over another."""
    told = sorted((milliseconds(parse_time(time, "marks")), visible(text)) for time, text in marks)
    ends: list[float] = []
    lines = []
    for time, text in told:
        if not plot.start <= time < plot.end:
            continue
        label = text if len(text) <= _ROOM else f"{text[: _ROOM - 1]}…"
        left = _left(time, label, plot)
        free = [level for level, end in enumerate(ends) if end < left]
        level = free[0] if free else min(len(ends), _MOST_LEVELS - 1)
        ends[level : level + 1] = [left + len(label) * _LETTER + 8]
        lines.append(Line(time, label, level))
    return lines


def _left(time: int, label: str, plot: Plot) -> float:
    """Return where a label begins, in pixels: to the right of its line, or to the left near the end."""
    at, wide = (time - plot.start) / plot.pixel, len(label) * _LETTER
    return at - wide if at + wide > plot.width else at


def head_of(gaps: list[Gap], lines: list[Line]) -> float:
    """Return how much room the labels need above the lanes."""
    levels = max((line.level + 1 for line in lines), default=0)
    return (bool(gaps) + levels) * _LEVEL


def gap_layers(gaps: list[Gap], plot: Plot) -> list[alt.Chart]:
    """Return gaps as thin lines from corner to corner, between two edges: nothing that is data looks so."""
    if not gaps:
        return []
    hatch = alt.Chart(_hatched(gaps, plot)).mark_rule(color=LINES, opacity=0.6, strokeWidth=1, clip=True)
    widest = sorted(gaps, key=lambda gap: gap.start - gap.end)[:_MOST_LABELS]
    labels = pd.DataFrame({
        "time": as_time([(gap.start + gap.end) / 2 for gap in widest]),
        "low": -_LEVEL / 2,
        "said": [gap.words for gap in widest],
    })  # fmt: skip
    text = alt.Chart(labels).mark_text(color=INK, fontSize=10, fontStyle="italic")
    return [hatch.encode(x2="until", y2="high"), text.encode(text="said:N")]


def _hatched(gaps: list[Gap], plot: Plot) -> pd.DataFrame:
    tall = plot.lanes * STEP
    wide = [(gap.end - gap.start) / plot.pixel for gap in gaps]
    apart = _APART * max(sum(each + tall for each in wide) / _APART / _MOST_LINES, 1)
    lines: list[tuple[float, float, float, float]] = []
    for gap in gaps:
        left, right = ((time - plot.start) / plot.pixel for time in (gap.start, gap.end))
        lines += [(left, left, 0, tall), (right, right, 0, tall)]
        at = (left - tall) // apart * apart + apart
        while at < right:
            begin, end = max(left, at), min(right, at + tall)
            lines.append((begin, end, begin - at, end - at))
            at += apart
    table = pd.DataFrame(lines, columns=["time", "until", "low", "high"])
    times = {name: as_time(table[name] * plot.pixel + plot.start) for name in ("time", "until")}
    return table.assign(**times, low=table["low"] / STEP, high=table["high"] / STEP)


def line_layers(lines: list[Line], gaps: list[Gap], plot: Plot) -> list[alt.Chart]:
    """Return the analyst's lines, each with its label above the lanes."""
    if not lines:
        return []
    above = (bool(gaps) + 0.5) * _LEVEL
    table = pd.DataFrame({
        "time": as_time([line.time for line in lines]),
        "low": [-above - line.level * _LEVEL for line in lines],
        "high": float(plot.lanes),
        "said": [line.text for line in lines],
        "left": [_left(line.time, line.text, plot) * plot.pixel + plot.start < line.time for line in lines],
    })  # fmt: skip
    rules = alt.Chart(table).mark_rule(color=INK, strokeWidth=1.5, strokeDash=[5, 3]).encode(y2="high")
    return [rules, *(_labels(table[table["left"] == left], left=left) for left in table["left"].unique())]


def _labels(table: pd.DataFrame, *, left: bool) -> alt.Chart:
    align: Literal["left", "right"] = "right" if left else "left"
    chart = alt.Chart(table).mark_text(
        color=INK, fontSize=11, fontWeight="bold", align=align, dx=-4 if left else 4
    )
    labels: alt.Chart = chart.encode(text="said:N")
    return labels
