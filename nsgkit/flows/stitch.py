"""Which rows belong to one conversation: the rule that stitches begin, continuing and end rows.

Rows belong together where the same NIC logged them under the same ACL for the same resource and
flow log, with the same addresses, ports, protocol, direction and decision. Ordered by time (equal
times: begin, continuing, end), a conversation starts with a begin row, and with a row that
follows an end or nothing. A denied row, and a row without a state (all of version 1), is a
conversation of its own.

NSG logs count seconds, and one second can hold several begins and ends of the same ports. Then an end
closes the conversation that is open from before, if there is one; the k-th begin is followed by the
k-th end that is left. So two complete connections within a second are two complete conversations.

`nsgkit.flows.quick` follows the same rule on pandas tables.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import narwhals as nw

from nsgkit.flows.frame import fingerprint, lazy, one_if
from nsgkit.flows.stateless import asks_for_an_answer
from nsgkit.schema import COUNTERS

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
# Ties are settled by what rows say before where they stand: files may come in any order.
ORDER = ("moment", "rule", "encryption", "version", *COUNTERS, "record", "tuple", "blob")
_ONE_TIME = (*ALIKE, "time_ms")
_IN_ORDER = ("time_ms", "turn")


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
    rows = _in_turn(rows).with_columns(edges=_begins() + _ends())
    before = nw.col("moment").shift(1).over(*ALIKE, order_by=_IN_ORDER)
    edges = nw.col("edges").cum_sum().over(*ALIKE, order_by=_IN_ORDER)
    # Both at once, so that an engine sorts once: begins so far and ends before this row tell
    # one conversation from the next.
    rows = rows.with_columns(before=before, nth=(edges - _ends()).cast(nw.Int64))
    return rows.with_columns(starts=_starts(), since=_since())


def _in_turn(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the rows with `turn`, which orders those of one time: begins and ends of one second are paired.

    After a time a conversation is open where more began than ended, closed where more ended, and as it was
    before where as many began as ended; where there are continuing rows alone, one is open.
    """
    kinds = {"begins": 0, "continues": 1, "closes": 2}
    marks = {name: one_if(nw.col("step") == step) for name, step in kinds.items()}
    rows = rows.with_columns(one=nw.lit(1), **marks)
    rows = rows.with_columns(
        **{name: nw.col(name).sum().over(*_ONE_TIME) for name in kinds},
        place=nw.col("one").cum_sum().over(*_ONE_TIME, order_by=ORDER),
    )
    more, fewer = nw.col("begins") > nw.col("closes"), nw.col("begins") < nw.col("closes")
    alone = (nw.col("begins") + nw.col("closes") == 0) & (nw.col("continues") > 0)
    rows = rows.with_columns(
        after=nw.when(more | alone).then(nw.lit(1)).otherwise(nw.when(fewer).then(nw.lit(0)))
    )
    rows = rows.with_columns(after=nw.col("after").fill_null(strategy="forward").over(*ALIKE, order_by=ORDER))
    rows = rows.with_columns(was=nw.col("after").shift(1).over(*ALIKE, order_by=ORDER))
    first = nw.when(nw.col("place") == 1).then(nw.col("was"))
    rows = rows.with_columns(was=one_if(first == 1)).with_columns(was=nw.col("was").max().over(*_ONE_TIME))
    return rows.with_columns(turn=_turn()).drop("one", *kinds, "place", "after", "was")


def _turn() -> nw.Expr:
    """Return the place of a row among those of its time: begins at 4, 8, …, each before the end that is its own."""
    end = nw.col("place") - nw.col("begins") - nw.col("continues") - nw.col("was")
    continuing = nw.when(nw.col("was") == 1).then(nw.lit(0)).otherwise(nw.lit(5))
    paired = nw.when(nw.col("step") == 2).then(4 * end + 2).otherwise(continuing)
    paired = nw.when(nw.col("step") == 0).then(4 * nw.col("place")).otherwise(paired)
    both = (nw.col("begins") > 0) & (nw.col("closes") > 0)
    return nw.when(both).then(paired).otherwise(nw.col("place")).cast(nw.Int64)


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
