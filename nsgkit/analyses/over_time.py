"""The question: how many connections and denied attempts were there over time."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.labels import shortened
from nsgkit.counting.frame import bin_width, collect, count, lazy

TABLE = {
    "time": schema.TIME,
    "group": "str",
    "decision": pd.CategoricalDtype(schema.column("decision").values),
    "connections": "int64",
    "until": schema.TIME,
}


def connections_over_time(flows: object, *, freq: str = "1h", by: str = "acl") -> pd.DataFrame:
    """Return how many connections and denied attempts began in each bin of time, group by group.

    Counting rule: an allowed connection counts once, by its begin row (NSG version 2 and VNet) or by
    its only row (version 1); continuing and end rows do not count. A denied attempt is a denied row.
    A row whose decision is unknown counts as unknown, never as denied. This is what each group
    logged: a connection between two logged NICs is in the count of both, so add groups up with
    `nsgkit.conversations`, which folds the two views, not with this table. A bin without a row here
    had no such connection or no logs: `nsgkit.analyses.coverage` tells which.

    Looks alike but is harmless: a rise in denied attempts on a public address is mostly the
    internet's background noise.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table.
    freq : str
        The width of a bin, such as "5min", "1h", "1d". Bins begin at whole multiples since 1970, UTC.
    by : str
        The column that makes the groups; a resource's id is shown by its last segment.

    Returns
    -------
    pandas.DataFrame
        time (start of the bin, UTC), group, decision (allowed, denied, unknown), connections,
        until (end of the bin); sorted by time, group, decision; bins without any are left out.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.
    NsgkitError
        Where `freq` is no width of time.

    Examples
    --------
    >>> import nsgkit
    >>> flows = nsgkit.read_logs("data/samples").flows
    >>> table = connections_over_time(flows, freq="6h")
    >>> table[table["decision"] == "denied"].groupby("group")["connections"].sum().idxmax()
    'SHOP-NSG'
    """
    width = bin_width(freq)
    frame = lazy(flows, list(dict.fromkeys(["time", "decision", "state", by])))
    began = (nw.col("decision") == "denied") | nw.col("state").is_null() | (nw.col("state") == "begin")
    counted = (
        frame.with_columns(
            start=nw.col("time_ms") - nw.col("time_ms") % width, group=nw.col(by).cast(nw.String)
        )
        .group_by("start", "group", "decision")
        .agg(count(began).alias("connections"))
        .filter(nw.col("connections") > 0)
        .select("group", "decision", "connections", time=nw.col("start"), until=nw.col("start") + width)
    )
    table = collect(counted, TABLE)
    table["group"] = shortened(table["group"])
    return table.sort_values(["time", "group", "decision"], ignore_index=True)
