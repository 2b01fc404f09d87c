"""A look at the first bytes of a file tells whether it may be a flow log, and else what it is."""

import re
import zlib
from pathlib import Path
from typing import NamedTuple

from nsgkit.flows.reading.gather import Data
from nsgkit.flows.reading.other_logs import name_other
from nsgkit.flows.reading.pieces import Piece

LOOKED_AT = 64 << 10  # bytes
NO_RECORD = "no flow record in it"
_MARKS = re.compile(rb'flowTuples|FlowEvent|flowRecords|\A\W*"records"')
_JSON = re.compile(rb"[\s,]*[{\[]")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Aside(NamedTuple):
    """A file that is not read: one row of `FlowLogs.set_aside`."""

    name: str
    size: int | None
    reason: str


def look_at(path: Path) -> str | None:
    """Return why a file whose name is not that of a log is none, or None where it may be one."""
    try:
        with path.open("rb") as opened:
            head = opened.read(LOOKED_AT)
    except OSError as error:
        return f"the file cannot be opened: {error.strerror}"
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(31).decompress(head, LOOKED_AT)
        except zlib.error:
            return "a gzip file that cannot be unpacked"
    return None if has_marks(head) else what_it_is(head)


def has_marks(data: Data) -> bool:
    """Whether the beginning of a blob has anything of a flow log. Text of two bytes a character counts."""
    return _MARKS.search(_text(data)) is not None


def is_json(data: Data) -> bool:
    """Whether the blob begins as JSON does."""
    return _JSON.match(_text(data)) is not None


def what_it_is(data: Data) -> str:
    """Say what a blob is that has nothing of a flow log in its beginning."""
    head = bytes(data[:LOOKED_AT])
    lines = [Piece(line, 0) for line in head.splitlines()[:20]]
    told = None if b"\0" in head else name_other(head, lines)
    return told or (f"{NO_RECORD}: not text" if b"\0" in head else NO_RECORD)


def _text(data: Data) -> bytes:
    head = bytes(data[:LOOKED_AT])
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")
