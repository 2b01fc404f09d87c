"""How flow-log blobs are named: the one place that reads a name and writes a prefix.

Both families put a resource, an hour and (since December 2017) a NIC into a blob's name::

    resourceId=/SUBSCRIPTIONS/…/NETWORKSECURITYGROUPS/{NSG}/y=2024/m=12/d=19/h=09/m=00/macAddress={MAC}/PT1H.json
    flowLogResourceID=/{SUB}_NETWORKWATCHERRG/NETWORKWATCHER_{REGION}_{NAME}/y=…/macAddress={MAC}/PT1H.json

Source: Microsoft's Network Watcher documentation of NSG and VNet flow logs, and public samples.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

CONTAINERS = {
    "insights-logs-networksecuritygroupflowevent": "NSG",
    "insights-logs-flowlogflowevent": "VNet",
}
ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")
ROOTS = {"resourceid=": "NSG", "flowlogresourceid=": "VNet"}
STORE = "store.json"  # in a store's folder: what it is, and the folder that its logs came from, "source"

# An hour's blob goes by the time of its records, which are written up to a minute after their tuples;
# five, to be sure: so much of an hour may stand in the blob of the next.
LATE = timedelta(minutes=5)

_HOUR = timedelta(hours=1)
# `m=` stands for the month and for the minute: told apart by their places.
_NAME = re.compile(
    r"(?:(?:^|.*/)(?P<root>resourceId=|flowLogResourceID=)(?P<resource>/.*?)|.*?)"
    r"(?:^|/)y=(?P<y>\d{4})/m=(?P<m>\d\d?)/d=(?P<d>\d\d?)/h=(?P<h>\d\d?)/m=\d\d?"
    r"(?:/macAddress=(?P<mac>[^/]*))?/[^/]+",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_MAC = re.compile(r"[0-9A-F]{12}")


class BlobName(NamedTuple):
    """What a blob's name tells: each part is None where the name does not tell it."""

    family: str | None  # "NSG" or "VNet"
    resource: str | None  # the NSG's, or the flow log's, id as the path has it, in upper case
    hour: datetime | None  # the hour that the blob covers, UTC
    mac: str | None  # the NIC: 12 upper-case hex digits


def parse_name(name: str) -> BlobName:
    """Read a blob's name, or a file's path with `/` between its parts.

    A container's folder, or any other, may stand in front, and the resource's folders may be
    missing. A name outside the layout gives four times None; it is never an error. The family is
    None where the resource is no NSG: metrics and other logs lie under the same names.

    >>> parse_name("y=2024/m=12/d=19/h=09/m=00/macAddress=000d3ab17875/PT1H.json").mac
    '000D3AB17875'
    """
    match = _NAME.fullmatch(name)
    if match is None or is_other_log(name):
        return BlobName(None, None, None, None)
    root, resource = match["root"], match["resource"]
    return BlobName(
        _family(root.lower(), resource.upper()) if root else None,
        resource.upper() if resource else None,
        _hour(*(int(match[part]) for part in "ymdh")),
        parse_mac(match["mac"] or ""),
    )


def parse_mac(text: str) -> str | None:
    """Return a MAC as 12 upper-case hex digits, or None where the text is no MAC.

    >>> parse_mac("00-0d-3a-b1-78-75")
    '000D3AB17875'
    """
    digits = re.sub(r"[-:.\s]", "", text).upper()
    return digits if _MAC.fullmatch(digits) else None


def is_other_log(name: str) -> bool:
    """Whether a folder in the name is the container of another Azure log, which holds no flows.

    >>> is_other_log("insights-logs-networksecuritygroupevent/resourceId=/X/PT1H.json")
    True
    """
    folders = (part.lower() for part in name.split("/"))
    return any(f.startswith("insights-logs-") and f not in CONTAINERS for f in folders)


def is_flow_log(name: str) -> bool:
    """Whether a blob is named as Azure names the blobs of flow logs: by resource, hour and PT1H.json.

    >>> is_flow_log("flowLogResourceID=/S/FLOWLOG/y=2024/m=12/d=19/h=09/m=00/PT1H.json.bak")
    False
    """
    family, resource, hour, _ = parse_name(name)
    return None not in {family, resource, hour} and name.lower().endswith(ENDINGS)


def hour_prefix(folder: str, hour: datetime) -> str:
    """Return what the names of one hour's blobs begin with, below a resource's `folder`.

    >>> hour_prefix("resourceId=/NSG", datetime(2024, 12, 19, 9, tzinfo=UTC))
    'resourceId=/NSG/y=2024/m=12/d=19/h=09/'
    """
    return f"{folder.rstrip('/')}/{hour:y=%Y/m=%m/d=%d/h=%H/}"


def span_prefixes(folder: str, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the fewest prefixes that cover the hours from `start` to before `end`, and no other.

    A whole day, month or year is one prefix: a month of logs is one listing and not 744.

    >>> list(span_prefixes("r", datetime(2024, 11, 30, 23, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)))
    ['r/y=2024/m=11/d=30/h=23/', 'r/y=2024/m=12/']
    """
    hour = floor_hour(start)
    while hour < end:
        after, form = next(
            (after, form) for after, form in _steps(hour) if after <= end or form.endswith("%H/")
        )
        yield f"{folder.rstrip('/')}/{hour.strftime(form)}"
        hour = after


def floor_hour(time: datetime) -> datetime:
    """Return the beginning of the hour that `time` is in.

    >>> floor_hour(datetime(2024, 12, 19, 9, 44, tzinfo=UTC)).minute
    0
    """
    return time.replace(minute=0, second=0, microsecond=0)


def _family(root: str, resource: str) -> str | None:
    family = ROOTS[root]
    return None if family == "NSG" and "/NETWORKSECURITYGROUPS/" not in resource else family


def _steps(hour: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield (where it ends, its form) of each calendar unit that begins at `hour`, longest first."""
    if (hour.month, hour.day, hour.hour) == (1, 1, 0):
        yield hour.replace(year=hour.year + 1), "y=%Y/"
    if (hour.day, hour.hour) == (1, 0):
        yield (hour + timedelta(days=31)).replace(day=1), "y=%Y/m=%m/"
    if hour.hour == 0:
        yield hour + timedelta(days=1), "y=%Y/m=%m/d=%d/"
    yield hour + _HOUR, "y=%Y/m=%m/d=%d/h=%H/"


def _hour(year: int, month: int, day: int, hour: int) -> datetime | None:
    try:
        return datetime(year, month, day, hour, tzinfo=UTC)
    except ValueError:
        return None
