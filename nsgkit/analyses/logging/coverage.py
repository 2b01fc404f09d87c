"""The question: for which hours and NICs are there logs at all, and where do they fall silent."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.expressions import bin_start
from nsgkit.counting.frame import Rows
from nsgkit.flows.coverage import cells_of

_HOUR, _MINUTE = 3_600_000, 60_000
_NIC = ("resource", "mac")
_ONE = pd.Timedelta("1h")


def coverage_gaps(blobs: pd.DataFrame, *, evidence: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the stretches of hours for which a NIC has no blob between its first and its last.

    Parameters and errors as for `coverage`. Hours whose blob could not be downloaded, or
    that were not asked for, as the evidence folder knows, are no gap.

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
    hours = cells_of(blobs, evidence)[["resource", "mac", "hour"]].drop_duplicates()
    hours = hours.sort_values(["resource", "mac", "hour"], ignore_index=True)
    before = hours.groupby(["resource", "mac"])["hour"].shift() + _ONE
    found = hours.assign(start=before, end=hours["hour"])[hours["hour"] > before]
    found["hours"] = (found["end"] - found["start"]).dt.total_seconds() / 3600
    return schema.typed(found.reset_index(drop=True), schema.GAPS)


def silences(flows: object, *, at_least: int = 10, expected: float = 20.0) -> pd.DataFrame:
    """Return where a NIC that logs steadily has no row for minutes on end.

    Counting rule: a NIC's usual rate is the lower quartile of its hours' rows per minute, so that nights
    do not look like failures. A silence is listed where it lasts `at_least` minutes and the usual rate
    would have brought `expected` rows or more.

    Harmless look-alikes: an hour without a blob is a silence too (`coverage_gaps` has it), and so is a
    machine that was switched off. Rows lost by a busy host leave no other trace than this.

    Parameters
    ----------
    flows : table or FlowLogs
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
    >>> silences(nsgkit.read_logs("data/samples").flows)["minutes"].tolist()
    [121]
    """
    rows = Rows.of(flows, ["time", *_NIC])
    every = rows.select(*_NIC, minute=bin_start(nw.col("time_ms"), _MINUTE))
    minutes = every.aggregate([*_NIC, "minute"], rows=nw.len()).materialize()
    before = nw.col("minute").shift(1).over(*_NIC, order_by="minute")
    gaps = minutes.with_columns(start=before + _MINUTE).filter(
        nw.col("minute") - nw.col("start") >= at_least * _MINUTE
    )
    like = {"resource": "str", "mac": "str", "start": schema.TIME, "minute": schema.TIME}
    found = gaps.collect(like).rename(columns={"minute": "end"})
    table = found.merge(_usual(minutes), on=[*_NIC], how="left")
    table["minutes"] = (table["end"] - table["start"]).dt.total_seconds() / 60
    table["expected_rows"] = table["minutes"] * table["usual_rows_per_minute"]
    table = table[table["expected_rows"] >= expected]
    order = ["expected_rows", "resource", "mac", "start"]
    table = table.sort_values(order, ascending=[False, True, True, True], ignore_index=True)
    return schema.typed(table, schema.SILENCES)


def _usual(minutes: Rows) -> pd.DataFrame:
    hours = minutes.with_columns(hour=bin_start(nw.col("minute"), _HOUR))
    hours = hours.aggregate([*_NIC, "hour"], rows=nw.col("rows").sum())
    rates = hours.collect({"resource": "str", "mac": "str", "rows": "int64"})
    quartile = rates.groupby([*_NIC])["rows"].quantile(0.25) / 60
    return quartile.rename("usual_rows_per_minute").reset_index()
