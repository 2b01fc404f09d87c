"""What flow logs a container holds, told from its folders, and the blobs of a span."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event
from typing import NamedTuple, cast

import pandas as pd

from nsgkit.acquire.address import parse_address
from nsgkit.acquire.blobs import Blob, Source, list_folders, list_names
from nsgkit.acquire.identity import choose_identity
from nsgkit.errors import NoLogsError, NsgkitError, shown
from nsgkit.html import visible
from nsgkit.layout import LATE, ROOTS, floor_hour, parse_mac, parse_name, span_prefixes
from nsgkit.times import parse_span, parse_time

_DEEPEST = 16  # folders between the root and the year: a resource id has nine
_AT_ONCE = 8
_TAKES = {
    "resource": "give the id or name of an NSG or flow log, or a list of them",
    "mac": "give a NIC's 12 hex digits, such as 000D3AB17875, or a list of such",
}
_AZURE_BEGAN = datetime(2010, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"[ymdh]=(\d+)/$", re.IGNORECASE)

Names = str | Iterable[str] | None
Macs = frozenset[str] | None


class Folder(NamedTuple):
    """The folder of one NSG or flow log."""

    prefix: str  # what the names of its blobs begin with, as they are written
    family: str
    resource: str


@contextmanager
def open_source(container_url: str, credential: object = None, stop: Event | None = None) -> Iterator[Source]:
    """Open a container and say who reads it; setting `stop` ends whatever is being read."""
    address = parse_address(container_url)
    if address.note:
        print(address.note)
    source = Source(address, choose_identity(address, credential), stop)
    print(f"Reading {address.container} of {address.account} as {source.identity.says}.")
    with source.client:
        yield source


def find_logs(container_url: str, *, credential: object = None) -> pd.DataFrame:
    """List the NSGs and flow logs in a container, one row each, sorted by resource.

    It reads the folders and not every hour: the first and last hour, the number of days that have
    blobs, and, from the blobs of the first and of the last of these days alone, the NICs and the
    last day's number and bytes of blobs. A NIC that was logged only in between is not among them;
    `list_blobs` finds it.

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
    with open_source(container_url, credential) as source, ThreadPoolExecutor(_AT_ONCE) as pool:
        rows = [row for row in pool.map(partial(_describe, source), find_folders(source)) if row]
        if not rows:
            raise _nothing(source)
    table = pd.DataFrame(rows)
    for name in ("first_hour", "last_hour"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.as_unit("ms")
    return table.sort_values("resource", ignore_index=True)


def list_blobs(  # noqa: PLR0913
    container_url: str,
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
    NSGs or flow logs, `mac` MACs.

    Columns: name, family, resource, hour (UTC), mac (null before December 2017), size (bytes),
    modified (UTC). Raises as `find_logs` does.
    """
    (first, last), macs = asked_span(start, end), parse_macs(mac)
    with open_source(container_url, credential) as source:
        folders = find_folders(source, resource)
        blobs = span_blobs(source, folders, first, reach(source, last), macs)
        found = [(blob, parse_name(blob.name)) for blob in blobs]
    table = pd.DataFrame(
        [(b.name, *name[:3], name.mac, b.size, b.modified) for b, name in found],
        columns=["name", "family", "resource", "hour", "mac", "size", "modified"],
    )
    for name in ("hour", "modified"):
        table[name] = pd.to_datetime(table[name], utc=True).dt.as_unit("ms")
    return table.astype({"size": "int64"}).sort_values("name", ignore_index=True)


def find_folders(source: Source, resource: Names = None) -> list[Folder]:
    """Return the folders of the NSGs and flow logs in the container, of those asked for alone.

    Raises NoLogsError where there are none, or none of those asked for.
    """
    wanted = None if resource is None else names(resource)
    found: list[Folder] = []
    level = [prefix for prefix in list_folders(source, "") if prefix.rstrip("/").lower() in ROOTS]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in range(_DEEPEST):
            below = list(pool.map(partial(list_folders, source), level))
            found += [_folder(p) for p, inner in zip(level, below, strict=True) if any(map(_is_year, inner))]
            level = [p for inner in below for p in inner if not _is_year(p)]
    if not found:
        raise _nothing(source)
    if wanted is None:
        return sorted(found)
    chosen = [folder for folder in found if any(_is_called(folder, name) for name in wanted)]
    if not chosen:
        asked = ", ".join(map(shown, wanted[:10]))
        there = ", ".join(visible(folder.resource.rpartition("/")[2]) for folder in found[:10])
        raise NoLogsError(f"No flow log in the container is called {asked}. There are: {there}.")
    return sorted(chosen)


def asked_span(start: object, end: object) -> tuple[datetime, datetime]:
    """Return what is asked for in UTC, from the first hour of which there can be a blob.

    >>> asked_span("1970-01-01", "2024-12-19")[0].year
    2010
    """
    first, last = parse_time(start, "start"), parse_time(end, "end")
    parse_span(first, last)
    return max(first, _AZURE_BEGAN), last


def reach(source: Source, end: datetime) -> datetime:
    """Return before which hour the blobs are to be listed for tuples before `end`: never a coming one."""
    return min(end + LATE, floor_hour(source.served) + timedelta(hours=1))


def span_blobs(
    source: Source, folders: list[Folder], start: datetime, end: datetime, macs: Macs = None
) -> Iterator[Blob]:
    """Yield the blobs of the hours from `start` to before `end`, looking at no other hour."""
    for folder in folders:
        for prefix in span_prefixes(folder.prefix, start, end):
            for blob in list_names(source, prefix):
                name = parse_name(blob.name)
                if name.hour is not None and (macs is None or name.mac in macs):
                    yield blob


def names(one_or_more: Names, argument: str = "resource") -> list[str]:
    """Return a name or several as a list; raise NsgkitError where there is none, or something else.

    >>> names("DEMOVM-NSG")
    ['DEMOVM-NSG']
    """
    one = isinstance(one_or_more, str | bytes) or not isinstance(one_or_more, Iterable)
    given: list[object] = [one_or_more] if one else list(cast("Iterable[str]", one_or_more))
    found = [name for name in given if isinstance(name, str) and name.strip()]
    strange = [name for name in given if name not in found]
    if strange or not found:
        raise NsgkitError(
            f"{argument} takes no {shown(strange[0] if strange else one_or_more)}: {_TAKES[argument]}."
        )
    return found


def parse_macs(mac: Names) -> Macs:
    """Return MACs as names of blobs have them; None, for all, where none was asked for.

    >>> parse_macs("00-0d-3a-b1-78-75")
    frozenset({'000D3AB17875'})
    """
    if mac is None:
        return None
    macs = {text: parse_mac(text) for text in names(mac, "mac")}
    for text, parsed in macs.items():
        if parsed is None:
            raise NsgkitError(f"mac takes no {shown(text)}: {_TAKES['mac']}.")
    return frozenset(filter(None, macs.values()))


def _describe(source: Source, folder: Folder) -> dict[str, object] | None:
    months = [month for year in _times(source, folder.prefix) for month in _times(source, year)]
    days = [day for month in months for day in _times(source, month)]
    if not days:  # a folder such as y=2024/ that holds something else
        return None
    first, last = _times(source, days[0]), _times(source, days[-1])
    blobs = list(list_names(source, days[-1]))
    others = list_names(source, days[0]) if days[0] != days[-1] else ()
    macs = {parse_name(b.name).mac for b in (*blobs, *others)} - {None}
    return {
        "family": folder.family,
        "resource": folder.resource,
        "first_hour": _hour(first[0]),
        "last_hour": _hour(last[-1]),
        "days": len(days),
        "nics": tuple(sorted(filter(None, macs))),
        "last_day_blobs": len(blobs),
        "last_day_bytes": sum(b.size for b in blobs),
    }


def _times(source: Source, prefix: str) -> list[str]:
    """Return the years, months, days or hours below a prefix, in order."""
    found = ((_TIME.search(p), p) for p in list_folders(source, prefix))
    return [p for _, p in sorted((int(match[1]), p) for match, p in found if match)]


def _hour(prefix: str) -> datetime | None:
    return parse_name(f"{prefix}m=00/PT1H.json").hour


def _is_year(prefix: str) -> bool:
    return re.search(r"/y=\d{4}/$", prefix, re.IGNORECASE) is not None


def _folder(prefix: str) -> Folder:
    name = parse_name(f"{prefix}y=2000/m=01/d=01/h=00/m=00/PT1H.json")
    return Folder(prefix, name.family or "", name.resource or "")


def _is_called(folder: Folder, name: str) -> bool:
    wanted, last = name.strip("/").upper(), folder.resource.rpartition("/")[2]
    # A VNet flow log's folder can end in NETWORKWATCHER_{REGION}_{NAME}.
    return (
        wanted in {folder.resource.strip("/"), last}
        or re.fullmatch(rf"NETWORKWATCHER_[^_]+_{re.escape(wanted)}", last) is not None
    )


def _nothing(source: Source) -> NoLogsError:
    return NoLogsError(
        f"The container {source.address.container} holds no flow logs: no resource's folder with a "
        f"year in it below {' or '.join(ROOTS)}. A new flow log writes its first blob within 30 minutes."
    )
