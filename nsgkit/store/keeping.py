"""Readings -> the tables of a store: each in one step, with what it takes the place of taken away."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from nsgkit.counting.parts import facts_of
from nsgkit.store import delta
from nsgkit.store.delta import Written
from nsgkit.store.readings import Made
from nsgkit.store.state import State, write_state
from nsgkit.store.tables import TABLES, arrow

READ_INTO = ("flows", "rejects", "blobs", "facts")
Tables = Mapping[str, DeltaTable]
_BLOB = {"flows": "blob", "rejects": "blob", "blobs": "name"}


def keep(folder: Path, state: State, tables: Tables, made: Made, replaced: pd.DataFrame) -> None:
    """Put a reading into the tables, which are open.

    `replaced` are the blobs, with their `name` and `read`, whose rows it takes the place of. Nothing of it
    counts until the state says so, at the end.
    """
    mark = delta.new_mark()
    blobs = made.blobs.assign(read=mark)
    added: dict[str, list[Written]] = {name: [] for name in READ_INTO}
    facts: list[pd.DataFrame] = []
    for name, table in (("flows", made.flows), ("rejects", made.rejects), ("blobs", blobs)):
        for day, part in delta.by_day(name, arrow(table, name)).items():
            added[name].append(delta.write(folder, name, day, part, mark))
            if name == "flows":
                facts.append(_facts(table if len(table) == part.num_rows else None, part, added[name][-1]))
    removed = _take_away(folder, replaced, added, facts)
    if facts and len(every := pd.concat(facts, ignore_index=True)):
        added["facts"].append(delta.write(folder, "facts", None, arrow(every, "facts"), mark))
    state.read = {name: delta.commit(tables[name], added[name], removed[name]) for name in READ_INTO}
    write_state(folder, state)


def as_pandas(table: Any) -> pd.DataFrame:
    """Return rows of the flows as `read_logs` has them: texts as categories, counters with nulls."""
    columns: dict[str, Any] = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_dictionary(column.type):
            codes = column.unify_dictionaries().combine_chunks()
            texts = pd.Index(codes.dictionary.to_pylist(), dtype="str")
            found = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
            columns[name] = pd.Categorical.from_codes(found, categories=texts)
        elif pa.types.is_timestamp(column.type):
            columns[name] = pd.array(
                column.cast(pa.int64()).to_numpy() // 1000, dtype=pd.DatetimeTZDtype("ms", "UTC")
            )
        elif column.type == pa.int64():
            values = column.combine_chunks()
            known = values.is_valid().to_numpy(zero_copy_only=False)
            filled = np.array(values.fill_null(0), dtype=np.int64)
            columns[name] = pd.arrays.IntegerArray(filled, ~known)
        else:
            columns[name] = column.to_numpy()
    return pd.DataFrame(columns, copy=False)


def _facts(whole: pd.DataFrame | None, part: Any, file: Written) -> pd.DataFrame:
    return facts_of(as_pandas(part) if whole is None else whole).assign(file=file.path)


def _take_away(
    folder: Path, replaced: pd.DataFrame, added: dict[str, list[Written]], facts: list[pd.DataFrame]
) -> dict[str, list[str]]:
    """Write the files anew that hold rows of these blobs, without them; return those to be removed."""
    removed: dict[str, list[str]] = {name: [] for name in READ_INTO}
    if replaced.empty:
        return removed
    marks = set(replaced["read"])
    for name, column in _BLOB.items():
        for path in delta.live(folder, name):
            if delta.mark_of(path) not in marks:
                continue
            table = read_file(folder, name, path)
            kept = table.filter(pc.invert(pc.is_in(_plain(table.column(column)), pa.array(replaced["name"]))))
            if kept.num_rows == table.num_rows:
                continue
            removed[name].append(path)
            if kept.num_rows:
                left, mark = delta.compact(kept), delta.mark_of(path)
                added[name].append(delta.write(folder, name, delta.day_of(path), left, mark))
                if name == "flows":
                    facts.append(_facts(None, kept, added[name][-1]))
    _forget(folder, removed["flows"], added, removed)
    return removed


def _forget(
    folder: Path, gone: list[str], added: dict[str, list[Written]], removed: dict[str, list[str]]
) -> None:
    """Take away the facts of files that count no more."""
    for path in delta.live(folder, "facts") if gone else ():
        table = read_file(folder, "facts", path)
        kept = table.filter(pc.invert(pc.is_in(table.column("file"), pa.array(gone))))
        if kept.num_rows < table.num_rows:
            removed["facts"].append(path)
            if kept.num_rows:
                added["facts"].append(delta.write(folder, "facts", None, kept, delta.mark_of(path)))


def read_file(folder: Path, name: str, path: str, columns: list[str] | None = None) -> Any:
    """Return the rows of one file of a table; texts of flow rows as dictionaries."""
    texts = [f.name for f in TABLES[name] if pa.types.is_string(f.type)] if name == "flows" else []
    wanted = columns or TABLES[name].names
    return pq.ParquetFile(folder / name / path, read_dictionary=texts).read(columns=wanted)


def _plain(column: Any) -> Any:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
