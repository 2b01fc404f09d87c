"""Writing into an evidence folder: one process at a time, aside first, never over anything."""

import contextlib
import itertools
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import IO, Any

from nsgkit.errors import NsgkitError
from nsgkit.evidence.chain import Clock, utc_now
from nsgkit.evidence.folder import (
    BLOB_EVENTS,
    BLOBS,
    INCOMING,
    SUMS,
    State,
    as_folder,
    blob_key,
    is_evidence,
    part_names,
    part_path,
    sha256_of,
    state_after,
)
from nsgkit.evidence.lock import LOCK, alone
from nsgkit.evidence.manifest import MANIFEST, open_manifest, read_line, read_manifest
from nsgkit.evidence.strangers import kind_at

FORMAT = 1
TOOL = f"nsgkit {version('nsgkit')}"


@dataclass
class Incoming:
    """What is being written aside, and as which part of its blob it lies afterwards."""

    file: IO[bytes]
    number: int = -1


class EvidenceWriter:
    """An evidence folder that is open for writing; `open_writer` opens it."""

    def __init__(self, folder: Path, clock: Clock = utc_now) -> None:
        self.folder = folder
        self.large = Lock()  # held by the one large blob that is read in several ranges at a time
        self._made: set[Path] = set()  # folders that are there
        self._states: dict[bytes, State] = {}
        self._lines: dict[bytes, int] = {}  # a blob's key -> where its newest "stored" line begins
        self._unlisted: set[str] = set()  # files that no line had told of when they were found
        self._asides = itertools.count()
        self.told: Counter[str] = Counter()  # event -> how often, of what is not as it should be
        last = None
        for last in read_manifest(folder) if is_evidence(folder) else ():
            if last.event["event"] in BLOB_EVENTS:
                self._note(last.event, last.offset)
            elif last.event["event"] == "unlisted":
                self._unlisted.add(last.event["file"])
        self.manifest = open_manifest(folder, last, clock)
        if last is None:
            self.manifest.add("begun", format=FORMAT, tool=TOOL)

    def add(self, event: str, **facts: object) -> None:
        """Add a line about a blob to the manifest."""
        self._note({"event": event, **facts}, self.manifest.add(event, **facts))

    def tell(self, event: str, **facts: object) -> None:
        """Add a line about something that is not as it should be, and count it."""
        self.manifest.add(event, **facts)
        self.told[event] += 1

    def _note(self, event: dict[str, Any], offset: int) -> None:
        key = bytes.fromhex(blob_key(event["account"], event["container"], event["name"]))
        self._states[key] = state_after(event)
        if event["event"] == "stored":
            self._lines[key] = offset

    def newest(self, account: str, container: str, name: str) -> dict[str, Any] | None:
        """Return what was last stored of a blob, whatever became of its files; None where nothing was."""
        offset = self._lines.get(bytes.fromhex(blob_key(account, container, name)))
        return None if offset is None else read_line(self.folder, offset)

    def held(self, account: str, container: str, name: str) -> dict[str, Any] | None:
        """Return what was last stored of a blob; None where nothing was, or its files have other sizes."""
        event = self.newest(account, container, name)
        if event is None:
            return None
        key = blob_key(account, container, name)
        sizes = [(_size(part_path(self.folder, key, n)), length) for n, length in event["parts"]]
        # Of an earlier part all but its tail counts, so its file is longer.
        whole = all(size >= length for size, length in sizes) and sizes[-1][0] == sizes[-1][1]
        return event if whole else None

    def state(self, account: str, container: str, name: str) -> State | None:
        """Return the state in which a blob was last seen."""
        return self._states.get(bytes.fromhex(blob_key(account, container, name)))

    def present(self) -> Iterator[tuple[bytes, dict[str, Any]]]:
        """Yield the key and the newest line of each blob that was at the source when last looked for."""
        for key, offset in list(self._lines.items()):
            if self._states[key] != "gone":
                yield key, read_line(self.folder, offset)

    @contextlib.contextmanager
    def incoming(self, account: str, container: str, name: str) -> Iterator[Incoming]:
        """Give a file to write into; when all went well it becomes the next part of the blob.

        It never takes the place of anything. A file that lies there already and that no line tells of was
        left by a download that was killed, or its lines were cut off: where it is what has just come, it
        is taken for that; else it is kept and told, and what has come gets the next number.
        """
        blob = {"account": account, "container": container, "name": name}
        aside = self.folder / INCOMING / f"{blob_key(**blob)}.{next(self._asides)}"
        try:
            with open_private(aside) as file:
                coming = Incoming(file)
                yield coming
                file.flush()
                os.fsync(file.fileno())
            coming.number = self._put_in_place(aside, blob)
        finally:
            aside.unlink(missing_ok=True)

    def _put_in_place(self, aside: Path, blob: dict[str, str]) -> int:
        """Return the number under which a file now lies beside those that were there."""
        key, newest = blob_key(**blob), self.newest(**blob)
        first = newest["parts"][-1][0] + 1 if newest else 0
        self._make_folder(part_path(self.folder, key, first).parent)
        for number in itertools.count(first):
            path = part_path(self.folder, key, number)
            if _took_the_name(aside, path) or _same_bytes(aside, path):
                return number
            self._tell_unlisted(path, blob)
        raise AssertionError("unreachable")

    def _tell_unlisted(self, path: Path, blob: dict[str, str]) -> None:
        file = path.relative_to(self.folder).as_posix()
        if file in self._unlisted:
            return
        self._unlisted.add(file)
        kind = kind_at(path)
        if kind == "file":
            self.tell("unlisted", **blob, file=file, size=_size(path), file_sha256=_sha256(path))
        else:
            self.tell("unlisted", **blob, file=file, kind=kind)

    def _make_folder(self, folder: Path) -> None:
        if folder in self._made:
            return
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():  # what is written there would lie somewhere else
            raise NsgkitError(f"{folder} is a link, and no part of an evidence folder. Run nsgkit verify.")
        self._made.add(folder)

    def write_sums(self) -> None:
        """Write the hashes of all files in the form of `sha256sum`, from the manifest."""
        self.manifest.flush()
        aside = self.folder / INCOMING / SUMS
        with open_private(aside) as file:
            for line in sum_lines(self.folder):
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / SUMS)


def sum_lines(folder: Path) -> Iterator[bytes]:
    """Yield the lines of SHA256SUMS, as the manifest has them."""
    for line in read_manifest(folder):
        if line.event["event"] == "stored":
            yield f"{line.event['file_sha256']}  {part_names(line.event)[-1]}\n".encode()


@contextlib.contextmanager
def open_writer(folder: Path | str, clock: Clock = utc_now) -> Iterator[EvidenceWriter]:
    """Open an evidence folder, or make it where there is nothing yet, for this process alone.

    `clock` tells the time of what is written into the manifest.

    Raises NsgkitError where the folder holds other things, or another process writes into it;
    EvidenceChangedError where its manifest was tampered with.
    """
    folder = as_folder(folder, "folder")
    _check_folder(folder)
    _make(folder)
    with alone(folder):
        for left_over in (folder / INCOMING).iterdir():
            left_over.unlink()
        writer = EvidenceWriter(folder, clock)
        with writer.manifest:
            yield writer


def _make(folder: Path) -> None:
    try:
        for part in (folder, folder / BLOBS, folder / INCOMING):
            part.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.chmod(0o700)
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise NsgkitError(f"{folder} cannot be written into: {problem}. Choose another folder.")


def _check_folder(folder: Path) -> None:
    if not folder.exists() or is_evidence(folder):
        return
    if not folder.is_dir():
        raise NsgkitError(f"{folder} is a file. Choose a folder to download into.")
    ours = {LOCK, BLOBS, INCOMING, MANIFEST}
    if strangers := sorted(p.name for p in folder.iterdir() if p.name not in ours):
        raise NsgkitError(
            f"{folder} holds other things ({strangers[0]}) and is no evidence folder. "
            "Choose a new or an empty folder."
        )


def _took_the_name(aside: Path, path: Path) -> bool:
    """Give a file its name; False where something has that name already, whatever it is."""
    try:
        os.link(aside, path)
    except FileExistsError:
        return False
    except OSError:  # no hard links here; the lock keeps every other download away meanwhile
        if os.path.lexists(path):
            return False
        aside.rename(path)
    return True


def _same_bytes(aside: Path, path: Path) -> bool:
    same_size = kind_at(path) == "file" and _size(aside) == _size(path)
    return same_size and _sha256(aside) == _sha256(path)


def _sha256(path: Path) -> str:
    return sha256_of([(path, _size(path))])


def _size(path: Path) -> int:
    """Return the bytes of a file; -1 where there is none, or a link or a folder in its place."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def open_private(path: Path) -> IO[bytes]:
    """Open a new file that nobody else may read, for writing."""
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600), "wb"
    )
