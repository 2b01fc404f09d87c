"""Tables as CSV for other tools: no text in it is run by a spreadsheet."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from nsgkit.counting.columns import categories

CSV = csv.WriteOptions(quoting_style="needed")
_FORMULA = re.compile(r"^[=+\-@\x00-\x1f]")  # how a cell begins that a spreadsheet would run


def inert(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would run it.

    >>> inert("=1+1"), inert("Web")
    ("'=1+1", 'Web')
    """
    return f"'{text}" if _FORMULA.match(text) else text


def defused(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an apostrophe before each text that a spreadsheet would run.

    >>> defused(pd.DataFrame({"rule": ["=1+1", "Web"]}))["rule"].tolist()
    ["'=1+1", 'Web']
    """
    texts = table.select_dtypes(include=["object", "string", "category"]).columns
    return table.assign(**{name: _inert(table[name]) for name in texts})


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, with quotes where they are needed."""
    csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), path, CSV)


def _inert(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Look once at each distinct text: a column of millions has few."""
    coded = categories(values)
    texts = [inert(text) for text in map(str, coded.categories)]
    # -1 is a missing one, and takes the last.
    return pd.Series(np.array([*texts, None], dtype=object)[coded.codes], index=values.index, dtype="object")
