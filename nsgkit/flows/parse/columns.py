"""The rows of many tuples as arrays, and the ways in which such columns are put together.

Texts are kept as codes into a list of distinct texts; the arrays stay small, and an address that
occurs a million times is looked at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.flows.parse.json_exact import JsonList, Number
from nsgkit.flows.parse.tuples import NULL, BadTupleError, Row, read_tuple
from nsgkit.schema import COUNTERS

Array = npt.NDArray[Any]
TEXTS = ("src_ip", "dst_ip", "encryption")
DTYPES: dict[str, Any] = {
    "time": np.int64, "src_ip": np.int32, "dst_ip": np.int32, "src_port": np.uint16, "dst_port": np.uint16,
    "protocol": np.uint8, "direction": np.int8, "decision": np.int8, "state": np.int8,
    "encryption": np.int32, **dict.fromkeys(COUNTERS, np.int64),
}  # fmt: skip


class Rejected(NamedTuple):
    """A tuple that is no flow row: its place among those given, why, its text, where it begins."""

    place: int
    reason: str
    raw: str
    at: int


@dataclass
class Columns:
    """Flow rows as arrays, one for each name in DTYPES.

    A text is stored as its index in `texts[name]`, or -1 for null; an unknown counter is -1. Every text has
    a row, and may be listed twice. `place` is each row's place among the tuples that were read: with the
    places of the rejected tuples, none is missing.
    """

    arrays: dict[str, Array]
    texts: dict[str, pa.StringArray]
    place: Array
    rejected: list[Rejected] = field(default_factory=list)


def from_rows(rows: Sequence[Row], places: Sequence[int], rejected: list[Rejected]) -> Columns:
    """Return the columns of rows that were read one by one."""
    values = dict(zip(Row._fields, zip(*rows, strict=True), strict=True)) if rows else {}
    arrays, texts = {}, {}
    for name, dtype in DTYPES.items():
        column: Sequence[Any] = values.get(name, ())
        if name in TEXTS:
            codes: dict[str, int] = {}
            column = [NULL if text is None else codes.setdefault(text, len(codes)) for text in column]
            texts[name] = pa.array(codes, type=pa.string())
        elif name in COUNTERS:
            column = [NULL if count is None else count for count in column]
        arrays[name] = np.array(column, dtype=dtype)
    return Columns(arrays, texts, np.array(places, dtype=np.int64), rejected)


def read_one_by_one(tuples: Sequence[object], version: int, places: Sequence[int]) -> Columns:
    """Return the columns of tuples read by the exact reader: the reference."""
    rows, kept, rejected = [], [], []
    for value, place in zip(tuples, places, strict=True):
        row = _row(value, version)
        if isinstance(row, Row):
            rows.append(row)
            kept.append(place)
        else:
            rejected.append(Rejected(place, row, str(value), 0))
    return from_rows(rows, kept, rejected)


def _row(value: object, version: int) -> Row | str:
    if not isinstance(value, str) or isinstance(value, Number):
        return "this tuple is not a text"
    try:
        return read_tuple(value, version)
    except BadTupleError as error:
        return str(error)


def read_list(values: JsonList, version: int, first: int) -> Columns:
    """Return the columns of a JSON list of tuples whose first has the place `first`."""
    columns = read_one_by_one(values, version, range(first, first + len(values)))
    columns.rejected = [
        reject._replace(raw=values.raw(reject.place - first), at=values.spans[reject.place - first][0])
        for reject in columns.rejected
    ]
    return columns


def choose(columns: Columns, rows: Array, places: Array) -> Columns:
    """Return some of the rows, with the texts that one of them has; `places` are the places of these."""
    arrays = {name: array[rows] for name, array in columns.arrays.items()}
    texts = {}
    for name in TEXTS:
        used = np.unique(arrays[name][arrays[name] != NULL])
        table = np.full(len(columns.texts[name]) + 1, NULL, dtype=np.int32)  # -1, null, is its last place
        table[used] = np.arange(len(used))
        arrays[name], texts[name] = table[arrays[name]], columns.texts[name].take(pa.array(used))
    return Columns(arrays, texts, places)


def shift_places(part: Columns, counts: Array, first: Array) -> Columns:
    """Return the part with its places moved to where its lists stand among all of them."""
    starts = np.cumsum(counts) - counts
    if np.array_equal(starts, first):
        return part
    shift = np.repeat(first - starts, counts)
    rejected = [reject._replace(place=int(reject.place + shift[reject.place])) for reject in part.rejected]
    return Columns(part.arrays, part.texts, part.place + shift[part.place], rejected)


def merge(parts: Sequence[Columns]) -> Columns:
    """Return several columns as one, in the order of their places."""
    if len(parts) == 1:
        return parts[0]
    arrays = {n: np.concatenate([part.arrays[n] for part in parts]) for n in DTYPES if n not in TEXTS}
    texts = {}
    for name in TEXTS:
        tables, texts[name] = numbered([part.texts[name] for part in parts])
        codes = [table[part.arrays[name]] for table, part in zip(tables, parts, strict=True)]
        arrays[name] = np.concatenate(codes)
    place = np.concatenate([part.place for part in parts])
    order = np.argsort(place, kind="stable")
    rejected = sorted(reject for part in parts for reject in part.rejected)
    return Columns({name: array[order] for name, array in arrays.items()}, texts, place[order], rejected)


def numbered(parts: Sequence[pa.StringArray]) -> tuple[list[Array], pa.StringArray]:
    """Return for each part a table, from its codes to those of the distinct, sorted texts of all, and these.

    The last place of a table is for -1, null, which stays null.
    """
    filled = [part for part in parts if len(part)]
    found = pa.chunked_array(filled, type=pa.string()).dictionary_encode()  # its chunks share one dictionary
    texts = found.chunk(0).dictionary if filled else pa.array([], type=pa.string())
    order = pc.sort_indices(texts)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order.to_numpy()] = np.arange(len(order), dtype=np.int32)
    chunks = iter(found.chunks)
    places = (next(chunks).indices.to_numpy() if len(part) else np.empty(0, np.int32) for part in parts)
    return [np.append(rank[place], np.int32(NULL)) for place in places], texts.take(order)
