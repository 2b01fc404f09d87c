"""Bring the evidence folder up to a container once: list a span, note what is absent, fetch what is new."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Semaphore
from typing import IO, Any

from nsgkit.acquire import errors
from nsgkit.acquire.blobs import WORKERS, Blob, Source, look_at
from nsgkit.acquire.left_out import LeftOut
from nsgkit.acquire.list_answer import UNKNOWN
from nsgkit.acquire.listing import Folder, is_chosen, reach, span_blobs
from nsgkit.acquire.selection import Macs
from nsgkit.acquire.transfer import Transfer, fetch, is_growing, must_be_read_again
from nsgkit.evidence.folder import INCOMING, blob_key
from nsgkit.evidence.hours import Gaps
from nsgkit.evidence.writer import TOOL, EvidenceWriter
from nsgkit.layout import floor_hour, is_flow_log, parse_name, span_prefixes
from nsgkit.progress import progress

_FORM = "%Y-%m-%dT%H:%MZ"
_WAITING = 2 * WORKERS  # blobs that are taken up ahead; the others stay in the list


@dataclass
class Sync:
    """What is asked for, and what came of it."""

    source: Source
    writer: EvidenceWriter
    folders: list[Folder]
    macs: Macs = None
    wanted: list[str] | None = None  # ids or names of NSGs and flow logs; all of them where None
    beside: LeftOut = field(default_factory=LeftOut)  # what lies beside the folders
    left_out: LeftOut = field(default_factory=LeftOut)  # what the last listing found in them
    listed: int = 0
    after: int = 0  # of these, blobs of the hour after the span, which hold tuples of its last minute
    held: int = 0
    gone: int = 0

    @property
    def place(self) -> dict[str, str]:
        """Which container it is, as the manifest names it."""
        return self.source.container.place


class Workers:
    """Fetch several blobs at a time, with a progress bar, and count: what came, what failed and why."""

    def __init__(
        self, on_progress: Callable[[int, int], None] | None = None, *, at_once: int = WORKERS
    ) -> None:
        self.fetched = 0
        self.size = 0  # bytes that arrived
        self.wanted = 0  # bytes that are to arrive
        self.failed: dict[str, str] = {}  # blob -> why
        self._ended: BaseException | None = None
        self._blocked = 0  # failures that may all have one reason: the way to the blobs is blocked
        self._open_after = 0  # how many of them there were when a blob was begun that came in
        self._at_once = at_once
        self._on_progress = on_progress or (lambda _arrived, _wanted: None)
        self._lock = Lock()
        self._bar = progress(disable=True)

    def fetch(self, transfer: Transfer, blobs: Iterator[Blob], number: int, size: int) -> None:
        """Fetch the blobs. Raises what ended it before they were all tried, if anything did.

        An interrupt (Ctrl-C) lets what is under way come to its end first.
        """
        places = Semaphore(_WAITING)
        self.wanted += size
        self._on_progress(self.size, self.wanted)
        self._ended, self._open_after = None, self._blocked

        def one(blob: Blob) -> None:
            try:
                if self._ended is None and not transfer.source.stop.is_set():
                    self._one(transfer, blob, number)
            except BaseException as error:  # raised again by `fetch`
                self._ended = self._ended or error
            finally:
                places.release()

        with progress(total=size, unit="B", unit_scale=True, unit_divisor=1024) as self._bar:
            self._submit_all(transfer, one, blobs, places)
        if self._ended is not None:
            raise self._ended

    def arrived(self, size: int) -> None:
        """Count bytes that arrived; less than none, where they are not stored and must come again."""
        with self._lock:
            self.size += size
            self._bar.update(size)
            self._on_progress(self.size, self.wanted)

    def _submit_all(
        self, transfer: Transfer, one: Callable[[Blob], None], blobs: Iterator[Blob], places: Semaphore
    ) -> None:
        with ThreadPoolExecutor(self._at_once) as executor:
            try:
                for blob in blobs:
                    _take_place(places)
                    executor.submit(one, blob)
                    if self._ended is not None or transfer.source.stop.is_set():
                        break
                for _ in range(_WAITING):  # all places are free again when all blobs are done
                    _take_place(places)
            except BaseException:
                transfer.source.stop.set()
                raise

    def _one(self, transfer: Transfer, blob: Blob, number: int) -> None:
        blocked = self._blocked
        try:
            fetch(transfer, look_at(transfer.source, blob.name) if blob.size == UNKNOWN else blob)
        except errors.StoppedError:
            return
        except (errors.UnreadableError, errors.BusyError, errors.GoneError, errors.ForbiddenError) as fault:
            self._failed(transfer, blob, fault)
        else:
            with self._lock:
                self._open_after = max(self._open_after, blocked)
                self.fetched += 1
                self.failed.pop(blob.name, None)
                self._bar.set_description_str(f"{self.fetched:,} of {number:,} blobs", refresh=False)

    def _failed(self, transfer: Transfer, blob: Blob, fault: errors.StorageError) -> None:
        transfer.writer.manifest.add(
            "failed", **transfer.source.container.place, name=blob.name, why=str(fault)
        )
        with self._lock:
            self.failed[blob.name] = str(fault)
            self._blocked += isinstance(fault, errors.BusyError | errors.ForbiddenError)
            if self._blocked - self._open_after >= WORKERS:
                self._ended = self._ended or fault


def _take_place(places: Semaphore) -> None:
    """Take a place; in short waits, because on Windows a long one cannot be interrupted."""
    while not places.acquire(timeout=0.5):
        pass


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
        key = bytes.fromhex(blob_key(**sync.place, name=blob.name))
        if key in seen:  # a list that has a name twice
            continue
        seen.add(key)
        sync.listed += 1
        sync.after += (parse_name(blob.name).hour or start) >= end
        gaps.saw(blob.name)
        new = _news(sync, blob)
        if new is None:
            sync.held += 1
        else:
            blobs, size = blobs + 1, size + max(0, new)
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
    state = sync.writer.state(**sync.place, name=blob.name)
    if must_be_read_again(held, state, growing=growing):
        return 0
    if state != ("growing" if growing else "complete"):
        sync.writer.add("seen", **sync.place, name=blob.name, growing=growing)
    return None


def _unseen(sync: Sync, start: datetime, end: datetime, seen: set[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the blobs that are held, would have been listed, and were not.

    Also those whose folder is not in the container any more: all of its folders were looked at.
    """
    for key, event in sync.writer.present():
        _, resource, _, mac = parse_name(event["name"])
        asked = is_chosen(resource or "", sync.wanted) and (sync.macs is None or mac in sync.macs)
        here = asked and event["size"] > 0 and sync.place.items() <= event.items()
        if here and key not in seen and _is_covered(event["name"], start, end):
            yield event


def _is_covered(name: str, start: datetime, end: datetime) -> bool:
    """Whether listing the span lists a blob of this name: not so for one such as y=2024/m=1/…."""
    hour = parse_name(name).hour
    if hour is None or not is_flow_log(name) or not floor_hour(start) <= hour < end:
        return False
    return name.startswith(tuple(span_prefixes(name.rpartition("/y=")[0], start, end)))


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
