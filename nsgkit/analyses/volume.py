"""The question: how much traffic was there over time."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.labels import shortened
from nsgkit.analyses.measures import any_known, both_ways
from nsgkit.flows.conversations import stitched_once
from nsgkit.flows.fit import require_values, sums_fit
from nsgkit.flows.fold import CADENCE, folds
from nsgkit.flows.frame import Codebook, bin_width, collect, fingerprint, known_sum, lazy, one_if, repeat
from nsgkit.flows.quick.table import conversation_of, since
from nsgkit.flows.recorded import begins_left_out
from nsgkit.flows.stitch import CONVERSATION, codebook, marked, stitched
from nsgkit.schema import COUNTERS

_COUNTS = {"connections": "allowed", "denied": "denied", "unknown": "unknown"}
TABLE = {
    "time": schema.TIME, "group": "str", "connections": "int64", "denied": "int64", "unknown": "int64",
    "bytes": "Int64", "packets": "Int64", **dict.fromkeys(COUNTERS, "Int64"), "until": schema.TIME,
}  # fmt: skip
_WITHIN = 5_000  # as nsgkit.conversations folds by default


def traffic_over_time(flows: object, *, bin: str = "1h", by: str = "acl") -> pd.DataFrame:
    """Return connections, denied attempts, bytes and packets in each bin of time, group by group.

    Counting rule: a connection counts in the bin of the row that counts it (its begin row; its end row
    where a flow log writes no begin rows), once: double capture is folded, as in
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
        Where `bin` is no width of time, a row has no time, port or place, or a sum needs more than 64 bits.

    Source: SiLK's rwcount, its default load scheme.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> traffic_over_time(flows, bin="1d", by="protocol")["bytes"].sum().item()
    18707253973
    """
    width, book = bin_width(bin), codebook(flows)
    require_values(flows)
    counting = _of_pandas(flows, by, book) if isinstance(flows, pd.DataFrame) else _of_engine(flows, by)
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
    table["group"] = shortened(table["group"].map(_names(flows, by, book)))
    return table.sort_values(["time", "group"], ignore_index=True)


def _of_engine(flows: object, by: str) -> "nw.LazyFrame[Any]":
    """Return the stitched rows of what counts, folded views left out."""
    rows = marked(flows, {})
    # A number stands for the group's text, which would be slow to carry through the stitching.
    grouped = fingerprint(rows.with_columns(**_decided()), group=[by])
    counting = stitched(grouped).join(folds(rows, flows, _WITHIN), on=[*CONVERSATION], how="anti")
    return counting.join(begins_left_out(rows), on="log", how="left")


def _of_pandas(flows: pd.DataFrame, by: str, book: Codebook) -> "nw.LazyFrame[Any]":
    """Return the same, by the quick stitch."""
    schema.require(flows.columns, [by])
    made, kept = stitched_once(flows, fold_within=_WITHIN / 1000)
    number, order = conversation_of(kept), kept.order
    counts = ~made["folded"].to_numpy()[number]
    order, ended = order[counts], (made["counted_by"] == "end").to_numpy()[number[counts]]
    names = list(dict.fromkeys(["decision", by, *COUNTERS]))
    table = pd.DataFrame({name: flows[name].array.take(order) for name in names}, copy=False)
    found = {
        "time_ms": kept.rows.time[order], "since": since(kept)[counts], "step": kept.rows.step[order],
        "alone": kept.rows.alone[order].astype("int8"), "by_end": ended.astype("int8"),
    }  # fmt: skip
    rows = lazy(table.assign(**found), [*names, *found], codebook={n: book[n] for n in names if n in book})
    return fingerprint(rows.with_columns(**_decided()), group=[by])


def _decided() -> dict[str, nw.Expr]:
    return {name: one_if(nw.col("decision") == said).cast(nw.Int8) for name, said in _COUNTS.items()}


def _names(flows: object, by: str, book: Codebook) -> "pd.Series[Any]":
    """Return the texts of the groups by the numbers that stand for them."""
    groups = lazy(flows, [by], codebook=book).select(by).unique()
    names = collect(fingerprint(groups, group=[by]), {"group": "object", by: "str"}, book)
    return names.set_index("group")[by]


def counted_since() -> nw.Expr:
    """Return when a row began to count: at the row before it; a cadence ago where that is not logged."""
    return nw.when(nw.col("since").is_null()).then(nw.col("time_ms") - CADENCE).otherwise(nw.col("since"))


def shared_out(rows: "nw.LazyFrame[Any]", width: int) -> "nw.LazyFrame[Any]":
    """Return one row for each row and bin that it covers: what of it falls into that bin."""
    counts, by_end = nw.col("step") > 0, (nw.col("step") == 2) & (nw.col("by_end") == 1)
    began = (nw.col("step") == 0) | (nw.col("alone") == 1) | by_end
    rows = rows.with_columns(
        since=nw.when(counts).then(counted_since()).otherwise(nw.col("time_ms")),
        **{c: nw.when(counts).then(nw.col(c)) for c in COUNTERS},
        **{name: one_if(began & (nw.col(name) == 1)) for name in _COUNTS},
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
    whole, rest = nw.col(name) // nw.col("span"), nw.col(name) % nw.col("span")
    passed = (whole * nw.col(moment) + (rest * nw.col(moment)) // nw.col("span")).cast(nw.Int64)
    return nw.when(nw.col(moment) == nw.col("span")).then(nw.col(name)).otherwise(passed)


def _floor(moment: nw.Expr, width: int) -> nw.Expr:
    return moment - moment % width
