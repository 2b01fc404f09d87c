"""A sample evidence folder: three downloads from the sample company's container, with every kind of hour.

The downloads are nsgkit's own, from a container in memory, at times of the sample's own days. So the folder
is what a real one is, is made without a network, and comes out the same every time.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

from nsgkit.acquire.blobs import Source
from nsgkit.acquire.container_url import parse_container_url
from nsgkit.acquire.credentials import Credential
from nsgkit.acquire.listing import find_folders
from nsgkit.acquire.sync import Sync, Workers, sync_once
from nsgkit.evidence.chain import Clock
from nsgkit.evidence.writer import open_writer
from nsgkit.sample.company.network import JUMP, WEB2
from nsgkit.sample.container import SampleContainer
from nsgkit.sample.logging.records import path
from nsgkit.sample.moments import HOUR
from nsgkit.sample.world import the_world
from nsgkit.times import parse_time

CONTAINER = "insights-logs-networksecuritygroupflowevent"
URL = f"https://marshlanelogs.blob.core.windows.net/{CONTAINER}"
NICS = frozenset({WEB2.mac, JUMP.mac})

_NOBODY = Credential("sas", "the sample's reader, who needs no sign-in", "sig=none")
_BETWEEN_LINES = timedelta(milliseconds=40)


class Asked(NamedTuple):
    """One download: when it was done, and the span that was asked for."""

    now: str
    start: str
    end: str


# The first runs while an hour is still written. A month later, the retention has deleted the earliest hours,
# and one blob is archived.
DOWNLOADS = (
    Asked("2024-12-18 17:20", "2024-12-18 12:00", "2024-12-18 18:00"),
    Asked("2025-01-17 14:30", "2024-12-18 12:00", "2024-12-18 14:00"),
    Asked("2025-01-17 14:40", "2024-12-18 20:00", "2024-12-18 23:00"),
)
ARCHIVED = path((WEB2, the_world().at("day 1, 22:00") // HOUR)).removeprefix(f"{CONTAINER}/")
_ARCHIVED_SINCE = parse_time("2025-01-01", "since")


def download_evidence(blobs: Mapping[str, bytes], folder: Path) -> None:
    """Download the sample's `blobs` into an empty or new folder, as `nsgkit.sample.write_evidence` says."""
    logs = {name.removeprefix(f"{CONTAINER}/"): blobs[name] for name in blobs if name.startswith(CONTAINER)}
    for asked in DOWNLOADS:
        _download(logs, folder, asked)


def _download(logs: Mapping[str, bytes], folder: Path, asked: Asked) -> None:
    """Do what `nsgkit.download` does, at a time of the past and one blob after the other."""
    now = parse_time(asked.now, "now")
    archived = frozenset({ARCHIVED}) if now >= _ARCHIVED_SINCE else frozenset()
    source = Source(parse_container_url(URL), _NOBODY, pool=SampleContainer(logs, now, archived))
    span = parse_time(asked.start, "start"), parse_time(asked.end, "end")
    with source.client, open_writer(folder, _clock(now)) as writer:
        sync = Sync(source, writer, [], NICS)
        sync.folders = find_folders(source, sync.beside)
        sync_once(sync, *span, Workers(at_once=1))


def _clock(now: datetime) -> Clock:
    """Return what tells the time of each line, a little later each."""
    times: Iterator[datetime] = (now + number * _BETWEEN_LINES for number in count())
    return times.__next__
