"""The evidence folder: written once, and how to read from it.

::

    evidence/
      manifest.jsonl        what was asked, stored, missing and gone; each line bound to the one before
      SHA256SUMS            the files' hashes again, for `sha256sum -c SHA256SUMS`
      blobs/3f/3fa9….0      a blob's bytes, under the SHA-256 of account/container/name
      blobs/3f/3fa9….1      what it had grown by when it was read again, from where its old end was
      incoming/             what is being downloaded; none of it is evidence yet

No file below blobs/ is ever written again. A blob that is no longer what it was gets a new file.
"""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nsgkit.errors import NoLogsError, NsgkitError, shown
from nsgkit.evidence.manifest import MANIFEST, read_manifest

BLOBS = "blobs"
INCOMING = "incoming"
SUMS = "SHA256SUMS"
BLOB_EVENTS = frozenset({"stored", "seen", "gone"})

State = Literal["complete", "growing", "gone"]


@dataclass(frozen=True)
class EvidenceBlob:
    """A blob in an evidence folder, in its newest version, as the manifest describes it."""

    name: str
    account: str
    container: str
    state: State  # growing: its hour was not over when it was last read; gone: no longer at the source
    size: int  # bytes
    sha256: str
    etag: str
    md5: str | None
    encoding: str | None  # such as gzip: the bytes are stored as they came
    created: str | None
    modified: str | None
    parts: tuple[tuple[Path, int], ...]  # files, and how many bytes of each, that make up the blob


def as_folder(given: object, argument: str) -> Path:
    """Return a folder's path, `~` expanded; it need not exist.

    Raises NsgkitError, which calls it `argument`, where it is no path that there can be.

    >>> as_folder("evidence", "folder").name
    'evidence'
    """
    text = str(given) if isinstance(given, Path) else given
    if isinstance(text, str) and text.strip():
        with contextlib.suppress(ValueError, RuntimeError):  # a null in it; the home of nobody
            path = Path(text).expanduser()
            if _can_be(path):
                return path
    raise NsgkitError(f"{argument} takes no {shown(text)}: give the path of a folder, such as 'evidence'.")


def _can_be(path: Path) -> bool:
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno not in {errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP}
    return True


def is_evidence(folder: Path | str) -> bool:
    """Whether the folder is an evidence folder.

    >>> is_evidence("no such folder")
    False
    """
    return (as_folder(folder, "folder") / MANIFEST).is_file()


def evidence_blobs(folder: Path | str) -> list[EvidenceBlob]:
    """Return the blobs that an evidence folder holds, sorted by name.

    Raises NoLogsError where the folder is none, EvidenceChangedError where its manifest was
    tampered with.
    """
    folder = as_folder(folder, "folder")
    if not is_evidence(folder):
        raise NoLogsError(
            f"{folder} is no evidence folder: it holds no {MANIFEST}. nsgkit.download makes one."
        )
    newest: dict[str, dict[str, Any]] = {}
    for event in blob_events(folder):
        key = blob_key(event["account"], event["container"], event["name"])
        if event["event"] == "stored":
            newest[key] = event
        newest[key]["state"] = state_after(event)
    return sorted((_blob(folder, key, e) for key, e in newest.items()), key=lambda b: (b.name, b.account))


def read_blob(blob: EvidenceBlob) -> bytes:
    """Return the blob's bytes, exactly as they were in Azure. Compare their SHA-256 with `blob.sha256`."""
    return b"".join(read_parts(blob.parts))


def read_parts(parts: Iterable[tuple[Path, int]]) -> Iterator[bytes]:
    """Yield the first bytes of each file, as many as are asked of it, in pieces of at most 4 MiB."""
    for path, length in parts:
        with path.open("rb") as file:
            left = length
            while left > 0 and (data := file.read(min(left, 4 << 20))):
                yield data
                left -= len(data)


def sha256_of(parts: Iterable[tuple[Path, int]]) -> str:
    """Return the SHA-256 of what `read_parts` gives of the same."""
    digest = hashlib.sha256()
    for data in read_parts(parts):
        digest.update(data)
    return digest.hexdigest()


def blob_key(account: str, container: str, name: str) -> str:
    """Return what a blob's files are called.

    >>> blob_key("demo", "insights-logs-flowlogflowevent", "PT1H.json")[:8]
    'a0e3b724'
    """
    return hashlib.sha256(f"{account}/{container}/{name}".encode("utf-8", "surrogatepass")).hexdigest()


def part_path(folder: Path, key: str, number: int) -> Path:
    """Return where the part with this number of a blob lies.

    >>> part_path(Path("e"), "3fa9", 0).as_posix()
    'e/blobs/3f/3fa9.0'
    """
    return folder / BLOBS / key[:2] / f"{key}.{number}"


def part_names(event: Mapping[str, Any]) -> list[str]:
    """Return where the parts that a line "stored" tells of lie, as paths in the folder; the newest is last.

    >>> stored = {"account": "demo", "container": "logs", "name": "PT1H.json", "parts": [[0, 5], [1, 7]]}
    >>> [name[-2:] for name in part_names(stored)]
    ['.0', '.1']
    """
    key = blob_key(event["account"], event["container"], event["name"])
    return [part_path(Path(), key, number).as_posix() for number, _ in event["parts"]]


def blob_events(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the manifest's events that say something of a stored blob: stored, seen (again), gone."""
    return (line.event for line in read_manifest(folder) if line.event["event"] in BLOB_EVENTS)


def state_after(event: dict[str, Any]) -> State:
    """Return the state in which an event leaves a blob.

    >>> state_after({"event": "stored", "growing": True})
    'growing'
    """
    if event["event"] == "gone":
        return "gone"
    return "growing" if event["growing"] else "complete"


def _blob(folder: Path, key: str, event: dict[str, Any]) -> EvidenceBlob:
    facts = {name: event[name] for name in EvidenceBlob.__dataclass_fields__ if name != "parts"}
    parts = tuple((part_path(folder, key, number), length) for number, length in event["parts"])
    return EvidenceBlob(**facts, parts=parts)
