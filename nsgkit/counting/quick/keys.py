"""Columns as numbers, and rows brought together by what is the same in them, without comparing texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from nsgkit.counting.columns import categories

Array = npt.NDArray[Any]
_ROOM = 2**62  # numbers up to here can be packed together
_MILL = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)  # odd: no bit is lost by multiplying


def coded(values: "pd.Series[Any]") -> Array:
    """Return the codes of a column of texts; they sort like the texts, and null, -1, comes first.

    >>> coded(pd.Series(["b", None, "a"])).tolist()
    [1, -1, 0]
    """
    found = categories(values)
    codes: Array = found.codes
    texts = found.categories
    if texts.is_monotonic_increasing:
        return codes
    rank = np.empty(len(texts) + 1, dtype=codes.dtype)
    rank[texts.argsort()], rank[-1] = np.arange(len(texts)), -1
    ranked: Array = rank[codes]
    return ranked


def matching(values: "pd.Series[Any]", *texts: str) -> Array:
    """Tell the rows whose text is one of these."""
    found = categories(values)
    matches: Array = np.append(found.categories.isin(texts), np.False_)[found.codes]
    return matches


def numbers(values: "pd.Series[Any]") -> tuple[Array, Array]:
    """Return a column of counters as whole numbers, 0 where unknown, and which are known."""
    array = values.array
    if isinstance(array, pd.arrays.IntegerArray):
        return array._data, ~array._mask  # type: ignore[attr-defined]  # to_numpy would copy both
    return values.fillna(0).to_numpy(dtype=np.int64), values.notna().to_numpy()


def packed(columns: Sequence[Array]) -> Array:
    """Return one whole number for each combination of codes: equal only where all are equal.

    >>> packed([np.array([0, 0, -1]), np.array([5, 6, 5])]).tolist()
    [5, 6, 3]
    """
    key, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        more = int(column.max()) - int(column.min()) + 1 if len(column) else 1
        if more == 1:
            continue
        if size * more >= _ROOM:
            key, kinds = pd.factorize(key)
            size = len(kinds)
        key *= more
        key += column
        size *= more
    return key


def together(first: Array, second: Array) -> tuple[Array, Array]:
    """Return an order of rows in which equal pairs (first, second) lie together, and where a new pair begins.

    Rows of one pair keep their order. A hash brings them together, and is never trusted: pairs that
    share one are told apart by their numbers.
    """
    bits = np.uint64(max(1, len(first)).bit_length())
    hashed = mixed(first, second)
    hashed >>= bits
    hashed <<= bits
    hashed |= np.arange(len(first), dtype=np.uint64)
    hashed.sort()  # the place is in it: so the quickest sort will do
    order = (hashed & ((np.uint64(1) << bits) - np.uint64(1))).view(np.int64)
    hashed >>= bits
    runs = changes(hashed)
    del hashed
    new = changes(first.take(order))
    new |= changes(second.take(order))
    if (new & ~runs).any():
        _tell_apart(order, new, runs, (first, second))
    return order, new


def ascending(values: Array) -> Array:
    """Return the order that sorts whole numbers from 0; equal ones keep theirs.

    >>> ascending(np.array([7, 3, 7, 0])).tolist()
    [3, 1, 0, 2]
    """
    bits = len(values).bit_length()
    if int(values.max(initial=0)).bit_length() + bits >= 64:
        return np.argsort(values, kind="stable")
    keys = values << bits
    keys |= np.arange(len(values))
    keys.sort()  # numbers alone sort several times as fast as their places
    keys &= (1 << bits) - 1
    return keys


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


def _tell_apart(order: Array, new: Array, runs: Array, pair: tuple[Array, Array]) -> None:
    """Sort the rows of hashes that several pairs share, and mark anew where pairs begin among them."""
    run = np.cumsum(runs)
    shared = np.zeros(run[-1] + 1, dtype=bool)
    shared[run[new & ~runs]] = True
    places = np.flatnonzero(shared[run])
    rows = order[places]
    rows = rows[np.lexsort((rows, pair[1][rows], pair[0][rows], run[places]))]
    order[places] = rows
    new[places] = runs[places] | changes(pair[0][rows]) | changes(pair[1][rows])
