"""What the lines of a case say, field by field: a line that says something else is none of nsgkit's.

A case is a folder of files like any other, and may come from a stranger: its lines are checked before
anything is done with them. Events that a later version writes are let through.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from nsgkit.errors import NsgkitError
from nsgkit.evidence.events import is_sha256
from nsgkit.times import parse_time

ENDINGS = ("json", "svg", "png", "data")  # of the files that a case keeps
_LARGEST = 1 << 53
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", re.ASCII)
_Check = Callable[[Any], bool]


def objection(event: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a line, as the rest of a sentence; None where nothing is.

    >>> objection({"at": "2024-12-19T09:00:00.000Z", "event": "note", "author": "kim", "text": 5})
    "is none that nsgkit writes (see its 'text')"
    """
    kind = event.get("event")
    for field, holds in _CHECKS.get(kind, _LINE) if isinstance(kind, str) else _LINE:
        if not holds(event.get(field, _ABSENT)):
            return f"is none that nsgkit writes (see its {field!r})"
    return None


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _is_time(given: Any) -> bool:
    if not (isinstance(given, str) and _TIME.fullmatch(given)):
        return False
    try:
        return bool(parse_time(given, "time"))
    except NsgkitError:
        return False


def _is_time_or_null(given: Any) -> bool:
    return given is None or _is_time(given)


def _is_count(given: Any) -> bool:
    return type(given) is int and 0 <= given < _LARGEST


def _are_texts(given: Any) -> bool:
    return isinstance(given, list) and all(map(_is_text, given))


def _is_kept(given: Any) -> bool:
    """Whether this names a file below files/, and nothing else: nothing is opened because a line says so."""
    return (
        isinstance(given, dict) and is_sha256(given.get("sha256")) and given.get("ending") in ENDINGS
        and _is_count(given.get("size"))
    )  # fmt: skip


def _are_named(given: Any) -> bool:
    return isinstance(given, list) and all(_is_kept(each) and _is_text(each.get("name")) for each in given)


_ABSENT = object()  # no field holds it
_LINE: tuple[tuple[str, _Check], ...] = (("at", _is_time), ("event", _is_text))
_ABOUT: Mapping[str, _Check] = MappingProxyType({
    "author": _is_text, "told": _is_text, "why": _is_text, "query": _is_text, "first": _is_time_or_null,
    "last": _is_time_or_null,
})  # fmt: skip
_FIELDS: Mapping[str, Mapping[str, _Check]] = MappingProxyType({
    "opened": {"author": _is_text, "format": _is_count, "tool": _is_text},
    "evidence": {"author": _is_text, "told": _is_text, "file": _is_kept},
    "network": {"author": _is_text, "told": _is_text, "files": _are_named},
    "star": {**_ABOUT, "tags": _are_texts, "rows": _is_count, "cited": _is_count, "file": _is_kept},
    "note": {"author": _is_text, "text": _is_text, "tags": _are_texts},
    "finding": {**_ABOUT, "key": _is_text, "cited": _is_count, "file": _is_kept},
    "verdict": {**_ABOUT, "key": _is_text, "verdict": _is_text},
    "picture": {"author": _is_text, "told": _is_text, "query": _is_text, "file": _is_kept},
    "drawn": {"of": is_sha256, "file": _is_kept},
    "recovered": {"cut": _is_text},
})  # fmt: skip
_CHECKS = {event: (*_LINE, *fields.items()) for event, fields in _FIELDS.items()}
NAMING = frozenset(event for event, fields in _FIELDS.items() if {"file", "files"} & fields.keys())
