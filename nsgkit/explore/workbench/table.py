"""Tables of the traffic explorer as HTML: a few rows, labelled, with unknown said in words."""

from collections.abc import Iterable

import pandas as pd

from nsgkit import schema
from nsgkit.counting.measures import PEERS, RANKED, TRAFFIC
from nsgkit.html import escape
from nsgkit.views.theme import cut

MOST_ROWS = 300
_LONG = 24  # characters that are shown whole
_LABELS = {c.name: c.label for c in (*schema.FLOWS, *TRAFFIC, PEERS, *RANKED)}
_LABELS |= {"time": "Time (UTC)", "until": "Until (UTC)", "source": "Source", "destination": "Destination"}
# The columns of a flow row that tell an analyst most; its place in the logs is the proof.
ROW_COLUMNS = (
    "time", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "direction", "decision", "state",
    "packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src", "rule", "mac",
    "blob", "record", "tuple",
)  # fmt: skip


def as_html(table: pd.DataFrame, caption: str) -> str:
    """Return the first rows of a table as HTML under a caption, which also says what is left out.

    >>> as_html(pd.DataFrame({"dst_port": [22]}), "Rows")[-59:]
    '<tbody><tr><td>22</td></tr></tbody></table></div></section>'
    """
    shown = table.head(MOST_ROWS)
    if len(shown) < len(table):
        caption = f"{caption} The first {len(shown):,} of {len(table):,} are shown; the code makes them all."
    heads = "".join(f'<th scope="col">{escape(_LABELS.get(name, name))}</th>' for name in shown.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(value)}</td>' for value in row)}</tr>"
        for row in shown.itertuples(index=False, name=None)
    )
    body = f'<table class="nsgkit-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
    box = f'<div style="overflow:auto; max-height:28em; white-space:nowrap" tabindex="0">{body}</div>'
    return f"<section><p>{escape(caption)}</p>{box}</section>"


def html_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a small table as HTML; the cells are HTML already, so text has to be escaped before.

    >>> html_table(["Place"], [["1"]])[-55:]
    '</tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in rows)
    return f'<table class="nsgkit-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(value: object) -> str:
    if value is pd.NA:
        return "unknown"
    if pd.isna(value):  # type: ignore[call-overload]
        return "–"  # a text that the log does not have
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:.2%}" if value <= 1 else f"{value:,.2f}"
    if isinstance(value, int):
        return str(value)
    return escape(value) if len(str(value)) <= _LONG else cut(value)
