"""Stitched rows as a table: what each added to its conversation, and since when. For questions over time."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nsgkit.counting.double_capture import CADENCE
from nsgkit.counting.quick.keys import Array, coded, numbers, packed
from nsgkit.counting.quick.stitch import BEGIN, Stitched
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS


def added_by_rows(flows: pd.DataFrame, stitched: Stitched, labels: Array) -> pd.DataFrame:
    """Return what each continuing and end row with a counter added to its conversation.

    `labels` are the conversations' own; rows of those without one, -1, are left out. The answer has
    conversation (the label), since and until when (milliseconds since 1970), and the four counters.
    """
    rows, counting = stitched.order, stitched.state_order != BEGIN
    if (labels < 0).any():
        counting &= np.repeat(labels >= 0, stitched.rows)
    counted = np.logical_or.reduce([numbers(flows[name])[1] for name in COUNTERS])
    kept = np.flatnonzero(counting & counted[rows])
    time = stitched.times.take(rows)
    since, until = stitched.since(time)[kept], time[kept]
    since = np.where(since < 0, until - CADENCE, since)
    columns = {"conversation": np.repeat(labels, stitched.rows)[kept], "since": since, "until": until}
    counters = {name: flows[name].array.take(rows[kept]) for name in COUNTERS}
    return pd.DataFrame({**columns, **counters}, copy=False)


def labels_in_table(stitched: Stitched, index: "pd.Index[Any]") -> Array:
    """Return the label of each stitched conversation in the table that was made of them, in its order."""
    labels = np.empty(len(stitched.starts), dtype=index.dtype)  # type: ignore[arg-type]
    labels[stitched.in_table] = index.to_numpy()
    return labels


def labels_of(flows: pd.DataFrame, stitched: Stitched, conversations: pd.DataFrame) -> Array:
    """Return the label of each stitched conversation in a table of some of them; -1 where it is not there.

    They are found by their first rows.
    """
    blobs = pd.concat([flows["blob"].iloc[stitched.first], conversations["blob"]]).astype("category")
    stand = [coded(blobs)]
    for name in ("record", "tuple"):
        stand.append(np.append(flows[name].to_numpy()[stitched.first], conversations[name].to_numpy()))
    place = packed(stand)
    here, there = place[: len(stitched.first)], place[len(stitched.first) :]
    order = np.argsort(here)
    found = np.searchsorted(here, there, sorter=order)
    if len(there) and (not len(here) or (here[order[found.clip(max=len(here) - 1)]] != there).any()):
        raise NsgkitError(
            "These conversations were not made of these flow rows. Give the flows that "
            "nsgkit.conversations() was given."
        )
    labels = np.full(len(here), -1, dtype=np.int64)
    labels[order[found]] = conversations.index.to_numpy()
    return labels


def increment_lists(added: pd.DataFrame, table: pd.DataFrame) -> "pa.Array[Any]":
    """Return what the rows of each conversation added, as one list a conversation: its column INCREMENTS.

    `added` are the increments of the table's conversations, by their labels; these count from 0 upwards. A
    list is null where the conversation itself tells it: `spread.carried_by` has the rule.
    """
    owner = added["conversation"].to_numpy()
    each = np.bincount(owner, minlength=len(table))
    told = each == 0
    once = np.flatnonzero(each[owner] == 1)
    first, last = (table[name].astype("int64").to_numpy() for name in ("first", "last"))
    begun = np.where(table["rows"].to_numpy() == 1, last - CADENCE, first)[owner[once]]
    since, until = (added[name].to_numpy() for name in ("since", "until"))
    told[owner[once]] = (since[once] == begun) & (until[once] == last[owner[once]])
    return lists_of(added[~told[owner]], len(table))


def lists_of(rows: pd.DataFrame, conversations: int) -> "pa.Array[Any]":
    """Return rows of increments as one list a conversation, in their order; null where it has none."""
    owner = rows["conversation"].to_numpy()
    order = np.argsort(owner, kind="stable")
    each = np.bincount(owner, minlength=conversations)
    offsets = np.concatenate(([0], np.cumsum(each))).astype(np.int32)
    fields = {name: pa.array(rows[name].array.take(order), pa.int64()) for name in LISTED}
    values = pa.StructArray.from_arrays(list(fields.values()), names=[*fields])
    return pa.ListArray.from_arrays(offsets, values, mask=pa.array(each == 0))


LISTED = ("since", "until", *COUNTERS)
