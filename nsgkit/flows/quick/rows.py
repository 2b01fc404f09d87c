"""The columns of a pandas flow table as numbers, and the buckets that its rows are dealt into.

Rows that may belong to one connection, or to views of it, are in one bucket: a bucket is a part that can be
stitched alone, small enough for the processor's cache.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from nsgkit.flows.stitch import CAPTURE, ROWS
from nsgkit.schema import COUNTERS, TEXT, column, require

Array: TypeAlias = "np.ndarray[Any, Any]"
_PIECE = 1 << 18  # rows at a time, where a step needs no more
_BUCKET = 1 << 17  # rows of a bucket, about
_ENDS_OF_TEXT = ("src_ip", "dst_ip", "protocol")
_STEPS = {"begin": 0, "continuing": 1, "end": 2}
_ODD = [np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)]


@dataclass(frozen=True)
class Rows:
    """A flow table. Every array has one value a row; texts are numbers, and missing ones -1."""

    flows: pd.DataFrame
    columns: Mapping[str, "pd.Series[Any]"]

    @cached_property
    def step(self) -> Array:
        """0 begin (and whatever has no state), 1 continuing, 2 end."""
        return self._told("state", [_STEPS.get(text, 0) for text in self.texts("state")], 0)

    @cached_property
    def alone(self) -> Array:
        """True for a row that is a conversation of its own."""
        return self.is_in("decision", "denied") | (self.codes("state") < 0)

    @cached_property
    def time(self) -> Array:
        """When, in milliseconds since 1970."""
        times: Any = self.columns["time"].astype("datetime64[ms, UTC]").array
        milliseconds: Array = times.asi8  # no copy
        return milliseconds

    @cached_property
    def capture(self) -> tuple[Array, Array]:
        """Return each row's number of who logged it, how decided; and which place each number stands for."""
        place, places = self.combined(*CAPTURE, "direction")
        alone, decision = (self.alone.view("int8"), 2), (self.codes("decision"), len(self.texts("decision")))
        number, size = combine([(place, places), decision, alone])
        of = np.zeros(size, "int32")
        of[number] = place
        return number, of

    def codes(self, name: str) -> Array:
        """Return a column of texts as numbers."""
        return self.columns[name].cat.codes.to_numpy()

    def texts(self, name: str) -> "pd.Index[Any]":
        """Return the texts that the numbers of a column stand for."""
        return self.columns[name].cat.categories

    def plain(self, name: str) -> Array:
        """Return a column of numbers."""
        return self.columns[name].to_numpy()

    def is_in(self, name: str, *texts: str) -> Array:
        """Tell the rows whose text is one of `texts`."""
        return self._told(name, [text in texts for text in self.texts(name)], False).astype(bool)

    def combined(self, *names: str) -> tuple[Array, int]:
        """Return a small number for each combination of texts, and below what all of them are."""
        return combine([(self.codes(name), len(self.texts(name))) for name in names])

    def ranks(self, name: str, rows: Array) -> Array:
        """Return numbers that order rows like their texts, missing ones first."""
        texts = self.texts(name)
        rank = np.empty(len(texts) + 1, "int32")
        rank[texts.argsort()] = np.arange(len(texts))
        rank[-1] = -1
        return rank[self.codes(name)[rows]]

    def counter(self, name: str, rows: Array, counts: Any = True) -> tuple[Array, Array]:
        """Return the counters of some rows, 0 where unknown or not to count, and where they are known."""
        data, mask = self._counters[name]
        known = ~mask[rows]
        known &= counts
        values = data[rows]
        values *= known
        return values, known

    @cached_property
    def _counters(self) -> dict[str, tuple[Array, Array]]:
        arrays: dict[str, Any] = {name: self.columns[name].astype("Int64").array for name in COUNTERS}
        return {name: (array._data, array._mask) for name, array in arrays.items()}

    def words(self, rows: Any) -> tuple[Array, Array]:
        """Return two numbers that together are the addresses, ports and protocol of some rows."""
        src, dst, protocol = (
            (self.codes(name)[rows].astype("int64") + 1).view("uint64")
            for name in ("src_ip", "dst_ip", "protocol")
        )
        ports = (self.plain(name)[rows].astype("uint64") for name in ("src_port", "dst_port"))
        src_port, dst_port = ports
        return src << np.uint64(32) | dst, protocol << np.uint64(32) | src_port << np.uint64(16) | dst_port

    def _told(self, name: str, told: Sequence[Any], missing: Any) -> Array:
        return np.array([*told, missing], "int8")[self.codes(name)]


def rows_of(flows: pd.DataFrame) -> Rows:
    """Return the rows of a flow table that has the columns it needs."""
    require(flows.columns, [*ROWS])
    # A frame of these columns alone would be a copy of them.
    columns = {name: flows[name] for name in ROWS}
    texts = {name: _category(columns[name]) for name in ROWS if column(name).dtype == TEXT}
    return Rows(flows, columns | texts)


def combine(columns: Sequence[tuple[Array, int]]) -> tuple[Array, int]:
    """Return a number for each combination of numbers (each from -1, and below its size)."""
    whole, span = np.zeros(len(columns[0][0]), "int32"), 1
    for numbers, size in columns:
        made = whole if span * (size + 1) < 1 << 31 else whole.astype("int64")
        made *= size + 1
        made += numbers
        made += 1
        whole, span = _dense(made, span * (size + 1))
    return whole, span


def _dense(numbers: Array, span: int) -> tuple[Array, int]:
    if span > 1 << 24:
        found, distinct = pd.factorize(numbers)
        return found.astype("int32"), len(distinct)
    used = np.zeros(span, bool)
    used[numbers] = True
    return (np.cumsum(used, dtype="int32") - 1)[numbers], max(int(used.sum()), 1)


def mix(first: Array, second: Array) -> Array:
    """Mix two words into one of 64 bits. Equal words give equal numbers; the reverse must be checked."""
    mixed = first * _ODD[0]
    mixed ^= mixed >> np.uint64(29)
    mixed += second * _ODD[1]
    mixed ^= mixed >> np.uint64(32)
    mixed *= _ODD[2]
    return mixed ^ (mixed >> np.uint64(29))


def dealt(rows: Rows) -> tuple[Array, Array]:
    """Return the positions of rows bucket by bucket, and where each bucket begins and the last one ends."""
    length = len(rows.flows)
    buckets = min(max(length // _BUCKET, 1), 1 << 15)
    bucket = np.empty(length, "uint16")
    for start in range(0, length, _PIECE):
        piece = slice(start, start + _PIECE)
        bucket[piece] = (_short(rows, piece) >> np.uint32(16)) * np.uint32(buckets) >> np.uint32(16)
    order = np.argsort(bucket, kind="stable").astype("int32")
    return order, np.append(0, np.cumsum(np.bincount(bucket, minlength=buckets)))


def _short(rows: Rows, piece: slice) -> Array:
    """Mix what is the same in all views of a connection into 32 bits."""
    mixed = np.zeros(len(rows.step[piece]), "uint32")
    for name in ("src_ip", "dst_ip", "protocol", "src_port", "dst_port"):
        values = rows.codes(name) if name in _ENDS_OF_TEXT else rows.plain(name)
        mixed += values[piece].astype("uint32")
        mixed *= np.uint32(0x9E3779B1)
        mixed ^= mixed >> np.uint32(15)
    return mixed * np.uint32(0x85EBCA77)


def _category(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")
