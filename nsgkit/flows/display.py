"""How FlowLogs shows itself: coverage first, then the span, the rows and the rejects."""

from collections.abc import Sequence

import pandas as pd

from nsgkit.flows.coverage import STATUS
from nsgkit.html import escape, visible

Said = tuple[pd.DataFrame, Sequence[str]]  # what hours_covered gives, and sentences about the reading
_SIGNS = dict(zip(STATUS, "█▒▄▓○-··", strict=True))
_CELL, _GAP, _LEFT, _TOP = 11, 2, 210, 20
_NICS_SHOWN, _HOURS_SHOWN = 24, 24 * 7
_THERE, _NOT_THERE, _MARK = "#0072b2", "#d55e00", "#f0e442"


def as_text(flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, said: Said) -> str:
    """Return the summary as plain text."""
    hours, notes = said
    lines = _sentences(flows, rejects, blobs, hours, notes)
    if not hours.empty:
        grid = _grid(hours)
        shown = grid.iloc[:_NICS_SHOWN, -_HOURS_SHOWN:]
        width = max(len(visible(nic)) for nic in shown.index)
        lines.append(_hours_title(shown))
        lines += [
            f"{visible(nic):<{width}} {''.join(map(_SIGNS.__getitem__, row))}"
            for nic, row in zip(shown.index, shown.to_numpy(), strict=True)
        ]
        lines.append("  ".join(f"{_SIGNS[status]} {status}" for status in _present(shown)))
        lines += _left_out(grid, shown)
    return "\n  ".join([f"FlowLogs: {lines[0]}", *lines[1:]])


def as_html(flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, said: Said) -> str:
    """Return the summary for a notebook: the coverage as a picture, then the figures."""
    hours, notes = said
    first, *rest = _sentences(flows, rejects, blobs, hours, notes)
    picture = ""
    if not hours.empty:
        grid = _grid(hours)
        shown = grid.iloc[:_NICS_SHOWN, -_HOURS_SHOWN:]
        picture, rest = _picture(shown), rest + _left_out(grid, shown)
    figures = "".join(f"<div>{escape(sentence)}</div>" for sentence in rest)
    heading = f"<div><strong>FlowLogs</strong>: {escape(first)}</div>"
    return f'<div class="nsgkit-logs" style="line-height:1.5">{heading}{picture}{figures}</div>'


def _grid(hours: pd.DataFrame) -> pd.DataFrame:
    """Return one row a NIC, one column an hour; a NIC that two logs cover has two rows."""
    nic = hours["mac"] + "  " + hours["resource"].str.rsplit("/", n=1).str[-1].str.slice(0, 18)
    return hours.assign(nic=nic).pivot_table("status", "nic", "hour", "first", observed=True)


def _present(grid: pd.DataFrame) -> list[str]:
    there = set(grid.to_numpy().ravel())
    return [status for status in STATUS if status in there]


def _sentences(
    flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, hours: pd.DataFrame, notes: Sequence[str]
) -> list[str]:
    cells = hours["status"].value_counts()
    states = ", ".join(f"{cells[status]:,} {status}" for status in STATUS if cells.get(status, 0))
    families = ", ".join(sorted({f for names in blobs["family"].dropna() for f in names.split(", ")}))
    unread = int(rejects["tuple"].isna().sum())
    size = f"{_many(hours['mac'].nunique(), 'NIC')} × {_many(hours['hour'].nunique(), 'hour')}"
    sentences = [
        f"coverage {size}: {states or 'none is told'}.",
        f"{len(flows):,} flow rows from {_utc(flows['time'].min())} to {_utc(flows['time'].max())} UTC."
        if len(flows)
        else "No flow rows: the blobs hold no tuple that could be read.",
        f"{_many(len(rejects) - unread, 'tuple')} rejected, {_many(unread, 'piece')} unread (see .rejects).",
        f"{_many(len(blobs), 'blob')}, {int(blobs['size'].sum()):,} bytes; {families or 'no'} flow logs.",
    ]
    unplaced = int(blobs["hour"].isna().sum())
    if unplaced:
        sentences.append(f"{_many(unplaced, 'blob')} without an hour: not in the picture.")
    return sentences + list(notes)


def _left_out(grid: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    nics, hours = grid.shape[0] - shown.shape[0], grid.shape[1] - shown.shape[1]
    return [
        f"The picture leaves out {_many(count, what)}."
        for count, what in ((nics, "more NIC"), (hours, "earlier hour"))
        if count
    ]


def _picture(grid: pd.DataFrame) -> str:
    """Return hours × NICs as SVG: a full cell is there, an outline is not, half a cell still grows."""
    step = _CELL + _GAP if grid.shape[1] <= 60 else max(3, 780 // grid.shape[1])
    row = _CELL + _GAP
    width, height = _LEFT + step * grid.shape[1] + 8, _TOP + row * grid.shape[0]
    hours = [pd.Timestamp(hour) for hour in grid.columns]
    cells = "".join(
        f"<g><title>{escape(nic)}, {_utc(hour)} UTC: {escape(status)}</title>"
        f"{_shape(status, _LEFT + x * step, _TOP + y * row, step - (step > 4))}</g>"
        for y, nic in enumerate(grid.index)
        for x, (hour, status) in enumerate(zip(hours, grid.iloc[y], strict=True))
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
    return (
        f'<svg role="img" aria-label="{escape(_hours_title(grid))}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" style="max-width:100%;font:11px var(--jp-ui-font-family,sans-serif);'
        f'fill:var(--jp-ui-font-color1,currentColor)">{days}{names}{cells}</svg>{_legend(grid)}'
    )


def _shape(status: str, x: int, y: int, width: int) -> str:
    middle = f'cx="{x + width / 2}" cy="{y + _CELL / 2}"'
    if status in ("before the first", "after the last"):
        return f'<circle {middle} r="1" fill="#888888"/>'
    if status in ("missing", "not asked for"):
        stroke = f'stroke="{_NOT_THERE}"' if status == "missing" else 'stroke="#888888" stroke-dasharray="2"'
        box = f'x="{x + 0.75}" width="{width - 1.5}" y="{y + 0.75}" height="{_CELL - 1.5}"'
        return f'<rect {box} fill="none" {stroke} stroke-width="1.5"/>'
    top = y + _CELL // 2 if status == "growing" else y
    full = f'<rect x="{x}" width="{width}" y="{top}" height="{y + _CELL - top}" fill="{_THERE}"/>'
    if status == "with rejects":
        return f'{full}<circle {middle} r="2.5" fill="{_MARK}"/>'
    if status == "no longer in Azure":
        return f'{full}<path d="M{x} {y}l{width} {_CELL}" stroke="{_MARK}" stroke-width="1.5"/>'
    return full


def _legend(grid: pd.DataFrame) -> str:
    items = "".join(
        f'<svg width="{_CELL}" height="{_CELL}" style="margin:0 4px 0 14px">{_shape(status, 0, 0, _CELL)}'
        f"</svg>{status}"
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
