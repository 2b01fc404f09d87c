"""Export: a table as a file, and beside it a text that says what it is and where it came from."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from nsgkit.case.spreadsheets import CSV, defused, write_csv
from nsgkit.enrich.facts import ENDS
from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.held import in_parts, is_pandas, values_of
from nsgkit.schema import NAME_COLUMNS, name_of, names_carried, with_name_columns

FOLDER = Path("nsgkit-exports")  # below where the notebook runs


def export(table: Any, kind: str, said: list[str], folder: Path = FOLDER) -> Path:
    """Write a table as `csv` or `parquet`, and its text beside it; return the table's path.

    Addresses stay what they are; what they are called stands in columns of its own, where the table carries
    it. A store's conversations are written part by part: they need not fit into memory.

    Nothing is ever written over. In CSV a text that a spreadsheet would take for a formula gets an
    apostrophe before it; Parquet has every value as it is.
    """
    at = datetime.now(UTC)
    path = _free(folder, f"nsgkit-{at:%Y%m%dT%H%M%SZ}", kind)
    try:
        folder.mkdir(exist_ok=True)
        number = (_write_table if is_pandas(table) else _write_parts)(table, kind, path)
        lines = [f"{path.name}: {number:,} rows, written {at:%Y-%m-%d %H:%M:%S} UTC.", *said]
        path.with_suffix(f".{kind}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        problem = error.strerror
    else:
        return path
    raise NsgkitError(f"{path} cannot be written: {problem}. Start the notebook where you may write.")


def _write_table(table: pd.DataFrame, kind: str, path: Path) -> int:
    named = with_name_columns(table)
    if kind == "csv":
        write_csv(defused(named), path)
    else:
        named.to_parquet(path, index=False)
    return len(table)


def _write_parts(table: Any, kind: str, path: Path) -> int:
    """Write a relation's rows; the first part has none, and says what the columns are."""
    parts = _named_parts(table)
    first = next(parts)
    fields = pa.Schema.from_pandas(first, preserve_index=False)
    told = pa.schema([field.with_type(_plain(field.type)) for field in fields])
    writer = csv.CSVWriter(path, told, write_options=CSV) if kind == "csv" else pq.ParquetWriter(path, told)
    number = 0
    with closing(writer):
        for part in parts:
            ready = defused(part) if kind == "csv" else part
            writer.write_table(pa.Table.from_pandas(_texts(ready), told, preserve_index=False))
            number += len(part)
    return number


def _named_parts(table: Any) -> Iterator[pd.DataFrame]:
    """Yield the parts with the same columns: those of names where any address of any part has one."""
    known = names_carried(table)
    named = bool(known) and any(name_of(ip, known) for end in ENDS for ip in values_of(table, end))
    for part in in_parts(table):
        for end in ENDS if named else ():
            names = part[end].astype("object").map(lambda ip: name_of(ip, known) or None)
            part.insert([*part.columns].index(end) + 1, NAME_COLUMNS[end], names.astype("object"))
        yield part


def _texts(part: pd.DataFrame) -> pd.DataFrame:
    return part.astype(dict.fromkeys(part.select_dtypes("category").columns, "object"))


def _plain(kind: Any) -> Any:
    """Return the type of a column in all parts: a part without values, or with few, must not tell it."""
    texts = pa.types.is_dictionary(kind) or pa.types.is_null(kind) or pa.types.is_large_string(kind)
    return pa.string() if texts else kind


def _free(folder: Path, stem: str, kind: str) -> Path:
    names = (f"{stem}{f'-{n}' if n else ''}.{kind}" for n in range(10_000))
    return next(folder / name for name in names if not (folder / name).exists())
