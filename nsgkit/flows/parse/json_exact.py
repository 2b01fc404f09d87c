"""JSON read slowly and exactly: every value with its byte offset, every key with its repetitions.

Ordinary decoders forget where things stood and keep the last of two equal keys. Evidence needs
both, so what the fast decoder will not take is read here. The text is the blob decoded as
Latin-1: one character a byte, so that a place in the text is an offset in the blob.
"""

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

from msgspec import Raw

DEPTH = 64
_SPACES = " \t\r\n"
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"true|false|null")
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\]]', re.DOTALL)
_TO_THE_END = re.compile(r"[-+.0-9a-zA-Z]*\Z")


class MalformedError(ValueError):
    """Not JSON. `offset` tells where; `cut` says that the text merely ends too early."""

    def __init__(self, reason: str, offset: int, *, cut: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.offset, self.cut = reason, offset, cut


class Text(str):
    """A JSON string, told apart from a number."""

    __slots__ = ()


class Number(str):
    """A JSON number as it is written: 5,000 digits cost nothing and lose nothing."""

    __slots__ = ()


class JsonList(list[Any]):
    """A JSON array, and where each of its values stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.spans: list[tuple[int, int]] = []

    def raw(self, i: int) -> str:
        """Return the i-th value as it is written; a string without its quotes."""
        if isinstance(self[i], Text):
            return str(self[i])
        start, end = self.spans[i]
        return self.text[start:end].encode("latin-1").decode("utf-8", errors="replace")


class Deep(str):
    """A list or object below DEPTH as it is written: stepped over, never followed."""

    __slots__ = ()


class Object(dict[str, Any]):
    """A JSON object, where it stands, and a key that stands in it twice (or None).

    `pairs` has every key with its value and the value's place, also those that a later equal key hides.
    """

    at: int
    end: int
    repeated: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, Any, int, int]] = []


def read_value(text: str, at: int, depth: int = 0) -> tuple[Any, int]:
    """Return the JSON value at `at` and the place after it.

    Raises MalformedError; its `cut` is True where the text ends inside the value.

    >>> read_value('{"a": [1, "b"]}', 0)
    ({'a': ['1', 'b']}, 15)
    """
    opening = text[at : at + 1]
    if opening == '"':
        return _read_text(text, at)
    if depth > DEPTH and opening in ("{", "["):  # no flow log goes so deep
        end = end_of_brackets(text, at, len(text))
        if end is None:
            raise MalformedError("the text ends inside a value", at, cut=True)
        return Deep(text[at:end]), end
    if opening == "{":
        return _read_object(text, at, depth)
    if opening == "[":
        return _read_array(text, at, depth)
    return _read_word(text, at)


def end_of_brackets(text: str, at: int, limit: int) -> int | None:
    """Return the place after the bracket that closes what opens at `at`, or None before `limit`.

    Nothing between the brackets has to be JSON; only texts in quotes are respected.

    >>> end_of_brackets('{"a}": [nonsense]} tail', 0, 23)
    18
    """
    depth = 0
    for match in _BRACKETS.finditer(text, at, limit):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(match[0], 0)
        if depth <= 0:
            return match.end()
    return None


def read_array(data: bytes | Raw) -> JsonList:
    """Return the JSON array that these bytes are; MalformedError where they are something else."""
    value, _ = read_value(bytes(data).decode("latin-1"), 0)
    if not isinstance(value, JsonList):
        raise MalformedError("not a list", 0)
    return value


def repeated_key(value: Any) -> str | None:
    """Return a key that stands twice in one object inside `value`, or None; lists of tuples are not asked."""
    if isinstance(value, Object):
        if value.repeated is not None:
            return value.repeated
        value = [
            item for key, item, *_ in value.pairs if key != "flowTuples" or not isinstance(item, JsonList)
        ]
    if isinstance(value, list):
        return next((key for item in value if (key := repeated_key(item)) is not None), None)
    return None


def skip_space(text: str, at: int) -> int:
    """Return the place of the next character at or after `at` that is not white space."""
    if text[at : at + 1] not in _SPACES:
        return at
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _read_object(text: str, at: int, depth: int) -> tuple[Object, int]:
    result = Object()
    result.at, place = at, skip_space(text, at + 1)
    if text[place : place + 1] == "}":
        result.end = place + 1
        return result, place + 1
    while True:
        if text[place : place + 1] != '"':
            raise _unexpected(text, place, "a key")
        key, place = _read_text(text, place)
        place = skip_space(text, _expect(text, skip_space(text, place), ":"))
        if key in result:
            result.repeated = str(key)
        value, end = read_value(text, place, depth + 1)
        result[str(key)] = value
        result.pairs.append((str(key), value, place, end))
        place = skip_space(text, end)
        if text[place : place + 1] == "}":
            result.end = place + 1
            return result, place + 1
        place = skip_space(text, _expect(text, place, ","))


def _read_array(text: str, at: int, depth: int) -> tuple[JsonList, int]:
    result = JsonList(text)
    place = skip_space(text, at + 1)
    while text[place : place + 1] != "]":  # a comma before the bracket has been seen, and is harmless
        value, end = read_value(text, place, depth + 1)
        result.append(value)
        result.spans.append((place, end))
        place = skip_space(text, end)
        if text[place : place + 1] == "]":
            break
        place = skip_space(text, _expect(text, place, ","))
    return result, place + 1


def _read_text(text: str, at: int) -> tuple[Text, int]:
    try:
        value, end = scanstring(text, at + 1, False)
    except json.JSONDecodeError as error:
        cut = "Unterminated" in error.msg or error.pos >= len(text) - 6
        raise MalformedError(error.msg, error.pos, cut=cut) from None
    plain = value.isascii() and len(value) == end - at - 2  # an escape is longer than what it means
    return Text(value) if plain else decode_string(text, at, end), end


def decode_string(text: str, at: int, end: int) -> Text:
    """Return the JSON string between two offsets, its bytes read as UTF-8.

    A byte that is not UTF-8, and half of a surrogate pair, become a replacement character: whoever
    reads on sees that there was something, and no later step can fail on it.
    """
    raw = text[at + 1 : end - 1]
    value = raw.encode("latin-1").decode("utf-8", errors="replace")
    if "\\" in raw:
        value = scanstring(value + '"', 0, False)[0]
    return Text(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _read_word(text: str, at: int) -> tuple[Any, int]:
    if _TO_THE_END.match(text, at):
        raise MalformedError("the text ends inside a value", at, cut=True)
    if match := _WORD.match(text, at):
        return {"true": True, "false": False, "null": None}[match[0]], match.end()
    if match := _NUMBER.match(text, at):
        return Number(match[0]), match.end()
    raise _unexpected(text, at, "a value")


def _expect(text: str, at: int, character: str) -> int:
    if text[at : at + 1] != character:
        raise _unexpected(text, at, repr(character))
    return at + 1


def _unexpected(text: str, at: int, wanted: str) -> MalformedError:
    found = repr(text[at]) if at < len(text) else "the end"
    return MalformedError(f"{found} where {wanted} should be", at, cut=at >= len(text))
