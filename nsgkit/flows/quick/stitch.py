"""Rows of a pandas table -> conversations as arrays, bucket after bucket."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nsgkit.flows.fit import too_large
from nsgkit.flows.quick.order import grouped
from nsgkit.flows.quick.rows import Array, Rows, dealt
from nsgkit.schema import COUNTERS

_COLUMNS = {
    "start": "int32", "first": "int32", "length": "int32", "last": "int64", "begun": "bool", "ended": "bool",
    "twice": "bool", **{f"sum_{c}": "int64" for c in COUNTERS}, **{f"known_{c}": "bool" for c in COUNTERS},
}  # fmt: skip


@dataclass
class Stitched:
    """Conversations, one a place in each array of `of`, and the positions of all their rows in `order`.

    In `of`: start, where its rows begin in `order`; first, its first row; length; last, when its last was;
    begun, ended; twice, whether another place may have captured the same addresses and ports; sums.
    """

    rows: Rows
    order: Array
    of: dict[str, Array]


def stitch(rows: Rows) -> Stitched:
    """Return the conversations of a flow table, in no order that means anything."""
    order, edges = dealt(rows)
    # The system gives memory only to what is written, so room for one conversation a row costs nothing.
    columns = {name: np.empty(len(order), dtype) for name, dtype in _COLUMNS.items()}
    parts = [(begin, end) for begin, end in pairwise(edges.tolist()) if begin < end]
    length, _ = 0, (rows.capture, rows.time)  # made before the threads, once
    with ThreadPoolExecutor(2) as pool:
        made_of = pool.map(lambda part: _bucket(rows, order[slice(*part)]), parts)
        for (begin, end), (found, made) in zip(parts, made_of, strict=True):
            order[begin:end] = found
            made["start"] += begin
            stop = length + len(made["start"])
            for name, values in made.items():
                columns[name][length:stop] = values
            length = stop
    for array in columns.values():
        array.resize(length, refcheck=False)
    return Stitched(rows, order, columns)


def _bucket(rows: Rows, found: Array) -> tuple[Array, dict[str, Array]]:
    capture, place = rows.capture
    found, new, ends = grouped(rows, found, capture)
    step, alone, time = rows.step[found], rows.alone[found], rows.time[found]
    starts = new | alone | (step == 0)
    starts[1:] |= step[:-1] == 2
    start = np.flatnonzero(starts)
    last = np.append(start[1:], len(found)) - 1
    stitches = ~alone[start]
    first = found[start]
    made = {
        "start": start.astype("int32"), "first": first, "length": last - start + 1, "last": time[last],
        "begun": (step[start] == 0) & stitches, "ended": (step[last] == 2) & stitches,
        "twice": _twice(ends[start], place[capture[first]]),
    }  # fmt: skip
    for name in COUNTERS:
        made |= _summed(rows, name, found, step > 0, start)
    return found, made


def _summed(rows: Rows, name: str, found: Array, counts: Array, start: Array) -> dict[str, Array]:
    values, known = rows.counter(name, found, counts)
    if int(values.max()) * len(values) >= 1 << 63:
        _check(rows, values, start)
    return {f"sum_{name}": np.add.reduceat(values, start), f"known_{name}": np.maximum.reduceat(known, start)}


def _check(rows: Rows, values: Array, start: Array) -> None:
    """Add up the upper and the lower halves apart: so a sum beyond 64 bits is found, exactly."""
    low = np.add.reduceat(values & 0xFFFFFFFF, start)
    if (np.add.reduceat(values >> 32, start) + (low >> 32) >= 1 << 31).any():
        raise too_large(rows.flows)


def _twice(ends: Array, place: Array) -> Array:
    """Tell the conversations whose addresses and ports more than one place captured: sorted by `ends`."""
    runs = np.append(True, ends[1:] != ends[:-1])
    start = np.flatnonzero(runs)
    several: Array = np.minimum.reduceat(place, start) != np.maximum.reduceat(place, start)
    told: Array = several[np.cumsum(runs) - 1]
    return told
