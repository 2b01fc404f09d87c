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
CITING = ("star", "finding")  # events whose files hold raw tuples
_LARGEST = 1 << 53
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", re.ASCII)
_Check = Callable[[Any], bool]


def objection(event: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a line, as the rest of a sentence; None where nothing is.

    >>> objection({"at": "2024-12-19T09:00:00.000Z", "event": "note", "author": "kim", "text": 5, "tags": []})
    "is none that nsgkit writes (see its 'text')"
    """
    field = strange_field(event)
    return None if field is None else f"is none that nsgkit writes (see its {field!r})"


def strange_field(event: Mapping[str, Any]) -> str | None:
    """Return the first field of a line that is missing, or does not hold what it must; None where all do.

    Of a kind that is known every field that is there is checked, also one that only other kinds need: who
    reads a line asks it for its tags, or its times, whatever it is.

    >>> strange_field({"at": "2024-12-19T09:00:00.000Z", "event": "recovered", "cut": "", "tags": 5})
    'tags'
    """
    kind = event.get("event")
    needed = _NEEDED.get(kind) if isinstance(kind, str) else None
    if missing := (needed or _ALWAYS) - event.keys():
        return min(missing)
    checked = _FIELDS if needed else _OF_ANY
    return next((name for name, held in event.items() if name in checked and not _FIELDS[name](held)), None)


def named_files(event: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the files below files/ that a line which was checked names.

    >>> named_files({"event": "note", "text": "a thought"})
    []
    """
    needed = _NEEDED.get(event["event"], frozenset())
    return [event["file"]] if "file" in needed else [*event["files"]] if "files" in needed else []


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


_FIELDS: Mapping[str, _Check] = MappingProxyType({
    "at": _is_time, "event": _is_text, "author": _is_text, "format": _is_count, "tool": _is_text,
    "told": _is_text, "why": _is_text, "query": _is_text, "text": _is_text, "key": _is_text,
    "verdict": _is_text, "cut": _is_text, "tags": _are_texts, "first": _is_time_or_null,
    "last": _is_time_or_null, "rows": _is_count, "cited": _is_count, "of": is_sha256, "file": _is_kept,
    "files": _are_named,
})  # fmt: skip
_ALWAYS = frozenset({"at", "event"})
_OF_ANY = _ALWAYS | {"author"}  # of a kind that a later version writes
_SAID = _ALWAYS | {"author", "told"}
_ABOUT = _SAID | {"why", "query", "first", "last"}
_NEEDED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "opened": _ALWAYS | {"author", "format", "tool"},
        "evidence": _SAID | {"file"},
        "network": _SAID | {"files"},
        "star": _ABOUT | {"tags", "rows", "cited", "file"},
        "note": _ALWAYS | {"author", "text", "tags"},
        "finding": _ABOUT | {"key", "cited", "file"},
        "verdict": _ABOUT | {"key", "verdict"},
        "picture": _SAID | {"query", "file"},
        "drawn": _ALWAYS | {"of", "file"},
        "recovered": _ALWAYS | {"cut"},
    }
)
