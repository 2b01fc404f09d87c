"""The table of conversations: the first rows' columns, and what the stitched rows add up to."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit.flows.fit import too_large
from nsgkit.flows.quick.fold import Views, fold
from nsgkit.flows.quick.keys import Array, categories, coded, matching, numbers, packed
from nsgkit.flows.quick.stitch import BEGIN, CONTINUING, END, Stitched
from nsgkit.flows.recorded import FIRST_VNET_VERSION
from nsgkit.flows.stateless import DEFAULT_RULES, PATIENCE
from nsgkit.schema import COUNTERS


def counters(flows: pd.DataFrame, stitched: Stitched) -> dict[str, pd.arrays.IntegerArray]:
    """Return the sums of each conversation's continuing and end rows; null where none has a counter."""
    counting = stitched.step != BEGIN
    rows = stitched.order[counting]
    each = np.add.reduceat(counting, stitched.starts, dtype=np.int32) if len(rows) else stitched.starts * 0
    return {name: _sum(flows, name, rows, each) for name in COUNTERS}


def _sum(flows: pd.DataFrame, name: str, rows: Array, each: Array) -> pd.arrays.IntegerArray:
    """Return the sums of a counter over `rows`, of which each conversation has so many, in turn."""
    values, known = (column.take(rows) for column in numbers(flows[name]))
    whole = bool(known.all())
    if not whole:
        values *= known  # what is unknown may hold any number
    if values.max(initial=0) * float(len(values)) >= 2.0**63 and _overflows(values, each):
        raise too_large(flows)
    counts = each if whole else _reduced(known, each, np.int32)
    return pd.arrays.IntegerArray(_reduced(values, each), counts == 0)


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
    sums = counters(flows, stitched)
    has = {step: _any(stitched.step == step, stitched.starts) for step in (BEGIN, END)}
    begun, ended = (has[step] & ~stitched.alone for step in (BEGIN, END))
    state = _state(flows, stitched, begun, ended)
    ends = stitched.starts + stitched.rows - 1
    first, last = stitched.time[stitched.starts], stitched.time[ends]
    views = Views(stitched.first, first, state == _ORPHAN, stitched.alone, _size(sums, state))
    return {
        "last": last,
        "duration": np.where(stitched.alone, np.nan, (last - first) / 1000),
        "state": state,
        **sums,
        "rows": stitched.rows,
        "into": fold(flows, views, within),
        "stateless": _stateless(flows, stitched),
        "answered": _answered(sums, stitched.alone),
        "counted_by": _counted_by(flows, stitched, begun, ended),
    }


def in_order(flows: pd.DataFrame, stitched: Stitched) -> Array:
    """Return the order of the conversations by the time, blob, record and tuple of their first rows."""
    first, time = stitched.first, stitched.time[stitched.starts]
    place = [coded(flows["blob"])[first], *(flows[name].to_numpy()[first] for name in ("record", "tuple"))]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(packed(place))] = np.arange(len(first))
    bits = len(first).bit_length()
    span = time - time.min() if len(time) else time
    if int(span.max(initial=0)).bit_length() + bits < 64:
        return np.argsort((span << bits) | rank)
    return np.lexsort((rank, time))


_CLOSED, _OPEN, _ORPHAN, _DENIED = range(4)  # as the schema has them
_BY_BEGIN, _BY_ROW, BY_END = range(3)


def _any(marked: Array, starts: Array) -> Array:
    found: Array = np.logical_or.reduceat(marked, starts) if len(starts) else np.zeros(0, bool)
    return found


def _state(flows: pd.DataFrame, stitched: Stitched, begun: Array, ended: Array) -> Array:
    state = np.where(begun, np.where(ended, _CLOSED, _OPEN), _ORPHAN).astype(np.int8)
    state[stitched.alone] = -1
    state[matching(flows["decision"], "denied")[stitched.first]] = _DENIED
    return state


def _size(sums: dict[str, pd.arrays.IntegerArray], state: Array) -> Array:
    """Return the bytes of both ways of complete conversations; -1 where one way is unknown."""
    ways = [sums[f"bytes_{way}"] for way in ("src_to_dst", "dst_to_src")]
    unknown = ways[0].isna() | ways[1].isna() | (state != _CLOSED)
    return np.where(unknown, -1.0, ways[0]._data.astype(float) + ways[1]._data)  # type: ignore[attr-defined]


def _answered(sums: dict[str, pd.arrays.IntegerArray], alone: Array) -> pd.arrays.BooleanArray:
    """Tell where packets came back; by bytes where packets are unknown, and null where both are."""
    packets, size = sums["packets_dst_to_src"], sums["bytes_dst_to_src"]
    back = np.where(packets.isna(), numbers(pd.Series(size))[0], numbers(pd.Series(packets))[0]) > 0
    return pd.arrays.BooleanArray(back, alone | (packets.isna() & size.isna()))


def _counted_by(flows: pd.DataFrame, stitched: Stitched, begun: Array, ended: Array) -> Array:
    flow_log, resource = (coded(flows[name])[stitched.first] for name in ("flow_log", "resource"))
    log = pd.factorize(packed([flow_log, np.where(flow_log < 0, resource, -1)]))[0]
    vnet = (flows["version"].to_numpy() >= FIRST_VNET_VERSION)[stitched.first]
    silent = np.ones(int(log.max(initial=-1)) + 1, dtype=bool)  # logs without a begin row
    silent[log[begun & vnet]] = False
    by = np.where(begun, _BY_BEGIN, np.where(ended & silent[log] & vnet, BY_END, -1))
    return np.where(stitched.alone, _BY_ROW, by).astype(np.int8)


def _stateless(flows: pd.DataFrame, stitched: Stitched) -> Array:
    """Tell the conversations whose rule seems to be logged without state, by `nsgkit.flows.stateless`."""
    asks = _asking(flows).take(stitched.order)
    asked = asks & ~np.repeat(stitched.alone, stitched.rows)
    if not asked.any():
        return np.zeros(len(stitched.starts), dtype=bool)
    policies = [coded(flows[name]) for name in ("resource", "acl", "rule")]
    rows, step, time = stitched.order[asked], stitched.step[asked], stitched.time[asked]
    first = stitched.first[_any(asks, stitched.starts)]
    both = packed([np.append(codes.take(rows), codes.take(first)) for codes in policies])
    policy, of_first = both[: len(rows)], both[len(rows) :]
    kind, kinds = pd.factorize(policy)
    answers, counting = step == END, step == CONTINUING
    known = [numbers(flows[name])[1].take(rows[counting]) for name in COUNTERS]
    answers[counting] = np.logical_or.reduce(known)
    silent = np.bincount(kind, answers, len(kinds)) == 0
    latest, earliest = np.full(len(kinds), -1), np.full(len(kinds), np.iinfo(np.int64).max)
    np.maximum.at(latest, kind, time)
    np.minimum.at(earliest, kind, time)
    suspects = kinds[silent & (latest - earliest > PATIENCE)]
    stateless = _any(asks, stitched.starts)
    stateless[stateless] = np.isin(of_first, suspects)
    return stateless


def _asking(flows: pd.DataFrame) -> Array:
    """Tell the rows whose connections must end or be counted if their rule is logged with state."""
    texts = categories(flows["rule"]).categories
    default = [text for text in texts if text in DEFAULT_RULES or text.startswith("DefaultRule_")]
    asks = (flows["version"] == 2).to_numpy() & flows["rule"].notna().to_numpy()
    asks &= ~matching(flows["rule"], *default)
    for name, value in (("direction", "inbound"), ("protocol", "TCP"), ("decision", "allowed")):
        asks &= matching(flows[name], value)
    return asks
