"""A file that holds a blob: what its name tells, the span asked for, and its bytes."""

import gzip
import hashlib
import io
import os
import stat
import sys
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nsgkit.evidence.folder import EvidenceBlob, read_blob
from nsgkit.flows.batches import Data
from nsgkit.flows.content_kind import BLANK, is_blank
from nsgkit.flows.parse.columns import Array
from nsgkit.layout import ENDINGS, LATE, BlobName
from nsgkit.times import parse_span, shifted

LARGE = 1 << 20  # bytes from which memory of its own, and a thread, are worth while
_HOUR = timedelta(hours=1)
_BUFFER_STEP = 16 << 20  # files of about one size fit into the same buffer; what is not used costs nothing
_HELD_BY_LIST_ALONE = 2  # the list, and the question itself
# Flow logs shrink 15 to 30 times; a file that grows a hundredfold is not one.
_EXPANSION, _EXPANSION_FLOOR = 100, 64 << 20


class UnreadableFileError(Exception):
    """A file gives no bytes of a blob; the message says why, as a reason of a reject."""


@dataclass(frozen=True)
class LogFile:
    """A file that holds one blob, and what the blob's name tells."""

    name: str
    path: Path
    told: BlobName
    size: int
    evidence: EvidenceBlob | None = None  # what the evidence folder's manifest says of it

    @property
    def named_as_log(self) -> bool:
        """Whether its name ends as those of flow logs do."""
        return self.name.lower().endswith(ENDINGS)


class Span(NamedTuple):
    """The time from `start` to before `end`; None is open."""

    start: datetime | None
    end: datetime | None

    def asks_for(self, hour: datetime) -> bool:
        """Tell whether the hour that begins then is one of those asked for, at least in part."""
        return self._overlaps(hour, self.end)

    def needs(self, hour: datetime) -> bool:
        """Tell whether the blob of that hour may hold rows of the span: the hour after it may, too."""
        return self._overlaps(hour, self.end and shifted(self.end, LATE))

    def _overlaps(self, hour: datetime, end: datetime | None) -> bool:
        return (self.start is None or shifted(hour, _HOUR) > self.start) and (end is None or hour < end)

    def __str__(self) -> str:
        """Return it in words."""
        edges = [edge and _words(edge) for edge in self]
        return f"from {edges[0] or 'the beginning'} to {edges[1] or 'the end'} UTC"


def choose_span(start: object, end: object) -> Span:
    """Return the time from `start` to before `end`; a time without a zone is UTC."""
    return Span(*parse_span(start, end))


def plain_name(name: str) -> str:
    r"""Return a name as text that every table can hold: bytes that are not UTF-8 are spelled out.

    >>> plain_name("a\udcff.json")
    'a\\udcff.json'
    """
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def load(file: LogFile, buffers: list[Array] | None = None) -> Data:
    """Return the file's bytes as they are stored; UnreadableFileError where they are not to be had.

    `buffers` keeps memory for one large file after the other: the system takes long to give it.
    """
    try:
        paths = [path for path, _ in file.evidence.parts] if file.evidence else [file.path]
        look = os.lstat if file.evidence else os.stat  # no download puts a link into an evidence folder
        if not all(stat.S_ISREG(look(path).st_mode) for path in paths):  # a named pipe would wait for ever
            raise UnreadableFileError("no regular file: never opened")
        return (
            read_blob(file.evidence)
            if file.evidence
            else _read(file.path, [] if buffers is None else buffers)
        )
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror or type(error).__name__}"
        raise UnreadableFileError(reason) from error
    except MemoryError as error:
        reason = f"the file of {file.size:,} bytes cannot be read: there is not enough memory"
        raise UnreadableFileError(reason) from error


def _read(path: Path, buffers: list[Array]) -> Data:
    with path.open("rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        if size < LARGE:
            return opened.read()
        if is_blank(opened, size):
            raise UnreadableFileError(BLANK)
        opened.seek(0)
        buffer = memoryview(_buffer(size, buffers))[:size]  # type: ignore[arg-type]
        return buffer[: opened.readinto(buffer)]


def _buffer(size: int, buffers: list[Array]) -> Array:
    """Return an array of this size or more that nobody holds any more, or a new one."""
    for i in reversed(range(len(buffers))):
        if sys.getrefcount(buffers[i]) <= _HELD_BY_LIST_ALONE:
            if len(buffers[i]) >= size:
                return buffers[i]
            del buffers[i]
    # numpy asks for large pages: quicker
    buffers.append(np.empty(-(-size // _BUFFER_STEP) * _BUFFER_STEP, dtype=np.uint8))
    return buffers[-1]


def hash_of(stored: Data) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(stored).hexdigest()


def unpack(stored: Data) -> Data:
    """Return the blob's bytes, unpacked where they were a gzip file; or UnreadableFileError."""
    if stored[:2] != b"\x1f\x8b":
        return stored
    limit = max(_EXPANSION_FLOOR, _EXPANSION * len(stored))
    try:
        with gzip.open(io.BytesIO(stored)) as unpacked:
            data = unpacked.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(f"the gzip file cannot be unpacked: {error}") from error
    if len(data) > limit:
        raise UnreadableFileError(
            f"the gzip file unpacks to more than {limit:,} bytes: no flow log shrinks so far"
        )
    return data


def _words(time: datetime) -> str:
    # strftime does not pad the year 1.
    return time.replace(tzinfo=None).isoformat(" ", "seconds" if time.second else "minutes")
