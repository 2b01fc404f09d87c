"""What a store says of itself: store.json, whose replacing is the moment at which its tables move on.

::

    store/
      store.json        where the logs came from, and which version of each table counts
      flows/ rejects/ blobs/ conversations/ facts/      Delta Lake tables
      parts/            while conversations are stitched
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nsgkit.errors import NsgkitError
from nsgkit.html import visible
from nsgkit.layout import STORE

STATE = STORE
FORMAT = 1  # of the store: another one is not read
TABLE_NAMES = ("flows", "rejects", "blobs", "conversations", "facts")


@dataclass
class State:
    """`read` are the tables' versions with the last whole reading in them, `stitched` with conversations."""

    source: str
    read: dict[str, int]
    stitched: dict[str, int] | None = None
    unlisted: list[str] = field(default_factory=list)
    set_aside: list[list[Any]] = field(default_factory=list)
    format: int = FORMAT


def is_store(folder: Path) -> bool:
    """Whether the folder is a store."""
    try:
        return (folder / STATE).is_file()
    except OSError:  # a path that there cannot be
        return False


def read_state(folder: Path) -> State:
    """Return what a store says of itself; NsgkitError where it is none that this version reads."""
    if not is_store(folder):
        raise NsgkitError(
            f"{visible(folder)} is no store: it has no {STATE}. Make one with nsgkit.ingest(source, store)."
        )
    try:
        told: Any = json.loads((folder / STATE).read_text("utf-8"))
        made_by = told["format"]
        if made_by == FORMAT:
            return State(**told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NsgkitError(
            f"{visible(folder / STATE)} cannot be read ({type(error).__name__}). Make the store anew with "
            "nsgkit.ingest(source, store) in an empty folder: the logs themselves are untouched."
        ) from None
    how = "an older" if isinstance(made_by, int) and made_by < FORMAT else "a newer"
    raise NsgkitError(
        f"{visible(folder)} was made by {how} version of nsgkit (format {visible(str(made_by))}, this one "
        f"reads {FORMAT}). Make it anew with nsgkit.ingest(source, store) in an empty folder."
    )


def write_state(folder: Path, state: State) -> None:
    """Put the store's new state in the place of the old one."""
    aside = folder / f"{STATE}.new"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / STATE)
