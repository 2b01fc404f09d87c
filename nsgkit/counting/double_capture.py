"""Double capture: which views of one connection are folded into which, by one rule.

RULE 1. Conversations with the same addresses, ports, protocol and decision whose first rows lie within a
few seconds of each other are views of one connection, one view from each place that captured it.
RULE 2. The initiator's view counts: the outbound one. Folded into it are inbound views at other NICs, and
further views at the same NIC in the same direction, from another log (NSG and VNet flow logs of one
NIC); of those the newer format's counts.
RULE 3. Where one place has several such conversations within those seconds, the first belongs to the
others' first, the second to their second.
RULE 4. Conversations whose begin lies before the data are folded among themselves alone, and there the first
rows may lie five minutes further apart: that is how often continuing rows come.
RULE 5. Two complete (closed) views whose bytes of both directions are more than CONTRADICT_TIMES and more
than CONTRADICT_BYTES apart are two connections: two unconnected networks may use the same addresses.
They are not folded. Unknown bytes contradict nothing.
"""

import narwhals as nw

from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows
from nsgkit.counting.stitch import CONVERSATION, stitched
from nsgkit.schema import PLACE

CADENCE = 300_000  # milliseconds between the continuing rows of a connection
CONTRADICT_TIMES, CONTRADICT_BYTES = 5.0, 10_000.0
CAPTURE = ("mac", "acl", "resource", "flow_log")
_BYTES = ("bytes_src_to_dst", "bytes_dst_to_src")
_ENDPOINTS = ("endpoints", "src_port", "dst_port")
_IN_TIME = ("time_ms", "single_row", "nth")  # views of one capture: in the order in which they were stitched
_VIEWS = (*_ENDPOINTS, "time_cluster", "nth_in_cluster")
_BY_PREFERENCE = ("inbound", "age", "time_ms", *CAPTURE)


def folds(rows: Rows, within: int) -> Rows:
    """Return the conversations that are folded, each with the first row of the view that counts instead.

    `rows` is what `marked` gave; `within` is how far apart the first rows of two views may
    lie, in milliseconds. The answer has CONVERSATION, folded (1), into_blob, into_record, into_tuple.
    """
    views = _clustered(_sized(stitched(_seen_twice(rows))), within)
    views = views.with_columns(preference=nw.col("one").cum_sum().over(*_VIEWS, order_by=_BY_PREFERENCE))
    best = nw.when(nw.col("preference") == 1)
    kept = {
        f"best_{name}": best.then(nw.col(name)).max().over(*_VIEWS)
        for name in ("nic", "inbound", "size", *PLACE)
    }
    views = views.with_columns(**kept).filter(_is_folded() & (_contradict() == 0))
    into = {f"into_{name}": nw.col(f"best_{name}") for name in PLACE}
    return views.select(*CONVERSATION, folded=nw.lit(1), **into)


def _seen_twice(rows: Rows) -> Rows:
    """Keep the rows whose addresses and ports more than one place captured: the others need no search."""
    ends = ["ends", "src_port", "dst_port"]
    rows = rows.fingerprint(ends=("protocol", "src_ip", "dst_ip"), at=(*CAPTURE, "direction"))
    places = rows.aggregate(ends, least=nw.col("at").min(), most=nw.col("at").max())
    twice = places.filter(nw.col("least") != nw.col("most")).select(*ends)
    return rows.join(twice, on=ends, how="semi").drop("ends", "at")


def _sized(rows: Rows) -> Rows:
    """Return the first row of each conversation with its `size`: bytes of both ways, where it is complete."""
    counting = {name: nw.when(nw.col("state_order") > 0).then(nw.col(name)) for name in _BYTES}
    marks = {"begun": one_if(nw.col("state_order") == 0), "ended": one_if(nw.col("state_order") == 2)}
    # As floats, which no sum of 64 bits overflows; null where one way is unknown.
    sums = {f"all_{n}": nw.when(nw.col(n).count() > 0).then(nw.col(n).cast(nw.Float64).sum()) for n in _BYTES}
    found = rows.with_columns(**counting, **marks).aggregate(
        CONVERSATION, **sums, **{name: nw.col(name).max() for name in marks}
    )
    complete = nw.when((nw.col("begun") == 1) & (nw.col("ended") == 1))
    size = complete.then(nw.col(f"all_{_BYTES[0]}") + nw.col(f"all_{_BYTES[1]}"))
    return rows.filter(nw.col("starts") == 1).join(found.select(*CONVERSATION, size=size), on=CONVERSATION)


def _contradict() -> nw.Expr:
    """1 where a view and the one that counts in its place cannot be of one connection (RULE 5)."""
    least = nw.min_horizontal("size", "best_size")
    most = nw.max_horizontal("size", "best_size")
    known = ~nw.col("size").is_null() & ~nw.col("best_size").is_null() & (nw.col("single_row") == 0)
    return one_if(known & (most > CONTRADICT_TIMES * least) & (most - least > CONTRADICT_BYTES))


def _clustered(first_rows: Rows, within: int) -> Rows:
    """Return the views with the time cluster that each is in (RULES 1, 4) and its number there (RULE 3)."""
    orphan = one_if((nw.col("single_row") == 0) & (nw.col("state_order") > 0))
    inbound = one_if(nw.col("direction") == "inbound")
    views = first_rows.with_columns(orphan=orphan, inbound=inbound).fingerprint(
        endpoints=("protocol", "src_ip", "dst_ip", "decision", "orphan"),
        capture=(*CAPTURE, "direction"),
        nic=("mac",),
    )
    views = views.select(
        *CONVERSATION, *CAPTURE, "endpoints", "capture", "nic", "inbound", "orphan", "time_ms", "size",
        "single_row", *PLACE, age=-nw.col("version").cast(nw.Int64), one=nw.lit(1),
    )  # fmt: skip
    gap = nw.col("time_ms") - nw.col("time_ms").shift(1).over(*_ENDPOINTS, order_by=_IN_TIME)
    views = views.with_columns(breaks=one_if(gap > within + nw.col("orphan") * CADENCE))
    cluster = nw.col("breaks").cum_sum().over(*_ENDPOINTS, order_by=_IN_TIME)
    views = views.with_columns(time_cluster=cluster)
    number = nw.col("one").cum_sum().over(*_ENDPOINTS, "time_cluster", "capture", order_by=_IN_TIME)
    return views.with_columns(nth_in_cluster=number)


def _is_folded() -> nw.Expr:
    """Tell the views that do not count (RULE 2)."""
    same_nic = nw.col("nic") == nw.col("best_nic")
    same_way = nw.col("inbound") == nw.col("best_inbound")
    other_end = ~same_nic & (nw.col("inbound") == 1) & (nw.col("best_inbound") == 0)
    return (nw.col("preference") > 1) & (other_end | (same_nic & same_way))
