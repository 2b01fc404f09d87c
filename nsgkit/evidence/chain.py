"""A chain of lines: each is a JSON object and bound to the one before, and lines are only ever added.

`prev` is the SHA-256 of the line before it, without its line break, so that no line can be changed, taken
out or put in without breaking every later one.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

FLUSH_EVERY = 5.0  # seconds of work that a power cut may cost
FIRST = "0" * 64  # what the first line is bound to

Clock = Callable[[], datetime]


class Line(NamedTuple):
    """One line of a chain."""

    offset: int  # where it begins in the file, in bytes
    end: int
    event: dict[str, Any]
    sha256: str


class BrokenChainError(Exception):
    """A line is not bound to the one before it, or is none that may stand there."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number} {why}")


def read_chain(path: Path, objection: Callable[[dict[str, Any]], str | None]) -> Iterator[Line]:
    """Yield the lines of a chain; BrokenChainError at the first that is not bound to the one before.

    `objection` says what is wrong with what a line says, as the rest of a sentence, or None. A last line
    without a line break was being written when the process ended: it is left out.
    """
    offset, previous = 0, FIRST
    with path.open("rb") as file:
        for number, text in enumerate(file):
            if not text.endswith(b"\n"):
                return
            event = _decode(text)
            if type(event.get("n")) is not int or event["n"] != number or event.get("prev") != previous:
                raise BrokenChainError(number + 1, "is not bound to the line before it")
            if why := objection(event):
                raise BrokenChainError(number + 1, why)
            previous = hashlib.sha256(text[:-1]).hexdigest()
            yield Line(offset, offset + len(text), event, previous)
            offset += len(text)


def line_at(path: Path, offset: int) -> dict[str, Any]:
    """Return the event of the line that begins at `offset`."""
    with path.open("rb") as file:
        file.seek(offset)
        return _decode(file.readline())


def utc_now() -> datetime:
    """Return the time now, in UTC.

    >>> utc_now().tzname()
    'UTC'
    """
    return datetime.now(UTC)


class Chain:
    """A chain that is being added to; `clock` tells the time of each line."""

    def __init__(self, path: Path, last: Line | None, clock: Clock = utc_now) -> None:
        self._name, self._clock = path.name, clock
        self._next: int = last.event["n"] + 1 if last else 0
        self._previous = last.sha256 if last else FIRST
        self._end = last.end if last else 0
        self._lock = Lock()
        self._flushed = monotonic()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._file = os.open(path, flags, 0o600)
        self._cut_torn_line()

    @property
    def head(self) -> str:
        """The SHA-256 of the last line."""
        return self._previous

    @property
    def number(self) -> int:
        """The number of the last line, from 0; -1 before the first."""
        return self._next - 1

    def add(self, event: str, **facts: object) -> int:
        """Add a line and return where it begins."""
        with self._lock:
            at = self._clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            text = msgspec.json.encode(
                {"n": self._next, "prev": self._previous, "at": at, "event": event, **facts}
            )
            begin = self._end
            os.lseek(self._file, begin, os.SEEK_SET)
            if os.write(self._file, text + b"\n") <= len(text):
                os.ftruncate(self._file, begin)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._name)
            self._end += len(text) + 1
            self._next += 1
            if monotonic() - self._flushed > FLUSH_EVERY:
                self.flush()
            self._previous = hashlib.sha256(text).hexdigest()
        return begin

    def flush(self) -> None:
        """Have all lines on the disk before returning."""
        os.fsync(self._file)
        self._flushed = monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.fsync(self._file)
        os.close(self._file)

    def _cut_torn_line(self) -> None:
        """Take off a line that was being written when the process ended, and say so in the next."""
        os.lseek(self._file, self._end, os.SEEK_SET)
        if torn := os.read(self._file, 1 << 20):
            os.ftruncate(self._file, self._end)
            self.add("recovered", cut=torn.decode("utf-8", "backslashreplace"))


def _decode(text: bytes) -> dict[str, Any]:
    try:
        event = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}
