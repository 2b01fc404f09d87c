"""Delta Lake tables of a store: Parquet files that pyarrow writes, and transactions that let them count.

A file counts from the transaction that names it on; what a killed process left behind counts for nothing.
"""

import json
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from nsgkit.store.tables import BY_DAY, TABLES, encoding

DAY = "day"  # the column of the partitions
_OURS = re.compile(r"[a-z0-9]+-[0-9a-f]{32}\.parquet")
_KEPT = 24  # hours


class Written(NamedTuple):
    """A file of a table."""

    path: str  # below the table
    day: str | None
    rows: int
    size: int


def create(folder: Path, name: str) -> None:
    """Make an empty table where there is none."""
    place = folder / name
    if not DeltaTable.is_deltatable(str(place)):
        fields = [*TABLES[name], *([pa.field(DAY, pa.string())] if name in BY_DAY else [])]
        partitions = [DAY] if name in BY_DAY else None
        place.mkdir(parents=True, exist_ok=True)
        DeltaTable.create(str(place), pa.schema(fields), mode="ignore", partition_by=partitions)


def opened(folder: Path, name: str) -> DeltaTable:
    """Open a table. For many transactions, once: with each file of its log that costs more."""
    return DeltaTable(str(folder / name))


def counting(folder: Path, name: str, version: int | None = None) -> dict[str, Written]:
    """Return the files that count, at a version or now, by their paths below the table; sorted."""
    found = pa.table(DeltaTable(str(folder / name), version=version).get_add_actions())
    told = (found.column(each).to_pylist() for each in ("path", "num_records", "size_bytes"))
    files = zip(*told, strict=True)
    return {path: Written(path, day_of(path), rows, size) for path, rows, size in sorted(files)}


def live(folder: Path, name: str, version: int | None = None) -> list[str]:
    """Return the paths below the table of the files that count, at a version or now."""
    return [*counting(folder, name, version)]


def strangers(folder: Path, name: str) -> list[str]:
    """Return files in a table's folder that no transaction names."""
    known = {each for log in (folder / name / "_delta_log").glob("*.json") for each in _named_in(log)}
    known.update(live(folder, name))  # a checkpoint names what stood in logs that are gone
    there = (
        path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*") if path.is_file()
    )
    return sorted(path for path in there if path not in known and not path.startswith("_delta_log/"))


def sweep(folder: Path, name: str) -> None:
    """Delete what a killed process of ours left behind; what somebody else put there stays."""
    for path in strangers(folder, name):
        if _OURS.fullmatch(path.rpartition("/")[2]):
            (folder / name / path).unlink(missing_ok=True)


def clear(folder: Path, name: str) -> None:
    """Delete files that have not counted for a day: until then whoever opened the store may read them."""
    opened(folder, name).vacuum(_KEPT, dry_run=False, enforce_retention_duration=False)


def _named_in(log: Path) -> Iterator[str]:
    for line in log.read_text("utf-8").splitlines():
        action = json.loads(line)
        for kind in ("add", "remove"):
            if kind in action:
                yield unquote(action[kind]["path"])


def version(folder: Path, name: str) -> int:
    """Return the number of the table's last transaction."""
    return opened(folder, name).version()


def roll_back(folder: Path, name: str, wanted: int) -> None:
    """Let the table be as it was at a version, by a transaction of its own."""
    table = opened(folder, name)
    if table.version() > wanted and live(folder, name, wanted) != live(folder, name):
        table.restore(wanted)


def commit(table: DeltaTable, added: Iterable[Written], removed: Iterable[str] = ()) -> int:
    """Let files count, and others count no more, in one transaction; return the table's version then."""
    now = int(time.time() * 1000)
    adds = [AddAction(w.path, w.size, _partition(w.day), now, True, _counts(w)) for w in added]
    removes = [RemoveAction(path, True, now, partition_values=_partition(day_of(path))) for path in removed]
    if adds or removes:
        partitions = table.metadata().partition_columns or None
        table.create_write_transaction([*adds, *removes], "append", table.schema(), partitions)
        table.update_incremental()
    return table.version()


def by_day(name: str, table: Any) -> dict[str | None, Any]:
    """Return a table in the parts that files hold: those of a day where its partitions are days."""
    if not table.num_rows:
        return {}
    if name not in BY_DAY:
        return {None: table}
    days = days_of(table.column(BY_DAY[name]))
    starts, order = np.unique(days), np.argsort(days, kind="stable")
    if len(starts) == 1:
        return {_day(starts[0]): table}
    moved, edges = table.take(pa.array(order)), np.searchsorted(days[order], [*starts, starts[-1] + 1])
    parts = zip(starts, pairwise(edges.tolist()), strict=True)
    return {_day(day): compact(moved.slice(low, high - low)) for day, (low, high) in parts}


def write(folder: Path, name: str, day: str | None, table: Any, mark: str) -> Written:
    """Write a table into a file that does not count yet; `mark` begins its name."""
    path = new_path(day, mark)
    (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
    # One row group: a dictionary is written once in each.
    pq.write_table(table, folder / name / path, row_group_size=max(1, table.num_rows), **encoding(table))
    return written(folder / name, path, day, table.num_rows)


def days_of(times: Any) -> Any:
    """Return the day of each time, in days since 1970."""
    return times.cast(pa.int64()).to_numpy() // 86_400_000_000


def compact(table: Any) -> Any:
    """Return a table whose dictionaries hold what its rows need: each is written with its rows."""
    arrays = [
        _compact(column.unify_dictionaries().combine_chunks())
        if pa.types.is_dictionary(column.type)
        else column
        for column in table.columns
    ]
    return pa.table(arrays, names=table.column_names)


def _compact(values: Any) -> Any:
    codes = values.indices.fill_null(0).to_numpy(zero_copy_only=False)
    known = np.asarray(values.indices.is_valid())
    used = np.flatnonzero(np.bincount(codes[known], minlength=len(values.dictionary)))
    place = np.zeros(max(1, len(values.dictionary)), dtype=np.int32)
    place[used] = np.arange(len(used))
    indices = pa.array(place[codes], mask=None if known.all() else ~known)
    return pa.DictionaryArray.from_arrays(indices, values.dictionary.take(pa.array(used)))


def _day(number: int) -> str:
    return str(np.datetime64(int(number), "D"))


def new_mark() -> str:
    """Return a mark that no reading has; later ones sort behind: rows are stitched as they were logged."""
    return f"{time.time_ns():016x}{uuid.uuid4().hex[:4]}"


def new_path(day: str | None, mark: str) -> str:
    """Return a name that no file has."""
    name = f"{mark}-{uuid.uuid4().hex}.parquet"
    return f"{DAY}={day}/{name}" if day else name


def written(place: Path, path: str, day: str | None, rows: int) -> Written:
    """Return a file that was written below a table."""
    return Written(path, day, rows, (place / path).stat().st_size)


def mark_of(path: str) -> str:
    """Return the mark that a file's name begins with."""
    return path.rpartition("/")[2].partition("-")[0]


def _counts(file: Written) -> str:
    return json.dumps({"numRecords": file.rows})


def _partition(day: str | None) -> dict[str, str | None]:
    return {DAY: day} if day else {}


def day_of(path: str) -> str | None:
    """Return the day of a file's partition; None where its table has none."""
    head, slash, _ = path.partition("/")
    return head.removeprefix(f"{DAY}=") if slash else None
