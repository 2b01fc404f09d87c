"""Medians, quartiles and deviations of many groups of whole numbers at once, without a loop over groups."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers: TypeAlias = npt.NDArray[np.int64]
_ROOM = 2**62  # for a group's number and a value in one number


def spread(values: pd.DataFrame, name: str, least: int = 1) -> pd.DataFrame:
    """Return of each group how many values it has, and twice their median, q1 and q3; mad is four times.

    Whole numbers all of them. Quartiles are medians of the halves without the middle value. mad is the
    median distance from the median. `values` are whole and not negative, `group` is a number from 0. Groups
    of fewer than `least` values are left out.

    >>> spread(pd.DataFrame({"group": 0, "size": [4, 1, 2, 9, 5]}), "size").loc[0].tolist()
    [5, 8, 3, 14, 8]
    """
    group, value = _in_order(values["group"].to_numpy(dtype="int64"), values[name].to_numpy(dtype="int64"))
    numbers, start, n = _bounds(group)
    half, middle = n // 2, _median2(value, start, n)
    away = np.abs(2 * value - np.repeat(middle, n))
    _, away = _in_order(group, away)
    found = {
        "n": n,
        "median": middle,
        "q1": _median2(value, start, np.maximum(half, 1)),
        "q3": _median2(value, start + n - np.maximum(half, 1), np.maximum(half, 1)),
        "mad": _median2(away, start, n),
    }
    return pd.DataFrame(found, index=pd.Index(numbers, name="group"))[n >= least]


def alike(values: pd.DataFrame, name: str, share: tuple[int, int], least: int = 0) -> "pd.Series[Any]":
    """Return the share of each group's values that lie near its median: within `share` of it.

    `share` is a fraction of two whole numbers; `least` is near in any case.

    >>> alike(pd.DataFrame({"group": 0, "size": [90, 100, 100, 111]}), "size", (1, 10)).tolist()
    [0.75]
    """
    over, under = share
    middle = spread(values, name)["median"].reindex(values["group"]).to_numpy(dtype="int64")
    away = np.abs(2 * values[name].to_numpy(dtype="int64") - middle)
    near = (away * under <= middle * over) | (away <= 2 * least)
    return pd.Series(near).groupby(values["group"].to_numpy()).mean().rename_axis("group")


def _in_order(group: Numbers, value: Numbers) -> tuple[Numbers, Numbers]:
    """Sort by group and value: in one number where there is room for both."""
    width = int(value.max(initial=0)) + 1
    if (int(group.max(initial=0)) + 1) * width < _ROOM:
        key = np.sort(group * width + value)
        return key // width, key % width
    order = np.lexsort((value, group))
    return group[order], value[order]


def _bounds(group: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return the groups of a sorted column, where each begins, and how many it has."""
    start = np.flatnonzero(np.diff(group, prepend=-1))
    return group[start], start, np.diff(start, append=len(group))


def _median2(value: Numbers, start: Numbers, n: Numbers) -> Numbers:
    """Return twice the median of `n` sorted values from `start` on."""
    found: Numbers = value[start + (n - 1) // 2] + value[start + n // 2]
    return found
