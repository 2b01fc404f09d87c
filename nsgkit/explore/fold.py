"""A table that takes one line until it is opened: an answer to think about first, or a list to look up in."""

from typing import Any

import pandas as pd

from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape

_LEFT = "text-align: left"


class Folded:
    """What `folded` returns: one line in a notebook that opens the table; in plain text all of it."""

    def __init__(self, table: pd.DataFrame, title: str) -> None:
        self.table = table
        self.title = title

    def _repr_html_(self) -> str:
        texts = self.table.astype("object").itertuples(index=False, name=None)
        rows = ([f'<div style="{_LEFT}">{escape(_text(value))}</div>' for value in row] for row in texts)
        body = html_table(map(str, self.table.columns), rows)
        return f"<details><summary>{escape(self.title)}</summary>{body}</details>"

    def __repr__(self) -> str:
        texts = self.table.astype("object").map(_text)
        return f"{self.title}\n{texts.to_string(index=False)}"


def folded(table: pd.DataFrame, title: str) -> Folded:
    """Return `table`, all of its rows, folded away under a line that opens it at a click.

    Whole numbers have separators, what is missing is a dash, and no text is cut.

    >>> folded(pd.DataFrame({"rule": ["Web"], "rows": [1200]}), "Rules")
    Rules
    rule  rows
     Web 1,200
    """
    return Folded(table, title)


def _text(value: Any) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
