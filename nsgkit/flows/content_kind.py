"""What kind of file this is, by its first bytes: perhaps a flow log, else something that has a name."""

import re
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nsgkit.flows.batches import Data, unforeseen
from nsgkit.flows.parse.not_flow_logs import name_other
from nsgkit.flows.parse.records_within import Piece

LOOKED_AT = 64 << 10  # bytes
NO_RECORD = "no flow record in it"
BLANK = "nothing but zero bytes or white space: a copy that failed"
_PLACES = 16  # at which a large file is looked at
_MARKS = re.compile(rb'flowTuples|FlowEvent|flowRecords|\A\W*"records"')
_TUPLES = re.compile(rb"flowTuples")
_JSON = re.compile(rb"[\s,]*[{\[]")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Aside(NamedTuple):
    """A file that is not read: one row of `FlowLogs.set_aside`."""

    name: str
    size: int | None
    reason: str


def why_no_log(path: Path) -> str | None:
    """Return why a file whose name is not that of a log is none, or None where it may be one."""
    try:
        with path.open("rb") as opened:
            return why_no_log_in(opened.read(LOOKED_AT))
    except OSError as error:
        return f"the file cannot be opened: {error.strerror}"


def why_no_log_in(head: bytes) -> str | None:
    """Return why a file of another name, whose first LOOKED_AT bytes these are, is no log; else None."""
    try:
        return _reason(head)
    except Exception as error:  # also one that nobody foresaw: this file's alone
        return unforeseen(error)


def _reason(head: bytes) -> str | None:
    whole = len(head) < LOOKED_AT
    if head[:2] == b"\x1f\x8b":
        try:
            head = zlib.decompressobj(31).decompress(head, LOOKED_AT)
        except zlib.error:
            return "a gzip file that cannot be unpacked"
    if has_marks(head):
        return None
    told = what_it_is(head)
    return told if whole or told != NO_RECORD else f"no flow record in its first {LOOKED_AT:,} bytes"


def has_marks(data: Data) -> bool:
    """Whether a blob has anything of a flow log, in its beginning or behind what is none.

    Text of two bytes a character counts.
    """
    return _MARKS.search(_text(data)) is not None or _TUPLES.search(data) is not None


def is_blank(opened: BinaryIO, size: int) -> bool:
    """Whether a large file is zero bytes wherever it is looked at, as a copy that failed may be.

    A file system keeps such a file in no room at all, and reading it whole would take all memory.
    """
    for place in range(_PLACES):
        opened.seek(place * (size // _PLACES))
        if opened.read(LOOKED_AT).strip(b"\0"):
            return False
    return True


def is_json(data: Data) -> bool:
    """Whether the blob begins as JSON does."""
    return _JSON.match(_text(data)) is not None


def what_it_is(data: Data) -> str:
    """Say what a blob is that has nothing of a flow log in its beginning."""
    head = bytes(data[:LOOKED_AT])
    if not head.strip(b"\0 \t\r\n"):
        return BLANK
    lines = [Piece(line, 0) for line in head.splitlines()[:20]]
    told = None if b"\0" in head else name_other(head, lines)
    return told or ("not text; unpack it where it is an archive" if b"\0" in head else NO_RECORD)


def _text(data: Data) -> bytes:
    head = bytes(data[:LOOKED_AT])
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"")
