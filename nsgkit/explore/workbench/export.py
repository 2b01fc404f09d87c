"""Export: a table as a file, and beside it a text that says what it is and where it came from."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from nsgkit.case.spreadsheets import defused, write_csv
from nsgkit.errors import NsgkitError
from nsgkit.schema import with_name_columns

FOLDER = Path("nsgkit-exports")  # below where the notebook runs


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
            write_csv(defused(named), path)
        else:
            named.to_parquet(path, index=False)
        lines = [f"{path.name}: {len(table):,} rows, written {at:%Y-%m-%d %H:%M:%S} UTC.", *said]
        path.with_suffix(f".{kind}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        problem = error.strerror
    else:
        return path
    raise NsgkitError(f"{path} cannot be written: {problem}. Start the notebook where you may write.")


def _free(folder: Path, stem: str, kind: str) -> Path:
    names = (f"{stem}{f'-{n}' if n else ''}.{kind}" for n in range(10_000))
    return next(folder / name for name in names if not (folder / name).exists())
