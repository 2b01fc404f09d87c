"""What lies in an evidence folder beside what its manifest lists. Links are never followed."""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from nsgkit.evidence.events import is_place_of_part
from nsgkit.evidence.folder import BLOBS, INCOMING, SUMS, part_names
from nsgkit.evidence.lock import LOCK
from nsgkit.evidence.manifest import MANIFEST, read_manifest

# What an analyst may put beside the manifest: a detached signature, a request for a timestamp, its answer.
SIGNATURES = frozenset(f"{MANIFEST}.{ending}" for ending in ("sig", "tsq", "tsr"))

Kind = Literal["file", "folder", "link", "named pipe", "socket", "device", "missing"]

_KINDS: dict[int, Kind] = {
    stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link", stat.S_IFIFO: "named pipe",
    stat.S_IFSOCK: "socket",
}  # fmt: skip
_FILES = frozenset({MANIFEST, SUMS, LOCK}) | SIGNATURES
_SHELF = re.compile(rf"{BLOBS}/[0-9a-f]{{2}}", re.ASCII)


class Entry(NamedTuple):
    """Something in an evidence folder; `name` is its path in it, with slashes."""

    name: str
    kind: Kind
    problem: str | None = None  # a folder that cannot be looked into


def kind_at(path: Path) -> Kind:
    """Return what lies at a path itself, not what a link leads to; raises OSError where it cannot be seen.

    >>> kind_at(Path("no such file"))
    'missing'
    """
    try:
        return _KINDS.get(stat.S_IFMT(os.lstat(path).st_mode), "device")
    except (FileNotFoundError, NotADirectoryError):
        return "missing"


def kind_of_part(folder: Path, name: str) -> Kind:
    """Return what lies where a part is stored: "link" also where a folder above it is one."""
    place = folder / name
    above = (folder / BLOBS, place.parent)
    return "link" if any(kind_at(parent) == "link" for parent in above) else kind_at(place)


def lost_manifest(folder: Path) -> bool:
    """Whether this looks like an evidence folder whose manifest was taken away, or is no file."""
    if kind_at(folder / MANIFEST) == "missing":
        return any(is_place_of_part(entry.name) for entry in parts_there(folder))
    return not (folder / MANIFEST).is_file()


def not_listed(folder: Path) -> list[Entry]:
    """Return what lies below blobs/ and is no file that the manifest stored or noted."""
    there, listed = list(parts_there(folder)), set[str]()
    for line in read_manifest(folder):
        if line.event["event"] == "stored":
            listed.add(part_names(line.event)[-1])
        elif line.event["event"] == "unlisted":
            listed.add(line.event["file"])
    return [entry for entry in there if entry.name not in listed]


def parts_there(folder: Path) -> Iterator[Entry]:
    """Yield what lies below blobs/, in the order of its name, but for the folders of parts themselves."""
    if kind_at(folder / BLOBS) == "folder":
        yield from _walk(folder, BLOBS)


def unexpected(folder: Path) -> Iterator[Entry]:
    """Yield what lies in the folder: all but its own files and folders, and what lies in unknown folders.

    What is a part of a blob is for the caller to tell, by the manifest.
    """
    for entry in entries(folder, ""):
        if entry.kind == "folder" and entry.name in {BLOBS, INCOMING}:
            yield from _walk(folder, entry.name)
        elif entry.name != SUMS and not (entry.kind == "file" and entry.name in _FILES):
            yield entry


def _walk(folder: Path, name: str) -> Iterator[Entry]:
    for entry in entries(folder, name):
        if entry.kind == "folder" and _SHELF.fullmatch(entry.name):
            yield from _walk(folder, entry.name)
        else:
            yield entry


def entries(folder: Path, name: str) -> Iterator[Entry]:
    """Yield what lies in the folder of this name in `folder`, "" itself; one with a problem where that fails.

    >>> [entry.problem for entry in entries(Path("no such folder"), "")]
    ['cannot be looked into: No such file or directory']
    """
    try:
        with os.scandir(folder / name) as opened:
            names = sorted(entry.name for entry in opened)
        for found in names:
            yield Entry(f"{name}/{found}" if name else found, kind_at(folder / name / found))
    except OSError as error:
        yield Entry(name or ".", "folder", f"cannot be looked into: {error.strerror}")
