"""Conversations made part by part: what a part of all rows can tell, and what only all of them can.

Rows of one connection, seen from wherever, share addresses, ports and protocol (ENDS): dealt out by these,
each part is stitched and folded on its own. Two columns hang on rows of other parts: which flow log writes
no begin rows (`counted_by`), which rule seems to be logged without state (`stateless`). A part leaves them
open, as PENDING; FACTS of the rows, added up over all parts, settle them.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from nsgkit.counting.conversations import stitched_once
from nsgkit.counting.quick.increments import increment_lists
from nsgkit.counting.quick.keys import Array, coded, numbers, packed
from nsgkit.counting.quick.stitch import BEGIN, CONTINUING, END, milliseconds, state_orders
from nsgkit.counting.quick.table import any_of, expecting_answer
from nsgkit.counting.spread import BY_HOUR, INCREMENTS, hour_lists, increments
from nsgkit.counting.stitch import PATIENCE
from nsgkit.schema import COUNTERS, FIRST_VNET_VERSION

ENDS = ("src_ip", "dst_ip", "src_port", "dst_port", "protocol")
# asks_answer: a row of it must be answered unless its rule is logged without state. ended: it has an end row.
PENDING = ("asks_answer", "ended")
POLICY, LOG = ("resource", "acl", "rule"), ("flow_log", "resource")
_FACTS = {"answered": "max", "begins": "max", "ends": "max", "earliest": "min", "latest": "max"}


class Part(NamedTuple):
    """Conversations with PENDING beside their columns, and what their rows added: columns of lists."""

    table: pd.DataFrame
    lists: "dict[str, pa.Array[Any]]"


class Settled(NamedTuple):
    """What all rows tell: policies that seem logged without state, flow logs without begin rows."""

    stateless: frozenset[tuple[str | None, ...]]
    by_end: frozenset[tuple[str | None, ...]]


def stitch_part(flows: pd.DataFrame) -> Part:
    """Return the conversations of rows that hold all rows with their ENDS; the two columns are open."""
    table, rows = stitched_once(flows)
    added = increments(flows, table, stitched_rows=rows)
    lists = {INCREMENTS: increment_lists(added, table), BY_HOUR: hour_lists(added, table)}
    asks = any_of(expecting_answer(flows)[rows.order], rows.starts)
    ended = any_of(rows.state_order == END, rows.starts) & ~rows.single_row
    by_end = table["counted_by"] == "end"
    table["counted_by"] = table["counted_by"].mask(by_end)
    return Part(
        table.drop(columns="stateless").assign(asks_answer=asks[rows.in_table], ended=ended[rows.in_table]),
        lists,
    )


def facts_of(flows: pd.DataFrame) -> pd.DataFrame:
    """Return what rows tell of policies and flow logs: tables of this kind add up, by `settle`.

    One row a policy (POLICY; answered, earliest, latest: milliseconds since 1970, of the rows that expect an
    answer) or a VNet flow log (flow_log, else resource; begins, ends: 1 where it has such rows).
    """
    state_order, single_row = state_orders(flows)
    counted = np.logical_or.reduce([numbers(flows[name])[1] for name in COUNTERS])
    asked = np.flatnonzero(expecting_answer(flows) & ~single_row)
    answered = (state_order == END) | ((state_order == CONTINUING) & counted)
    time = milliseconds(flows)
    told = {"answered": answered, "earliest": time, "latest": time}
    policies = _of_groups(flows, POLICY, asked, told).assign(of="policy")
    vnet = np.flatnonzero((flows["version"].to_numpy() >= FIRST_VNET_VERSION) & ~single_row)
    states = {"begins": state_order == BEGIN, "ends": state_order == END}
    logs = _of_groups(flows, LOG, vnet, states).assign(of="log")
    logs["resource"] = logs["resource"].where(logs["flow_log"].isna())
    return _added_up([policies, logs])


def settle(facts: Iterable[pd.DataFrame]) -> Settled:
    """Return what the facts of all parts tell together."""
    told = _added_up([*facts])
    policies, logs = (told[told["of"] == kind] for kind in ("policy", "log"))
    silent = policies[(policies["answered"] == 0) & (policies["latest"] - policies["earliest"] > PATIENCE)]
    by_end = logs[(logs["begins"] == 0) & (logs["ends"] == 1)]
    return Settled(_keys(silent, POLICY), _keys(by_end, LOG))


def _of_groups(
    flows: pd.DataFrame, by: Iterable[str], rows: Array, facts: Mapping[str, Array]
) -> pd.DataFrame:
    """Return the least or most of each fact over the rows of a group; texts are looked at once a group."""
    key = packed([coded(flows[name])[rows] for name in by])
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    order, edges = np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))
    starts = np.concatenate(([0], edges[:-1])) if len(edges) else edges
    best = {"max": np.maximum, "min": np.minimum}
    columns: dict[str, Any] = {name: flows[name].array.take(rows[first]).astype("object") for name in by}
    for name, values in facts.items():
        columns[name] = best[_FACTS[name]].reduceat(values[rows[order]].astype(np.int64), starts)
    return pd.DataFrame(columns)


def _added_up(facts: list[pd.DataFrame]) -> pd.DataFrame:
    names = ["of", *POLICY, "flow_log"]
    columns = {**dict.fromkeys(names, "object"), **dict.fromkeys(_FACTS, "Int64")}
    tables = [table.reindex(columns=[*columns]).astype(columns) for table in facts if len(table)]
    if not tables:
        return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    every = pd.concat(tables, ignore_index=True)
    return every.groupby(names, dropna=False, sort=False).agg(_FACTS).reset_index()


def _keys(table: pd.DataFrame, names: Iterable[str]) -> frozenset[tuple[str | None, ...]]:
    values = table[[*names]].astype("object").where(table[[*names]].notna(), None)
    return frozenset(values.itertuples(index=False, name=None))
