"""What flow logs a container holds, told from its folders, and the blobs of a span."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from threading import Event
from typing import NamedTuple

import pandas as pd

from nsgkit.acquire.blobs import Blob, Source, list_folders, list_names
from nsgkit.acquire.container_url import parse_container_url
from nsgkit.acquire.credentials import choose_credential
from nsgkit.acquire.left_out import OTHER_FOLDERS, LeftOut
from nsgkit.acquire.messages import is_interactive, show_messages
from nsgkit.acquire.selection import Macs, Names, asked_span, names, parse_macs
from nsgkit.errors import NoLogsError, hides_locals, shown
from nsgkit.html import visible
from nsgkit.layout import LATE, ROOTS, floor_hour, parse_name, span_prefixes

_LOG = logging.getLogger(__name__)
_DEEPEST = 16  # folders between the root and the year: a resource id has nine
_AT_ONCE = 8
_TIME = re.compile(r"[ymdh]=(\d+)/$", re.IGNORECASE)


class Folder(NamedTuple):
    """The folder of one NSG or flow log."""

    prefix: str  # what the names of its blobs begin with, as they are written
    family: str
    resource: str


@contextmanager
def open_source(url: str, credential: object = None, stop: Event | None = None) -> Iterator[Source]:
    """Open a container and log who reads it; setting `stop` ends whatever is being read."""
    if is_interactive():
        show_messages()
    container = parse_container_url(url)
    if container.note:
        _LOG.info(container.note)
    source = Source(container, choose_credential(container, credential), stop)
    _LOG.info(f"Reading {container.name} of {container.account} as {source.credential.description}.")
    with source.client:
        yield source


@hides_locals
def find_logs(url: str, *, credential: object = None) -> pd.DataFrame:
    """List the NSGs and flow logs in a container, one row each, sorted by resource.

    It reads the folders and not every hour: the first and last hour, the number of days that have
    blobs, and, from the blobs of the first and of the last of these days alone, the NICs and the
    last day's number and bytes of blobs. A NIC that was logged only in between is not among them;
    `find_blobs` finds it. What is no flow log (other logs, folders, empty blobs, other files) is neither
    a row nor a NIC nor an hour: a logged sentence counts it.

    Columns: family (NSG or VNet), resource (upper case), first_hour, last_hour (UTC), days, nics
    (a tuple of MACs), last_day_blobs, last_day_bytes (bytes).

    `credential` is any credential of azure-identity, or "sas" to be asked for a SAS. Without one it
    is the SAS in the environment variable NSGKIT_SAS, else DefaultAzureCredential, which takes what
    `az login` left; for an emulator on this machine, its published key. Raises NsgkitError where
    the container cannot be read, NoLogsError where it holds no flow logs.

    >>> find_logs("https://demo.blob.core.windows.net/insights-logs-flowlogflowevent?sig=…")
    Traceback (most recent call last):
        ...
    nsgkit.errors.NsgkitError: The container's URL carries a secret or something after its name. Keep \
only what stands before the question mark; put a SAS into the environment variable NSGKIT_SAS instead.
    """
    with open_source(url, credential) as source, ThreadPoolExecutor(_AT_ONCE) as pool:
        beside, left_out = LeftOut(), LeftOut()
        folders = find_folders(source, beside)
        rows = [row for row in pool.map(partial(_describe, source, left_out), folders) if row]
        if not rows:
            raise _nothing(source, left_out)
    _tell(beside.sentences(), [f"On the first and last days: {told}" for told in left_out.sentences()])
    table = pd.DataFrame(rows)
    for name in ("first_hour", "last_hour"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.as_unit("ms")
    return table.sort_values("resource", ignore_index=True)


@hides_locals
def find_blobs(  # noqa: PLR0913
    url: str,
    start: str | datetime,
    end: str | datetime,
    *,
    resource: Names = None,
    mac: Names = None,
    credential: object = None,
) -> pd.DataFrame:
    """List the blobs that may hold tuples from `start` to before `end`, one row each, sorted by name.

    These are the blobs of the hours asked for, and those of the hour that begins at `end`, whose first
    records hold tuples of the minute before. No other hour is looked at. `resource` takes ids or names of
    NSGs or flow logs, `mac` MACs. What is no flow log is left out; a logged sentence counts it.

    Columns: name, family, resource, hour (UTC), mac (null before December 2017), size (bytes),
    modified (UTC). Raises as `find_logs` does.
    """
    (first, last), macs = asked_span(start, end), parse_macs(mac)
    with open_source(url, credential) as source:
        left_out = LeftOut()
        folders = find_folders(source, left_out, resource)
        blobs = span_blobs(source, folders, (first, reach(source, last)), left_out, macs)
        found = [(blob, parse_name(blob.name)) for blob in blobs]
    _tell(left_out.sentences())
    table = pd.DataFrame(
        [(b.name, *name[:3], name.mac, max(0, b.size), b.modified) for b, name in found],
        columns=["name", "family", "resource", "hour", "mac", "size", "modified"],
    )
    for name in ("hour", "modified"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.as_unit("ms")
    return table.astype({"size": "int64"}).sort_values("name", ignore_index=True)


def find_folders(source: Source, left_out: LeftOut, resource: Names = None) -> list[Folder]:
    """Return the folders of the NSGs and flow logs in the container, of those asked for alone.

    What lies beside them is counted in `left_out`.

    Raises NoLogsError where there are none, or none of those asked for.
    """
    wanted = None if resource is None else names(resource)
    found = _walk(source, left_out)
    if not found:
        raise _nothing(source, left_out)
    if wanted is None:
        return sorted(found)
    chosen = [folder for folder in found if is_chosen(folder.resource, wanted)]
    if not chosen:
        asked = ", ".join(map(shown, wanted[:10]))
        there = ", ".join(visible(folder.resource.rpartition("/")[2]) for folder in found[:10])
        raise NoLogsError(f"No flow log in the container is called {asked}. There are: {there}.")
    return sorted(chosen)


def _tell(*several: list[str]) -> None:
    for sentence in chain(*several):
        _LOG.info(sentence)


def _walk(source: Source, left_out: LeftOut) -> list[Folder]:
    look_below = partial(list_folders, source, beside=left_out.saw_beside)
    found: list[str] = []
    top = look_below("")
    level = [prefix for prefix in top if prefix.rstrip("/").lower() in ROOTS]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in range(_DEEPEST):
            below = list(pool.map(look_below, level))
            found += [p for p, inner in zip(level, below, strict=True) if any(map(_is_year, inner))]
            level = [p for inner in below for p in inner if not _is_year(p)]
    folders = [folder for prefix in found if (folder := _folder(prefix))]
    for prefix in {*top, *found} - {folder.prefix for folder in folders}:
        if prefix.rstrip("/").lower() not in ROOTS:
            left_out.saw(OTHER_FOLDERS, prefix)
    return folders


def reach(source: Source, end: datetime) -> datetime:
    """Return before which hour the blobs are to be listed for tuples before `end`: never a coming one."""
    return min(end + LATE, floor_hour(source.server_time) + timedelta(hours=1))


def span_blobs(
    source: Source,
    folders: list[Folder],
    span: tuple[datetime, datetime],
    left_out: LeftOut,
    macs: Macs = None,
) -> Iterator[Blob]:
    """Yield the flow logs' blobs of the hours of a span, looking at no other hour."""
    for folder in folders:
        for prefix in span_prefixes(folder.prefix, *span):
            for blob in list_names(source, prefix):
                if left_out.takes(blob) and (macs is None or parse_name(blob.name).mac in macs):
                    yield blob


def _describe(source: Source, left_out: LeftOut, folder: Folder) -> dict[str, object] | None:
    months = [month for year in _times(source, folder.prefix) for month in _times(source, year)]
    days = [day for month in months for day in _times(source, month)]
    later, last = _first_day(source, left_out, days[::-1])
    if not last:  # a folder such as y=2024/ that holds something else
        return None
    days = days[: len(days) - later]
    earlier, first = _first_day(source, left_out, days) if days[1:] else (0, last)
    told = [parse_name(blob.name) for blob in (*first, *last)]
    hours = [name.hour for name in told if name.hour is not None]
    return {
        "family": folder.family,
        "resource": folder.resource,
        "first_hour": min(hours),
        "last_hour": max(hours),
        "days": len(days) - earlier,
        "nics": tuple(sorted({name.mac for name in told if name.mac is not None})),
        "last_day_blobs": len(last),
        "last_day_bytes": sum(max(0, blob.size) for blob in last),
    }


def _first_day(source: Source, left_out: LeftOut, days: list[str]) -> tuple[int, list[Blob]]:
    """Return the blobs of the first day that has any, and how many days before it have none.

    Accounts with a hierarchical namespace keep the folders of days whose blobs were deleted.
    """
    for number, day in enumerate(days):
        if blobs := [blob for blob in list_names(source, day) if left_out.takes(blob)]:
            return number, blobs
    return len(days), []


def _times(source: Source, prefix: str) -> list[str]:
    """Return the years, months, days or hours below a prefix, in order."""
    found = ((_TIME.search(p), p) for p in list_folders(source, prefix))
    return [p for _, p in sorted((int(match[1]), p) for match, p in found if match)]


def _is_year(prefix: str) -> bool:
    return re.search(r"/y=\d{4}/$", prefix, re.IGNORECASE) is not None


def _folder(prefix: str) -> Folder | None:
    """Return the folder of an NSG or flow log; None where it is another resource's, with logs of its own."""
    family, resource, _, _ = parse_name(f"{prefix}y=2000/m=01/d=01/h=00/m=00/PT1H.json")
    return Folder(prefix, family, resource) if family and resource else None


def is_chosen(resource: str, wanted: list[str] | None) -> bool:
    """Whether a resource is among those that were asked for by id or name; all are where none was.

    >>> is_chosen("/S/NETWORKSECURITYGROUPS/DEMOVM-NSG", ["demovm-nsg"])
    True
    """
    return wanted is None or any(_is_called(resource, name) for name in wanted)


def _is_called(resource: str, name: str) -> bool:
    wanted, last = name.strip("/").upper(), resource.rpartition("/")[2]
    # A VNet flow log's folder can end in NETWORKWATCHER_{REGION}_{NAME}.
    return (
        wanted in {resource.strip("/"), last}
        or re.fullmatch(rf"NETWORKWATCHER_[^_]+_{re.escape(wanted)}", last) is not None
    )


def _nothing(source: Source, left_out: LeftOut) -> NoLogsError:
    said = [
        f"The container {source.container.name} holds no flow logs: no resource's folder with a year in "
        f"it below {' or '.join(ROOTS)}. A new flow log writes its first blob within 30 minutes."
    ]
    return NoLogsError(" ".join(said + left_out.sentences()))
