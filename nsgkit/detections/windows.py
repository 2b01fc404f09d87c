"""How many distinct things there are within a window that slides along time."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import bin_start
from nsgkit.counting.frame import Rows


class Most(NamedTuple):
    """The most distinct values in any window, and where that window begins and ends, in milliseconds."""

    distinct: int
    first: int
    last: int


def most_distinct(times: Iterable[int], values: Iterable[object], width: int) -> Most:
    """Return the most distinct values within any `width` milliseconds; the times are sorted.

    Two that are exactly `width` apart are in no window together.

    >>> most_distinct([0, 10, 20], ["a", "b", "a"], 15)
    Most(distinct=2, first=0, last=10)
    """
    held: deque[tuple[int, object]] = deque()
    counts: Counter[object] = Counter()
    best = Most(0, 0, 0)
    for time, value in zip(times, values, strict=True):
        held.append((time, value))
        counts[value] += 1
        while held[0][0] <= time - width:
            gone = held.popleft()[1]
            counts[gone] -= 1
            if not counts[gone]:
                del counts[gone]
        if len(counts) > best.distinct:
            best = Most(len(counts), held[0][0], time)
    return best


def most_in_windows(table: pd.DataFrame, keys: Sequence[str], value: str, width: int) -> "pd.Series[Any]":
    """Return the most distinct values of each group within any window; `table` is in time order."""
    found = {
        key: most_distinct(group["first_ms"].tolist(), group[value].tolist(), width).distinct
        for key, group in table.groupby([*keys], sort=True)
    }
    index = pd.MultiIndex.from_tuples(found, names=[*keys]) if found else None
    return pd.Series([*found.values()], index=index, dtype="int64")


def may_have(rows: Rows, keys: Sequence[str], values: Sequence[str], width: int, least: float) -> Rows:
    """Return the groups that may have `least` distinct values within a window, and few others.

    The engine's upper bound: a window of `width` lies in two bins of `width` at most, so one of them has half
    of its values. `values` are the columns that make a value.
    """
    slim = rows.select(*keys, *values, _bin=bin_start(nw.col("first_ms"), width)).unique()
    counted = slim.aggregate([*keys, "_bin"], _n=nw.len())
    return counted.filter(nw.col("_n") * 2 >= least).select(*keys).unique()
