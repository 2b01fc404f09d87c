"""Columns as numbers, and rows brought together by what is the same in them, without comparing texts."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[Any]
_ROOM = 2**62  # numbers up to here can be packed together
_MILL = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd: no bit is lost by multiplying


def coded(values: "pd.Series[Any]") -> Array:
    """Return the codes of a column of texts; they sort like the texts, and null, -1, comes first.

    >>> coded(pd.Series(["b", None, "a"])).tolist()
    [1, -1, 0]
    """
    if not isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("category")
    codes, texts = values.cat.codes.to_numpy(), values.cat.categories
    if texts.is_monotonic_increasing:
        return codes
    rank = np.empty(len(texts) + 1, dtype=codes.dtype)
    rank[texts.argsort()], rank[-1] = np.arange(len(texts)), -1
    return rank[codes]


def numbers(values: "pd.Series[Any]") -> tuple[Array, Array]:
    """Return a column of counters as whole numbers, 0 where unknown, and which are known."""
    array = values.array
    if isinstance(array, pd.arrays.IntegerArray):
        return array._data, ~array._mask  # type: ignore[attr-defined]  # to_numpy would copy both
    return values.fillna(0).to_numpy(dtype=np.int64), values.notna().to_numpy()


def packed(columns: Sequence[Array]) -> Array:
    """Return one whole number for each combination of codes (-1 and up): equal only where all are equal.

    >>> packed([np.array([0, 0, -1]), np.array([5, 5, 5])]).tolist()
    [13, 13, 6]
    """
    sizes = [int(column.max(initial=0)) + 2 for column in columns]
    return reduce(_beside, zip(columns, sizes, strict=True), (np.zeros(len(columns[0]), np.int64), 1))[0]


def _beside(left: tuple[Array, int], right: tuple[Array, int]) -> tuple[Array, int]:
    (key, size), (column, more) = left, right
    if size * more >= _ROOM:
        key, kinds = pd.factorize(key)
        size = len(kinds)
    key = key * more
    key += column
    key += 1
    return key, size * more


def together(first: Array, second: Array) -> tuple[Array, Array]:
    """Return an order of rows in which equal pairs (first, second) lie together, and where a new pair begins.

    Rows of one pair keep their order. A hash brings them together, and is never trusted: pairs that
    share one are told apart by their numbers.
    """
    bits = np.uint64(max(1, len(first)).bit_length())
    sorted_ = mixed(first, second)
    sorted_ >>= bits
    sorted_ <<= bits
    sorted_ |= np.arange(len(first), dtype=np.uint64)
    sorted_.sort()  # the place is in it: so the quickest sort will do
    order = (sorted_ & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    sorted_ >>= bits
    runs = changes(sorted_)
    new = changes(first[order]) | changes(second[order])
    if (new & ~runs).any():
        order = _told_apart(order, runs, new & ~runs, (first, second))
        new = changes(first[order]) | changes(second[order])
    return order, new


def mixed(first: Array, second: Array) -> Array:
    """Return a 64-bit hash of pairs of whole numbers, whose upper bits depend on all of them."""
    hashed = first.astype(np.uint64)
    hashed *= _MILL[0]
    hashed ^= hashed >> np.uint64(32)
    hashed += second.view(np.uint64)
    hashed *= _MILL[1]
    hashed ^= hashed >> np.uint64(29)
    hashed *= _MILL[0]
    return hashed


def changes(values: Array) -> Array:
    """Tell the places whose value is not the one before; the first always."""
    result = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=result[1:])
    return result


def _told_apart(order: Array, runs: Array, mistaken: Array, pair: tuple[Array, Array]) -> Array:
    """Sort the rows of hashes that several pairs share."""
    run = np.cumsum(runs)
    shared = np.zeros(run[-1] + 1, dtype=bool)
    shared[run[mistaken]] = True
    places = np.flatnonzero(shared[run])
    rows = order[places]
    order[places] = rows[np.lexsort((rows, pair[1][rows], pair[0][rows], run[places]))]
    return order
