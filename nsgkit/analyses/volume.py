"""The question: how much traffic was there over time."""

from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.labels import shortened
from nsgkit.counting.fit import require_values, sums_fit
from nsgkit.counting.fold import CADENCE, folds
from nsgkit.counting.frame import bin_width, collect, fingerprint, known_sum, lazy, one_if, repeat
from nsgkit.counting.measures import any_known, both_ways
from nsgkit.counting.quick.counting import counting_rows
from nsgkit.counting.stitch import CONVERSATION, ROWS, begins_left_out, marked, stitched
from nsgkit.schema import COUNTERS

_COUNTS = {"connections": "allowed", "denied": "denied", "unknown": "unknown"}
TABLE = {
    "time": schema.TIME, "group": "str", "connections": "int64", "denied": "int64", "unknown": "int64",
    "bytes": "Int64", "packets": "Int64", **dict.fromkeys(COUNTERS, "Int64"), "until": schema.TIME,
}  # fmt: skip
_WITHIN = 5_000  # as nsgkit.conversations folds by default


def traffic_over_time(flows: object, *, freq: str = "1h", by: str = "acl") -> pd.DataFrame:
    """Return connections, denied attempts, bytes and packets in each bin of time, group by group.

    Counting rule: a connection counts in the bin of the row that counts it (its begin row; its end row
    where a flow log writes no begin rows), once: double capture is folded, as in
    `nsgkit.conversations`. Bytes and packets of a continuing or end row cover the time since the
    connection's previous row, and are spread over it in proportion, so that a five-minute row makes
    no spike; totals stay exact to the byte. The first row of an orphan covers the five minutes before
    it, which is how often such rows are written. Counters that are all unknown give null, not 0.

    Looks alike but is harmless: a bin without rows had no traffic or no logs; `coverage` tells.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table (not conversations: they have lost when their bytes were counted).
    freq : str
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
        Where `freq` is no width of time, a row has no time, port or place, or a sum needs more than 64 bits.

    Source: SiLK's rwcount, its default load scheme.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> traffic_over_time(flows, freq="1d", by="protocol")["bytes"].sum().item()
    18707253973
    """
    width = bin_width(freq)
    require_values(flows)
    if isinstance(flows, pd.DataFrame):
        counting, names = _counting_of_pandas(flows, by)
    else:
        counting, names = _counting_of_engine(flows, by)
    bins = (
        shared_out(counting, width)
        .group_by("time", "group")
        .agg(*(nw.col(c).sum().cast(nw.Int64) for c in _COUNTS), *(known_sum(c).alias(c) for c in COUNTERS))
    )
    bins = bins.filter(
        (nw.col("connections") + nw.col("denied") + nw.col("unknown") > 0) | any_known(COUNTERS)
    )
    both = {unit: both_ways(unit) for unit in ("bytes", "packets")}
    bins = bins.with_columns(until=nw.col("time") + width, **both)
    with sums_fit(flows):
        table = collect(bins, {**TABLE, "group": "object"})
    table["group"] = shortened(table["group"].map(names))
    return table.sort_values(["time", "group"], ignore_index=True)


_Counting: TypeAlias = "tuple[nw.LazyFrame[Any], pd.Series[Any]]"  # rows, and the text of each `group`


def _counting_of_engine(flows: object, by: str) -> _Counting:
    """Return the stitched rows that are not folded, each with its `group`'s number and what it counts as."""
    rows = marked(flows, columns=list(dict.fromkeys([*ROWS, by])))
    rows = rows.join(begins_left_out(rows), on="log", how="left")
    counts = (
        (nw.col("step") == 0) | (nw.col("alone") == 1) | ((nw.col("step") == 2) & (nw.col("by_end") == 1))
    )
    decided = {name: one_if(counts & (nw.col("decision") == said)) for name, said in _COUNTS.items()}
    # A number stands for the group's text, which would be slow to carry through the stitching.
    grouped = fingerprint(rows.with_columns(**decided), group=[by])
    counting = stitched(grouped).join(folds(rows, _WITHIN), on=[*CONVERSATION], how="anti")
    names = collect(fingerprint(lazy(flows, [by]).unique(), group=[by]), {"group": "object", by: "str"})
    return counting, names.set_index("group")[by]


def _counting_of_pandas(flows: pd.DataFrame, by: str) -> _Counting:
    schema.require(flows.columns, [*ROWS, by])
    rows, texts = counting_rows(flows, _WITHIN), flows[by].astype("category").cat
    position = rows.pop("row").to_numpy()
    rows["group"] = texts.codes.to_numpy()[position]
    decision = flows["decision"].to_numpy()[position]
    counts = rows.pop("counts").to_numpy()
    for name, said in _COUNTS.items():
        rows[name] = (counts & (decision == said)).astype(np.int8)
    for name in COUNTERS:
        rows[name] = flows[name].array.take(position)
    return lazy(rows), pd.Series(texts.categories.astype("object"))


def counted_since() -> nw.Expr:
    """Return when a row began to count: at the row before it; a cadence ago where that is not logged."""
    return nw.when(nw.col("since").is_null()).then(nw.col("time_ms") - CADENCE).otherwise(nw.col("since"))


def shared_out(rows: "nw.LazyFrame[Any]", width: int) -> "nw.LazyFrame[Any]":
    """Return one row for each row and bin that it covers: what of it falls into that bin."""
    counts = nw.col("step") > 0
    rows = rows.with_columns(
        since=nw.when(counts).then(counted_since()).otherwise(nw.col("time_ms")),
        **{c: nw.when(counts).then(nw.col(c)) for c in COUNTERS},
    ).with_columns(span=nw.col("time_ms") - nw.col("since"))
    last = nw.when(nw.col("span") > 0).then(nw.col("time_ms") - 1).otherwise(nw.col("time_ms"))
    rows = rows.with_columns(first_bin=_floor(nw.col("since"), width), last_bin=_floor(last, width))
    bins = (nw.col("last_bin") - nw.col("first_bin")) // width + 1
    parts = repeat(rows.with_columns(bins=bins), "bins", "bin")
    start = nw.col("first_bin") + nw.col("bin") * width
    parts = parts.with_columns(time=start, lo=_elapsed(start), hi=_elapsed(start + width))
    # Against the format, a denied row may have a span too: it happened in its last bin.
    once = one_if(nw.col("time") == nw.col("last_bin"))
    shares = {c: _part(c) for c in COUNTERS}
    return parts.select("group", "time", **{c: nw.col(c) * once for c in _COUNTS}, **shares)


def _elapsed(moment: nw.Expr) -> nw.Expr:
    """How much of a row's span has passed at `moment`, in milliseconds."""
    passed = moment - nw.col("since")
    return nw.max_horizontal(nw.lit(0), nw.min_horizontal(passed, nw.col("span")))


def _part(name: str) -> nw.Expr:
    """Return what falls between lo and hi: a difference of rounded totals, so that parts add up."""
    parts = _up_to(name, "hi") - _up_to(name, "lo")
    # Most rows lie within one bin, and there is nothing to compute.
    return nw.when(nw.col("bins") > 1).then(parts).otherwise(nw.col(name))


def _up_to(name: str, moment: str) -> nw.Expr:
    # In two steps: bytes times milliseconds would not fit into 64 bits. Narwhals divides whole numbers by
    # way of floats, exact below 2^53: so what is left at the end is told, not computed.
    span = nw.col("span")
    whole, rest = nw.col(name) // span, nw.col(name) % span
    # Of a row that covers a month, what is left over would not fit either: rounded, and as a float.
    months = span > 2**31
    part = (rest * nw.when(months).then(nw.lit(0)).otherwise(nw.col(moment))) // span
    rounded = (rest.cast(nw.Float64) * (nw.col(moment) / span)).round().cast(nw.Int64)
    passed = (whole * nw.col(moment) + nw.when(months).then(rounded).otherwise(part)).cast(nw.Int64)
    return nw.when(nw.col(moment) == span).then(nw.col(name)).otherwise(passed)


def _floor(moment: nw.Expr, width: int) -> nw.Expr:
    return moment - moment % width
