"""Logging that stopped: NICs and flow logs that fall silent for good while others go on."""

from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.flows.coverage import cells_of

_NAMED = 5
_HOUR = pd.Timedelta("1h")


def logging_stops(
    blobs: pd.DataFrame, *, evidence: pd.DataFrame | None = None, at_least: int = 2
) -> pd.DataFrame:
    """Return which NICs and which whole flow logs have no blob any more while others go on.

    Counting rule: a NIC stopped where the last hour of all blobs lies `at_least` hours after its own last.
    Where all NICs of a logged resource stopped, and more than one of them in the resource's last hour,
    these are one row without a MAC: the whole flow log stopped. An hour that could not be read is there.

    Rotating the storage account's key, or a firewall that lets no one in, stops NSG flow logs in silence:
    then all stop together. Harmless look-alikes: a machine that was deleted or switched off, alone
    or with its scale set; a NIC that is seldom used; a NIC that moved to a VNet flow log (`doubly_logged`).
    Where *every* flow log stopped together, nothing goes on, and this table is empty: compare the last hour
    with the time of the download.

    Parameters
    ----------
    blobs : pandas.DataFrame
        The `blobs` of `nsgkit.read_logs`; those whose hour is unknown are left out.
    evidence : pandas.DataFrame or None
        The `evidence_hours` of an evidence folder's FlowLogs. It knows hours whose blob is there and could
        not be downloaded, and flow logs that later downloads did not ask for: neither is a stop.
    at_least : int
        How many hours without a blob are a stop.

    Returns
    -------
    pandas.DataFrame
        resource, mac (null: the whole flow log), last_hour (UTC, the last that has a blob), hours_since (up
        to the last hour of all blobs), together_with (how many others stopped in the same hour, and
        which; null where none did); sorted by last_hour, resource, mac.

    Raises
    ------
    MissingColumnError
        Where a column of the table of blobs is missing.

    Examples
    --------
    >>> import nsgkit
    >>> len(logging_stops(nsgkit.read_logs("data/samples").blobs))
    0
    """
    known = cells_of(blobs, evidence)
    known = known[known["status"].astype("str") != "not asked for"]
    if known.empty:
        return schema.empty(schema.STOPS)
    last = known["hour"].max()
    nics = known.groupby(["resource", "mac"])["hour"].max().rename("last_hour").reset_index()
    own = nics.groupby("resource")["last_hour"]
    final = nics["last_hour"] == own.transform("max")
    together = final.groupby(nics["resource"]).transform("sum") > 1
    until = last if evidence is None else _asked_until(evidence, nics["mac"]).fillna(last)
    nics["mac"] = nics["mac"].mask(final & together)
    stopped = nics[nics["last_hour"] <= until - at_least * _HOUR].drop_duplicates()
    stopped = stopped.sort_values(["last_hour", "resource", "mac"], ignore_index=True)
    stopped["hours_since"] = (last - stopped["last_hour"]) // _HOUR
    stopped["together_with"] = _together(stopped)
    return schema.typed(stopped, schema.STOPS)


def stops_in_words(blobs: pd.DataFrame, evidence: pd.DataFrame | None) -> list[str]:
    """Return a sentence on logging that stopped, the last first; none where all go on."""
    stopped = logging_stops(blobs, evidence=evidence)
    if stopped.empty:
        return []
    latest = stopped.iloc[-1]
    nics, whole = int(stopped["mac"].notna().sum()), int(stopped["mac"].isna().sum())
    parts = [
        f"{count:,} {what}{'' if count == 1 else 's'}"
        for count, what in ((whole, "whole flow log"), (nics, "NIC"))
        if count
    ]
    return [
        f"Logging stopped for {' and '.join(parts)} while others went on, most lately after "
        f"{latest['last_hour']:%Y-%m-%d %H:%M}: see nsgkit.analyses.logging_stops."
    ]


def _asked_until(evidence: pd.DataFrame, macs: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return for each NIC the last hour for which any log of its resource was asked; null where unknown."""
    asked = evidence[evidence["state"].astype("str") != "not asked for"]
    until = asked.groupby("resource", dropna=False)["hour"].max().to_dict()
    nics = evidence[["mac", "resource"]].drop_duplicates()
    own = nics.assign(until=nics["resource"].map(until)).groupby("mac")["until"].max().to_dict()
    until_of: pd.Series[Any] = macs.map(own).astype(schema.types(schema.STOPS)["last_hour"])
    return until_of


def _together(stopped: pd.DataFrame) -> list[str | None]:
    """Return for each row how many others have the same last hour, and which."""
    short = stopped["resource"].str.rsplit("/", n=1).str[-1]
    names = (short + " " + stopped["mac"].fillna("(whole)")).tolist()
    told: list[str | None] = []
    groups = stopped.groupby("last_hour").groups
    for row, hour in enumerate(stopped["last_hour"]):
        others = [names[i] for i in groups[hour][: _NAMED + 1] if i != row][:_NAMED]
        count = len(groups[hour]) - 1
        more = ", …" if count > len(others) else ""
        told.append(f"{count}: {', '.join(others)}{more}" if count else None)
    return told
