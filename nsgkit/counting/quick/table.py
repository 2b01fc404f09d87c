"""The table of conversations: the first rows' columns, and what the stitched rows add up to."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.counting.columns import categories
from nsgkit.counting.countable import too_large
from nsgkit.counting.quick.double_capture import Views, fold
from nsgkit.counting.quick.keys import Array, ascending, coded, matching, numbers, packed
from nsgkit.counting.quick.stitch import BEGIN, CONTINUING, END, Stitched, milliseconds, state_orders
from nsgkit.counting.stitch import DEFAULT_RULES, PATIENCE
from nsgkit.schema import COUNTERS, FIRST_VNET_VERSION


def counters(flows: pd.DataFrame, stitched: Stitched) -> dict[str, pd.arrays.IntegerArray]:
    """Return the sums of each conversation's continuing and end rows; null where none has a counter."""
    counting = stitched.state_order != BEGIN
    rows = stitched.order[counting]
    each = np.add.reduceat(counting, stitched.starts, dtype=np.int32) if len(rows) else stitched.starts * 0
    sums: dict[str, pd.arrays.IntegerArray] = {}
    before: tuple[Array, Array, Array] | None = None
    for name in COUNTERS:
        values, known = numbers(flows[name])
        if before is None or not np.array_equal(known, before[0]):  # mostly they are known together
            taken = known.take(rows)
            before = known, taken, _reduced(taken, each, np.int32) == 0
        taken = values.take(rows)
        taken *= before[1]  # what is unknown may hold any number
        if taken.max(initial=0) * float(len(taken)) >= 2.0**63 and _overflows(taken, each):
            raise too_large(flows)
        sums[name] = pd.arrays.IntegerArray(_reduced(taken, each), before[2].copy())
    return sums


def _overflows(values: Array, each: Array) -> bool:
    """Tell whether a sum needs more than 63 bits: upper and lower halves are added up apart."""
    upper, lower = (_reduced(part, each) for part in (values >> 32, values & (2**32 - 1)))
    return bool(((upper + (lower >> 32)) >= 2**31).any())


def _reduced(values: Array, each: Array, dtype: Any = None) -> Array:
    """Return the sum of each conversation's values, of which it has so many; 0 where it has none."""
    filled = each > 0
    sums = np.zeros(len(each), dtype=dtype or values.dtype)
    if len(values):
        sums[filled] = np.add.reduceat(values, (np.cumsum(each) - each)[filled], dtype=dtype)
    return sums


def facts(flows: pd.DataFrame, stitched: Stitched, within: int) -> dict[str, Any]:
    """Return what is found of each conversation, beside the columns of its first row."""
    stateless = _stateless(flows, stitched)  # the steps that need much memory come before much is kept
    has = {state: any_of(stitched.state_order == state, stitched.starts) for state in (BEGIN, END)}
    begun, ended = (has[state] & ~stitched.single_row for state in (BEGIN, END))
    state = _state(flows, stitched, begun, ended)
    counted_by = _counted_by(flows, stitched, begun, ended)
    sums = counters(flows, stitched)
    first = stitched.times.take(stitched.first)
    views = Views(stitched.first, first, state == _ORPHAN, stitched.single_row, _size(sums, state))
    into = fold(flows, views, within)
    del views
    last = stitched.times.take(stitched.last)
    return {
        "last": last,
        "duration": np.where(stitched.single_row, np.nan, (last - first) / 1000),
        "state": state,
        **sums,
        "rows": stitched.rows,
        "into": into,
        "stateless": stateless,
        "answered": _answered(sums, stitched.single_row),
        "counted_by": counted_by,
    }


def in_order(flows: pd.DataFrame, first: Array) -> Array:
    """Return the order by time, blob, record and tuple of conversations whose first rows these are."""
    order = ascending(first)
    rows = first.take(order)
    place = packed([coded(flows["blob"]).take(rows), *(flows[c].to_numpy().take(rows) for c in _IN_BLOB)])
    if (place[1:] < place[:-1]).any():  # the rows of the table do not stand blob by blob
        moved = np.argsort(place, kind="stable")
        order, rows = order.take(moved), rows.take(moved)
    time = milliseconds(flows).take(rows)
    return order.take(ascending(time - time.min(initial=0)))


_IN_BLOB = ("record", "tuple")
_CLOSED, _OPEN, _ORPHAN, _DENIED = range(4)  # as the schema has them
_BY_BEGIN, _BY_ROW, BY_END = range(3)


def any_of(marked: Array, starts: Array) -> Array:
    """Tell the conversations of whose rows, which begin at `starts`, one is marked."""
    found: Array = np.logical_or.reduceat(marked, starts) if len(starts) else np.zeros(0, bool)
    return found


def _state(flows: pd.DataFrame, stitched: Stitched, begun: Array, ended: Array) -> Array:
    state = np.where(begun, np.where(ended, _CLOSED, _OPEN), _ORPHAN).astype(np.int8)
    state[stitched.single_row] = -1
    state[matching(flows["decision"], "denied")[stitched.first]] = _DENIED
    return state


def _size(sums: dict[str, pd.arrays.IntegerArray], state: Array) -> Array:
    """Return the bytes of both ways of complete conversations; -1 where one way is unknown."""
    ways = [sums[f"bytes_{way}"] for way in ("src_to_dst", "dst_to_src")]
    unknown = ways[0].isna() | ways[1].isna() | (state != _CLOSED)
    return np.where(unknown, -1.0, ways[0]._data.astype(float) + ways[1]._data)  # type: ignore[attr-defined]


def _answered(sums: dict[str, pd.arrays.IntegerArray], single_row: Array) -> pd.arrays.BooleanArray:
    """Tell where packets came back; by bytes where packets are unknown, and null where both are."""
    packets, size = sums["packets_dst_to_src"], sums["bytes_dst_to_src"]
    back = np.where(packets.isna(), numbers(pd.Series(size))[0], numbers(pd.Series(packets))[0]) > 0
    return pd.arrays.BooleanArray(back, single_row | (packets.isna() & size.isna()))


def _counted_by(flows: pd.DataFrame, stitched: Stitched, begun: Array, ended: Array) -> Array:
    flow_log, resource = (coded(flows[name])[stitched.first] for name in ("flow_log", "resource"))
    log = pd.factorize(packed([flow_log, np.where(flow_log < 0, resource, -1)]))[0]
    vnet = (flows["version"].to_numpy() >= FIRST_VNET_VERSION)[stitched.first]
    silent = np.ones(int(log.max(initial=-1)) + 1, dtype=bool)  # logs without a begin row
    silent[log[begun & vnet]] = False
    by = np.where(begun, _BY_BEGIN, np.where(ended & silent[log] & vnet, BY_END, -1))
    return np.where(stitched.single_row, _BY_ROW, by).astype(np.int8)


def _stateless(flows: pd.DataFrame, stitched: Stitched) -> Array:
    """Tell the conversations whose rule seems to be logged without state (RULE 7 of the stitch)."""
    expects_answer = expecting_answer(flows)
    policy = packed([coded(flows[name]) for name in ("resource", "acl", "rule")])
    suspects = _suspects(flows, policy, expects_answer, stitched.times)
    if not len(suspects):
        return np.zeros(len(stitched.starts), dtype=bool)
    asked = any_of(expects_answer.take(stitched.order), stitched.starts)
    found: Array = asked & np.isin(policy.take(stitched.first), suspects)
    return found


def _suspects(flows: pd.DataFrame, policy: Array, expects_answer: Array, times: Array) -> Array:
    """Return the policies whose expecting rows got neither end nor counter for longer than `PATIENCE`."""
    state_order, single_row = state_orders(flows)
    rows = np.flatnonzero(expects_answer & ~single_row)
    kind, kinds = pd.factorize(policy.take(rows))
    counted = np.logical_or.reduce([numbers(flows[name])[1] for name in COUNTERS])
    answers = (state_order == END) | ((state_order == CONTINUING) & counted)
    silent = np.bincount(kind, answers.take(rows), len(kinds)) == 0
    unanswered = silent[kind]
    kind, time = kind[unanswered], times.take(rows[unanswered])
    latest, earliest = np.full(len(kinds), -1), np.full(len(kinds), np.iinfo(np.int64).max)
    np.maximum.at(latest, kind, time)
    np.minimum.at(earliest, kind, time)
    found: Array = kinds[silent & (latest - earliest > PATIENCE)]
    return found


def expecting_answer(flows: pd.DataFrame) -> Array:
    """Tell the rows whose connections must end or be counted if their rule is logged with state."""
    texts = categories(flows["rule"]).categories
    default = [text for text in texts if text in DEFAULT_RULES or text.startswith("DefaultRule_")]
    expects_answer = (flows["version"] == 2).to_numpy() & flows["rule"].notna().to_numpy()
    expects_answer &= ~matching(flows["rule"], *default)
    for name, value in (("direction", "inbound"), ("protocol", "TCP"), ("decision", "allowed")):
        expects_answer &= matching(flows[name], value)
    return expects_answer
