"""The question: for which hours and NICs are there logs at all, and where do they fall silent."""

from typing import Any, TypeAlias

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.flows.frame import collect, lazy

Table: TypeAlias = dict[Any, Any]
STATUS = ("present", "growing", "with rejects", "missing", "before the first", "after the last")
_HOUR, _MINUTE = 3_600_000, 60_000
HOURS: Table = {
    "hour": schema.TIME, "resource": "str", "mac": "str", "status": pd.CategoricalDtype(list(STATUS)),
    "rows": "Int64", "rejects": "Int64",
}  # fmt: skip
GAPS: Table = {"resource": "str", "mac": "str", "start": schema.TIME, "end": schema.TIME, "hours": "int64"}
SILENCES: Table = {
    "resource": "str", "mac": "str", "start": schema.TIME, "end": schema.TIME, "minutes": "int64",
    "usual_rows_per_minute": "float64", "expected_rows": "float64",
}  # fmt: skip


def hours_covered(blobs: pd.DataFrame) -> pd.DataFrame:
    """Return for every hour and NIC whether there is a blob: what was logged, not what happened.

    Counting rule: each logged resource and NIC is followed from the first hour of all blobs to the last. An
    hour between a NIC's own first and last blob that has none is missing. A blob without rows is
    present: there were logs, and no traffic that they show.

    Parameters
    ----------
    blobs : pandas.DataFrame
        The `blobs` of `nsgkit.read_logs`; those whose hour is unknown are left out.

    Returns
    -------
    pandas.DataFrame
        hour (UTC), resource, mac, status (present, growing, with rejects, missing, before the
        first, after the last), rows, rejects; sorted by resource, mac, hour. Null rows: no blob.

    Raises
    ------
    MissingColumnError
        Where a column of the table of blobs is missing.

    Examples
    --------
    >>> import nsgkit
    >>> table = hours_covered(nsgkit.read_logs("data/samples").blobs)
    >>> int((table["status"] == "missing").sum())
    2
    """
    schema.require(blobs.columns, ["hour", "resource", "mac", "complete", "rows", "rejects", "unread"])
    known = blobs.dropna(subset=["hour"])
    if known.empty:
        return pd.DataFrame(columns=list(HOURS)).astype(HOURS)
    known = known.assign(mac=known["mac"].fillna("unknown"), resource=known["resource"].fillna("unknown"))
    keys = ["resource", "mac", "hour"]
    seen = known.groupby(keys).agg(
        complete=("complete", "all"),
        rows=("rows", "sum"),
        rejects=("rejects", "sum"),
        unread=("unread", "sum"),
    )
    hours = pd.date_range(known["hour"].min(), known["hour"].max(), freq="h").astype(schema.TIME)
    grid = known[["resource", "mac"]].drop_duplicates().merge(pd.DataFrame({"hour": hours}), how="cross")
    table = grid.merge(seen.reset_index(), on=keys, how="left").merge(
        _own_span(known), on=["resource", "mac"]
    )
    table["status"] = _status(table)
    return table.sort_values(keys, ignore_index=True)[list(HOURS)].astype(HOURS)


def coverage_gaps(blobs: pd.DataFrame) -> pd.DataFrame:
    """Return the stretches of hours for which a NIC has no blob between its first and its last.

    Parameters and errors as for `hours_covered`.

    Returns
    -------
    pandas.DataFrame
        resource, mac, start, end (UTC; end is the first hour that is there again), hours; sorted by
        resource, mac, start.

    Examples
    --------
    >>> import nsgkit
    >>> coverage_gaps(nsgkit.read_logs("data/samples").blobs)["hours"].tolist()
    [2]
    """
    hours = hours_covered(blobs)
    missing = hours[hours["status"] == "missing"]
    stream = missing.groupby(["resource", "mac"])["hour"]
    run = (stream.diff() != pd.Timedelta("1h")).cumsum()
    gaps = (
        missing.groupby(["resource", "mac", run.rename("run")])["hour"]
        .agg(["min", "max", "size"])
        .reset_index()
    )
    table = gaps.rename(columns={"min": "start", "size": "hours"}).assign(
        end=gaps["max"] + pd.Timedelta("1h")
    )
    return table[list(GAPS)].astype(GAPS)


def silent_minutes(flows: object, *, at_least: int = 10, expected: float = 20.0) -> pd.DataFrame:
    """Return where a NIC that logs steadily has no row for minutes on end.

    Counting rule: a NIC's usual rate is the lower quartile of its hours' rows per minute, so that nights
    do not look like failures. A silence is listed where it lasts `at_least` minutes and the usual rate
    would have brought `expected` rows or more.

    Looks alike but is harmless: an hour without a blob is a silence too (`coverage_gaps` has it), and so is a
    machine that was switched off. Rows lost by a busy host leave no other trace than this.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table.
    at_least : int
        How many minutes a silence lasts at least.
    expected : float
        How many rows the usual rate would have brought at least.

    Returns
    -------
    pandas.DataFrame
        resource, mac, start, end (UTC, of the minutes without rows), minutes, usual_rows_per_minute,
        expected_rows; the largest loss first.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> silent_minutes(nsgkit.read_logs("data/samples").flows)["minutes"].tolist()
    [121]
    """
    frame = lazy(flows, ["time", "resource", "mac"])
    minutes = frame.select("resource", "mac", minute=nw.col("time_ms") - nw.col("time_ms") % _MINUTE).unique()
    before = nw.col("minute").shift(1).over("resource", "mac", order_by="minute")
    gaps = minutes.with_columns(start=before + _MINUTE).filter(
        nw.col("minute") - nw.col("start") >= at_least * _MINUTE
    )
    like = {"resource": "str", "mac": "str", "start": schema.TIME, "minute": schema.TIME}
    found = collect(gaps, like).rename(columns={"minute": "end"})
    table = found.merge(_usual(frame), on=["resource", "mac"], how="left")
    table["minutes"] = (table["end"] - table["start"]).dt.total_seconds() / 60
    table["expected_rows"] = table["minutes"] * table["usual_rows_per_minute"]
    table = table[table["expected_rows"] >= expected]
    order = ["expected_rows", "resource", "mac", "start"]
    return table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)[
        list(SILENCES)
    ].astype(SILENCES)


def _own_span(blobs: pd.DataFrame) -> pd.DataFrame:
    return blobs.groupby(["resource", "mac"]).agg(begins=("hour", "min"), ends=("hour", "max")).reset_index()


def _status(table: pd.DataFrame) -> "pd.Series[str]":
    status = pd.Series("missing", index=table.index)
    present = table["rows"].notna()
    status[present] = "present"
    status[present & (table["rejects"].fillna(0) + table["unread"].fillna(0) > 0)] = "with rejects"
    status[present & table["complete"].eq(other=False)] = "growing"
    status[table["hour"] < table["begins"]] = "before the first"
    status[table["hour"] > table["ends"]] = "after the last"
    return status


def _usual(frame: "nw.LazyFrame[Any]") -> pd.DataFrame:
    hours = frame.with_columns(hour=nw.col("time_ms") - nw.col("time_ms") % _HOUR).group_by(
        "resource", "mac", "hour"
    )
    like = {"resource": "str", "mac": "str", "rows": "int64"}
    rates = collect(hours.agg(nw.len().alias("rows")), like)
    quartile = rates.groupby(["resource", "mac"])["rows"].quantile(0.25) / 60
    return quartile.rename("usual_rows_per_minute").reset_index()
