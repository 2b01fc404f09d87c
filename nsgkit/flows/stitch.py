"""Which rows belong to one conversation: the rule that stitches begin, continuing and end rows.

Rows belong together where the same NIC logged them under the same ACL for the same resource and
flow log, with the same addresses, ports, protocol, direction and decision. Ordered by time (equal
times: begin, continuing, end), a conversation starts with a begin row, and with a row that
follows an end or nothing. A denied row, and a row without a state (all of version 1), is a
conversation of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import narwhals as nw

from nsgkit.flows.frame import Codebook, codes, fingerprint, lazy, one_if
from nsgkit.flows.stateless import asks_for_an_answer
from nsgkit.schema import COUNTERS

# What is the same in all rows of a conversation, beside the ports.
SAME = (
    "mac", "acl", "resource", "flow_log", "direction", "protocol", "src_ip", "dst_ip", "decision",
)  # fmt: skip
# Texts that are compared and grouped as numbers, where a pandas frame holds them.
CODED = ("mac", "acl", "resource", "flow_log", "src_ip", "dst_ip", "blob")
ROWS = (
    "time", "state", *SAME, "src_port", "dst_port", *COUNTERS, "rule", "encryption", "version",
    "blob", "record", "tuple",
)  # fmt: skip
Choice: TypeAlias = Callable[["nw.LazyFrame[Any]"], "nw.LazyFrame[Any]"]
CONVERSATION = ("key", "src_port", "dst_port", "nth")
ORDER = ("moment", "content", "record", "tuple", "file")


def codebook(flows: object) -> Codebook:
    """Return the codebook that `stitched` uses for `flows`."""
    return codes(flows, CODED)


def stitched(
    flows: object, book: Codebook, *, columns: Sequence[str] = ROWS, only: Choice | None = None
) -> "nw.LazyFrame[Any]":
    """Return the flow rows (`only` some), each with the conversation that it belongs to.

    `only` picks among the rows before they are stitched: all rows of a conversation, or none.
    Beside `columns` of the flow table: CONVERSATION, which together name a conversation; `starts`,
    1 for its first row and 0 for others; `since`, when its previous row was (milliseconds, null
    for the first); `step`, 0 begin, 1 continuing, 2 end.
    """
    rows = lazy(flows, columns, codebook=book, numbered=True)
    rows = (rows if only is None else only(rows)).with_columns(
        step=_step(),
        alone=_alone(),
        # As numbers before the windows, so that no text has to pass through them.
        denied=one_if(nw.col("decision") == "denied"),
        asks=one_if(asks_for_an_answer()),
    )
    rows = fingerprint(
        rows.with_columns(moment=nw.col("time_ms") * 4 + nw.col("step")),
        key=(*SAME, "alone"),
        # Ties are settled by what rows say before where they stand: files may come in any order.
        content=("rule", "encryption", "version", *COUNTERS),
        file=("blob",),
        policy=("resource", "acl", "rule"),
    )
    before = nw.col("moment").shift(1).over("key", "src_port", "dst_port", order_by=ORDER)
    rows = rows.with_columns(before=before).with_columns(starts=_starts())
    nth = nw.col("starts").cum_sum().over("key", "src_port", "dst_port", order_by=ORDER)
    return rows.with_columns(nth=nth, since=_since())


def _step() -> nw.Expr:
    continuing = one_if(nw.col("state") == "continuing")
    return nw.when(nw.col("state") == "end").then(nw.lit(2)).otherwise(continuing)


def _alone() -> nw.Expr:
    """1 for a row that is a conversation of its own; unknown decisions are stitched like allowed ones."""
    return one_if((nw.col("decision") == "denied") | nw.col("state").is_null())


def _starts() -> nw.Expr:
    first = nw.col("before").is_null() | (nw.col("before") % 4 == 2)
    begins = (nw.col("step") == 0) | (nw.col("alone") == 1)
    return one_if(first | begins)


def _since() -> nw.Expr:
    return nw.when(nw.col("starts") == 0).then((nw.col("before") // 4).cast(nw.Int64))
