"""Which rows belong to one conversation: the rule that stitches begin, continuing and end rows.

RULE 1. Rows belong together where the same NIC logged them under the same ACL for the same resource and
flow log, with the same addresses, ports, protocol, direction and decision (SAME, and the ports).
RULE 2. A denied row, and a row without a state (all of version 1), is a conversation of its own.
RULE 3. Ordered by time, a conversation starts with a begin row, and with a row that follows an end or
nothing.
RULE 4. Equal times (NSG flow logs count whole seconds): where a conversation is open from before, the
continuing rows of this time belong to it, and the first end closes it. Then the first begin goes with the
first end that is left, the second begin with the second, and so on: extra begins stay open, extra ends
are orphans. Where nothing is open from before, continuing rows follow the last begin.
RULE 5. Which of several begins (or ends) of one time is first, their content decides, and then where they
stand: ORDER.
RULE 6. A VNet flow log that has end rows and no begin row was told to leave begin rows out: its
connections count by their end rows.
RULE 7. A rule seems to be logged without state where, over more than ten minutes of its inbound TCP
connections, no row of any of them has a counter or says that it ended: two continuing rows are due in
ten minutes. Microsoft documents that inbound TCP under rules that are not Azure's defaults may be
logged so by NSG flow logs.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import narwhals as nw

from nsgkit.counting.expressions import any_known, one_if
from nsgkit.counting.frame import Rows
from nsgkit.schema import COUNTERS, FIRST_VNET_VERSION, PLACE

# What is the same in all rows of a conversation, beside the ports.
SAME = (
    "mac", "acl", "resource", "flow_log", "direction", "protocol", "src_ip", "dst_ip", "decision",
)  # fmt: skip
ROWS = (
    "time", "state", *SAME, "src_port", "dst_port", *COUNTERS, "rule", "encryption", "version",
    *PLACE,
)  # fmt: skip
Choice: TypeAlias = Callable[[Rows], Rows]
ALIKE = ("key", "src_port", "dst_port")
CONVERSATION = (*ALIKE, "nth")
# Where a row stands: this names a conversation too, by its first row.
STANDS = (*ALIKE, "file", "record", "tuple")
# Ties are settled by what rows say before where they stand: files may come in any order. Nulls go first.
TIES = ("rule", "encryption", "version", *COUNTERS, "record", "tuple", "blob")
STEPS = ("sort_key", *TIES)
ORDER = ("time_ms", "slot", "state_order", *TIES)

PATIENCE = 600_000  # milliseconds
DEFAULT_RULES = (
    "AllowVnetInBound", "AllowAzureLoadBalancerInBound", "DenyAllInBound",
    "AllowVnetOutBound", "AllowInternetOutBound", "DenyAllOutBound",
)  # fmt: skip


def marked(flows: object, *, columns: Sequence[str] = ROWS, only: Choice | None = None) -> Rows:
    """Return the flow rows (`only` some) with the numbers by which they are stitched.

    Beside `columns` of the flow table: `key`, the same for rows that agree in SAME; `state_order`, 0 begin,
    1 continuing, 2 end; `sort_key`, which orders by time and state; `single_row`, `denied`,
    `expects_answer`, 1 or 0; `file`, `policy`, `log`, fingerprints of its blob, rule and flow log.
    """
    rows = Rows.of(flows, columns)
    rows = (rows if only is None else only(rows)).with_columns(
        # As small numbers before the windows, so that no text has to pass through them.
        state_order=_state_order().cast(nw.Int8),
        single_row=_single_row().cast(nw.Int8),
        denied=one_if(nw.col("decision") == "denied").cast(nw.Int8),
        expects_answer=one_if(_expects_answer()).cast(nw.Int8),
        unnamed_log=nw.when(nw.col("flow_log").is_null()).then(nw.col("resource")),
    )
    return rows.with_columns(sort_key=nw.col("time_ms") * 4 + nw.col("state_order")).fingerprint(
        key=(*SAME, "single_row"),
        file=("blob",),
        policy=("resource", "acl", "rule"),
        log=("flow_log", "unnamed_log"),
    )


def stitched(rows: Rows) -> Rows:
    """Return the rows that `marked` gave, each with the conversation that it belongs to: RULES 1 to 5.

    CONVERSATION together names a conversation; `starts` is 1 for its first row and 0 for others; `since`
    is when its previous row was (milliseconds, null for the first).
    """
    rows = _in_slots(rows).with_columns(edges=_begins() + _ends())
    before = nw.col("sort_key").shift(1).over(*ALIKE, order_by=ORDER)
    edges = nw.col("edges").cum_sum().over(*ALIKE, order_by=ORDER)
    # Both at once, so that an engine sorts once: begins so far and ends before this row tell
    # one conversation from the next.
    rows = rows.with_columns(before=before, nth=(edges - _ends()).cast(nw.Int64))
    return rows.with_columns(starts=_starts(), since=_since())


def _in_slots(rows: Rows) -> Rows:
    """Give each row its `slot` among those of its key and time: the k-th begin and end share slot k (RULE 4).

    What is open from before has slot 0. After a time with more begins than ends, or with continuing rows
    alone, something is open; after one with more ends, nothing is; else it is as it was before.
    """
    at_once, stitches = (*ALIKE, "time_ms"), 1 - nw.col("single_row")
    rows = rows.with_columns(
        begin=one_if(nw.col("state_order") == 0) * stitches, end=one_if(nw.col("state_order") == 2) * stitches
    )
    totals = {f"all_{name}s": nw.col(name).sum().over(*at_once) for name in ("begin", "end")}
    nths = {f"nth_{name}": nw.col(name).cum_sum().over(*at_once, order_by=STEPS) for name in ("begin", "end")}
    rows = rows.with_columns(**totals, **nths, left=nw.col("time_ms").shift(-1).over(*ALIKE, order_by=STEPS))
    begins, ends = nw.col("all_begins"), nw.col("all_ends")
    opens = nw.when((begins > ends) | (begins + ends == 0)).then(nw.lit(1))
    after = nw.when(begins < ends).then(nw.lit(0)).otherwise(opens)
    is_last = nw.col("left").is_null() | (nw.col("left") != nw.col("time_ms"))
    rows = rows.with_columns(after=nw.when(is_last).then(after))
    rows = rows.with_columns(known=nw.col("after").shift(1).over(*ALIKE, order_by=STEPS))
    rows = rows.with_columns(known=nw.col("known").fill_null(strategy="forward").over(*ALIKE, order_by=STEPS))
    is_open = one_if(nw.col("known") == 1)
    of_end = nw.when(nw.col("state_order") == 2).then(nw.col("nth_end") - is_open)
    later = nw.when(nw.col("state_order") == 1).then((1 - is_open) * begins).otherwise(of_end)
    slot = nw.when(nw.col("state_order") == 0).then(nw.col("nth_begin")).otherwise(later)
    return rows.with_columns(slot=slot.cast(nw.Int64)).drop(
        *totals, *nths, "begin", "end", "left", "after", "known"
    )


def _state_order() -> nw.Expr:
    continuing = one_if(nw.col("state") == "continuing")
    return nw.when(nw.col("state") == "end").then(nw.lit(2)).otherwise(continuing)


def _single_row() -> nw.Expr:
    """1 for a conversation of its own (RULE 2); unknown decisions are stitched like allowed ones."""
    return one_if((nw.col("decision") == "denied") | nw.col("state").is_null())


def _begins() -> nw.Expr:
    return one_if((nw.col("state_order") == 0) | (nw.col("single_row") == 1))


def _ends() -> nw.Expr:
    return one_if(nw.col("state_order") == 2)


def _follows() -> nw.Expr:
    """Tell the rows that belong to the conversation of the row before them (RULE 3)."""
    return (_begins() == 0) & (nw.col("before") % 4 != 2)


def _starts() -> nw.Expr:
    return 1 - one_if(_follows())


def _since() -> nw.Expr:
    return nw.when(_follows()).then((nw.col("before") // 4).cast(nw.Int64))


def begins_left_out(rows: Rows) -> Rows:
    """Return the `log` of each VNet flow log that has end rows and no begin row, with `by_end` 1: RULE 6.

    `rows` are flow rows with `single_row`, `state_order`, `version` and `log`, as `marked` gives them.
    """
    logs = rows.filter((nw.col("single_row") == 0) & (nw.col("version") >= FIRST_VNET_VERSION))
    seen = logs.aggregate(
        ["log"],
        begins=one_if(nw.col("state_order") == 0).max(),
        ends=one_if(nw.col("state_order") == 2).max(),
    )
    silent = seen.filter((nw.col("begins") == 0) & (nw.col("ends") == 1))
    return silent.select("log", by_end=nw.lit(1))


def logged_without_state(rows: Rows) -> Rows:
    """Return the `policy` (NSG and rule) of each rule that seems logged without state, `suspect` 1: RULE 7.

    `rows` are flow rows with `expects_answer`, `state_order` and `policy`, as `marked` gives them.
    """
    answered = (nw.col("state_order") == 2) | ((nw.col("state_order") > 0) & any_known(COUNTERS))
    asked = rows.filter((nw.col("expects_answer") == 1) & (nw.col("single_row") == 0))
    policies = asked.with_columns(answered=one_if(answered)).aggregate(
        ["policy"],
        answered=nw.col("answered").max(),
        span=nw.col("time_ms").max() - nw.col("time_ms").min(),
    )
    silent = policies.filter((nw.col("answered") == 0) & (nw.col("span") > PATIENCE))
    return silent.select("policy", suspect=nw.lit(1))


def _expects_answer() -> nw.Expr:
    """Tell the rows whose connections must end or be counted unless their rule is stateless (RULE 7)."""
    custom = ~nw.col("rule").is_in(DEFAULT_RULES) & ~nw.col("rule").str.starts_with("DefaultRule_")
    inbound_tcp = (nw.col("direction") == "inbound") & (nw.col("protocol") == "TCP")
    return custom & inbound_tcp & (nw.col("version") == 2) & (nw.col("decision") == "allowed")
