"""What the lines of a manifest say, field by field: a line that says something else is none of nsgkit's.

A manifest is a file like any other, and a stranger may have written into it: its lines are checked before
anything is done with them. Events that a later version writes are let through.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

AGAIN = frozenset({"seen", "gone"})  # events of a blob that an earlier line stored

_LARGEST = 1 << 53  # more than any blob has bytes; what is larger is no number of ours
_YEARS = range(2010, 2101)  # in which there can be an hour of a flow log
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HOUR = re.compile(r"\d{4}-\d\d-\d\dT\d\d:00Z", re.ASCII)
_PART = re.compile(r"blobs/([0-9a-f]{2})/\1[0-9a-f]{62}\.\d{1,16}", re.ASCII)

_Check = Callable[[Any], bool]


def is_sha256(given: object) -> bool:
    """Whether this is a SHA-256 in hex digits.

    >>> is_sha256("0" * 64), is_sha256("0" * 63)
    (True, False)
    """
    return isinstance(given, str) and _SHA256.fullmatch(given) is not None


def is_place_of_part(given: object) -> bool:
    """Whether a part of a blob can lie there: nothing else is looked at because a manifest says so.

    >>> is_place_of_part(f"blobs/3f/3f{'0' * 62}.0"), is_place_of_part("blobs/planted.json")
    (True, False)
    """
    return isinstance(given, str) and _PART.fullmatch(given) is not None


def strange_field(event: Mapping[str, Any]) -> str | None:
    """Return the first field of a line that does not hold what it must; None where all do.

    >>> strange_field({"at": "2024-12-19T09:00:00Z", "event": "gone", "account": "demo", "container": 5})
    'container'
    """
    kind = event.get("event")
    for field, holds in _CHECKS.get(kind, _LINE) if isinstance(kind, str) else _LINE:
        if not holds(event.get(field, _ABSENT)):
            return field
    return None


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _is_text_or_null(given: Any) -> bool:
    return given is None or isinstance(given, str)


def _is_yes_or_no(given: Any) -> bool:
    return isinstance(given, bool)


def _is_count(given: Any) -> bool:
    return type(given) is int and 0 <= given < _LARGEST  # True is an int, too


def _are_parts(given: Any) -> bool:
    return isinstance(given, list) and len(given) > 0 and all(map(_is_part, given))


def _is_part(given: Any) -> bool:
    return isinstance(given, list) and len(given) == 2 and all(map(_is_count, given))


def _are_blocks(given: Any) -> bool:
    if given is None:
        return True
    return isinstance(given, dict) and _is_count(given.get("count")) and _is_text(given.get("sha256"))


def _are_spans(given: Any) -> bool:
    return isinstance(given, list) and all(map(_is_span, given))


def _is_span(given: Any) -> bool:
    if not (isinstance(given, list) and len(given) == 2 and all(map(_is_hour, given))):
        return False
    return bool(given[0] <= given[1])  # written alike, so their order is that of time


def _is_hour(given: Any) -> bool:
    if not (isinstance(given, str) and _HOUR.fullmatch(given)):
        return False
    try:
        return datetime.fromisoformat(given).year in _YEARS
    except ValueError:  # such as a 30 February
        return False


def _are_texts(given: Any) -> bool:
    return isinstance(given, list) and all(map(_is_text, given))


_ABSENT = object()  # no field holds it
_LINE: tuple[tuple[str, _Check], ...] = (("at", _is_text), ("event", _is_text))
_BLOB: Mapping[str, _Check] = MappingProxyType({"account": _is_text, "container": _is_text, "name": _is_text})
_FIELDS: Mapping[str, Mapping[str, _Check]] = MappingProxyType({
    "stored": {
        **_BLOB, "size": _is_count, "etag": _is_text, "created": _is_text_or_null,
        "modified": _is_text_or_null, "md5": _is_text_or_null, "encoding": _is_text_or_null,
        "sha256": is_sha256, "file_sha256": is_sha256, "parts": _are_parts, "blocks": _are_blocks,
        "growing": _is_yes_or_no,
    },
    "seen": {**_BLOB, "growing": _is_yes_or_no},
    "gone": _BLOB,
    "failed": {**_BLOB, "why": _is_text},
    "no blob": {"resource": _is_text_or_null, "mac": _is_text_or_null, "hours": _are_spans},
    "unlisted": {**_BLOB, "file": is_place_of_part},
    "changed here": {**_BLOB, "files": _are_texts},
    "rewritten": _BLOB,
})  # fmt: skip
_CHECKS = {event: (*_LINE, *fields.items()) for event, fields in _FIELDS.items()}
