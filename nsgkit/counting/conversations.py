"""Conversations: flow rows stitched into connections over blobs and hours, double capture folded."""

from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.counting.columns import categories
from nsgkit.counting.countable import may_overflow, require_values, sums_fit
from nsgkit.counting.double_capture import folds
from nsgkit.counting.expressions import known_sum, one_if
from nsgkit.counting.frame import HasFlows, Native, Rows, as_table
from nsgkit.counting.quick.keys import Array
from nsgkit.counting.quick.stitch import Stitched, stitch
from nsgkit.counting.quick.table import facts, in_order
from nsgkit.counting.stitch import (
    CONVERSATION,
    ROWS,
    STANDS,
    begins_left_out,
    logged_without_state,
    marked,
    stitched,
)
from nsgkit.schema import CONVERSATIONS, COUNTERS, PLACE

FOLD_WITHIN = 5.0  # seconds
_ENDS = ("src_ip", "dst_ip", "src_port", "dst_port")
_TYPES = schema.types(CONVERSATIONS)
# Taken from a conversation's first row as they stand there.
_OF_FIRST_ROW = tuple(c.name for c in schema.FLOWS if c.name in _TYPES and c.name not in (*COUNTERS, "state"))


@overload
def conversations(flows: pd.DataFrame | HasFlows, *, fold_within: float = FOLD_WITHIN) -> pd.DataFrame: ...
@overload
def conversations(flows: Any, *, fold_within: float = FOLD_WITHIN) -> Native: ...
def conversations(flows: Any, *, fold_within: float = FOLD_WITHIN) -> Native:
    """Return the conversations in `flows`: one row per connection and NIC that captured it.

    Counting rule: begin, continuing and end rows of the same NIC, ACL, log, addresses, ports, protocol and
    direction are one conversation, over blobs and hours. Equal times order as begin, continuing,
    end. A begin on ports that are already open starts a new conversation; so does a row that
    follows an end. A denied row, and each row of version 1, is a conversation of its own. Counters are
    summed over continuing and end rows; where none has any, they are unknown (null).

    Double capture: views of one connection from several places are all kept. `folded` says which
    of them must not be counted: see `nsgkit.counting.double_capture` for the one rule. Count connections with
    `~folded`, and say with `folded` how many views were folded.

    Counted by: a connection counts once, by its begin row, or by its only row (denied, version 1). A VNet
    flow log can be told to leave out begin rows. Where a flow log (`flow_log`; where that is null,
    `resource`) has no begin row among its allowed and unknown rows with a state, but has end rows, its
    connections count by their end rows; their state stays orphan. `counted_by` says which row it was.

    Answered: packets came back, which is more than being allowed; see the column `answered`.

    A row is told apart from others by its blob, record and tuple: give each blob's rows once.

    Harmless look-alikes: inbound TCP under a custom rule may be logged without
    state (`stateless`): such connections stay open and uncounted however they went.

    Parameters
    ----------
    flows : table or FlowLogs
        The flow table; `nsgkit.counting.frame` says what holds one.
    fold_within : float
        How many seconds apart the first rows of two views of one connection may lie.

    Returns
    -------
    table
        As `flows` is; its columns are `schema.CONVERSATIONS`. pandas: sorted by first, blob, record, tuple.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column of the flow table.

    Examples
    --------
    >>> import nsgkit
    >>> table = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> int(table["folded"].sum())
    597

    Source: Microsoft, "Flow logging for network security groups" and "Virtual network flow logs".
    """
    if fold_within == FOLD_WITHIN and hasattr(flows, "conversations"):
        return flows.conversations  # a store has stitched them
    held = as_table(flows)
    if isinstance(held, pd.DataFrame):
        return _table(held, *_found(held, _rows(held), fold_within))
    require_values(held)
    if may_overflow(held):
        with sums_fit(held):
            _sums(stitched(marked(held))).collect(dict.fromkeys(COUNTERS, "Int64"))
    return _of_engine(held, int(fold_within * 1000)).frame.to_native()


def stitched_once(flows: pd.DataFrame, *, fold_within: float = FOLD_WITHIN) -> tuple[pd.DataFrame, Stitched]:
    """Return the conversations of a pandas table, and how its rows were stitched, for `increments`.

    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> table, rows = stitched_once(flows)
    >>> len(rows.starts) == len(table)
    True
    """
    rows = _rows(flows)
    first, order, found = _found(flows, rows, fold_within)
    return _table(flows, first, order, found), rows._replace(in_table=order)


def _of_engine(flows: object, within: int) -> Rows:
    """Stitch where the engine holds the rows: what the quick way is held against."""
    rows = marked(flows)
    views = _sums(stitched(rows)).join(folds(rows, within), on=CONVERSATION, how="left")
    views = views.join(logged_without_state(rows), on=["policy"], how="left")
    views = views.join(begins_left_out(rows), on=["log"], how="left").with_columns(
        state=_state(),
        counted_by=_counted_by(),
        answered=_answered(),
        duration=_duration(),
        folded=one_if(nw.col("folded") == 1) == 1,
        stateless=one_if((nw.col("expects_answer") == 1) & (nw.col("suspect") == 1)) == 1,
    )
    return _beside_first_rows(rows, views)


def _beside_first_rows(rows: Rows, views: Rows) -> Rows:
    """Put the columns of first rows beside what was found: no text has to pass through the stitching."""
    found = views.select(*STANDS, *(name for name in _TYPES if name not in (*_OF_FIRST_ROW, "first")))
    first = rows.select("key", "file", *_OF_FIRST_ROW, first=nw.col("time"))
    return first.join(found, on=STANDS).select(*_TYPES)


def _rows(flows: pd.DataFrame) -> Stitched:
    schema.require(flows.columns, [*ROWS])
    require_values(flows)
    return stitch(flows)


def _found(flows: pd.DataFrame, rows: Stitched, fold_within: float) -> tuple[Array, Array, dict[str, Any]]:
    """Return each conversation's first row, their order in the table, and what was found of them."""
    order = in_order(flows, rows.first)
    found = facts(flows, rows, int(fold_within * 1000))
    return rows.first, order, found


def _table(flows: pd.DataFrame, first: Array, order: Array, found: dict[str, Any]) -> pd.DataFrame:
    """Return the table of conversations; what was found is freed column by column, for memory is short."""
    into = found.pop("into").take(order)
    counting, none = first.take(into, mode="wrap"), into < 0
    del into
    columns = {name: found.pop(name)[order] for name in [*found]}
    first = first.take(order)
    columns |= {name: flows[name].array.take(first) for name in ("time", *_OF_FIRST_ROW)}
    columns |= {"first": columns.pop("time"), "folded": ~none}
    columns["into_blob"] = categories(flows["blob"]).take(np.where(none, -1, counting), allow_fill=True)
    for name in ("record", "tuple"):
        columns[f"into_{name}"] = pd.arrays.IntegerArray(flows[name].to_numpy()[counting], none)
    columns["last"] = pd.to_datetime(columns["last"], unit="ms", utc=True)
    for name in ("state", "counted_by"):
        columns[name] = pd.Categorical.from_codes(columns[name], dtype=_TYPES[name])
    table = pd.DataFrame({name: columns[name] for name in _TYPES}, copy=False)
    return table.astype({name: dtype for name, dtype in _TYPES.items() if table[name].dtype != dtype})


def conversation_rows(flows: object, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return every flow row of the conversations in `chosen`, some rows of what `conversations` gave.

    The rows are stitched again, by the same rule, from the rows of `flows` that have the same addresses
    and ports: give the `flows` that the conversations were made from.

    Returns
    -------
    pandas.DataFrame
        The flow table's columns, and `conversation`: the label in the index of `chosen`. Sorted by
        conversation, time, state (begin, continuing, end), blob, record, tuple.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> longest = nsgkit.conversations(flows).nlargest(1, "duration")
    >>> len(conversation_rows(flows, longest)) == longest["rows"].item()
    True
    """
    schema.require(chosen.columns, [*PLACE, *_ENDS], "nsgkit.conversations")
    held = as_table(flows)
    found = (_rows_of_pandas if isinstance(held, pd.DataFrame) else _rows_of_engine)(held, chosen)
    labels = chosen[[*PLACE]].set_axis([*_MARKS], axis=1).astype(_MARKS).assign(conversation=chosen.index)
    mine = found.astype(_MARKS).merge(labels, on=[*_MARKS])
    mine = mine.sort_values(["conversation", "time", "state_order", *PLACE], ignore_index=True)
    return mine[[*(c.name for c in schema.FLOWS), "conversation"]]


_MARKS = {"first_blob": "str", "first_record": "int32", "first_tuple": "int32"}


def _rows_of_pandas(flows: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the ends of those chosen, with where their conversation's first row stands."""
    like = np.logical_and.reduce([flows[name].isin(chosen[name].unique()) for name in _ENDS])
    some = flows.loc[like, [c.name for c in schema.FLOWS]]
    rows = stitch(some)
    first = np.repeat(rows.first, rows.rows)
    marks = {f"first_{name}": some[name].to_numpy()[first] for name in PLACE}
    return some.iloc[rows.order].assign(state_order=rows.state_order, **marks)


def _rows_of_engine(flows: object, chosen: pd.DataFrame) -> pd.DataFrame:
    names = [c.name for c in schema.FLOWS]
    rows = stitched(marked(flows, columns=names, only=lambda rows: rows.filter(_like(chosen))))
    first = nw.when(nw.col("starts") == 1)
    marks = {f"first_{c}": first.then(nw.col(c)).max().over(*CONVERSATION) for c in PLACE}
    return rows.with_columns(**marks).collect(
        {**schema.types(schema.FLOWS), "state_order": "int64", **_MARKS}
    )


def _sums(rows: Rows) -> Rows:
    """Add up the rows of each conversation; only continuing and end rows count traffic."""
    counting = {f"counting_{c}": nw.when(nw.col("state_order") > 0).then(nw.col(c)) for c in COUNTERS}
    marks = {"begins": one_if(nw.col("state_order") == 0), "ends": one_if(nw.col("state_order") == 2)}
    first = nw.when(nw.col("starts") == 1)
    of_first = ("policy", "log", "file", "record", "tuple")
    views = rows.with_columns(**counting, **marks).aggregate(
        CONVERSATION,
        **{name: known_sum(f"counting_{name}") for name in COUNTERS},
        **{name: first.then(nw.col(name)).max() for name in of_first},
        **{name: nw.col(name).max() for name in ("single_row", "expects_answer", "denied", *marks)},
        rows=nw.len().cast(nw.Int64),
        last=nw.col("time").max(),
        earliest=nw.col("sort_key").min(),
        latest=nw.col("sort_key").max(),
    )
    ends = {"first_ms": "earliest", "last_ms": "latest"}
    return views.with_columns(**{ms: (nw.col(end) // 4).cast(nw.Int64) for ms, end in ends.items()})


def _state() -> nw.Expr:
    ended = nw.when(nw.col("ends") > 0).then(nw.lit("closed")).otherwise(nw.lit("open"))
    begun = nw.when(nw.col("begins") > 0).then(ended).otherwise(nw.lit("orphan"))
    stitched_from = nw.when(nw.col("single_row") == 0).then(begun)
    return nw.when(nw.col("denied") > 0).then(nw.lit("denied")).otherwise(stitched_from)


def _counted_by() -> nw.Expr:
    by_end = nw.when((nw.col("ends") > 0) & (nw.col("by_end") == 1)).then(nw.lit("end"))
    begun = nw.when(nw.col("begins") > 0).then(nw.lit("begin")).otherwise(by_end)
    return nw.when(nw.col("single_row") == 1).then(nw.lit("row")).otherwise(begun)


def _answered() -> nw.Expr:
    packets, bytes_ = nw.col("packets_dst_to_src"), nw.col("bytes_dst_to_src")
    answered = nw.when(packets.is_null()).then(bytes_ > 0).otherwise(packets > 0)
    return nw.when(nw.col("single_row") == 0).then(answered)


def _duration() -> nw.Expr:
    return nw.when(nw.col("single_row") == 0).then((nw.col("last_ms") - nw.col("first_ms")) / 1000)


def _like(chosen: pd.DataFrame) -> nw.Expr:
    """Rows that share addresses, ports and span with `chosen`: all of its conversations' rows, and some more.

    No row of a conversation lies before its first: one that is cut off there begins as it does in full.
    """
    alike = [nw.col(name).is_in(chosen[name].unique().tolist()) for name in _ENDS]
    begins = next((name for name in ("first", "time") if name in chosen), None)
    alike += [nw.col("time") >= chosen[begins].min()] if begins and len(chosen) else []
    alike += [nw.col("time") <= chosen["last"].max()] if "last" in chosen and len(chosen) else []
    return nw.all_horizontal(*alike, ignore_nulls=True)
