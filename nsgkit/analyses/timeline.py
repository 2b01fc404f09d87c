"""The question: when did the conversations of a selection begin, and when did they carry their bytes.

For an explorer that asks again and again about the same flows: `increments` stitches once, and what
is asked afterwards takes no stitching.
"""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.labels import shortened
from nsgkit.analyses.volume import counted_since, shared_out
from nsgkit.counting.fit import sums_fit
from nsgkit.counting.frame import bin_width, codes, collect, known_sum, lazy
from nsgkit.counting.measures import TEXTS, any_known, both_ways, measured, needed
from nsgkit.counting.quick.counting import added_by_rows, labels_in_order, labels_of
from nsgkit.counting.quick.stitch import Stitched, stitch
from nsgkit.counting.stitch import CONVERSATION, marked, stitched
from nsgkit.schema import COUNTERS

_PLACE = ("blob", "record", "tuple")
_FIRST = [f"first_{name}" for name in _PLACE]
_ALL = "all"
_BEGAN = dict.fromkeys(("connections", "denied", "unknown", "peers"), "int64")
_CARRIED = dict.fromkeys(COUNTERS, "Int64")


def began_over_time(conversations: object, *, freq: str = "1h", by: str | None = None) -> pd.DataFrame:
    """Return how many connections and denied attempts began in each bin of time, group by group.

    Counting rule: as in `top_talkers`: each connection once, in the bin in which it was first seen, folded
    views left out. Peers are the distinct sources of a bin and group.

    Parameters
    ----------
    conversations : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `nsgkit.conversations` gives.
    freq : str
        The width of a bin, such as "5min", "1h", "1d". Bins begin at whole multiples since 1970, UTC.
    by : str or None
        The column that makes the groups, a resource's id shown by its last segment; None: one group, "all".

    Returns
    -------
    pandas.DataFrame
        time (start of the bin, UTC), group, connections, denied, unknown, peers, until (end of the bin);
        sorted by time and group; empty bins are left out.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> from nsgkit.counting.conversations import conversations
    >>> int(began_over_time(conversations(logs.flows))["denied"].sum()) > 12
    True
    """
    width, used = bin_width(freq), list(dict.fromkeys([*([by] if by else []), "src_ip"]))
    book = codes(conversations, [name for name in used if name in TEXTS])
    frame = lazy(conversations, needed(*used), codebook=book, remedy="nsgkit.conversations")
    binned = frame.with_columns(
        bin=nw.col("first_ms") - nw.col("first_ms") % width, group=nw.col(by) if by else nw.lit(_ALL)
    )
    counted = nw.col("connections") + nw.col("denied") + nw.col("unknown") > 0
    bins = measured(binned, ["bin", "group"], "src_ip").filter(counted)
    bins = bins.with_columns(time=nw.col("bin"), until=nw.col("bin") + width)
    like = {"time": schema.TIME, "group": "str", **_BEGAN, "until": schema.TIME}
    return _named(collect(bins, like, {"group": book[by]} if by and by in book else {}))


def increments(
    flows: object, conversations: pd.DataFrame, *, stitched_rows: Stitched | None = None
) -> pd.DataFrame:
    """Return what each continuing and end row added to its conversation, and over which time.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table.
    conversations : pandas.DataFrame
        What `nsgkit.conversations` made of it, all of it.
    stitched_rows : Stitched or None
        What `nsgkit.counting.conversations.stitched_once` gave beside it: then nothing is stitched again.

    Returns
    -------
    pandas.DataFrame
        conversation (the label in `conversations`), since and until when (milliseconds since 1970), and the
        four counters. The first row of an orphan covers five minutes: so often such rows come.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00").flows
    >>> from nsgkit.counting.conversations import conversations
    >>> table = conversations(flows)
    >>> bool(increments(flows, table)["bytes_src_to_dst"].sum() == table["bytes_src_to_dst"].sum())
    True
    """
    if isinstance(flows, pd.DataFrame):
        if stitched_rows is not None:
            labels = labels_in_order(flows, stitched_rows, conversations.index)
            return added_by_rows(flows, stitched_rows, labels)
        rows = stitch(flows)
        return added_by_rows(flows, rows, labels_of(flows, rows, conversations))
    told = conversations[[*_PLACE]].assign(conversation=conversations.index)
    like = {"conversation": "int64", "since": "int64", "until": "int64", **_CARRIED}
    views = stitched(marked(flows))
    first = views.filter(nw.col("starts") == 1).select(
        *CONVERSATION, **dict(zip(_FIRST, _PLACE, strict=True))
    )
    # Another engine's rows cannot be joined with a pandas table where they are.
    places = {name: "str" if name == "first_blob" else "int64" for name in _FIRST}
    added = _counted(views).join(first, on=[*CONVERSATION])
    found = collect(added, {**{n: t for n, t in like.items() if n != "conversation"}, **places})
    told = told.astype({"blob": "str", "record": "int64", "tuple": "int64"})
    return found.merge(told, left_on=_FIRST, right_on=[*_PLACE])[[*like]]


def _counted(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Keep the stitched rows that counted something, with the time over which they did."""
    counted = rows.filter((nw.col("step") > 0) & any_known(COUNTERS))
    return counted.with_columns(since=counted_since(), until=nw.col("time_ms"))


def carried_over_time(
    added: pd.DataFrame, conversations: pd.DataFrame, *, freq: str = "1h", by: str | None = None
) -> pd.DataFrame:
    """Return the bytes and packets that `conversations` carried in each bin of time, group by group.

    Counting rule: as in `traffic_over_time`: what a row counted is spread in proportion over the time since
    the connection's previous row; folded views are left out; unknown stays null.

    Parameters
    ----------
    added : pandas.DataFrame
        What `increments` gives.
    conversations : pandas.DataFrame
        Some or all of the conversations that it was made with, their labels unchanged.
    freq, by : str
        As in `began_over_time`.

    Returns
    -------
    pandas.DataFrame
        time (start of the bin, UTC), group, bytes, packets, until (end of the bin); sorted by time and group;
        empty bins are left out.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00").flows
    >>> from nsgkit.counting.conversations import conversations
    >>> table = conversations(flows)
    >>> over_time = carried_over_time(increments(flows, table), table)
    >>> int(over_time["bytes"].sum() - table.query("~folded").filter(like="bytes").sum().sum())
    0
    """
    width = bin_width(freq)
    schema.require(conversations.columns, ["folded", *([by] if by else [])], "nsgkit.conversations")
    counting = conversations[~conversations["folded"]]
    groups = counting[by].astype("category") if by else pd.Series(_ALL, counting.index, dtype="category")
    table = _beside(added, groups)
    book = codes(table, ["group"])
    rows = lazy(table, ["group", "chosen", "since", "until", *COUNTERS], codebook=book)
    rows = rows.filter(nw.col("chosen")).drop("chosen")
    sums = [known_sum(c).alias(c) for c in COUNTERS]
    bins = _spread(rows, width).group_by("time", "group").agg(*sums)
    both = {unit: both_ways(unit) for unit in ("bytes", "packets")}  # by the engine: pandas would wrap around
    bins = bins.with_columns(until=nw.col("time") + width, **both)
    like = {"time": schema.TIME, "group": "str", **dict.fromkeys(both, "Int64"), "until": schema.TIME}
    with sums_fit(conversations):
        return _named(collect(bins, like, book))


def _beside(added: pd.DataFrame, groups: "pd.Series[Any]") -> pd.DataFrame:
    """Put each increment's group beside it, and whether its conversation has one.

    It is looked up by the label's number: a join of millions of labels takes many times as long.
    """
    labels, own = added["conversation"].to_numpy(), groups.index.to_numpy()
    place = np.full(max(labels.max(initial=-1), own.max(initial=-1)) + 1, -2, "int32")
    place[own] = groups.cat.codes
    found = place[labels]
    group = pd.Categorical.from_codes(np.maximum(found, -1), groups.cat.categories)
    return added.assign(group=group, chosen=found > -2)


def _spread(rows: "nw.LazyFrame[Any]", width: int) -> "nw.LazyFrame[Any]":
    """Spread what reaches over an edge between bins; most increments lie within one."""
    time = nw.col("since") - nw.col("since") % width
    within = (nw.col("until") <= nw.col("time") + width) & (nw.col("until") > nw.col("since"))
    rows, columns = rows.with_columns(time=time), ["time", "group", *COUNTERS]
    counted = {
        "time_ms": nw.col("until"),
        "step": nw.lit(1),
        **dict.fromkeys(("connections", "denied", "unknown"), nw.lit(0)),
    }
    across = shared_out(rows.filter(~within).drop("time").with_columns(**counted), width)
    return nw.concat([rows.filter(within).select(*columns), across.select(*columns)])


def _named(table: pd.DataFrame) -> pd.DataFrame:
    table["group"] = shortened(table["group"])
    return table.sort_values(["time", "group"], ignore_index=True)
