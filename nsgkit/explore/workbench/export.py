"""Export: a table as a file, and beside it a text that says what it is and where it came from."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.schema.columns import as_text

FOLDER = Path("nsgkit-exports")  # below where the notebook runs
_FORMULA = re.compile(r"^[=+\-@\x00-\x1f]")  # how a cell begins that a spreadsheet would run


def export(table: pd.DataFrame, kind: str, said: list[str], folder: Path = FOLDER) -> Path:
    """Write a table as `csv` or `parquet`, and its text beside it; return the table's path.

    Nothing is ever written over. In CSV a text that a spreadsheet would take for a formula gets an
    apostrophe before it; Parquet has every value as it is.
    """
    at = datetime.now(UTC)
    path = _free(folder, f"nsgkit-{at:%Y%m%dT%H%M%SZ}", kind)
    try:
        folder.mkdir(exist_ok=True)
        if kind == "csv":
            defused(table).to_csv(path, index=False)
        else:
            table.to_parquet(path, index=False)
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
    return table.assign(**{name: as_text(table[name]).map(_inert, na_action="ignore") for name in texts})


def _inert(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _free(folder: Path, stem: str, kind: str) -> Path:
    names = (f"{stem}{f'-{n}' if n else ''}.{kind}" for n in range(10_000))
    return next(folder / name for name in names if not (folder / name).exists())
