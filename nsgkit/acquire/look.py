"""Bring the evidence folder up to a container once: list a span, note what is absent, fetch what is new."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from nsgkit.acquire import errors
from nsgkit.acquire.asked import Macs
from nsgkit.acquire.blobs import Blob, Source
from nsgkit.acquire.left_out import LeftOut
from nsgkit.acquire.listing import Folder, reach, span_blobs
from nsgkit.acquire.pool import Workers
from nsgkit.acquire.transfer import Transfer, is_growing
from nsgkit.evidence.folder import INCOMING, blob_key
from nsgkit.evidence.hours import Gaps
from nsgkit.evidence.writer import TOOL, EvidenceWriter
from nsgkit.layout import floor_hour, is_flow_log, parse_name

_FORM = "%Y-%m-%dT%H:%MZ"


@dataclass
class Sync:
    """What is asked for, and what came of it."""

    source: Source
    writer: EvidenceWriter
    folders: list[Folder]
    macs: Macs = None
    beside: LeftOut = field(default_factory=LeftOut)  # what lies beside the folders
    left_out: LeftOut = field(default_factory=LeftOut)  # what the last listing found in them
    listed: int = 0
    after: int = 0  # of these, blobs of the hour after the span, which hold tuples of its last minute
    held: int = 0
    gone: int = 0

    @property
    def place(self) -> dict[str, str]:
        """Which container it is, as the manifest names it."""
        return {"account": self.source.address.account, "container": self.source.address.container}


def sync_once(sync: Sync, start: datetime, end: datetime, workers: Workers) -> None:
    """Bring what may hold tuples from `start` to before `end` in. Raises what ended it too early."""
    through = reach(sync.source, end)
    end = min(end, through)
    sync.listed = sync.after = sync.held = 0
    sync.left_out = LeftOut()
    manifest = sync.writer.manifest
    resources = [folder.resource for folder in sync.folders]
    manifest.add(
        "asked",
        **sync.place,
        start=start.strftime(_FORM),
        end=end.strftime(_FORM),
        through=through.strftime(_FORM),  # the hours before it were listed
        resources=resources,
        mac=sorted(sync.macs) if sync.macs else None,
        identity=sync.source.credential.description,
        tool=TOOL,
    )
    with tempfile.TemporaryFile("w+", dir=sync.writer.folder / INCOMING, encoding="utf-8") as wanted:
        blobs, size = _list(sync, start, end, through, wanted)
        _check_room(sync.writer, size)
        transfer = Transfer(sync.source, sync.writer, workers.arrived)
        try:
            workers.fetch(transfer, _read_back(wanted), blobs, size)
        finally:
            manifest.add(
                "done",
                listed=sync.listed,
                fetched=workers.fetched,
                held=sync.held,
                failed=len(workers.failed),
                left_out=sync.beside.found | sync.left_out.found,
                bytes=workers.size,
                stopped=sync.source.stop.is_set(),
            )
            sync.writer.write_sums()


def _list(sync: Sync, start: datetime, end: datetime, through: datetime, wanted: IO[str]) -> tuple[int, int]:
    """Write down the blobs that are to be read; note those that are gone, and the hours without any.

    The hour after `end` is looked at and was not asked for: no blob there is nothing that is missing.

    They go through a file, so that a million of them take no more memory than ten.
    """
    blobs, size, seen = 0, 0, set()
    gaps = Gaps([folder.resource for folder in sync.folders], sync.macs)
    for blob in span_blobs(sync.source, sync.folders, (start, through), sync.left_out, sync.macs):
        sync.listed += 1
        sync.after += (parse_name(blob.name).hour or start) >= end
        seen.add(bytes.fromhex(blob_key(**sync.place, name=blob.name)))
        gaps.saw(blob.name)
        new = _news(sync, blob)
        if new is None:
            sync.held += 1
        else:
            blobs, size = blobs + 1, size + new
            wanted.write(json.dumps(blob) + "\n")
    for event in _unseen(sync, start, through, seen):
        sync.gone += 1
        gaps.saw(event["name"])
        sync.writer.add("gone", **sync.place, name=event["name"])
    for gap in gaps.missing(start, end):
        sync.writer.manifest.add("no blob", **sync.place, **gap)
    return blobs, size


def _news(sync: Sync, blob: Blob) -> int | None:
    """Return how many bytes of the blob the evidence folder lacks; None where it has it as it is."""
    held = sync.writer.held(**sync.place, name=blob.name)
    if held is None:
        return blob.size
    if held["etag"] != blob.etag:
        return max(0, blob.size - held["size"]) if held["blocks"] else blob.size
    growing = is_growing(blob.name, sync.source.server_time)
    if sync.writer.state(**sync.place, name=blob.name) != ("growing" if growing else "complete"):
        sync.writer.add("seen", **sync.place, name=blob.name, growing=growing)
    return None


def _unseen(sync: Sync, start: datetime, end: datetime, seen: set[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the blobs that are held, would have been listed, and were not."""
    resources = {folder.resource for folder in sync.folders}
    for key, event in sync.writer.present():
        _, resource, hour, mac = parse_name(event["name"])
        asked = resource in resources and (sync.macs is None or mac in sync.macs)
        here = asked and sync.place.items() <= event.items()
        here = here and event["size"] > 0 and is_flow_log(event["name"])
        if here and hour and floor_hour(start) <= hour < end and key not in seen:
            yield event


def _read_back(wanted: IO[str]) -> Iterator[Blob]:
    wanted.seek(0)
    return (Blob(*json.loads(line)) for line in wanted)


def _check_room(writer: EvidenceWriter, size: int) -> None:
    free = shutil.disk_usage(writer.folder).free
    if size > free:
        raise errors.DiskFullError(
            f"{writer.folder} has room for {free:,} bytes, and {size:,} are to come. Make room, choose "
            "another disk, or ask for a shorter span. Nothing was downloaded."
        )
