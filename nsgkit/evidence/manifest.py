"""The manifest: what was asked, stored, missing and gone, as a chain of lines that is only ever added to."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nsgkit.errors import EvidenceChangedError
from nsgkit.evidence.chain import BrokenChainError, Chain, Clock, Line, line_at, read_chain, utc_now
from nsgkit.evidence.events import AGAIN, strange_field

MANIFEST = "manifest.jsonl"


def read_manifest(folder: Path) -> Iterator[Line]:
    """Yield the lines of a manifest, checking the chain, and what each says, on the way.

    A last line without a line break was being written when the process ended: it is left out.
    Raises EvidenceChangedError at the first line that is not bound to the one before, or that nsgkit
    cannot have written.
    """
    stored = set[bytes]()
    try:
        yield from read_chain(folder / MANIFEST, lambda event: _objection(event, stored))
    except BrokenChainError as error:
        raise EvidenceChangedError(
            f"{folder / MANIFEST}: {error}, so something was changed, taken out or "
            "put in. Keep the folder as it is, find out why, and download into a new one."
        ) from None


def _objection(event: dict[str, Any], stored: set[bytes]) -> str | None:
    """Return why a line cannot be read on, as the rest of a sentence."""
    if field := strange_field(event):
        return f"is none that nsgkit writes (see its {field!r})"
    return _untold(event, stored)


def _untold(event: dict[str, Any], stored: set[bytes]) -> str | None:
    """Remember a blob that is stored; object to one that is told of again and was never stored."""
    if event["event"] not in AGAIN and event["event"] != "stored":
        return None
    place = [event["account"], event["container"], event["name"]]
    digest = hashlib.blake2b(msgspec.json.encode(place), digest_size=16).digest()  # short: there are many
    if event["event"] == "stored":
        stored.add(digest)
    return None if digest in stored else "tells of a blob that no line before it stored"


def read_line(folder: Path, offset: int) -> dict[str, Any]:
    """Return the event of the line that begins at `offset`."""
    return line_at(folder / MANIFEST, offset)


def open_manifest(folder: Path, last: Line | None, clock: Clock = utc_now) -> Chain:
    """Return the folder's manifest, to be added to behind the line that is its last."""
    return Chain(folder / MANIFEST, last, clock)
