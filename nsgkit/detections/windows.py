"""How many distinct things there are within a window that slides along time."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.expressions import bin_start
from nsgkit.counting.frame import Rows

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Places: TypeAlias = "np.ndarray[Any, np.dtype[np.integer[Any]]]"


def most_in_windows(table: pd.DataFrame, keys: Sequence[str], value: str, width: int) -> "pd.Series[Any]":
    """Return the most distinct values of each group within any window; `table` is in time order.

    Two rows that are exactly `width` apart are in no window together. In the windows that end at one row
    after another, a row counts from where it stands until its value comes again or it is `width` old.

    >>> table = pd.DataFrame({"src_ip": ["a"] * 3, "first_ms": [0, 10, 20], "dst_port": [1, 2, 1]})
    >>> most_in_windows(table, ["src_ip"], "dst_port", 15).tolist()
    [2]
    """
    groups = table.groupby([*keys], sort=True)
    index = groups.size().index
    if table.empty:
        return pd.Series([], index=index, dtype="int64")
    order = np.argsort(groups.ngroup().to_numpy(), kind="stable")
    group, times = groups.ngroup().to_numpy()[order], table["first_ms"].to_numpy()[order]
    again = _next_alike(group, pd.factorize(table[value])[0][order])
    times = times - times.min() + group * (np.ptp(times) + width + 1)  # one line of time, group after group
    old = np.searchsorted(times, times + width)
    gone = np.bincount(np.minimum(again, old), minlength=len(times) + 1)[: len(times)]
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    return pd.Series(np.maximum.reduceat(np.cumsum(1 - gone), begins), index=index, dtype="int64")


def _next_alike(group: Places, value: Places) -> Places:
    """Return of each row where the next of its group and value stands; behind the end where none does."""
    order = np.lexsort((value, group))  # stable: of equal ones the earlier stays first
    alike = (np.diff(group[order]) == 0) & (np.diff(value[order]) == 0)
    found = np.full(len(group), len(group))
    found[order[:-1][alike]] = order[1:][alike]
    return found


def may_have(rows: Rows, keys: Sequence[str], values: Sequence[str], width: int, least: float) -> Rows:
    """Return the groups that may have `least` distinct values within a window, and few others.

    The engine's upper bound: a window of `width` lies in two bins of `width` at most, so one of them has half
    of its values. `values` are the columns that make a value.
    """
    slim = rows.select(*keys, *values, _bin=bin_start(nw.col("first_ms"), width)).unique()
    counted = slim.aggregate([*keys, "_bin"], _n=nw.len())
    return counted.filter(nw.col("_n") * 2 >= least).select(*keys).unique()


def window_starts(groups: Numbers, times: Numbers, width: int) -> Numbers:
    """Return for each row where the window of `width` milliseconds that ends with it begins: a position.

    The rows are in the order of their groups, numbered from 0, and of time within each. Two that are exactly
    `width` apart are in no window together. So `position - start + 1` is how many the window holds.

    >>> window_starts(np.array([0, 0, 0, 1]), np.array([0, 10, 20, 20]), 15).tolist()
    [0, 0, 1, 3]
    """
    if not len(times):
        return np.zeros(0, "int64")
    low = times.min()
    line = groups * (times.max() - low + width + 1) + times - low  # one line of time, group after group
    starts: Numbers = np.searchsorted(line, line - width, side="right")
    return starts
