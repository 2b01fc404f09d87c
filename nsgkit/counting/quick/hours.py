"""Increments in numpy, shared out over hours: the parts that `counting.spread` states (RULE 2)."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.counting.quick.keys import Array, changes, numbers
from nsgkit.schema import COUNTERS

HOUR = 3_600_000  # milliseconds
_MONTHS = 2**31  # milliseconds: the product of such a span with another does not fit into 64 bits


def by_hours(added: pd.DataFrame) -> pd.DataFrame:
    """Return what of each conversation falls into each hour: since and until are the hour's.

    `added` are increments; the answer has their columns, ordered by conversation and hour.

    >>> row = {"conversation": [0], "since": [HOUR - 1000], "until": [HOUR + 1000]}
    >>> half = by_hours(pd.DataFrame({**row, **{name: pd.array([2], "Int64") for name in COUNTERS}}))
    >>> half["since"].tolist(), half["bytes_src_to_dst"].tolist()
    ([0, 3600000], [1, 1])
    """
    since, until = (added[name].to_numpy() for name in ("since", "until"))
    first = since - since % HOUR
    hours = np.where(until <= first + HOUR, 1, (until - 1 - first) // HOUR + 1)
    row = np.repeat(np.arange(len(added)), hours)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(hours) - hours, hours)
    start, owner = first[row] + nth * HOUR, added["conversation"].to_numpy()[row]
    cut = np.flatnonzero(hours[row] > 1)  # the others lie in one hour whole
    span, into = (until - since)[row[cut]], start[cut] - since[row[cut]]
    low, high = (np.clip(edge, 0, span) for edge in (into, into + HOUR))
    order = np.lexsort((start, owner))
    groups = np.flatnonzero(changes(owner[order]) | changes(start[order]))
    columns: dict[str, Any] = {"conversation": owner[order][groups], "since": start[order][groups]}
    columns["until"] = columns["since"] + HOUR
    for name in COUNTERS:
        values, known = (each[row] for each in numbers(added[name]))
        shares = values * known  # what is unknown may hold any number
        shares[cut] = _up_to(shares[cut], high, span) - _up_to(shares[cut], low, span)
        columns[name] = _summed(shares[order], known[order], groups)
    return pd.DataFrame(columns)


def _up_to(values: Array, elapsed: Array, span: Array) -> Array:
    """Return what was counted when so much of the span had passed: rounded down, and all at its end."""
    some = np.maximum(span, 1)
    whole, rest = values // some, values % some
    months = span > _MONTHS
    rounded = np.floor(rest.astype(float) * (elapsed / some) + 0.5).astype(np.int64)
    part = np.where(months, rounded, np.where(months, 0, rest) * elapsed // some)
    found: Array = np.where(elapsed == span, values, whole * elapsed + part)
    return found


def _summed(values: Array, known: Array, groups: Array) -> pd.arrays.IntegerArray:
    if not len(values):
        return pd.arrays.IntegerArray(np.empty(0, np.int64), np.empty(0, bool))
    return pd.arrays.IntegerArray(np.add.reduceat(values, groups), ~np.logical_or.reduceat(known, groups))
