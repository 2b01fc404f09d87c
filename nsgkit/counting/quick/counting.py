"""Stitched rows as a table: what each adds to its conversation, and since when. For questions over time."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.counting.fold import CADENCE
from nsgkit.counting.quick.keys import Array, coded, numbers, packed
from nsgkit.counting.quick.stitch import BEGIN, END, Stitched, stitch
from nsgkit.counting.quick.table import BY_END, facts, in_order
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS


def counting_rows(flows: pd.DataFrame, within: int) -> pd.DataFrame:
    """Return the rows of the conversations that count, folded views left out.

    row (position in `flows`), time_ms, since (milliseconds, null for a conversation's first row), step
    (0 begin, 1 continuing, 2 end), and counts: whether it is the row that counts its conversation.
    """
    stitched = stitch(flows)
    found = facts(flows, stitched, within)
    by_end = np.repeat(found["counted_by"] == BY_END, stitched.rows) & (stitched.step == END)
    alone = np.repeat(stitched.alone, stitched.rows)
    kept = np.repeat(found["into"] < 0, stitched.rows)
    time = stitched.times.take(stitched.order)
    since = stitched.since(time)
    table = {
        "row": stitched.order,
        "time_ms": time,
        "since": pd.arrays.IntegerArray(since, since < 0),
        "step": stitched.step,
        "counts": (stitched.step == BEGIN) | alone | by_end,
    }
    return pd.DataFrame({name: values[kept] for name, values in table.items()}, copy=False)


def added_by_rows(flows: pd.DataFrame, stitched: Stitched, labels: Array) -> pd.DataFrame:
    """Return what each continuing and end row with a counter added to its conversation.

    `labels` are the conversations' own. conversation (the label), since and until when (milliseconds since
    1970), and the four counters.
    """
    rows, counting = stitched.order, stitched.step != BEGIN
    counted = np.logical_or.reduce([numbers(flows[name])[1] for name in COUNTERS])
    kept = np.flatnonzero(counting & counted[rows])
    time = stitched.times.take(rows)
    since, until = stitched.since(time)[kept], time[kept]
    since = np.where(since < 0, until - CADENCE, since)
    columns = {"conversation": np.repeat(labels, stitched.rows)[kept], "since": since, "until": until}
    counters = {name: flows[name].array.take(rows[kept]) for name in COUNTERS}
    return pd.DataFrame({**columns, **counters}, copy=False)


def labels_in_order(flows: pd.DataFrame, stitched: Stitched, index: "pd.Index[Any]") -> Array:
    """Return the label of each stitched conversation in the table that was made of them, in its order."""
    labels = np.empty(len(stitched.starts), dtype=index.dtype)  # type: ignore[arg-type]
    labels[in_order(flows, stitched.first)] = index.to_numpy()
    return labels


def labels_of(flows: pd.DataFrame, stitched: Stitched, conversations: pd.DataFrame) -> Array:
    """Return the label of each stitched conversation in the table of all of them, found by its first row."""
    blobs = pd.concat([flows["blob"].iloc[stitched.first], conversations["blob"]]).astype("category")
    stand = [coded(blobs)]
    for name in ("record", "tuple"):
        stand.append(np.append(flows[name].to_numpy()[stitched.first], conversations[name].to_numpy()))
    place = packed(stand)
    here, there = place[: len(stitched.first)], place[len(stitched.first) :]
    order = np.argsort(there)
    found = order[np.searchsorted(there, here, sorter=order).clip(max=len(there) - 1)] if len(there) else here
    if len(there) != len(here) or (there[found] != here).any():
        raise NsgkitError(
            "These conversations were not made of these flow rows. Give all that nsgkit.conversations() "
            "returned for them."
        )
    labels: Array = conversations.index.to_numpy()[found]
    return labels
