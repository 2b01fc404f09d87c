"""Parts -> the flow table: rows are laid into columns that are made long enough beforehand.

So memory holds each row once, and the columns are the table's own: nothing is put together at the end.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.flows.batches import Reject
from nsgkit.flows.parse.columns import DTYPES, TEXTS, Array, numbered
from nsgkit.flows.parse.records import Header, Headers, Shared, nic, upper
from nsgkit.flows.parse.rows import Groups, Part
from nsgkit.flows.parse.tuples import NULL
from nsgkit.schema import COUNTERS, FLOWS, IANA_PROTOCOLS, column, empty

BYTES_OF_A_TUPLE = 50  # or more: so many fit into a blob
_CLOSED = ("direction", "decision", "state")
_PIECE = 1 << 18  # rows of a column that are made at a time
_HEADER_TEXTS = ("rule", "acl", "mac", "resource", "flow_log")
_DTYPES = DTYPES | {"tuple": np.int32}


class FlowTableBuilder:
    """The flow table while it is being read. `room` is how many rows are expected."""

    def __init__(self, room: int) -> None:
        """Make room; the system gives memory only to what is written."""
        self.rejects: list[Reject] = []
        self._length = 0
        self._columns = {name: np.empty(room, dtype) for name, dtype in _DTYPES.items()}
        self._texts: list[tuple[int, dict[str, pa.StringArray]]] = []
        self._dropped = False
        self._groups = [Groups(*(np.empty(0, dtype=np.int8) for _ in Groups._fields))]

    def add(self, part: Part) -> None:
        """Lay the rows of a part behind those that are there."""
        start, stop = self._length, self._length + len(part.number)
        if stop > len(self._columns["tuple"]):
            self._resize(stop * 3 // 2)
        for name, values in (part.columns.arrays | {"tuple": part.number}).items():
            if name not in TEXTS or len(part.columns.texts[name]):  # else all null, and never looked at
                self._columns[name][start:stop] = values
        self._length = stop
        self._texts.append((start, part.columns.texts))
        self._groups.append(part.groups)
        self.rejects += part.rejects

    @property
    def groups(self) -> Groups:
        """All groups of tuples, in order."""
        return Groups(*map(np.concatenate, zip(*self._groups, strict=True)))

    def values(self, name: str) -> Array:
        """Return what a column holds so far, to look at: times are in milliseconds."""
        return self._columns[name][: self._length]

    @property
    def times(self) -> Array:
        """The time of each row in milliseconds since 1970, to look at."""
        return self.values("time")

    def drop(self, gone: Array) -> Array:
        """Drop the rows that `gone` (a bool a row) names; return how many each group of tuples lost."""
        groups, kept = self.groups, ~gone
        before = np.concatenate(([0], np.cumsum(gone)))  # of rows dropped, before each row
        lost: Array = np.diff(before[np.concatenate(([0], np.cumsum(groups.rows)))])
        self._groups = [groups._replace(rows=groups.rows - lost)]
        self._texts = [(int(start - before[start]), texts) for start, texts in self._texts]
        length = self._length - int(before[-1])
        for array in self._columns.values():  # one after the other: a copy of all would need twice the memory
            array[:length] = array[: self._length][kept]
        self._length, self._dropped = length, True
        return lost

    def table(self, headers: Headers, names: Sequence[str]) -> pd.DataFrame:
        """Return the flow table, once; `names` are the blobs'. The columns are handed over to it."""
        if not self._length:
            return empty()
        self._resize(self._length)
        every = self.groups
        filled = every.rows > 0
        groups = Groups(*(array[filled] for array in every))
        shared, spread = [tidy(header) for header in headers], _spreader(groups.rows)
        makers: dict[str, Callable[[], Any]] = {  # what takes longest first
            "record_time": lambda: _time(spread(groups.record_time)),
            **{n: partial(self._coded, n) for n in TEXTS},
            **{n: partial(self._counter, n) for n in COUNTERS},
            "blob": lambda: _by_group(names, groups.blob, spread),
            "record": lambda: spread(groups.record),
            "version": lambda: spread(_versions(shared)[groups.header]),
            **{
                n: partial(_by_group, [getattr(h, n) for h in shared], groups.header, spread)
                for n in _HEADER_TEXTS
            },
            **{n: partial(self._closed, n) for n in _CLOSED},
            "protocol": lambda: _protocol(self._columns.pop("protocol")),
            "time": lambda: _time(self._columns.pop("time")),
            **{n: partial(self._columns.pop, n) for n in ("src_port", "dst_port", "tuple")},
        }
        with ThreadPoolExecutor(2) as pool:
            series = dict(zip(makers, pool.map(lambda make: make(), makers.values()), strict=True))
        return pd.DataFrame({c.name: series[c.name] for c in FLOWS}, copy=False)

    def _resize(self, room: int) -> None:
        for array in self._columns.values():
            array.resize(room, refcheck=False)  # nobody else has seen it

    def _coded(self, name: str) -> pd.Categorical:
        """Return a column of texts: each part has numbered its own, now all are numbered alike."""
        codes, starts = self._columns.pop(name), [start for start, _ in self._texts]
        tables, texts = numbered([texts[name] for _, texts in self._texts])
        result = np.full(len(codes), NULL, dtype=_smallest(len(texts)))
        for start, stop, table in zip(starts, [*starts[1:], len(codes)], tables, strict=True):
            if len(table) > 1:  # else the part is all null
                result[start:stop] = table.astype(result.dtype).take(codes[start:stop])
        if self._dropped:  # else each text has a row
            return _category(result, texts.to_pylist()).remove_unused_categories()
        return _category(result, texts.to_pylist())

    def _closed(self, name: str) -> pd.Categorical:
        return _category(self._columns.pop(name), column(name).values)

    def _counter(self, name: str) -> Any:
        values = self._columns.pop(name)
        unknown = values < 0
        np.maximum(values, 0, out=values)
        return pd.arrays.IntegerArray(values, unknown)


def tidy(shared: Shared) -> Header:
    """Return what a group shares with resource ids and NIC in their one spelling."""
    version, rule, acl, mac, resource, flow_log = shared
    return Header(version, rule, upper(acl), nic(mac), upper(resource), upper(flow_log))


def _versions(shared: Sequence[Header]) -> Array:
    return np.array([header.version for header in shared], dtype=np.uint8)


def _by_group(values: Sequence[str | None], place: Array, spread: Callable[[Array], Array]) -> pd.Categorical:
    """Return a column whose rows take the value of their group, found at its place among `values`."""
    used = np.bincount(place, minlength=len(values)) > 0
    kept = {value for value, keep in zip(values, used, strict=True) if keep and value is not None}
    texts = sorted(kept)
    codes: dict[str | None, int] = {text: i for i, text in enumerate(texts)}
    table = np.array([codes.get(value, NULL) for value in values], dtype=_smallest(len(texts)))
    return _category(spread(table[place]), texts)


def _spreader(rows: Array) -> Callable[[Array], Array]:
    """Return what gives each group's value once for each of its rows.

    np.repeat does it, but keeps all threads waiting while the system clears the memory of a whole column.
    """
    cuts = np.flatnonzero(np.diff(np.cumsum(rows) // _PIECE)) + 1
    pieces = [slice(*edges) for edges in pairwise([0, *cuts.tolist(), len(rows)])]
    length = int(rows.sum())

    def spread(values: Array) -> Array:
        result, stop = np.empty(length, values.dtype), 0
        for some in pieces:
            piece = np.repeat(values[some], rows[some])
            start, stop = stop, stop + len(piece)
            result[start:stop] = piece
        return result

    return spread


def _protocol(numbers: Array) -> pd.Categorical:
    # With numpy both steps would make eight bytes of each number on the way.
    names = {n: IANA_PROTOCOLS.get(str(n), str(n)) for n in pc.unique(pa.array(numbers)).to_pylist()}
    texts = sorted(names.values())
    table = np.zeros(256, dtype=_smallest(len(texts)))
    for number, name in names.items():
        table[number] = texts.index(name)
    codes = pa.array(table).take(pa.array(numbers)).to_numpy(zero_copy_only=False, writable=True)
    return _category(codes, texts)


def _smallest(texts: int) -> type[np.signedinteger[Any]]:
    """Return the type that pandas keeps the codes of so many texts in."""
    return np.int8 if texts < 127 else np.int16 if texts < 32767 else np.int32


def _category(codes: Array, texts: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(texts), dtype="str"), validate=False)


def _time(milliseconds: Array) -> Any:
    # NO_TIME is numpy's and pandas' own sign for a missing time. dt.tz_localize would make a copy.
    return pd.array(milliseconds, dtype=pd.DatetimeTZDtype("ms", "UTC"), copy=False)
