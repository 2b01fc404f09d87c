"""Flow rows of a store -> its conversations: all of them, or those that new rows touch."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nsgkit.counting.parts import ENDS, stitch_part
from nsgkit.memory import give_back
from nsgkit.progress import progress
from nsgkit.store import delta
from nsgkit.store.dealing import COLUMNS, ROWS, dealt
from nsgkit.store.delta import Written
from nsgkit.store.keeping import READ_INTO, read_file
from nsgkit.store.known import blobs_of
from nsgkit.store.state import State, write_state
from nsgkit.store.tables import TABLES, arrow, encoding
from nsgkit.store.touched import touched

PARTS = "parts"
_AT_ONCE = 150_000  # conversations that are written together
_OF_FILE = 2_000_000  # conversations
_CHANGED = [*ENDS, "time"]


def stitch_new(folder: Path, state: State) -> int:
    """Stitch what came or went since the conversations were made last; return how many there are."""
    if state.stitched is None or any(state.read[name] != state.stitched[name] for name in READ_INTO):
        state.stitched = state.read | {"conversations": _stitch(folder, state)}
        write_state(folder, state)
    return sum(file.rows for file in delta.counting(folder, "conversations").values())


def _stitch(folder: Path, state: State) -> int:
    """Stitch; return the version of the table of conversations."""
    old = state.stitched or {"flows": 0, "blobs": 0}
    now, before = delta.counting(folder, "flows"), set(delta.live(folder, "flows", old["flows"]))
    known = {delta.mark_of(path) for path in before}
    came = sorted(path for path in now if delta.mark_of(path) not in known)  # else written anew, without some
    went = _gone(folder, old["blobs"], sorted(before - now.keys()))
    stitched = delta.live(folder, "conversations")
    rows = sum(now[path].rows for path in came)
    tables: Iterator[Any] = (read_file(folder, "flows", path, COLUMNS) for path in came)
    again: dict[str, Any] = {}
    if stitched:
        none = pa.schema([TABLES["flows"].field(name) for name in _CHANGED]).empty_table()
        changed = pa.concat_tables([none, *_ends(folder, came), *went])
        others = [str(folder / "flows" / path) for path in sorted(now.keys() - {*came})]
        found = touched(changed, others, [str(folder / "conversations" / path) for path in stitched])
        again, tables, rows = found.conversations, chain(tables, found.tables), rows + found.rows
    made = _written(folder, tables, rows)
    kept, removed = _without(folder, again)
    return delta.commit(delta.opened(folder, "conversations"), [*made, *kept], removed)


def _gone(folder: Path, blobs: int, files: Sequence[str]) -> list[Any]:
    """Return the ends and times of rows that count no more."""
    if not files:
        return []
    names = ["name", "read"]
    before, now = blobs_of(folder, names, blobs), blobs_of(folder, names)
    both = before.merge(now, on=names, how="left", indicator=True)
    gone = pa.array(both.loc[both["_merge"] == "left_only", "name"].tolist(), pa.string())
    tables = [read_file(folder, "flows", path, [*_CHANGED, "blob"]) for path in files]
    return [
        _plain(table.filter(pc.is_in(table.column("blob").cast(pa.string()), gone))).select(_CHANGED)
        for table in tables
    ]


def _ends(folder: Path, files: Iterable[str]) -> list[Any]:
    return [_plain(read_file(folder, "flows", path, _CHANGED)) for path in files]


def _plain(table: Any) -> Any:
    kinds = pa.schema([TABLES["flows"].field(name) for name in table.column_names])
    return table.cast(kinds)


def _written(folder: Path, tables: Iterable[Any], rows: int) -> list[Written]:
    """Stitch the rows part by part; return the files that their conversations are written to."""
    parts = -(-rows // ROWS)
    with (
        dealt(tables, rows, folder / PARTS) as flows,
        DayFiles(folder) as files,
        ThreadPoolExecutor(1) as pool,
        progress(total=parts, desc="Stitching conversations", unit="part", leave=False) as bar,
    ):
        for made in _ahead(pool, flows):
            files.add(made)
            give_back()
            bar.update(1)
    return files.written


def _ahead(pool: ThreadPoolExecutor, parts: Iterator[pd.DataFrame]) -> Iterator[Any]:
    """Yield the conversations of each part, while the next is stitched."""
    waiting = []
    for flows in parts:
        waiting.append(pool.submit(_conversations, flows))
        if len(waiting) > 1:
            yield waiting.pop(0).result()
    for each in waiting:
        yield each.result()


def _conversations(flows: pd.DataFrame) -> Any:
    part = stitch_part(flows)
    return arrow(part.table, "conversations", **part.lists)


class DayFiles:
    """Files of conversations, one a day at a time, which grow part by part."""

    def __init__(self, folder: Path) -> None:
        """Begin with no file."""
        self.written: list[Written] = []
        self._place = folder / "conversations"
        self._waiting: list[Any] = []
        self._open: dict[str, tuple[str, Any, int]] = {}  # day -> path, its writer, rows

    def __enter__(self) -> "DayFiles":
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        for day in [*self._open]:
            self._close(day)

    def add(self, table: Any) -> None:
        """Take in a part's conversations."""
        self._waiting.append(table)
        if sum(each.num_rows for each in self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting:
            return
        table = pa.concat_tables(self._waiting).unify_dictionaries()
        self._waiting = []
        for day, rows in delta.by_day("conversations", table).items():
            self._write(str(day), rows)

    def _write(self, day: str, table: Any) -> None:
        if day not in self._open:
            path = delta.new_path(day, "conversations")
            (self._place / path).parent.mkdir(parents=True, exist_ok=True)
            self._open[day] = path, pq.ParquetWriter(self._place / path, table.schema, **encoding(table)), 0
        path, writer, rows = self._open[day]
        writer.write_table(table, row_group_size=table.num_rows)
        self._open[day] = path, writer, rows + table.num_rows
        if rows + table.num_rows >= _OF_FILE:
            self._close(day)

    def _close(self, day: str) -> None:
        path, writer, rows = self._open.pop(day)
        writer.close()
        self.written.append(delta.written(self._place, path, day, rows))


def _without(folder: Path, places: dict[str, Any]) -> tuple[list[Written], list[str]]:
    """Write files of conversations anew without those that were stitched again: row numbers of each file."""
    kept, removed = [], []
    for file, rows in places.items():
        path = Path(file).relative_to(folder / "conversations").as_posix()
        table = read_file(folder, "conversations", path)
        keep = np.ones(table.num_rows, dtype=bool)
        keep[rows] = False
        removed.append(path)
        if keep.any():
            left = table.filter(pa.array(keep))
            kept.append(delta.write(folder, "conversations", delta.day_of(path), left, "conversations"))
    return kept, removed
