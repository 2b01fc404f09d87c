"""The text of a blob in any form -> stretches: objects, and what stands between them and is no record.

Nothing here asks the blob to be JSON: a broken object is left at the next record's beginning, so that one
missing quote costs one record.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from nsgkit.flows.parse.json_exact import MalformedError, decode_string, end_of_brackets, read_value
from nsgkit.flows.parse.records_within import FLOW_LOGS, Piece, pieces_of

_OPENING = re.compile(r'\{\s*("(?:[^"\\]++|\\.)*+")\s*:\s*\[', re.DOTALL)
# The keys that a record of Azure's has, any of which may come first.
_NEXT_RECORD = re.compile(
    r'\{\s*"(?:time|records|systemId|macAddress|category|resourceId|operationName|properties|flowLogVersion'
    r'|flowLogGUID|flowLogResourceID|targetResourceID|flowRecords)"\s*:'
)
_BETWEEN = re.compile(r"(?:[\s,\]\[}]|\xef\xbb\xbf)+")
_OTHER = re.compile(r'(?:[^"{]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_LIST_FIRST = re.compile(rb'\{\s*"(?:records"|[^"]*\\)')  # or may be
_CUT = "the blob ends inside this record: still growing, or cut"


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


_SCAN = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_refuse).raw_decode


class _Skimmed(msgspec.Struct, gc=False):
    category: str


_skim = msgspec.json.Decoder(_Skimmed).decode


class Stretch(NamedTuple):
    """A part of a blob: what came of it, whether it is an object, and whether the blob ends inside it."""

    start: int
    end: int
    pieces: list[Piece]
    object: bool = True
    cut: bool = False


def is_record(raw: bytes | memoryview) -> bool:
    """Tell whether a JSON object surely is a record of a flow log, and no list of records besides."""
    try:
        return _skim(raw).category in FLOW_LOGS and not _LIST_FIRST.match(raw)
    except (ValueError, RecursionError):
        return False


class _Source(NamedTuple):
    """A blob, its text as Latin-1, what finds the next beginning of a record, and which way to go."""

    data: bytes
    text: str
    next_record: Callable[[int], int]
    exact: bool


def stretches(data: bytes, text: str, *, exact: bool) -> Iterator[Stretch]:
    """Yield the objects of a blob, and what stands between them that is neither space nor a bracket.

    `text` is the data as Latin-1; `exact` goes without the fast decoder.
    """
    source, place, whole = _Source(data, text, _finder(text), exact), 0, True
    while place < len(text):
        if between := _BETWEEN.match(text, place):
            place = between.end()
        elif end := _opened(text, place):
            place = end
        else:
            # Once the blob has ended inside an object, each further one must end before the next begins:
            # otherwise each would be read to the end of the blob.
            limit = len(text) if whole else source.next_record(place + 1)
            found = _object(source, place, limit) if text[place] == "{" else _other(source, place)
            yield found
            place, whole = found.end, whole and not found.cut


def _finder(text: str) -> Callable[[int], int]:
    """Return what finds the next beginning of a record at or after a place, each only once."""
    known = -1

    def find(place: int) -> int:
        nonlocal known
        if known < place:
            found = _NEXT_RECORD.search(text, place)
            known = found.start() if found else len(text)
        return known

    return find


def _opened(text: str, place: int) -> int | None:
    """Return the place behind `{"records":[`, however the key is written, or None for anything else."""
    opening = _OPENING.match(text, place)
    try:
        return opening.end() if opening and decode_string(text, *opening.span(1)) == "records" else None
    except ValueError:  # a broken escape
        return None


def _other(source: _Source, place: int) -> Stretch:
    """Step over what is no object, to the next one outside of texts in quotes that have both of them."""
    other = _OTHER.match(source.text, place)
    end = other.end() if other else place
    if source.text[end : end + 1] == '"':
        end = source.text.find("{", end)
    end = min(len(source.text) if end < 0 else end, source.next_record(place))
    piece = Piece(source.data[place:end], place, "this is not a record")
    return Stretch(place, end, [piece], object=False)


def _object(source: _Source, place: int, limit: int) -> Stretch:
    """Read the object at `place`; where it is broken, give it up at its end or at the next record."""
    data, text, next_record, exact = source
    try:
        if limit == len(text):
            end, pieces = _pieces(data, text, place, exact=exact)
            return Stretch(place, end, pieces)
        end, pieces = _pieces(data[place:limit], text[place:limit], 0, exact=exact)
        return Stretch(place, place + end, [p._replace(offset=place + p.offset) for p in pieces])
    except MalformedError as error:
        following, offset = (
            next_record(place + 1),
            error.offset if limit == len(text) else place + error.offset,
        )
        if error.cut and following == len(text):
            return Stretch(place, following, [Piece(data[place:], place, _CUT)], cut=True)
        end = following if error.cut else end_of_brackets(text, place, following) or following
        reason = f"not JSON at byte {offset}: {error.reason}"
        return Stretch(place, end, [Piece(data[place:end], place, reason)], cut=error.cut)


def _pieces(data: bytes, text: str, place: int, *, exact: bool) -> tuple[int, list[Piece]]:
    """Return the end of the object at `place` and its records; MalformedError where it is broken."""
    if not exact:
        try:
            value, end = _SCAN(text, place)
            if value.get("category") in FLOW_LOGS and "records" not in value:
                return end, [Piece(data[place:end], place)]
        except (ValueError, TypeError, RecursionError):
            pass  # the exact reader says why, or takes it (a comma too many)
    value, end = read_value(text, place)
    return end, pieces_of(value, data)
