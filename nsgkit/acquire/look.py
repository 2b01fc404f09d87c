"""One look at a container: list a span, note what is not there, bring in what the mirror has not."""

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
from nsgkit.acquire.pool import Pool
from nsgkit.acquire.transfer import Transfer, is_growing
from nsgkit.evidence.folder import INCOMING, blob_key
from nsgkit.evidence.hours import Gaps
from nsgkit.evidence.writer import TOOL, Store
from nsgkit.layout import floor_hour, is_flow_log, parse_name

_FORM = "%Y-%m-%dT%H:%MZ"


@dataclass
class Look:
    """What is looked for, and what came of it."""

    source: Source
    store: Store
    folders: list[Folder]
    macs: Macs = None
    beside: LeftOut = field(default_factory=LeftOut)  # what lies beside the folders
    left_out: LeftOut = field(default_factory=LeftOut)  # what the last look found in them
    listed: int = 0
    after: int = 0  # of these, blobs of the hour after the span, which hold tuples of its last minute
    held: int = 0
    gone: int = 0

    @property
    def place(self) -> dict[str, str]:
        """Which container it is, as the manifest names it."""
        return {"account": self.source.address.account, "container": self.source.address.container}


def take(look: Look, start: datetime, end: datetime, pool: Pool) -> None:
    """Bring what may hold tuples from `start` to before `end` in. Raises what ended it too early."""
    through = reach(look.source, end)
    end = min(end, through)
    look.listed = look.after = look.held = 0
    look.left_out = LeftOut()
    manifest = look.store.manifest
    resources = [folder.resource for folder in look.folders]
    manifest.add(
        "asked",
        **look.place,
        start=start.strftime(_FORM),
        end=end.strftime(_FORM),
        through=through.strftime(_FORM),  # the hours before it were listed
        resources=resources,
        mac=sorted(look.macs) if look.macs else None,
        identity=look.source.identity.says,
        tool=TOOL,
    )
    with tempfile.TemporaryFile("w+", dir=look.store.folder / INCOMING, encoding="utf-8") as wanted:
        blobs, size = _list(look, start, end, through, wanted)
        _check_room(look.store, size)
        transfer = Transfer(look.source, look.store, pool.arrived)
        try:
            pool.fetch(transfer, _read_back(wanted), blobs, size)
        finally:
            manifest.add(
                "done",
                listed=look.listed,
                fetched=pool.fetched,
                held=look.held,
                failed=len(pool.failed),
                left_out=look.beside.found | look.left_out.found,
                bytes=pool.size,
                stopped=look.source.stop.is_set(),
            )
            look.store.write_sums()


def _list(look: Look, start: datetime, end: datetime, through: datetime, wanted: IO[str]) -> tuple[int, int]:
    """Write down the blobs that are to be read; note those that are gone, and the hours without any.

    The hour after `end` is looked at and was not asked for: no blob there is nothing that is missing.

    They go through a file, so that a million of them take no more memory than ten.
    """
    blobs, size, seen = 0, 0, set()
    gaps = Gaps([folder.resource for folder in look.folders], look.macs)
    for blob in span_blobs(look.source, look.folders, (start, through), look.left_out, look.macs):
        look.listed += 1
        look.after += (parse_name(blob.name).hour or start) >= end
        seen.add(bytes.fromhex(blob_key(**look.place, name=blob.name)))
        gaps.saw(blob.name)
        new = _news(look, blob)
        if new is None:
            look.held += 1
        else:
            blobs, size = blobs + 1, size + new
            wanted.write(json.dumps(blob) + "\n")
    for event in _unseen(look, start, through, seen):
        look.gone += 1
        gaps.saw(event["name"])
        look.store.add("gone", **look.place, name=event["name"])
    for gap in gaps.missing(start, end):
        look.store.manifest.add("no blob", **look.place, **gap)
    return blobs, size


def _news(look: Look, blob: Blob) -> int | None:
    """Return how many bytes of the blob the mirror lacks; None where it has it as it is."""
    held = look.store.held(**look.place, name=blob.name)
    if held is None:
        return blob.size
    if held["etag"] != blob.etag:
        return max(0, blob.size - held["size"]) if held["blocks"] else blob.size
    growing = is_growing(blob.name, look.source.served)
    if look.store.state(**look.place, name=blob.name) != ("growing" if growing else "complete"):
        look.store.add("seen", **look.place, name=blob.name, growing=growing)
    return None


def _unseen(look: Look, start: datetime, end: datetime, seen: set[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the blobs that are held, would have been listed, and were not."""
    resources = {folder.resource for folder in look.folders}
    for key, event in look.store.present():
        _, resource, hour, mac = parse_name(event["name"])
        asked = resource in resources and (look.macs is None or mac in look.macs)
        here = asked and look.place.items() <= event.items()
        here = here and event["size"] > 0 and is_flow_log(event["name"])
        if here and hour and floor_hour(start) <= hour < end and key not in seen:
            yield event


def _read_back(wanted: IO[str]) -> Iterator[Blob]:
    wanted.seek(0)
    return (Blob(*json.loads(line)) for line in wanted)


def _check_room(store: Store, size: int) -> None:
    free = shutil.disk_usage(store.folder).free
    if size > free:
        raise errors.DiskFullError(
            f"{store.folder} has room for {free:,} bytes, and {size:,} are to come. Make room, choose "
            "another disk, or ask for a shorter span. Nothing was downloaded."
        )
