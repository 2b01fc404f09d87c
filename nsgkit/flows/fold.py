"""Double capture: which views of one connection are folded into which, by one rule.

The rule. Conversations with the same addresses, ports, protocol and decision whose first rows lie
within a few seconds of each other are views of one connection, one view from each place that
captured it. The initiator's view counts: the outbound one. Folded into it are inbound views at other
NICs, and further views at the same NIC in the same direction, from another log (NSG and VNet flow
logs of one NIC); of those the newer format's counts. Where one place has several such
conversations within those seconds, the first belongs to the others' first, the second to their second.

Two views that are both complete and contradict each other grossly in bytes are not folded: two networks
that are not connected may use the same addresses.

Conversations whose begin lies before the data are folded among themselves alone, and there the first
rows may lie five minutes further apart: that is how often continuing rows come.
"""

from typing import Any

import narwhals as nw

from nsgkit.flows.frame import fingerprint, one_if
from nsgkit.flows.stitch import CONVERSATION, stitched

CADENCE = 300_000  # milliseconds between the continuing rows of a connection
LARGELY_APART, TIMES_APART = 10_000, 5  # bytes, and how many times as many: both must be exceeded
CAPTURE = ("mac", "acl", "resource", "flow_log")
_PLACE = ("blob", "record", "tuple")
_LINK = ("link", "src_port", "dst_port")
_IN_TIME = ("time_ms", "record", "tuple", "blob")
_VIEWS = (*_LINK, "chain", "turn")
_BY_WORTH = ("inbound", "age", "time_ms", *CAPTURE)


def folds(rows: "nw.LazyFrame[Any]", within: int) -> "nw.LazyFrame[Any]":
    """Return the conversations that are folded, each with the first row of the view that counts instead.

    `rows` is what `marked` gave; `within` is how far apart the first rows of two views may
    lie, in milliseconds. The answer has CONVERSATION, folded (1), into_blob, into_record, into_tuple.
    """
    first_rows = _summed(stitched(_seen_twice(rows))).filter(nw.col("starts") == 1)
    views = _turns(first_rows, within)
    worth = nw.col("one").cum_sum().over(*_VIEWS, order_by=_BY_WORTH)
    views = views.with_columns(worth=worth)
    best = nw.when(nw.col("worth") == 1)
    kept = {
        f"best_{name}": best.then(nw.col(name)).max().over(*_VIEWS)
        for name in ("nic", "inbound", "closed", "size", *_PLACE)
    }
    views = views.with_columns(**kept).filter(_is_folded())
    into = {f"into_{name}": nw.col(f"best_{name}") for name in _PLACE}
    return views.select(*CONVERSATION, folded=nw.lit(1), **into)


def _seen_twice(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Keep the rows whose addresses and ports more than one place captured: the others need no search."""
    ends = ["ends", "src_port", "dst_port"]
    rows = fingerprint(rows, ends=("protocol", "src_ip", "dst_ip"), at=(*CAPTURE, "direction"))
    places = rows.group_by(*ends).agg(least=nw.col("at").min(), most=nw.col("at").max())
    twice = places.filter(nw.col("least") != nw.col("most")).select(*ends)
    return rows.join(twice, on=ends, how="semi").drop("ends", "at")


def _summed(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Put beside each row whether its conversation is complete, and its bytes both ways; null is unknown."""
    known = nw.when(nw.col("step") > 0)
    ways = {name: known.then(nw.col(f"bytes_{name}")) for name in ("src_to_dst", "dst_to_src")}
    rows = rows.with_columns(**ways)
    marks = {"begun": nw.col("step") == 0, "ended": nw.col("step") == 2}
    found = {name: one_if(mark).max().over(*CONVERSATION) for name, mark in marks.items()}
    counts = {f"{name}_known": one_if(~nw.col(name).is_null()).max().over(*CONVERSATION) for name in ways}
    sums = {name: nw.col(name).cast(nw.Float64).sum().over(*CONVERSATION) for name in ways}
    rows = rows.with_columns(**found, **counts, **sums)
    size = nw.when(nw.max_horizontal(*counts) == 1).then(nw.sum_horizontal(*ways))
    closed = (nw.col("begun") == 1) & (nw.col("ended") == 1) & (nw.col("alone") == 0)
    return rows.with_columns(size=size, closed=one_if(closed))


def _turns(first_rows: "nw.LazyFrame[Any]", within: int) -> "nw.LazyFrame[Any]":
    """Return the views with the chain that each is in (close in time) and its capture's turn there."""
    orphan = one_if((nw.col("alone") == 0) & (nw.col("step") > 0))
    views = fingerprint(
        first_rows.with_columns(orphan=orphan, inbound=one_if(nw.col("direction") == "inbound")),
        link=("protocol", "src_ip", "dst_ip", "decision", "orphan"),
        capture=(*CAPTURE, "direction"),
        nic=("mac",),
    )
    views = views.select(
        *CONVERSATION, *CAPTURE, "link", "capture", "nic", "inbound", "orphan", "time_ms", *_PLACE, "size", "closed",
        age=-nw.col("version").cast(nw.Int64), one=nw.lit(1),
    )  # fmt: skip
    gap = nw.col("time_ms") - nw.col("time_ms").shift(1).over(*_LINK, order_by=_IN_TIME)
    views = views.with_columns(breaks=one_if(gap > within + nw.col("orphan") * CADENCE))
    views = views.with_columns(chain=nw.col("breaks").cum_sum().over(*_LINK, order_by=_IN_TIME))
    return views.with_columns(
        turn=nw.col("one").cum_sum().over(*_LINK, "chain", "capture", order_by=_IN_TIME)
    )


def _is_folded() -> nw.Expr:
    same_nic = nw.col("nic") == nw.col("best_nic")
    same_way = nw.col("inbound") == nw.col("best_inbound")
    other_end = ~same_nic & (nw.col("inbound") == 1) & (nw.col("best_inbound") == 0)
    return (nw.col("worth") > 1) & (other_end | (same_nic & same_way)) & ~_contradict()


def _contradict() -> nw.Expr:
    """Tell the views that are complete, as the best is, and grossly apart from it in bytes."""
    sizes = ("size", "best_size")
    low, high = nw.min_horizontal(*sizes), nw.max_horizontal(*sizes)
    apart = (high - low > LARGELY_APART) & (high / TIMES_APART > low)
    known = ~nw.any_horizontal(*(nw.col(name).is_null() for name in sizes), ignore_nulls=False)
    complete = (nw.col("closed") == 1) & (nw.col("best_closed") == 1)
    return one_if(complete & known & apart) == 1
