"""Framing: the bytes of a blob -> its records, each with its place, and what is not a record.

Azure writes `{"records":[` record, record … `]}` on one line, a record a block. Seen as well: a bare
record, a list of records, records inside records, one record a line, a byte-order mark, a comma
too many, and blobs that still grow, which lack the closing `]}` or were cut anywhere.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from nsgkit.flows.parse.any_form import Stretch, is_record, stretches
from nsgkit.flows.parse.records_within import Piece

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"[\x00", b"\x00{", b"\x00[")
_OPENING = re.compile(rb'\s*\{\s*"records"\s*:\s*\[')
_QUOTED = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_ENDINGS = (b"]}", b"", b",")
_SPACE = b" \t\r\n"
_MIDDLE = re.compile(r"\s*,|.*\[\s*,", re.DOTALL)


class Frame(NamedTuple):
    """The pieces of a blob in their order, whether its closing bracket is there, and its beginning not."""

    pieces: list[Piece]
    complete: bool
    begins_in_middle: bool = False


class _Document(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    records: list[msgspec.Raw]


_decode = msgspec.json.Decoder(_Document).decode


def frame(data: bytes, *, exact: bool = False) -> Frame:
    """Cut the bytes of a blob into records; `exact` goes without the fast decoder.

    Never raises: a stretch that cannot be read is a piece with a reason, and the records around it
    are kept.

    >>> [bytes(piece.raw) for piece in frame(b'{"records":[{"a":1},{"a":2}]}').pieces]
    [b'{"a":1}', b'{"a":2}']
    """
    if data.startswith(_UTF16):
        reason = "the blob is UTF-16 text; convert it to UTF-8 and read it again"
        return Frame([Piece(data, 0, reason)], complete=True)
    return (None if exact else _frame_fast(data)) or _frame_exactly(data, exact=exact)


def _frame_fast(data: bytes) -> Frame | None:
    """Return the records of `{"records":[` record, record … `]}`, or None for any other form."""
    opening, body = _OPENING.match(data), data.rstrip(_SPACE)
    complete = body.endswith(b"]}")
    if not opening:
        return None
    try:
        document = _decode(body if complete else body.rstrip(b",") + b"]}")
    except (ValueError, RecursionError):
        return None
    pieces: list[Piece] = []
    place = opening.end()
    for raw in document.records:
        view = memoryview(raw)
        start = data.find(b"{", place)
        # With a second key "records" something else stands between, or behind.
        if data[place:start].strip(_SPACE) != b","[: len(pieces)] or not is_record(view):
            return None
        pieces.append(Piece(view, start))
        place = start + len(view)
    return Frame(pieces, complete) if data[place:].strip(_SPACE) in _ENDINGS else None


def _frame_exactly(data: bytes, *, exact: bool) -> Frame:
    text = data.decode("latin-1")
    if not text.replace(BYTE_ORDER_MARK.decode("latin-1"), "").strip(" \t\r\n\0"):
        return Frame([Piece(data, 0, "the blob is empty")], complete=False)
    found = list(stretches(data, text, exact=exact))
    around = _around(text, found)
    closes_more = any(around.count(a) < around.count(b) for a, b in ("{}", "[]"))
    if not found and (closes_more or around.lstrip()[:1] not in ("{", "[")):
        return Frame([Piece(data, 0, "this is not a record")], complete=False)
    cut = bool(found) and found[-1].cut
    complete = not cut and all(around.count(a) <= around.count(b) for a, b in ("{}", "[]"))
    begins_in_middle = bool(found) and (closes_more or _MIDDLE.match(around) is not None)
    return Frame([piece for stretch in found for piece in stretch.pieces], complete, begins_in_middle)


def _around(text: str, found: Iterable[Stretch]) -> str:
    """Return what stands around the objects, with a 0 for each; of what is no record, all but its texts."""
    parts, place = [], 0
    for stretch in found:
        parts.append(text[place : stretch.start])
        parts.append("0" if stretch.object else _QUOTED.sub("0", text[stretch.start : stretch.end]))
        place = stretch.end
    return "".join([*parts, text[place:]]).replace(BYTE_ORDER_MARK.decode("latin-1"), "")
