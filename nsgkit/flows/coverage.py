"""Coverage: for which hours and NICs there are logs at all. It comes before every conclusion."""

from typing import Any, TypeAlias

import pandas as pd

from nsgkit import schema

Table: TypeAlias = dict[str, Any]
STATUS = (
    "present", "with rejects", "growing", "no longer in Azure", "missing", "not asked for",
    "before the first", "after the last",
)  # fmt: skip
HOURS: Table = {
    "hour": schema.TIME, "resource": "str", "mac": "str", "status": pd.CategoricalDtype(list(STATUS)),
    "rows": "Int64", "rejects": "Int64",
}  # fmt: skip
_KEYS = ["resource", "mac", "hour"]


def hours_covered(blobs: pd.DataFrame, *, mirror: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return for every hour and NIC whether there is a blob: what was logged, not what happened.

    Counting rule: each logged resource and NIC is followed from the first hour of all blobs to the last. An
    hour between a NIC's own first and last blob that has none is missing. A blob without rows is
    present: there were logs, and no traffic that they show.

    Parameters
    ----------
    blobs : pandas.DataFrame
        The `blobs` of `nsgkit.read_logs`; those whose hour is unknown are left out.
    mirror : pandas.DataFrame or None
        The `mirror_hours` of a mirror's FlowLogs, or of `nsgkit.acquire.gaps.mirror_hours`. It tells hours
        that were never asked for from hours for which Azure had no blob, and marks what is gone there.

    Returns
    -------
    pandas.DataFrame
        hour (UTC), resource, mac, status (one of STATUS), rows, rejects; sorted by resource, mac,
        hour. Null rows: no blob.

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
    seen = known.groupby(_KEYS).agg(
        complete=("complete", "all"),
        rows=("rows", "sum"),
        rejects=("rejects", "sum"),
        unread=("unread", "sum"),
    )
    hours = pd.date_range(known["hour"].min(), known["hour"].max(), freq="h").astype(schema.TIME)
    grid = known[["resource", "mac"]].drop_duplicates().merge(pd.DataFrame({"hour": hours}), how="cross")
    table = grid.merge(seen.reset_index(), on=_KEYS, how="left")
    table = table.merge(_own_span(known), on=["resource", "mac"])
    table["status"] = _status(table)
    if mirror is not None:
        table["status"] = _as_mirrored(table, mirror)
    return table.sort_values(_KEYS, ignore_index=True)[list(HOURS)].astype(HOURS)


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


def _as_mirrored(table: pd.DataFrame, mirror: pd.DataFrame) -> "pd.Series[str]":
    """Say what the manifest knows better; it names resources by their paths, so NIC and hour must do."""
    known = mirror.dropna(subset=["mac"]).drop_duplicates(["mac", "hour"]).set_index(["mac", "hour"])["state"]
    states = pd.Series(pd.MultiIndex.from_frame(table[["mac", "hour"]]).map(known.astype("str").to_dict()))
    status = table["status"].copy()
    status[table["rows"].isna() & states.eq("not asked for")] = "not asked for"
    status[table["rows"].notna() & states.eq("gone")] = "no longer in Azure"
    return status
