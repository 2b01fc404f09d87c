"""The stitched arrays -> the table of conversations, and what each row added to its own."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.flows.fold import CADENCE
from nsgkit.flows.quick.fold import folds
from nsgkit.flows.quick.marks import by_end, suspected
from nsgkit.flows.quick.order import changes
from nsgkit.flows.quick.rows import Array, Rows, rows_of
from nsgkit.flows.quick.stitch import Stitched, stitch
from nsgkit.schema import COUNTERS

_PIECE = 1 << 20  # rows at a time
_STATES = ("closed", "open", "orphan", "denied")
_COUNTED_BY = ("begin", "row", "end")


@dataclass(frozen=True)
class Kept:
    """What one pass found beside the table: all rows, conversation by conversation.

    `order` has their positions; `starts` and `lengths` say where the rows of each conversation are in it: one
    value a row of the table, in its order.
    """

    rows: Rows
    order: Array
    starts: Array
    lengths: Array


def tabled(flows: pd.DataFrame, within: int) -> tuple[dict[str, Any], Kept, Array]:
    """Return the found columns of all conversations, what was kept of the pass, and their first rows."""
    rows = rows_of(flows)
    suspect, no_begins = suspected(rows), by_end(rows)
    made = stitch(rows)
    into = _into(made, within)
    order = _sorted(made)
    of, first = made.of, made.of["first"][order]
    begun, ended = of.pop("begun")[order], of.pop("ended")[order]
    alone, denied = rows.alone[first], rows.is_in("decision", "denied")[first]
    columns = _sums(of, order)
    last = of.pop("last")[order]
    state = np.select([denied, alone, begun & ended, begun], [*map(np.int8, (3, -1, 0, 1))], np.int8(2))
    counts = np.select([alone, begun, ended & no_begins[first]], [*map(np.int8, (1, 0, 2))], np.int8(-1))
    columns |= {
        "last": last,
        "duration": np.where(alone, np.nan, (last - rows.time[first]) / 1000),
        "state": _closed(state, _STATES), "counted_by": _closed(counts, _COUNTED_BY),
        "answered": _answered(columns, alone), "rows": of["length"][order].astype("int64"),
        "stateless": suspect[first], **_folded(made, into[order]),
    }  # fmt: skip
    kept = Kept(rows, made.order, of.pop("start")[order], of.pop("length")[order])
    return columns, kept, first


def _sorted(made: Stitched) -> Array:
    """Return the order of conversations by first time, blob, record and tuple."""
    rows, first = made.rows, made.of["first"]
    time = rows.time[first]
    order = np.argsort(time, kind="stable")
    tied = ~changes(time[order])
    tied[:-1] |= tied[1:]
    places = np.flatnonzero(tied)
    some = order[places]
    stand = [rows.plain(name)[first[some]] for name in ("tuple", "record")]
    order[places] = some[np.lexsort((*stand, rows.ranks("blob", first[some]), time[some]))]
    return order


def _into(made: Stitched, within: int) -> Array:
    """Return the first row of the view that counts in place of each; -1 where it counts itself."""
    into = np.full(len(made.of["first"]), -1, "int32")
    folded, best = folds(made, within)
    into[folded] = made.of["first"][best]
    return into


def _folded(made: Stitched, into: Array) -> dict[str, Any]:
    rows, folded = made.rows, into >= 0
    texts = rows.texts("blob").sort_values()
    blob = np.where(folded, rows.ranks("blob", into), -1)
    place = {
        f"into_{name}": pd.arrays.IntegerArray(
            np.where(folded, rows.plain(name)[into], 0).astype("int32"), ~folded
        )
        for name in ("record", "tuple")
    }
    return {"folded": folded, "into_blob": pd.Categorical.from_codes(blob, texts), **place}


def _sums(of: dict[str, Array], order: Array) -> dict[str, Any]:
    return {
        name: pd.arrays.IntegerArray(of.pop(f"sum_{name}")[order], ~of.pop(f"known_{name}")[order])
        for name in COUNTERS
    }


def _answered(columns: dict[str, Any], alone: Array) -> Any:
    packets, octets = columns["packets_dst_to_src"], columns["bytes_dst_to_src"]
    unknown = packets._mask & octets._mask | alone
    return pd.arrays.BooleanArray(np.where(packets._mask, octets._data, packets._data) > 0, unknown)


def _closed(codes: Array, values: tuple[str, ...]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes.astype("int8"), pd.Index(values, dtype="str"))


def conversation_of(kept: Kept) -> Array:
    """Return the number of each row's conversation in the table, row by row of `order`."""
    by = np.argsort(kept.starts)
    return np.repeat(by.astype("int32"), kept.lengths[by])


def since(kept: Kept) -> Array:
    """Return when each row's previous row was, row by row of `order`; a cadence ago for a first row."""
    time = kept.rows.time[kept.order]
    before = np.empty_like(time)
    before[1:] = time[:-1]
    before[kept.starts] = time[kept.starts] - CADENCE
    return before


def increments(kept: Kept) -> pd.DataFrame:
    """Return what each continuing and end row added to its conversation (its number), and over which time."""
    rows, order = kept.rows, kept.order
    counts = rows.step > 0
    counts &= ~np.logical_and.reduce([rows.columns[name].isna().to_numpy() for name in COUNTERS])
    chosen = np.flatnonzero(counts[order])
    found = order[chosen]
    columns: dict[str, Any] = {"conversation": conversation_of(kept)[chosen].astype("int64")}
    columns |= {"since": since(kept)[chosen], "until": rows.time[found]}
    columns |= {name: rows.columns[name].array.take(found) for name in COUNTERS}
    return pd.DataFrame(columns, copy=False)
