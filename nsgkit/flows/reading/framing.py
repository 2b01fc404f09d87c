"""Framing: the bytes of a blob -> its records, each with its place, and what is not a record.

Azure writes `{"records":[` record, record … `]}` on one line, a record a block. Seen as well: a bare
record, a list of records, records inside records, one record a line, a byte-order mark, a comma
too many, and blobs that still grow, which lack the closing `]}` or were cut anywhere.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from nsgkit.flows.reading.json_reader import MalformedError, Object, end_of_brackets, read_value

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"[\x00", b"\x00{", b"\x00[")
_OPENING = re.compile(r'\{\s*"records"\s*:\s*\[')
_NEXT_RECORD = re.compile(r'\{\s*"(?:time|records)"\s*:')
_BETWEEN = re.compile(r"[\s,\]\[}]+")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


_SCAN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse).raw_decode


_ENDINGS = (b"]}", b"", b",")


class Piece(NamedTuple):
    """One record, as bytes and offset; or, with a `reason`, a stretch that is no record."""

    raw: bytes | memoryview
    offset: int
    reason: str | None = None


class Frame(NamedTuple):
    """The pieces of a blob in their order, and whether its closing bracket is there."""

    pieces: list[Piece]
    complete: bool


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
    found = None if exact or data.startswith(BYTE_ORDER_MARK) else _frame_fast(data)
    return found or _frame_exactly(data, exact=exact)


def _frame_fast(data: bytes) -> Frame | None:
    body = data.rstrip(b" \t\r\n")
    complete = body.endswith(b"]}")
    try:
        document = _decode(body if complete else body.rstrip(b",") + b"]}")
    except (msgspec.MsgspecError, RecursionError):
        return None
    pieces: list[Piece] = []
    place = data.index(b"[") + 1
    for raw in document.records:
        view = memoryview(raw)
        if bytes(view[:1]) != b"{" or _may_nest(view):
            return None
        place = data.index(b"{", place)
        pieces.append(Piece(view, place))
        place += len(view)
    # With a second "records" key the views are not where they were counted to be.
    if data[place:].strip(b" \t\r\n") not in _ENDINGS:
        return None
    return Frame(pieces, complete)


def _may_nest(record: bytes | memoryview) -> bool:
    """Tell whether the object may hold further records; Azure's own begin with their time."""
    return bytes(record[:8]) != b'{"time":' and b'"records"' in bytes(record)


def _frame_exactly(data: bytes, *, exact: bool) -> Frame:
    start = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    text = data.decode("latin-1")
    if not text[start:].strip(" \t\r\n\0"):
        return Frame([Piece(data, 0, "the blob is empty")], complete=False)
    pieces = list(_pieces(data, text, start, exact=exact))
    return Frame(pieces, _closed(text, start, pieces))


def _pieces(data: bytes, text: str, place: int, *, exact: bool) -> Iterator[Piece]:
    while place < len(text):
        if between := _BETWEEN.match(text, place):
            place = between.end()
        elif opening := _OPENING.match(text, place):
            place = opening.end()
        elif text[place] == "{":
            pieces, place = _object(data, text, place, exact=exact)
            yield from pieces
        else:
            end = text.find("{", place)
            end = len(text) if end < 0 else end
            yield Piece(data[place:end], place, "this is not a record")
            place = end


def _object(data: bytes, text: str, place: int, *, exact: bool) -> tuple[list[Piece], int]:
    try:
        end = _end_of_value(text, place, exact=exact)
    except MalformedError as error:
        end, reason = _broken(text, place, error)
        return [Piece(data[place:end], place, reason)], end
    if not _may_nest(data[place:end]):
        return [Piece(data[place:end], place)], end
    return _nested(data, text, place, end), end


def _end_of_value(text: str, place: int, *, exact: bool) -> int:
    if not exact:
        try:
            return _SCAN(text, place)[1]
        except (ValueError, RecursionError):
            pass  # the exact reader says why, or takes it (a comma too many)
    return read_value(text, place)[1]


def _nested(data: bytes, text: str, place: int, end: int) -> list[Piece]:
    """Return the records of an object whose key "records" does not come first."""
    records = read_value(text, place)[0].get("records")
    if not isinstance(records, list):
        return [Piece(data[place:end], place)]
    if not all(isinstance(record, Object) for record in records):
        return [Piece(data[place:end], place, "this list of records holds something else too")]
    return [Piece(data[record.at : record.end], record.at) for record in records]


def _broken(text: str, place: int, error: MalformedError) -> tuple[int, str]:
    """Give up the object at `place`: return where to go on, and the reason."""
    if error.cut:
        return len(text), "the blob ends inside this record: still growing, or cut"
    following = _NEXT_RECORD.search(text, max(error.offset, place + 1))
    limit = following.start() if following else len(text)
    end = end_of_brackets(text, place, limit)
    return (limit if end is None else end), f"not JSON at byte {error.offset}: {error.reason}"


def _closed(text: str, start: int, pieces: list[Piece]) -> bool:
    """Tell whether what stands around the pieces closes every bracket that it opens."""
    around, place = "", start
    for piece in pieces:
        around += text[place : piece.offset]
        place = max(place, piece.offset + len(piece.raw))
    around += text[place:]
    cut = bool(pieces) and pieces[-1].reason is not None and place == len(text)
    return not cut and all(around.count(a) <= around.count(b) for a, b in ("{}", "[]"))
