"""Conversations as events: each alone where they can be told apart, else alike ones in a row as one.

Alike are conversations with the same source, destination, protocol, destination port, direction, decision and
rule: one kind. A run are those of a kind of which each began at most ten minutes after the one before.

RULE 1. Denied attempts are told in runs.
RULE 2. Connections are told one by one where their kind has at most ALIKE of them, else in runs. Those of a
kind that stand out, because they carried more or lasted longer than ten times the median of their kind,
are told one by one all the same: the ALIKE largest and the ALIKE longest of them.
RULE 3. Where that makes more events than asked for, all kinds are told in runs, and these reach over longer
pauses: ten minutes, an hour, a day, any.
RULE 4. Where there are still too many, those that were denied, and then those that carried least, are told in
one last event, "others", with their count. Nothing is left out.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from nsgkit.analyses.forensics.sums import known_sums
from nsgkit.schema import COUNTERS
from nsgkit.times import DAY, HOUR, MINUTE

ALIKE = 20
WITHIN = 10 * MINUTE
_STANDS_OUT = 10
_LEAST = 1_000  # a median of fewer bytes, or milliseconds, counts as so many
_KIND = ("src_ip", "dst_ip", "protocol", "dst_port", "direction", "decision", "rule")
_EVER = 10**15  # milliseconds: longer than any pause
# How many of a kind may stand alone, and the longest pause in a run.
_STEPS = ((ALIKE, WITHIN), (1, WITHIN), (1, HOUR), (1, DAY), (1, _EVER))
_EVENT = {"allowed": "connection", "denied": "denied attempt", "unknown": "undecided"}
_Ints = Any


class _Prepared(NamedTuple):
    """Conversations in the order of kind and time, as arrays."""

    table: pd.DataFrame
    kind: _Ints
    first: _Ints
    alone: _Ints  # those of a large kind that stand out
    sizes: _Ints  # how many its kind has


def conversation_events(once: pd.DataFrame, top: int | None) -> pd.DataFrame:
    """Return the events that these conversations are, at most `top`, and `others` for the rest.

    `once` are the conversations that count, with the columns of `entities.NEEDED`. Events have the place
    of their first row; `answered`, where all tell the same.
    """
    if once.empty:
        return once.assign(event=None, count=0)
    rows = _prepared(once)
    for step in _STEPS:
        run = _runs(rows, *step)
        if top is None or run.max() < top:
            break
    return _bounded(_together(rows.table, run), top)


def _prepared(once: pd.DataFrame) -> _Prepared:
    kind = once.groupby([*_KIND], dropna=False, observed=True, sort=False).ngroup().to_numpy()
    first = _milliseconds(once["first"])
    order = np.lexsort((once["tuple"], once["record"], first, kind))
    table, kind = once.take(order), kind[order]
    sizes = np.bincount(kind)[kind]
    return _Prepared(table, kind, first[order], _standing_out(table, kind, sizes), sizes)


def _standing_out(table: pd.DataFrame, kind: _Ints, sizes: _Ints) -> _Ints:
    """Tell the connections of large kinds that carried or lasted far more than is usual there."""
    found = np.zeros(len(table), dtype=bool)
    large = np.flatnonzero((sizes > ALIKE) & (table["decision"] != "denied").to_numpy())
    some = table.iloc[large]
    lasted = _milliseconds(some["last"]) - _milliseconds(some["first"])
    for figure in (_bytes(some), lasted):
        values = pd.Series(figure, index=large, dtype="float64")
        usual = values.groupby(kind[large]).transform("median")
        far = values[values > _STANDS_OUT * usual.clip(lower=_LEAST)]
        most = far.groupby(kind[far.index]).rank(method="first", ascending=False)
        found[most.index[most <= ALIKE]] = True
    return found


def _runs(rows: _Prepared, alike: int, pause: int) -> _Ints:
    """Return the number of each conversation's event, from 0 on."""
    denied = (rows.table["decision"] == "denied").to_numpy()
    single = rows.alone | ((rows.sizes <= alike) & ~denied)
    alone, in_runs = np.flatnonzero(single), np.flatnonzero(~single)  # what stands alone does not end a run
    begins = np.ones(len(in_runs), dtype=bool)
    kind, first = rows.kind[in_runs], rows.first[in_runs]
    begins[1:] = (kind[1:] != kind[:-1]) | (first[1:] - first[:-1] > pause)
    numbers = np.empty(len(single), dtype=np.int64)
    numbers[in_runs] = np.cumsum(begins) - 1
    numbers[alone] = np.arange(len(alone)) + begins.sum()
    return numbers


def _together(table: pd.DataFrame, run: _Ints) -> pd.DataFrame:
    """Return one row of each run: what all say alike, sums, and the place of its first row."""
    groups = table.groupby(run, sort=True)
    firsts = table.take(np.unique(run, return_index=True)[1]).reset_index(drop=True)
    found = firsts.assign(count=groups.size().to_numpy(), last=groups["last"].max().array)
    for name, sums in known_sums(table, run, COUNTERS).items():
        found[name] = sums.array
    for name in ("src_port", "state", "answered", "mac"):
        found[name] = found[name].where(_all_alike(table[name], run))
    return found.assign(event=firsts["decision"].astype("str").map(_EVENT))


def _all_alike(values: "pd.Series[Any]", run: _Ints) -> _Ints:
    codes = pd.Series(pd.factorize(values)[0]).groupby(run)
    return (codes.min() == codes.max()).to_numpy()


def _bounded(events: pd.DataFrame, top: int | None) -> pd.DataFrame:
    """Return the events that matter most, and all others as one."""
    if top is None or len(events) <= top:
        return events
    weight = pd.DataFrame({"denied": events["event"] == "denied attempt", "less": -_bytes(events)})
    order = weight.sort_values(["denied", "less"], kind="stable").index
    kept, rest = events.loc[order[: max(top - 1, 0)]], events.loc[order[max(top - 1, 0) :]]
    others = {
        "event": "others", "first": rest["first"].min(), "last": rest["last"].max(),
        "count": int(rest["count"].sum()), **{name: rest[name].sum(min_count=1) for name in COUNTERS},
    }  # fmt: skip
    last = pd.DataFrame([others], dtype="object").reindex(columns=events.columns)
    return pd.concat([kept.astype("object"), last.astype("object")], ignore_index=True)


def _bytes(table: pd.DataFrame) -> _Ints:
    """Return the bytes both ways; unknown ones carry no weight."""
    ways = (
        table[name].astype("Float64").fillna(0).to_numpy("float64") for name in COUNTERS if "bytes" in name
    )
    return sum(ways)


def _milliseconds(times: "pd.Series[Any]") -> _Ints:
    return times.astype("datetime64[ms, UTC]").astype("int64").to_numpy()
