"""The question: how much traffic was there over time."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.labels import shortened
from nsgkit.flows.fold import CADENCE, folds
from nsgkit.flows.frame import bin_width, collect, known_sum, one_if, repeat
from nsgkit.flows.stitch import CONVERSATION, COUNTERS, codebook, stitched

_COUNTS = ("connections", "denied", "unknown")
TABLE = {
    "time": schema.TIME, "group": "str", "connections": "int64", "denied": "int64", "unknown": "int64",
    "bytes": "Int64", "packets": "Int64", **dict.fromkeys(COUNTERS, "Int64"), "until": schema.TIME,
}  # fmt: skip
_WITHIN = 5_000  # as nsgkit.conversations folds by default


def traffic_over_time(flows: object, *, bin: str = "1h", by: str = "acl") -> pd.DataFrame:
    """Return connections, denied attempts, bytes and packets in each bin of time, group by group.

    Counting rule: a connection counts in the bin where it began, once: double capture is folded, as in
    `nsgkit.conversations`. Bytes and packets of a continuing or end row cover the time since the
    connection's previous row, and are spread over it in proportion, so that a five-minute row makes
    no spike; totals stay exact to the byte. The first row of an orphan covers the five minutes before
    it, which is how often such rows are written. Counters that are all unknown give null, not 0.

    Looks alike but is harmless: a bin without rows had no traffic or no logs; `hours_covered` tells.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table (not conversations: they have lost when their bytes were counted).
    bin : str
        The width of a bin, such as "5min", "1h", "1d". Bins begin at whole multiples since 1970, UTC.
    by : str
        The column that makes the groups; a resource's id is shown by its last segment.

    Returns
    -------
    pandas.DataFrame
        time (start of the bin, UTC), group, connections, denied, unknown, bytes, packets, the four counters,
        until (end of the bin); sorted by time and group; empty bins are left out.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column of the flow table.
    NsgkitError
        Where `bin` is no width of time.

    Source: SiLK's rwcount, its default load scheme.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> traffic_over_time(flows, bin="1d", by="protocol")["bytes"].sum().item()
    18707253973
    """
    width, book = bin_width(bin), codebook(flows)
    rows = stitched(flows, book).with_columns(group=nw.col(by))
    views = folds(rows.filter(nw.col("starts") == 1), _WITHIN).filter(~nw.col("folded"))
    counting = rows.join(views.select(*CONVERSATION), on=[*CONVERSATION])
    bins = (
        nw.concat([_began(counting, width), _carried(counting, width)])
        .group_by("time", "group")
        .agg(*(nw.col(c).sum().cast(nw.Int64) for c in _COUNTS), *(known_sum(c).alias(c) for c in COUNTERS))
    )
    bins = bins.filter((nw.col("connections") + nw.col("denied") + nw.col("unknown") > 0) | _any_known())
    both = {u: _both(u) for u in ("bytes", "packets")}
    bins = bins.with_columns(until=nw.col("time") + width, **both)
    table = collect(bins, TABLE, {"group": book[by]} if by in book else {})
    table["group"] = shortened(table["group"])
    return table.sort_values(["time", "group"], ignore_index=True)


def _began(rows: "nw.LazyFrame[Any]", width: int) -> "nw.LazyFrame[Any]":
    """Each connection and attempt, in the bin where it began."""
    began = rows.filter((nw.col("step") == 0) | (nw.col("alone") == 1))
    decided = {
        "connections": one_if(nw.col("decision") == "allowed"),
        "denied": one_if(nw.col("decision") == "denied"),
        "unknown": one_if(nw.col("decision") == "unknown"),
    }
    nothing = {c: nw.lit(None, dtype=nw.Int64) for c in COUNTERS}
    return began.select("group", time=_floor(nw.col("time_ms"), width), **decided, **nothing)


def _carried(rows: "nw.LazyFrame[Any]", width: int) -> "nw.LazyFrame[Any]":
    """Share the counters of continuing and end rows out over the bins that they cover."""
    since = nw.when(nw.col("since").is_null()).then(nw.col("time_ms") - CADENCE).otherwise(nw.col("since"))
    counted = rows.filter((nw.col("step") > 0) & _any_known()).with_columns(since=since)
    span = nw.col("time_ms") - nw.col("since")
    first, last = nw.col("since"), nw.when(span > 0).then(nw.col("time_ms") - 1).otherwise(nw.col("time_ms"))
    counted = counted.with_columns(
        span=span,
        first_bin=_floor(first, width),
        bins=(_floor(last, width) - _floor(first, width)) // width + 1,
    )
    shares = repeat(counted, "bins", "nth_bin")
    start = nw.col("first_bin") + nw.col("nth_bin") * width
    shares = shares.with_columns(time=start, lo=_elapsed(start), hi=_elapsed(start + width))
    none = {c: nw.lit(0) for c in _COUNTS}
    return shares.select("group", "time", **none, **{c: _part(c) for c in COUNTERS})


def _elapsed(moment: nw.Expr) -> nw.Expr:
    """How much of a row's span has passed at `moment`, in milliseconds."""
    passed = moment - nw.col("since")
    return nw.max_horizontal(nw.lit(0), nw.min_horizontal(passed, nw.col("span")))


def _part(name: str) -> nw.Expr:
    """Return what falls between lo and hi: a difference of rounded totals, so that parts add up."""
    parts = _up_to(name, "hi") - _up_to(name, "lo")
    return nw.when(nw.col("span") > 0).then(parts).otherwise(nw.col(name))


def _up_to(name: str, moment: str) -> nw.Expr:
    # In two steps: bytes times milliseconds would not fit into 64 bits. Narwhals divides whole numbers by
    # way of floats, exact below 2^53: so what is left at the end is told, not computed.
    whole, rest = nw.col(name) // nw.col("span"), nw.col(name) % nw.col("span")
    passed = (whole * nw.col(moment) + (rest * nw.col(moment)) // nw.col("span")).cast(nw.Int64)
    return nw.when(nw.col(moment) == nw.col("span")).then(nw.col(name)).otherwise(passed)


def _floor(moment: nw.Expr, width: int) -> nw.Expr:
    return moment - moment % width


def _any_known() -> nw.Expr:
    return ~nw.all_horizontal(*(nw.col(c).is_null() for c in COUNTERS), ignore_nulls=False)


def _both(unit: str) -> nw.Expr:
    ways = (f"{unit}_src_to_dst", f"{unit}_dst_to_src")
    known = ~nw.all_horizontal(*(nw.col(w).is_null() for w in ways), ignore_nulls=False)
    return nw.when(known).then(nw.sum_horizontal(*ways))
