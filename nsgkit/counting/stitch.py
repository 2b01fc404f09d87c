"""Which rows belong to one conversation: the rule that stitches begin, continuing and end rows.

Rows belong together where the same NIC logged them under the same ACL for the same resource and
flow log, with the same addresses, ports, protocol, direction and decision. Ordered by time (equal
times: see below), a conversation starts with a begin row, and with a row that
follows an end or nothing. A denied row, and a row without a state (all of version 1), is a
conversation of its own.

Equal times (NSG flow logs count whole seconds). Where a conversation is open from an earlier time, the
continuing rows of this time belong to it, and the first end closes it. Then the first begin goes with the
first end that is left, the second begin with the second, and so on: extra begins stay open,
extra ends are orphans. Where nothing is open from before, continuing rows follow the last begin. Which of
several begins (or ends) of one time is first, their content decides, and then where they stand: ORDER.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import narwhals as nw

from nsgkit.counting.frame import fingerprint, lazy, one_if
from nsgkit.counting.stateless import asks_for_an_answer
from nsgkit.schema import COUNTERS, FIRST_VNET_VERSION

# What is the same in all rows of a conversation, beside the ports.
SAME = (
    "mac", "acl", "resource", "flow_log", "direction", "protocol", "src_ip", "dst_ip", "decision",
)  # fmt: skip
ROWS = (
    "time", "state", *SAME, "src_port", "dst_port", *COUNTERS, "rule", "encryption", "version",
    "blob", "record", "tuple",
)  # fmt: skip
Choice: TypeAlias = Callable[["nw.LazyFrame[Any]"], "nw.LazyFrame[Any]"]
ALIKE = ("key", "src_port", "dst_port")
CONVERSATION = (*ALIKE, "nth")
# Where a row stands: this names a conversation too, by its first row.
STANDS = (*ALIKE, "file", "record", "tuple")
# Ties are settled by what rows say before where they stand: files may come in any order. Nulls go first.
TIES = ("rule", "encryption", "version", *COUNTERS, "record", "tuple", "blob")
STEPS = ("moment", *TIES)
ORDER = ("time_ms", "slot", "step", *TIES)


def marked(
    flows: object, *, columns: Sequence[str] = ROWS, only: Choice | None = None
) -> "nw.LazyFrame[Any]":
    """Return the flow rows (`only` some) with the numbers by which they are stitched.

    Beside `columns` of the flow table: `key`, the same for rows that agree in SAME; `step`, 0 begin,
    1 continuing, 2 end; `moment`, which orders by time and step; `alone`, `denied`, `asks`, 1 or 0;
    `file`, `policy`, `log`, fingerprints of its blob, rule and flow log.
    """
    rows = lazy(flows, columns)
    rows = (rows if only is None else only(rows)).with_columns(
        # As small numbers before the windows, so that no text has to pass through them.
        step=_step().cast(nw.Int8),
        alone=_alone().cast(nw.Int8),
        denied=one_if(nw.col("decision") == "denied").cast(nw.Int8),
        asks=one_if(asks_for_an_answer()).cast(nw.Int8),
        unnamed_log=nw.when(nw.col("flow_log").is_null()).then(nw.col("resource")),
    )
    return fingerprint(
        rows.with_columns(moment=nw.col("time_ms") * 4 + nw.col("step")),
        key=(*SAME, "alone"),
        file=("blob",),
        policy=("resource", "acl", "rule"),
        log=("flow_log", "unnamed_log"),
    )


def stitched(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the rows that `marked` gave, each with the conversation that it belongs to.

    CONVERSATION together names a conversation; `starts` is 1 for its first row and 0 for others; `since`
    is when its previous row was (milliseconds, null for the first).
    """
    rows = _in_slots(rows).with_columns(edges=_begins() + _ends())
    before = nw.col("moment").shift(1).over(*ALIKE, order_by=ORDER)
    edges = nw.col("edges").cum_sum().over(*ALIKE, order_by=ORDER)
    # Both at once, so that an engine sorts once: begins so far and ends before this row tell
    # one conversation from the next.
    rows = rows.with_columns(before=before, nth=(edges - _ends()).cast(nw.Int64))
    return rows.with_columns(starts=_starts(), since=_since())


def _in_slots(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Give each row its `slot` among the rows of its key and time: the k-th begin and end share slot k.

    What is open from before has slot 0. After a time with more begins than ends, or with continuing rows
    alone, something is open; after one with more ends, nothing is; else it is as it was before.
    """
    at_once, stitches = (*ALIKE, "time_ms"), 1 - nw.col("alone")
    rows = rows.with_columns(
        begin=one_if(nw.col("step") == 0) * stitches, end=one_if(nw.col("step") == 2) * stitches
    )
    totals = {f"all_{name}s": nw.col(name).sum().over(*at_once) for name in ("begin", "end")}
    turns = {f"{n}_turn": nw.col(n).cum_sum().over(*at_once, order_by=STEPS) for n in ("begin", "end")}
    rows = rows.with_columns(**totals, **turns, left=nw.col("time_ms").shift(-1).over(*ALIKE, order_by=STEPS))
    begins, ends = nw.col("all_begins"), nw.col("all_ends")
    opens = nw.when((begins > ends) | (begins + ends == 0)).then(nw.lit(1))
    after = nw.when(begins < ends).then(nw.lit(0)).otherwise(opens)
    is_last = nw.col("left").is_null() | (nw.col("left") != nw.col("time_ms"))
    rows = rows.with_columns(after=nw.when(is_last).then(after))
    rows = rows.with_columns(known=nw.col("after").shift(1).over(*ALIKE, order_by=STEPS))
    rows = rows.with_columns(known=nw.col("known").fill_null(strategy="forward").over(*ALIKE, order_by=STEPS))
    is_open = one_if(nw.col("known") == 1)
    of_end = nw.when(nw.col("step") == 2).then(nw.col("end_turn") - is_open)
    later = nw.when(nw.col("step") == 1).then((1 - is_open) * begins).otherwise(of_end)
    slot = nw.when(nw.col("step") == 0).then(nw.col("begin_turn")).otherwise(later)
    return rows.with_columns(slot=slot.cast(nw.Int64)).drop(
        *totals, *turns, "begin", "end", "left", "after", "known"
    )


def _step() -> nw.Expr:
    continuing = one_if(nw.col("state") == "continuing")
    return nw.when(nw.col("state") == "end").then(nw.lit(2)).otherwise(continuing)


def _alone() -> nw.Expr:
    """1 for a row that is a conversation of its own; unknown decisions are stitched like allowed ones."""
    return one_if((nw.col("decision") == "denied") | nw.col("state").is_null())


def _begins() -> nw.Expr:
    return one_if((nw.col("step") == 0) | (nw.col("alone") == 1))


def _ends() -> nw.Expr:
    return one_if(nw.col("step") == 2)


def _follows() -> nw.Expr:
    """Tell the rows that belong to the conversation of the row before them."""
    return (_begins() == 0) & (nw.col("before") % 4 != 2)


def _starts() -> nw.Expr:
    return 1 - one_if(_follows())


def _since() -> nw.Expr:
    return nw.when(_follows()).then((nw.col("before") // 4).cast(nw.Int64))


def begins_left_out(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the `log` of each VNet flow log that has end rows and no begin row, with `by_end` 1.

    `rows` are flow rows with `alone`, `step`, `version` and `log`, as `marked` gives them.
    """
    logs = rows.filter((nw.col("alone") == 0) & (nw.col("version") >= FIRST_VNET_VERSION)).group_by("log")
    seen = logs.agg(
        begins=one_if(nw.col("step") == 0).max(),
        ends=one_if(nw.col("step") == 2).max(),
    )
    silent = seen.filter((nw.col("begins") == 0) & (nw.col("ends") == 1))
    return silent.select("log", by_end=nw.lit(1))
