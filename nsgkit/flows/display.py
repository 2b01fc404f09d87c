"""How FlowLogs shows itself: coverage first, then the span, the rows and the rejects."""

from collections.abc import Sequence

import pandas as pd

from nsgkit.html import escape, visible

# What a blob's hour can be, worst first, with its sign in plain text.
STATES = {"no blob": "·", "growing": "▄", "with rejects": "▒", "present": "█"}
_CELL, _GAP, _LEFT, _TOP = 11, 2, 172, 20
_NICS_SHOWN, _HOURS_SHOWN = 24, 24 * 7


def hours_by_nic(blobs: pd.DataFrame) -> pd.DataFrame:
    """Return what is there of each NIC's hours: one row a NIC, one column an hour, values of STATES.

    A NIC is expected in every hour between the first and the last blob of them all. A blob whose hour
    or NIC is not told has no place here.
    """
    known = blobs.dropna(subset=["hour", "mac"])
    if known.empty:
        return pd.DataFrame()
    state = pd.Series("present", index=known.index)
    state[(known["rejects"] > 0) | (known["unread"] > 0)] = "with rejects"
    state[~known["complete"]] = "growing"
    order = pd.CategoricalDtype(list(STATES), ordered=True)
    cells = state.astype(order).cat.codes.groupby([known["mac"], known["hour"]]).min().unstack("hour")
    hours = pd.date_range(known["hour"].min(), known["hour"].max(), freq="h")
    return cells.reindex(columns=hours).fillna(0).astype(int).map(list(STATES).__getitem__)


def as_text(flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, notes: Sequence[str]) -> str:
    """Return the summary as plain text."""
    grid = hours_by_nic(blobs)
    lines = [f"FlowLogs: {sentence}" if i == 0 else f"  {sentence}" for i, sentence in
             enumerate(_sentences(flows, rejects, blobs, grid, notes))]  # fmt: skip
    if not grid.empty:
        shown = grid.iloc[:_NICS_SHOWN, -_HOURS_SHOWN:]
        width = max(len(visible(nic)) for nic in shown.index)
        lines.append(f"  {_hours_title(shown)}")
        lines += [f"  {visible(nic):<{width}} {''.join(map(STATES.__getitem__, row))}"
                  for nic, row in zip(shown.index, shown.to_numpy(), strict=True)]  # fmt: skip
        lines.append("  " + "  ".join(f"{sign} {state}" for state, sign in STATES.items()))
        lines += [f"  {sentence}" for sentence in _left_out(grid, shown)]
    return "\n".join(lines)


def _sentences(
    flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, grid: pd.DataFrame, notes: Sequence[str]
) -> list[str]:
    cells = grid.stack().value_counts() if not grid.empty else pd.Series(dtype=int)
    states = ", ".join(f"{cells[state]:,} {state}" for state in reversed(STATES) if cells.get(state, 0))
    families = ", ".join(sorted({f for names in blobs["family"].dropna() for f in names.split(", ")}))
    unread = int(rejects["tuple"].isna().sum())
    size = f"{_many(grid.shape[0], 'NIC')} × {_many(grid.shape[1], 'hour')}"
    sentences = [
        f"coverage {size}: {states or 'none is told'}.",
        f"{len(flows):,} flow rows from {_utc(flows['time'].min())} to {_utc(flows['time'].max())} UTC."
        if len(flows)
        else "No flow rows: the blobs hold no tuple that could be read.",
        f"{_many(len(rejects) - unread, 'tuple')} rejected, {_many(unread, 'piece')} unread (see .rejects).",
        f"{_many(len(blobs), 'blob')}, {int(blobs['size'].sum()):,} bytes; {families or 'no'} flow logs.",
    ]
    unplaced = int(blobs[["hour", "mac"]].isna().any(axis=1).sum())
    if unplaced:
        sentences.append(f"{_many(unplaced, 'blob')} without an hour or a single NIC: not in the picture.")
    return sentences + list(notes)


def as_html(flows: pd.DataFrame, rejects: pd.DataFrame, blobs: pd.DataFrame, notes: Sequence[str]) -> str:
    """Return the summary for a notebook: the coverage as a picture, then the figures."""
    grid = hours_by_nic(blobs)
    first, *rest = _sentences(flows, rejects, blobs, grid, notes)
    shown = grid.iloc[:_NICS_SHOWN, -_HOURS_SHOWN:]
    rest += _left_out(grid, shown)
    picture = "" if grid.empty else _picture(shown)
    figures = "".join(f"<div>{escape(sentence)}</div>" for sentence in rest)
    heading = f"<div><strong>FlowLogs</strong>: {escape(first)}</div>"
    return f'<div class="nsgkit-logs" style="line-height:1.5">{heading}{picture}{figures}</div>'


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
        f"<g><title>{escape(nic)}, {_utc(hour)} UTC: {escape(state)}</title>"
        f"{_shape(state, _LEFT + x * step, _TOP + y * row, step - (step > 4))}</g>"
        for y, nic in enumerate(grid.index)
        for x, (hour, state) in enumerate(zip(hours, grid.iloc[y], strict=True))
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
        f'fill:var(--jp-ui-font-color1,currentColor)">{days}{names}{cells}</svg>{_legend()}'
    )


def _shape(state: str, x: int, y: int, width: int) -> str:
    size = f'x="{x}" width="{width}"'
    if state == "no blob":
        box = f'x="{x + 0.75}" width="{width - 1.5}" y="{y + 0.75}" height="{_CELL - 1.5}"'
        return f'<rect {box} fill="none" stroke="#d55e00" stroke-width="1.5"/>'
    if state == "growing":
        return f'<rect {size} y="{y + _CELL // 2}" height="{_CELL - _CELL // 2}" fill="#0072b2"/>'
    full = f'<rect {size} y="{y}" height="{_CELL}" fill="#0072b2"/>'
    if state == "with rejects":
        return f'{full}<circle cx="{x + width / 2}" cy="{y + _CELL / 2}" r="2.5" fill="#f0e442"/>'
    return full


def _legend() -> str:
    items = "".join(
        f'<svg width="{_CELL}" height="{_CELL}" style="margin:0 4px 0 14px">{_shape(state, 0, 0, _CELL)}'
        f"</svg>{state}"
        for state in reversed(STATES)
    )
    return f'<div style="font-size:11px">Hours × NICs, UTC:{items}</div>'


def _hours_title(grid: pd.DataFrame) -> str:
    first, last = pd.Timestamp(grid.columns[0]), pd.Timestamp(grid.columns[-1])
    return f"Hours × NICs from {_utc(first)} to {_utc(last + pd.Timedelta(hours=1))} UTC"


def _utc(time: pd.Timestamp) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"
