"""Flow rows -> parts: rows of one connection, seen from wherever, come into one part.

Parts that together need more memory than there is wait on disk. Names of few values (rules, NICs, blobs)
wait as numbers; addresses as texts, for there may be millions.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.counting.quick.keys import Array, mixed
from nsgkit.memory import give_back
from nsgkit.schema import column
from nsgkit.store.keeping import as_pandas
from nsgkit.store.tables import TABLES

ROWS = 150_000  # of a part, about
_PIECE = 300_000  # rows
COLUMNS = [name for name in TABLES["flows"].names if name != "record_time"]
_ADDRESSES = ("src_ip", "dst_ip")
_NAMES = [n for n in COLUMNS if pa.types.is_string(TABLES["flows"].field(n).type) and n not in _ADDRESSES]
_WAITING = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)  # threads cost more than they do
_SMALL = pa.ipc.IpcReadOptions(use_threads=False)


class Names:
    """The texts of columns with few values, numbered as they come."""

    def __init__(self) -> None:
        """Begin with none."""
        self._numbers: dict[str, dict[str, int]] = defaultdict(dict)

    def numbered(self, name: str, values: Any) -> Any:
        """Return a dictionary column as numbers."""
        known = self._numbers[name]
        texts = values.dictionary.to_pylist()
        table = np.array([known.setdefault(text, len(known)) for text in texts] or [0], dtype=np.int32)
        codes = values.indices.fill_null(0).to_numpy(zero_copy_only=False)
        return pa.array(table[codes], mask=np.asarray(values.is_null()))

    def texts(self, name: str, numbers: Any) -> pd.Categorical:
        """Return the texts of such numbers, as a column of the flow table has them."""
        known = [*self._numbers[name]]
        codes = numbers.fill_null(-1).to_numpy(zero_copy_only=False)
        closed = column(name).values if column(name).closed else None
        used = np.flatnonzero(np.bincount(codes + 1, minlength=1)[1:])
        categories = closed or sorted(known[code] for code in used.tolist())
        place = {text: i for i, text in enumerate(categories)}
        table = np.full(len(known) + 1, -1, dtype=np.int32)  # the last is null's
        for code in used.tolist():
            table[code] = place[known[code]]
        return pd.Categorical.from_codes(table[codes], categories=pd.Index(categories, dtype="str"))


@contextmanager
def dealt(tables: Iterable[Any], rows: int, folder: Path) -> Iterator[Iterator[pd.DataFrame]]:
    """Yield the parts of flow rows that come in Arrow tables, about `rows` in all.

    Where one part is enough nothing waits on disk; else they wait in `folder`, which is removed.
    """
    parts = -(-rows // ROWS)
    coded = map(with_dictionaries, tables)  # in one form: only such can be joined
    if parts <= 1:
        held = [*coded]
        yield iter([_typed(as_pandas(_joined(held)))] if held else [])
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = Names()
    try:
        waiting = _deal(coded, parts, folder, names)
        yield (_flows(path, names) for path in waiting)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def with_dictionaries(table: Any) -> Any:
    """Return rows with one dictionary for each column of texts."""
    arrays = {}
    for name in COLUMNS:
        values = table.column(name)
        if pa.types.is_string(values.type):
            values = pc.dictionary_encode(values)
        if pa.types.is_dictionary(values.type):
            values = values.unify_dictionaries()
        arrays[name] = values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return pa.table(arrays)


def _typed(flows: pd.DataFrame) -> pd.DataFrame:
    for name in ("src_port", "dst_port", "version"):
        flows[name] = flows[name].to_numpy().astype(column(name).dtype)
    return flows


def _deal(tables: Iterable[Any], parts: int, folder: Path, names: Names) -> list[Path]:
    """Write rows to the files of their parts; return these files."""
    paths = [folder / f"{number}.arrow" for number in range(parts)]
    writers: dict[int, Any] = {}
    with ExitStack() as open_files:
        pieces = _pieces(tables)
        while (piece := next(pieces, None)) is not None:
            moved, edges = _by_part(piece, parts, names)
            del piece  # memory is short while the next is read
            for number, (low, high) in enumerate(pairwise(edges)):
                if low == high:
                    continue
                if number not in writers:
                    sink = open_files.enter_context(pa.OSFile(str(paths[number]), "wb"))
                    made = pa.ipc.new_stream(sink, moved.schema, options=_WAITING)
                    writers[number] = open_files.enter_context(made)
                writers[number].write_table(moved.slice(low, high - low))
            del moved
            give_back()
    return [paths[number] for number in sorted(writers)]


def _pieces(tables: Iterable[Any]) -> Iterator[Any]:
    """Yield pieces of tables: large, for each has its price, but what is made of them needs room."""
    held: list[Any] = []
    for table in tables:
        for start in range(0, table.num_rows, _PIECE):
            part = table.slice(start, _PIECE)
            if held and sum(each.num_rows for each in held) + part.num_rows > _PIECE:
                yield _joined(held)
            held.append(part)
    if held:
        yield _joined(held)


def _joined(held: list[Any]) -> Any:
    """Return the tables as one; the list is empty then, so that nothing keeps them."""
    found = pa.concat_tables(held)
    held.clear()
    return with_dictionaries(found)


def _by_part(table: Any, parts: int, names: Names) -> tuple[Any, list[int]]:
    """Return rows as they wait, part after part, and where each part begins and the last ends."""
    part = part_of(table, parts)
    order = np.argsort(part, kind="stable")
    edges = np.searchsorted(part[order], np.arange(parts + 1))
    return _waiting(table, names).take(pa.array(order)), edges.tolist()


def part_of(table: Any, parts: int) -> Array:
    """Return the part of each row, by what its connection is seen with from everywhere (ENDS)."""
    hashed = [_hash(table.column(name).chunk(0)) for name in ("src_ip", "dst_ip", "protocol")]
    ports = [table.column(name).to_numpy().astype(np.int64) for name in ("src_port", "dst_port")]
    number = mixed(hashed[0], hashed[1]) ^ hashed[2].view(np.uint64)
    number = mixed(number.view(np.int64), ports[0] << 16 | ports[1])
    found: Array = (number % np.uint64(parts)).astype(np.uint16 if parts < 65_536 else np.uint32)
    return found


def _hash(values: Any) -> Array:
    """Return a number of each text, by its bytes: the same in each table."""
    texts = np.array(values.dictionary.to_pylist() or [""], dtype=object)
    hashed = pd.util.hash_array(texts, categorize=False)
    found: Array = hashed[values.indices.fill_null(0).to_numpy(zero_copy_only=False)].view(np.int64)
    return found


def _waiting(table: Any, names: Names) -> Any:
    arrays = {}
    for name in COLUMNS:
        values = table.column(name).chunk(0)
        if name in _NAMES:
            values = names.numbered(name, values)
        elif name in _ADDRESSES:
            values = values.dictionary_decode()
        arrays[name] = values
    return pa.table(arrays)


def _flows(path: Path, names: Names) -> pd.DataFrame:
    with pa.OSFile(str(path), "rb") as source:
        table = pa.ipc.open_stream(source.read_buffer(), options=_SMALL).read_all().combine_chunks()
    path.unlink()
    texts = {name: names.texts(name, table.column(name).chunk(0)) for name in _NAMES}
    others = table.select([name for name in COLUMNS if name not in _NAMES])
    addresses = {name: others.column(name).dictionary_encode() for name in _ADDRESSES}
    for name, values in addresses.items():
        others = others.set_column(others.column_names.index(name), name, values)
    flows = _typed(as_pandas(others))
    return flows.assign(**texts)[COLUMNS]
