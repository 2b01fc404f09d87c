"""Which files of a folder are flow logs, what hour each covers, and their bytes."""

import gzip
import hashlib
import io
import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nsgkit.acquire.mirror import MirrorBlob, is_mirror, mirror_blobs, read_blob
from nsgkit.errors import NoLogsError
from nsgkit.flows.reading.columns import Array
from nsgkit.flows.reading.gather import Data
from nsgkit.layout import BlobName, floor_hour, is_other_log, parse_name
from nsgkit.times import parse_span

ENDINGS = (".json", ".json.gz", ".jsonl", ".jsonl.gz")
LARGE = 1 << 20  # bytes from which memory of its own, and a thread, are worth while
_ROOM = 16 << 20  # files of about one size fit into the same room; what is not used costs nothing
_HELD_BY_LIST_ALONE = 2  # the list, and the question itself
# Flow logs shrink 15 to 30 times; a file that grows a hundredfold is not one.
_EXPANSION, _EXPANSION_FLOOR = 100, 64 << 20


@dataclass(frozen=True)
class LogFile:
    """A file that holds one blob, and what the blob's name tells."""

    name: str
    path: Path
    told: BlobName
    mirrored: MirrorBlob | None = None  # what the mirror's manifest says of it


class Span(NamedTuple):
    """Whole hours, from `start` to before `end`; None is open."""

    start: datetime | None
    end: datetime | None

    def holds(self, hour: datetime) -> bool:
        """Tell whether the hour that begins then is one of them."""
        return (self.start is None or hour >= self.start) and (self.end is None or hour < self.end)

    def __str__(self) -> str:
        edges = [edge and f"{edge:%Y-%m-%d %H:%M}" for edge in self]
        return f"from {edges[0] or 'the beginning'} to {edges[1] or 'the end'} UTC"


def choose_hours(start: str | datetime | None, end: str | datetime | None) -> Span:
    """Return the whole hours that `start` and `end` touch; a time without a zone is UTC."""
    span = Span(*parse_span(start, end))
    first = span.start and floor_hour(span.start)
    last = span.end and floor_hour(span.end + timedelta(hours=1) - timedelta(microseconds=1))
    return Span(first, last)


def find_files(path: Path, span: Span) -> tuple[list[LogFile], list[str]]:
    """Return the flow-log files at `path` whose hours are in the span, in the order of their names.

    Where any file is laid out as in the storage container, only those are flow logs; else every JSON
    file is taken for one. The notes say what was left aside. Raises NoLogsError where there is none.
    """
    if not path.exists():
        raise NoLogsError(f"There is no file or folder {path}. Check the path{_nearest(path)}.")
    found = list(_candidates(path))
    if not found:
        raise NoLogsError(f"No flow logs in {path}: looked for files ending in {', '.join(ENDINGS)}.")
    laid_out = [file for file in found if file.told.hour is not None]
    files = laid_out or [file for file in found if not is_other_log(file.name)]
    notes = []
    if len(files) < len(found):
        notes.append(
            f"{len(found) - len(files)} other JSON files in {path.name} are not flow logs: left aside."
        )
    inside = [file for file in files if file.told.hour is None or span.holds(file.told.hour)]
    if not inside:
        raise NoLogsError(_none_in_span(path, files, span))
    if len(inside) < len(files):
        notes.append(f"{len(files) - len(inside)} blobs lie outside the hours asked for: not opened.")
    return sorted(inside, key=lambda file: file.name), notes


def size_of(file: LogFile) -> int:
    """Return how many bytes the file has, 0 where that cannot be told."""
    if file.mirrored:
        return sum(length for _, length in file.mirrored.parts)
    try:
        return file.path.stat().st_size
    except OSError:
        return 0


def load(file: LogFile, rooms: list[Array] | None = None) -> Data | str:
    """Return the file's bytes as they are stored, or the problem that kept us from them.

    `rooms` keeps memory for one large file after the other: the system takes long to give it.
    """
    try:
        return read_blob(file.mirrored) if file.mirrored else _read(file.path, [] if rooms is None else rooms)
    except OSError as error:
        return f"the file cannot be read: {error.strerror}"


def _read(path: Path, rooms: list[Array]) -> Data:
    with path.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        if size < LARGE:
            return opened.read()
        room = memoryview(_room(size, rooms))[:size]  # type: ignore[arg-type]
        return room[: opened.readinto(room)]


def _room(size: int, rooms: list[Array]) -> Array:
    """Return an array of this size or more that nobody holds any more, or a new one."""
    for i in reversed(range(len(rooms))):
        if sys.getrefcount(rooms[i]) <= _HELD_BY_LIST_ALONE:
            if len(rooms[i]) >= size:
                return rooms[i]
            del rooms[i]
    rooms.append(np.empty(-(-size // _ROOM) * _ROOM, dtype=np.uint8))  # numpy asks for large pages: quicker
    return rooms[-1]


def hash_of(stored: Data) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(stored).hexdigest()


def unpack(stored: Data) -> Data | str:
    """Return the blob's bytes, unpacked where they were a gzip file, or the problem with that."""
    if stored[:2] != b"\x1f\x8b":
        return stored
    limit = max(_EXPANSION_FLOOR, _EXPANSION * len(stored))
    try:
        with gzip.open(io.BytesIO(stored)) as unpacked:
            data = unpacked.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        return f"the gzip file cannot be unpacked: {error}"
    if len(data) > limit:
        return f"the gzip file unpacks to more than {limit:,} bytes: no flow log shrinks so far"
    return data


def _candidates(path: Path) -> Iterator[LogFile]:
    if is_mirror(path):
        for blob in mirror_blobs(path):
            name = f"{blob.container}/{blob.name}"
            yield LogFile(name, blob.parts[0][0], parse_name(name), blob)
        return
    if path.is_file():
        yield LogFile(path.name, path, parse_name(path.absolute().as_posix()))
        return
    for folder, _, names in os.walk(path):
        for name in names:
            if name.lower().endswith(ENDINGS):
                file = Path(folder, name)
                relative = file.relative_to(path).as_posix()
                yield LogFile(relative, file, parse_name(relative))


def _none_in_span(path: Path, files: list[LogFile], span: Span) -> str:
    hours = [file.told.hour for file in files if file.told.hour is not None]
    return (
        f"{path} holds {len(files)} blobs, but none for the hours asked for ({span}): "
        f"they cover {Span(min(hours), max(hours) + timedelta(hours=1))}."
    )


def _nearest(path: Path) -> str:
    there = next((parent for parent in path.absolute().parents if parent.is_dir()), None)
    return f": {there} exists, but not what comes after it" if there else ""
