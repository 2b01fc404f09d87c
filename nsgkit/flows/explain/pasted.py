"""What somebody pasted, taken apart: a tuple, some tuples, a record, a PT1H.json or a piece of one.

People copy from the middle of a file, so brackets may be missing at either end, a comma may be
left over, quotes may be there or not. All of that is forgiven here, and only here: the parser of
blobs is strict. Nothing is dropped in silence: what could not be placed comes back as the rest.
"""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 100_000
NO_KEY = "(key not copied)"
_CLOSER = {"{": "}", "[": "]"}
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},"]|[^\[\]{},"]+', re.DOTALL)
_QUOTED = re.compile(r"""[\[\s]*["'\u201c\u2018](.*?)["'\u201d\u2019]\s*,?[\]\s]*""")
# What only a whole record has, whatever else was copied with it.
_RECORD_KEYS = {"category", "properties", "flowRecords"}


class Item(NamedTuple):
    """One thing that was found: a tuple (`tuple` is its place), a record (no key), or a field of one.

    `record` is the record's place from 0, -1 outside any record; `version` is what the record
    says of its version, None where it says nothing.
    """

    record: int
    key: str
    value: object
    tuple: int | None = None
    version: object = None


class Pasted(NamedTuple):
    """The items in the order in which they stand, and the rest that could not be placed."""

    items: list[Item]
    rest: str


def take_apart(text: str) -> Pasted:
    """Find the records, their fields and the tuples in `text`; never raises.

    >>> [item.value for item in take_apart('"1,2,3","4,5,').items]
    ['1,2,3']
    """
    text = text.lstrip("\ufeff").strip()
    if "{" in text or "[" in text or text.count('"') > 1:
        value, rest = _as_json(text)
        if items := list(_items(value)) if value is not None else []:
            return Pasted(items, rest)
    lines = [_bare(line) for line in text.splitlines() if line.strip()]
    return Pasted([Item(-1, "flowTuples", line, place) for place, line in enumerate(lines)], "")


def _as_json(text: str) -> tuple[object, str]:
    """Read JSON, whole or mended; where it began within a string, that string's quote is added."""
    mended, rest = _mended(text)
    begun, its_rest = _mended(f'"{text}')
    for candidate, left in ((text, ""), (mended, rest), (begun, its_rest)):
        try:
            # strict=False: a line break inside a string, as documents wrap them, is told apart later
            return json.loads(candidate, strict=False), left
        except (ValueError, RecursionError):
            continue
    return None, ""


def _mended(text: str) -> tuple[str, str]:
    """Put a list around it all, close what is open, leave out (and return) what is cut short.

    Commas are set anew, so that one too many or too few does no harm.
    """
    text = text.lstrip("]}:, \t\r\n")
    out, stack = ["["], ["]"]
    whole, open_then, upto = len(out), list(stack), 0
    for match in _PIECE.finditer(text):
        piece = match.group().strip()
        if piece == '"':  # a string without its end
            break
        if piece and piece != ",":
            _put(piece, out, stack)
        if piece and (piece in "[]{}," or (stack[-1] == "]" and piece[0] == '"')):
            whole, open_then, upto = len(out), list(stack), match.end()
    return "".join([*out[:whole], *reversed(open_then)]), text[upto:].strip(", \t\r\n")


def _put(piece: str, out: list[str], stack: list[str]) -> None:
    if piece in "]}":
        if len(stack) > 1 and stack[-1] == piece:
            out.append(stack.pop())
        return  # else a bracket that nothing here opened: the text began inside it
    if piece.startswith(":") and stack[-1] == "]":  # a key whose object began before the text did
        out.insert(-1, "{")
        stack.append("}")
    if out[-1] not in "[{" and not out[-1].endswith(":") and not piece.startswith(":"):
        out.append(",")
    out.append(piece)
    if piece in _CLOSER:
        stack.append(_CLOSER[piece])


def _items(value: object) -> Iterator[Item]:
    """Walk through what was read, in the order in which it stands; however deep it is nested."""
    record, version, place = -1, None, 0
    ahead: list[tuple[str, object]] = [(NO_KEY, value)]
    while ahead:
        key, value = ahead.pop()
        if isinstance(value, list):
            ahead += [(key, element) for element in reversed(value)]
        elif isinstance(value, dict):
            if _RECORD_KEYS & value.keys():
                record, version, place = record + 1, None, 0
                yield Item(record, "", value)
            # A record's own fields first, wherever they stand: its version says what its tuples are.
            fields = sorted(value.items(), key=lambda field: isinstance(field[1], dict | list))
            ahead += reversed(fields)
        elif key == "flowTuples" or (key == NO_KEY and isinstance(value, str) and "," in value):
            yield Item(record, key, value, place, version)
            place += 1
        else:
            if key in ("Version", "flowLogVersion"):
                version = value
            yield Item(record, key, value)


def _bare(line: str) -> str:
    """Return the tuple in a line: without quotes, and without the comma of the list it was in."""
    line = line.strip()
    if quoted := _QUOTED.fullmatch(line):
        return quoted.group(1)
    extra = line.endswith(",") and line.count(",") + 1 in (9, 14)
    return line.removesuffix(",") if extra else line
