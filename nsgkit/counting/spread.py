"""Bytes and packets over time: what each row counted, spread over the time in which it was counted.

RULE 1. A continuing or end row covers the time since its conversation's previous row; the first row of an
orphan covers the five minutes before it, which is how often such rows come.
RULE 2. What it counted is spread over that time in proportion, so that a five-minute row makes no spike.
Parts are differences of rounded totals: they add up, to the byte.
RULE 3. Rows of folded views count for nothing; counters that are all unknown give null, not 0.

Source: SiLK's rwcount, its default load scheme.
"""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.counting.countable import require_values, sums_fit
from nsgkit.counting.double_capture import CADENCE
from nsgkit.counting.expressions import any_known, bin_start, both_ways, known_sum
from nsgkit.counting.frame import Rows, as_table
from nsgkit.counting.measures import group_types
from nsgkit.counting.quick.hours import HOUR, by_hours
from nsgkit.counting.quick.increments import LISTED, added_by_rows, labels_in_table, labels_of, lists_of
from nsgkit.counting.quick.stitch import Stitched, stitch
from nsgkit.counting.stitch import CONVERSATION, marked, stitched
from nsgkit.schema import COUNTERS, PLACE

LISTS = INCREMENTS, BY_HOUR = ("increments", "by_hour")  # of stored conversations: columns of lists
_FIRST = {f"_first_{name}": name for name in PLACE}
_COVERED = ("_since", "_until", *COUNTERS)
_PLACE_TYPES = {"blob": "str", "record": "int64", "tuple": "int64"}
_CARRIED = dict.fromkeys((*COUNTERS, "bytes", "packets"), "Int64")


def increments(
    flows: object, conversations: pd.DataFrame, *, stitched_rows: Stitched | None = None
) -> pd.DataFrame:
    """Return what each continuing and end row added to its conversation, and over which time (RULE 1).

    For an explorer that asks again and again about the same flows: what is asked of them afterwards, by
    `added_over_time`, takes no stitching.

    Parameters
    ----------
    flows : table
        The flow table.
    conversations : pandas.DataFrame
        What `nsgkit.conversations` made of it, or some of them, each with a label of its own from 0 on.
    stitched_rows : Stitched or None
        What `nsgkit.counting.conversations.stitched_once` gave beside all of them: then nothing is
        stitched again.

    Returns
    -------
    pandas.DataFrame
        conversation (the label), since and until when (milliseconds since 1970), and the four counters.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00").flows
    >>> table = nsgkit.conversations(flows)
    >>> bool(increments(flows, table)["bytes_src_to_dst"].sum() == table["bytes_src_to_dst"].sum())
    True
    """
    held = as_table(flows)
    if not isinstance(held, pd.DataFrame):
        return _labelled(added_in_engine(held), conversations)
    if stitched_rows is not None:
        return added_by_rows(held, stitched_rows, labels_in_table(stitched_rows, conversations.index))
    require_values(held)
    rows = stitch(held)
    return added_by_rows(held, rows, labels_of(held, rows, conversations))


def added_in_engine(flows: object) -> Rows:
    """Return the increments of an engine's flows, with where their conversations' first rows stand.

    `_since` and `_until`, the four counters, `_first_blob`, `_first_record`, `_first_tuple`.
    """
    first = nw.when(nw.col("starts") == 1)
    # By a window: joined with its own first rows, the stitch would be made twice.
    places = {new: first.then(nw.col(name)).max().over(*CONVERSATION) for new, name in _FIRST.items()}
    rows = stitched(marked(flows)).with_columns(**places)
    counted = rows.filter((nw.col("state_order") > 0) & any_known(COUNTERS))
    earlier = nw.when(nw.col("since").is_null()).then(nw.col("time_ms") - CADENCE).otherwise(nw.col("since"))
    return counted.select(*COUNTERS, *_FIRST, _since=earlier, _until=nw.col("time_ms"))


def carried_by(conversations: Rows, by: Sequence[str]) -> Rows:
    """Return the increments of stored conversations, which carry them: `by`, `_since`, `_until`, counters.

    A conversation's INCREMENTS are null where it has one counted row that lies as most do: its last, which
    covers the time since the first or, where it is the only one, the five minutes before (RULE 1).
    """
    own = conversations.filter(~nw.col("folded"))
    alone = own.filter(nw.col(INCREMENTS).is_null() & any_known(COUNTERS))
    since = nw.when(nw.col("rows") == 1).then(nw.col("last_ms") - CADENCE).otherwise(nw.col("first_ms"))
    alone = alone.select(*by, *COUNTERS, _since=since, _until=nw.col("last_ms"))
    parts = own.filter(~nw.col(INCREMENTS).is_null()).explode(INCREMENTS)
    names = {name: nw.col(INCREMENTS).struct.field(name) for name in LISTED}
    marks = {"_since": names.pop("since"), "_until": names.pop("until")}
    return alone.concat(parts.select(*by, **names, **marks))


def hour_lists(added: pd.DataFrame, table: pd.DataFrame) -> Any:
    """Return what of each conversation falls into each hour, as one list a conversation: its BY_HOUR.

    `added` are the increments of the table's conversations, by their labels; these count from 0 upwards. A
    list is null where all lies in the hour in which the conversation was first seen.
    """
    first = table["first"].astype("int64").to_numpy()
    home = (first - first % HOUR)[added["conversation"].to_numpy()]
    apart = (added["since"].to_numpy() < home) | (added["until"].to_numpy() > home + HOUR)
    crossing = np.zeros(len(table), dtype=bool)
    crossing[added["conversation"].to_numpy()[apart]] = True
    some = added[crossing[added["conversation"].to_numpy()]]
    return lists_of(by_hours(some), len(table))


def carried_by_hour(conversations: Rows, width: int, by: Sequence[str]) -> pd.DataFrame:
    """Return what `spread_over_bins` gives of stored conversations, in bins of whole hours: in one pass."""
    own = conversations.filter(~nw.col("folded"))
    alone = own.filter(nw.col(BY_HOUR).is_null() & any_known(COUNTERS))
    alone = alone.select(*by, *COUNTERS, _start=bin_start(nw.col("first_ms"), width))
    parts = own.filter(~nw.col(BY_HOUR).is_null()).explode(BY_HOUR)
    names = {name: nw.col(BY_HOUR).struct.field(name) for name in COUNTERS}
    start = bin_start(nw.col(BY_HOUR).struct.field("since"), width)
    every = alone.concat(parts.select(*by, **names, _start=start))
    sums = {name: known_sum(name) for name in COUNTERS}
    return _collected(every.aggregate(("_start", *by), **sums), width, by)


def _labelled(added: Rows, conversations: pd.DataFrame) -> pd.DataFrame:
    """Another engine's rows cannot be joined with a pandas table where they are: so they are fetched."""
    places = {first: _PLACE_TYPES[name] for first, name in _FIRST.items()}
    found = added.collect(
        {"_since": "int64", "_until": "int64", **dict.fromkeys(COUNTERS, "Int64"), **places}
    )
    told = conversations[[*PLACE]].astype(_PLACE_TYPES).assign(conversation=conversations.index)
    mine = found.rename(columns={"_since": "since", "_until": "until", **_FIRST}).merge(told, on=[*PLACE])
    return mine[["conversation", "since", "until", *COUNTERS]]


def added_over_time(
    added: pd.DataFrame, conversations: pd.DataFrame, width: int, by: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the bytes and packets that `conversations` carried in each bin of time and group.

    `added` is what `increments` gives, of these conversations and perhaps others; `width` is a bin's, in
    milliseconds. The answer has start, end, the columns of `by`, bytes, packets and the four counters, in no
    order; empty bins are left out.

    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00").flows
    >>> table = nsgkit.conversations(flows)
    >>> hourly = added_over_time(increments(flows, table), table, 3_600_000)
    >>> int(hourly["bytes"].sum() - table.query("~folded").filter(like="bytes").sum().sum())
    0
    """
    table = _beside(added, conversations.loc[~conversations["folded"], [*by]])
    rows = Rows.of(table, [*by, *_COVERED], coded=by)
    with sums_fit(conversations):
        return spread_over_bins(rows, width, by)


def spread_over_bins(rows: Rows, width: int, by: Sequence[str]) -> pd.DataFrame:
    """Return the sums of each bin and group; `rows` have `_since`, `_until` and the counters (RULE 2)."""
    return _collected(bins_in_engine(rows, width, by), width, by)


def _collected(bins: Rows, width: int, by: Sequence[str]) -> pd.DataFrame:
    # Both ways by the engine: pandas would wrap around.
    bins = bins.with_columns(
        bytes=both_ways("bytes"),
        packets=both_ways("packets"),
        start=nw.col("_start"),
        end=nw.col("_start") + width,
    )
    return bins.collect({"start": schema.TIME, "end": schema.TIME, **group_types(by), **_CARRIED})


def bins_in_engine(rows: Rows, width: int, by: Sequence[str]) -> Rows:
    """Return the same sums, still with the engine: `_start` (milliseconds), `by` and the counters."""
    rows = rows.with_columns(_start=bin_start(nw.col("_since"), width))
    # Most lie within one bin, and there is nothing to compute.
    within = nw.col("_until") <= nw.col("_start") + width
    columns = ("_start", *by, *COUNTERS)
    parts = rows.filter(within).select(*columns).concat(_shared_out(rows.filter(~within), width, columns))
    return parts.aggregate(("_start", *by), **{name: known_sum(name) for name in COUNTERS})


def _beside(added: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Put the columns that make groups beside the increments of the conversations that are in `groups`.

    They are looked up by the label's number: a join of millions of labels takes many times as long.
    """
    labels, own = added["conversation"].to_numpy(), groups.index.to_numpy()
    place = np.full(max(labels.max(initial=-1), own.max(initial=-1)) + 1, -1, "int32")
    place[own] = np.arange(len(own))
    found = place[labels]
    chosen = found >= 0
    if not chosen.all():
        added, found = added[chosen], found[chosen]
    columns: dict[str, Any] = {str(name): groups[name].array.take(found) for name in groups}
    covered = {"_since": added["since"].array, "_until": added["until"].array}
    return pd.DataFrame({**columns, **covered, **{c: added[c].array for c in COUNTERS}}, copy=False)


def _shared_out(rows: Rows, width: int, columns: Sequence[str]) -> Rows:
    """Return one row for each row and bin that it covers: what of it falls into that bin."""
    rows = rows.with_columns(_span=nw.col("_until") - nw.col("_since"))
    bins = (bin_start(nw.col("_until") - 1, width) - nw.col("_start")) // width + 1
    parts = rows.with_columns(_bins=bins).repeat("_bins", "_bin")
    parts = parts.with_columns(_start=nw.col("_start") + nw.col("_bin") * width)
    start = nw.col("_start")
    parts = parts.with_columns(_low=elapsed_at(start), _high=elapsed_at(start + width))
    shares = {name: up_to(name, "_high") - up_to(name, "_low") for name in COUNTERS}
    return parts.with_columns(**shares).select(*columns)


def elapsed_at(time: nw.Expr) -> nw.Expr:
    """How much of a row's span has passed at `time`, in milliseconds."""
    passed = time - nw.col("_since")
    return nw.max_horizontal(nw.lit(0), nw.min_horizontal(passed, nw.col("_span")))


def up_to(name: str, elapsed: str) -> nw.Expr:
    """Return what of a counter was counted when `elapsed` of its span had passed: all of it at the end."""
    # In two steps: bytes times milliseconds would not fit into 64 bits. Narwhals divides whole numbers by
    # way of floats, exact below 2^53: so what is left at the end is told, not computed.
    span = nw.col("_span")
    whole, rest = nw.col(name) // span, nw.col(name) % span
    # Of a row that covers a month, what is left over would not fit either: rounded, and as a float.
    months = span > 2**31
    part = (rest * nw.when(months).then(nw.lit(0)).otherwise(nw.col(elapsed))) // span
    rounded = (rest.cast(nw.Float64) * (nw.col(elapsed) / span)).round().cast(nw.Int64)
    passed = (whole * nw.col(elapsed) + nw.when(months).then(rounded).otherwise(part)).cast(nw.Int64)
    return nw.when(nw.col(elapsed) == span).then(nw.col(name)).otherwise(passed)
