"""Hours that have no blob, hours not asked for, blobs that are gone and blobs that still grow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from nsgkit.evidence.folder import as_folder, evidence_blobs
from nsgkit.evidence.manifest import read_manifest
from nsgkit.layout import floor_hour, is_flow_log, parse_name

STATES = ["complete", "growing", "gone", "could not be read", "no blob", "not asked for"]
COLUMNS = ["resource", "mac", "hour", "state", "reason"]

_HOUR = timedelta(hours=1)
_FORM = "%Y-%m-%dT%H:00Z"
_Nic = tuple[str | None, str | None]  # resource, mac
_Place = tuple[str | None, str | None, datetime]  # resource, mac, hour
_Told = tuple[str, str | None]  # state, reason


class Gaps:
    """Collects the hours that have a blob, NIC by NIC, and tells those that have none."""

    def __init__(self, resources: list[str], macs: frozenset[str] | None = None) -> None:
        self._hours: dict[_Nic, set[datetime]] = defaultdict(set)
        self._resources = resources
        self._macs = macs

    def saw(self, name: str) -> None:
        """Take in a blob of the span."""
        _, resource, hour, mac = parse_name(name)
        if hour is not None:
            self._hours[resource, mac].add(hour)

    def missing(self, start: datetime, end: datetime) -> Iterator[dict[str, Any]]:
        """Yield {resource, mac, hours} for each NIC without a blob in some hours.

        `hours` lists spans [first hour, hour after the last]. A resource without any blob in the
        span is told once, with no MAC; where NICs were asked for, one without any blob is told
        with no resource.
        """
        every = list(_hours(start, end))
        for nic in [*self._hours, *self._silent()]:
            there = self._hours.get(nic, set())
            if hours := [hour for hour in every if hour not in there]:
                yield {"resource": nic[0], "mac": nic[1], "hours": _spans(hours)}

    def _silent(self) -> list[_Nic]:
        if self._macs is not None:
            return [(None, mac) for mac in sorted(self._macs - {mac for _, mac in self._hours})]
        return [(r, None) for r in self._resources if r not in {resource for resource, _ in self._hours}]


def evidence_hours(folder: Path | str) -> pd.DataFrame:
    """Tell for each NIC and hour what an evidence folder knows of it, sorted by resource, NIC and hour.

    Columns: resource, mac (null where the layout names none, or where a resource had no blob at
    all), hour (UTC), state: complete; growing (its hour was not over when it was last read); gone
    (held, but no longer at the source); could not be read (a blob was there and nothing of it is held;
    `reason` says why, and is null elsewhere); no blob (the container had none when it was asked);
    not asked for (in no span that was). What is held counts before what is not. It begins with the
    first hour of which anything is held. Raises as `evidence_blobs` does.
    """
    blobs = evidence_blobs(folder)
    known: dict[_Place, _Told] = dict(_absent(as_folder(folder, "folder")))
    for blob in blobs:
        _, resource, at, mac = parse_name(blob.name)
        if at is not None and is_flow_log(blob.name):
            known[resource, mac, at] = blob.state, None
    there = [hour for (_, _, hour), (state, _) in known.items() if state != "no blob"]
    places = _places(known, min(there)) if there else ()
    rows = [(*place, *known.get(place, ("not asked for", None))) for place in places]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["hour"] = pd.to_datetime(table["hour"], utc=True).dt.as_unit("ms")
    table["reason"] = table["reason"].astype("object")
    table["state"] = pd.Categorical(table["state"], categories=STATES)
    return table


def manifest_hours(folder: str | Path) -> pd.DataFrame:
    """Return the hours of an evidence folder as coverage pictures take them.

    Columns: hour (UTC), resource, mac, status, reason.
    The status is read from the manifest alone; `evidence_hours` says what it means.
    """
    words = {"complete": "present", "gone": "no longer in Azure", "no blob": "missing"}
    table = evidence_hours(folder)
    status = table["state"].astype("str").replace(words)
    named = table.assign(mac=table["mac"].fillna("no NIC"), resource=table["resource"].fillna("unknown"))
    return named.assign(status=status)[["hour", "resource", "mac", "status", "reason"]]


def _absent(folder: Path) -> Iterator[tuple[_Place, _Told]]:
    """Yield the hours without a blob, then those whose blob failed."""
    failed: dict[str, str] = {}
    for event in (line.event for line in read_manifest(folder)):
        if event["event"] == "failed":
            failed[event["name"]] = event["why"]
        elif event["event"] == "no blob":
            for span in event["hours"]:
                for hour in _hours(*(datetime.strptime(t, _FORM).replace(tzinfo=UTC) for t in span)):
                    yield (event["resource"], event["mac"], hour), ("no blob", None)
    for name, why in failed.items():
        _, resource, at, mac = parse_name(name)
        if at is not None and is_flow_log(name):
            yield (resource, mac, at), ("could not be read", why)


def _places(known: Iterable[_Place], first: datetime) -> Iterator[_Place]:
    last = max(hour for _, _, hour in known)
    nics = sorted({(resource or "", mac or "") for resource, mac, _ in known})
    for resource, mac in nics:
        for hour in _hours(first, last + _HOUR):
            yield resource or None, mac or None, hour


def _hours(start: datetime, end: datetime) -> Iterator[datetime]:
    hour = floor_hour(start)
    while hour < end:
        yield hour
        hour += _HOUR


def _spans(hours: list[datetime]) -> list[list[str]]:
    spans: list[list[datetime]] = []
    for hour in hours:
        if spans and spans[-1][1] == hour:
            spans[-1][1] = hour + _HOUR
        else:
            spans.append([hour, hour + _HOUR])
    return [[time.strftime(_FORM) for time in span] for span in spans]
