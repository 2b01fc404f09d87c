"""How many distinct things there are within a window that slides along time."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


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
