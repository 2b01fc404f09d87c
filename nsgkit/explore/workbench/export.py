"""Export: a table as a file, and beside it a text that says what it is and where it came from."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from nsgkit.counting.columns import categories
from nsgkit.errors import NsgkitError
from nsgkit.schema import with_name_columns

FOLDER = Path("nsgkit-exports")  # below where the notebook runs
_FORMULA = re.compile(r"^[=+\-@\x00-\x1f]")  # how a cell begins that a spreadsheet would run


def export(table: pd.DataFrame, kind: str, said: list[str], folder: Path = FOLDER) -> Path:
    """Write a table as `csv` or `parquet`, and its text beside it; return the table's path.

    Addresses stay what they are; what they are called stands in columns of its own, where the table carries
    it.

    Nothing is ever written over. In CSV a text that a spreadsheet would take for a formula gets an
    apostrophe before it; Parquet has every value as it is.
    """
    at, named = datetime.now(UTC), with_name_columns(table)
    path = _free(folder, f"nsgkit-{at:%Y%m%dT%H%M%SZ}", kind)
    try:
        folder.mkdir(exist_ok=True)
        if kind == "csv":
            _write_csv(defused(named), path)
        else:
            named.to_parquet(path, index=False)
        lines = [f"{path.name}: {len(table):,} rows, written {at:%Y-%m-%d %H:%M:%S} UTC.", *said]
        path.with_suffix(f".{kind}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        problem = error.strerror
    else:
        return path
    raise NsgkitError(f"{path} cannot be written: {problem}. Start the notebook where you may write.")


def defused(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with an apostrophe before each text that a spreadsheet would run.

    >>> defused(pd.DataFrame({"rule": ["=1+1", "Web"]}))["rule"].tolist()
    ["'=1+1", 'Web']
    """
    texts = table.select_dtypes(include=["object", "string", "category"]).columns
    return table.assign(**{name: _inert(table[name]) for name in texts})


def _inert(values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Look once at each distinct text: a column of millions has few."""
    coded = categories(values)
    texts = [f"'{text}" if _FORMULA.match(text) else text for text in map(str, coded.categories)]
    # -1 is a missing one, and takes the last.
    return pd.Series(np.array([*texts, None], dtype=object)[coded.codes], index=values.index, dtype="object")


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    how = csv.WriteOptions(quoting_style="needed")
    csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), path, how)


def _free(folder: Path, stem: str, kind: str) -> Path:
    names = (f"{stem}{f'-{n}' if n else ''}.{kind}" for n in range(10_000))
    return next(folder / name for name in names if not (folder / name).exists())
