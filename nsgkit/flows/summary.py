"""How FlowLogs shows itself: coverage first, then the span, the rows and the rejects."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from nsgkit.flows.coverage import STATUS, Coverage
from nsgkit.html import escape, svg_image, visible
from nsgkit.palette import COVERAGE, INK

Said = tuple[Coverage, Sequence[str]]  # what coverage_of gives, and sentences about the reading
WARNING = "WARNING: "  # a note that begins so comes first, and stands out
_CELL, _GAP, _LEFT, _TOP = 11, 2, 210, 20
_REASONS_SHOWN = 3
_BESIDE = "display:inline;margin:0 4px 0 14px"  # of a sign of the legend
_INSIDE = "#ffffff"  # what is drawn inside a full cell: each colour stands out from it


class Extent(NamedTuple):
    """How many flow rows there are, and from when to when; None where there are none."""

    rows: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None

    @classmethod
    def of(cls, flows: pd.DataFrame) -> "Extent":
        """Return the extent of a flow table."""
        times = flows["time"]
        return cls(len(flows), times.min(), times.max()) if len(flows) else cls(0, None, None)


def as_text(extent: Extent, rejects: pd.DataFrame, blobs: pd.DataFrame, said: Said, asked: str = "") -> str:
    """Return the summary as plain text; `asked` is the span that was asked for, in words."""
    covered, notes = said
    lines = [visible(line) for line in _sentences(extent, rejects, blobs, covered, notes)]
    if not covered.hours.empty:
        shown = _grid(covered.hours)
        width = max(len(visible(nic)) for nic in shown.index)
        lines.append(_hours_title(shown))
        lines += [
            f"{visible(nic):<{width}} {''.join(COVERAGE[status].sign for status in row)}"
            for nic, row in zip(shown.index, shown.to_numpy(), strict=True)
        ]
        lines.append("  ".join(f"{COVERAGE[status].sign} {status}" for status in _present(shown)))
        lines += _left_out(covered, shown)
    return "\n  ".join([f"{_headed(asked)}: {lines[0]}", *lines[1:]])


def as_html(extent: Extent, rejects: pd.DataFrame, blobs: pd.DataFrame, said: Said, asked: str = "") -> str:
    """Return the summary for a notebook: the coverage as a picture, then the figures."""
    covered, notes = said
    first, *rest = _sentences(extent, rejects, blobs, covered, notes)
    picture = ""
    if not covered.hours.empty:
        shown = _grid(covered.hours)
        picture, rest = _picture(shown), rest + _left_out(covered, shown)
    figures = "".join(f"<div>{_marked(sentence)}</div>" for sentence in rest)
    heading = f"<div><strong>{_headed(asked)}</strong>: {escape(first)}</div>"
    return f'<div class="nsgkit-logs" style="line-height:1.5">{heading}{picture}{figures}</div>'


def _headed(asked: str) -> str:
    return f"FlowLogs {asked}" if asked else "FlowLogs"


def _marked(sentence: str) -> str:
    return f"<strong>{escape(sentence)}</strong>" if sentence.startswith(WARNING) else escape(sentence)


def _grid(hours: pd.DataFrame) -> pd.DataFrame:
    """Return one row a NIC, one column an hour; a NIC that two logs cover has two rows."""
    nic = hours["mac"] + "  " + hours["resource"].str.rsplit("/", n=1).str[-1].str.slice(0, 18)
    wide = hours.assign(nic=nic).pivot_table(
        "status", ["mac", "resource", "nic"], "hour", "first", observed=True
    )
    return wide.droplevel(["mac", "resource"])


def _present(grid: pd.DataFrame) -> list[str]:
    there = set(grid.to_numpy().ravel())
    return [status for status in STATUS if status in there]


def _sentences(
    extent: Extent, rejects: pd.DataFrame, blobs: pd.DataFrame, covered: Coverage, notes: Sequence[str]
) -> list[str]:
    states = ", ".join(
        f"{covered.counts[status]:,} {status}" for status in STATUS if covered.counts.get(status, 0)
    )
    families = ", ".join(sorted({f for names in blobs["family"].dropna() for f in names.split(", ")}))
    unread = int(blobs["unread"].sum())
    size = f"{_many(covered.nics, 'NIC')} × {_many(covered.length, 'hour')}"
    sentences = [
        f"coverage {size}: {states or 'none is told'}.",
        f"{extent.rows:,} flow rows from {_utc(extent.first)} to {_utc(extent.last)} UTC."
        if extent.first is not None and extent.last is not None
        else "No flow rows: the blobs hold no tuple that could be read.",
        f"{_many(int(rejects['tuple'].notna().sum()), 'tuple')} rejected, {_many(unread, 'piece')} unread "
        "(see .rejects).",
        f"{_many(len(blobs), 'blob')}, {int(blobs['size'].sum()):,} bytes; {families or 'no'} flow logs.",
    ]
    unplaced = int(blobs["hour"].isna().sum())
    if unplaced:
        sentences.append(f"{_many(unplaced, 'blob')} without an hour: not in the picture.")
    first = [note for note in notes if note.startswith(WARNING)]
    others = [note for note in notes if note not in first]
    return [sentences[0], *first, *sentences[1:], *_unreadable(covered), *others]


def _unreadable(covered: Coverage) -> list[str]:
    """Say why hours could not be read, the most frequent reason first."""
    if not covered.reasons:
        return []
    told = [f"{reason} ({count:,})" for reason, count in list(covered.reasons.items())[:_REASONS_SHOWN]]
    more = len(covered.reasons) - len(told)
    return [f"Could not be read: {'; '.join(told)}{f'; and {more} more reasons' if more else ''}."]


def _left_out(covered: Coverage, shown: pd.DataFrame) -> list[str]:
    nics, hours = covered.streams - shown.shape[0], covered.length - shown.shape[1]
    return [
        f"The picture leaves out {_many(count, what)}."
        for count, what in ((nics, "more NIC"), (hours, "earlier hour"))
        if count
    ]


def _picture(grid: pd.DataFrame) -> str:
    """Return hours × NICs as SVG: a full cell is there, an outline is not, half a cell is there in part."""
    step = _CELL + _GAP if grid.shape[1] <= 60 else max(3, 780 // grid.shape[1])
    row = _CELL + _GAP
    width, height = _LEFT + step * grid.shape[1] + 8, _TOP + row * grid.shape[0]
    hours = [pd.Timestamp(hour) for hour in grid.columns]
    cells = "".join(
        _shape(status, _LEFT + x * step, _TOP + y * row, step - (step > 4))
        for y in range(len(grid))
        for x, status in enumerate(grid.iloc[y])
    )
    names = "".join(
        f'<text x="{_LEFT - 8}" y="{_TOP + y * row + 9}" text-anchor="end">{escape(nic)}</text>'
        for y, nic in enumerate(grid.index)
    )
    days = "".join(
        f'<text x="{_LEFT + x * step}" y="12">{_utc(hour)}</text>'
        for x, hour in enumerate(hours)
        if x == 0 or (hour.hour == 0 and step * x > 110)
    )
    return svg_image(_drawn(days + names + cells, width, height), _hours_title(grid)) + _legend(grid)


def _drawn(shapes: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="font:11px sans-serif" fill="{INK}">{shapes}</svg>'
    )


def _shape(status: str, x: int, y: int, width: int) -> str:
    colour = COVERAGE[status].colour
    middle = f'cx="{x + width / 2}" cy="{y + _CELL / 2}"'
    if status in ("before the first", "after the last"):
        return f'<circle {middle} r="1" fill="{colour}"/>'
    if status in ("missing", "not asked for", "could not be read"):
        stroke = f'stroke="{colour}"'
        if status == "not asked for":
            stroke = f'stroke="{colour}" stroke-dasharray="2"'
        box = f'x="{x + 0.75}" width="{width - 1.5}" y="{y + 0.75}" height="{_CELL - 1.5}"'
        cross = f"M{x} {y}l{width} {_CELL}M{x + width} {y}l-{width} {_CELL}"
        inside = f'<path d="{cross}" {stroke}/>' if status == "could not be read" else ""
        return f'<rect {box} fill="none" {stroke} stroke-width="1.5"/>{inside}'
    top = y + _CELL // 2 if status == "growing" else y
    left = x + width // 2 if status == "begins in the middle" else x
    full = (
        f'<rect x="{left}" width="{x + width - left}" y="{top}" height="{y + _CELL - top}" fill="{colour}"/>'
    )
    if status == "with rejects":
        return f'{full}<circle {middle} r="2.5" fill="{_INSIDE}"/>'
    if status == "no longer in Azure":
        return f'{full}<path d="M{x} {y}l{width} {_CELL}" stroke="{_INSIDE}" stroke-width="1.5"/>'
    return full


def _legend(grid: pd.DataFrame) -> str:
    items = "".join(
        svg_image(_drawn(_shape(status, 0, 0, _CELL), _CELL, _CELL), COVERAGE[status].sign, _BESIDE) + status
        for status in _present(grid)
    )
    return f'<div style="font-size:11px">Hours × NICs, UTC:{items}</div>'


def _hours_title(grid: pd.DataFrame) -> str:
    first, last = pd.Timestamp(grid.columns[0]), pd.Timestamp(grid.columns[-1])
    return f"Hours × NICs from {_utc(first)} to {_utc(last + pd.Timedelta(hours=1))} UTC"


def _utc(time: pd.Timestamp) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"
