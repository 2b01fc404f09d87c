"""The folder of a case: plain files, written once, and a chain of lines that says what each is.

::

    case/
      case.jsonl          what was written into the case, line by line; each line bound to the one before
      files/3fa9….json    what a line is about: cited tuples, the evidence as it was read, a network file
      files/51c0….svg     a picture; each file is called by the SHA-256 of its bytes

A file below files/ is never written again, and no line of case.jsonl is ever changed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from nsgkit.case.lines import NAMING, objection
from nsgkit.errors import EvidenceChangedError, NsgkitError
from nsgkit.evidence.aside import aside
from nsgkit.evidence.chain import BrokenChainError, Chain, Line, read_chain
from nsgkit.evidence.lock import LOCK, alone
from nsgkit.evidence.writer import open_private

LINES, FILES = "case.jsonl", "files"
# Events of which only the last line holds; of verdicts, the last about the same finding.
_LAST_HOLDS = frozenset({"evidence", "network", "verdict"})
_PATIENCE = 10.0  # seconds that another notebook may take to write its line


class KeptFile(NamedTuple):
    """A file that is kept in a case, as a line names it: by its SHA-256 and its ending."""

    sha256: str
    ending: str
    size: int

    @property
    def name(self) -> str:
        """Where it lies in the folder."""
        return f"{FILES}/{self.sha256}.{self.ending}"


def is_case(folder: Path) -> bool:
    """Whether the folder is that of a case.

    >>> is_case(Path("no such folder"))
    False
    """
    return (folder / LINES).is_file()


def read_lines(folder: Path) -> list[Line]:
    """Return the lines of a case; EvidenceChangedError at the first that is not bound to the one before."""
    try:
        return [*read_chain(folder / LINES, objection)]
    except BrokenChainError as error:
        raise EvidenceChangedError(
            f"{folder / LINES}: {error}, so something was changed, taken out or put in. Keep the folder as "
            "it is, find out why, and go on with an earlier copy of it, or with a new case."
        ) from None
    except OSError as error:
        raise NsgkitError(f"{folder / LINES} cannot be read: {error.strerror}.") from error


def make(folder: Path) -> None:
    """Make the folder of a new case; NsgkitError where it holds other things, or cannot be written."""
    if folder.is_dir() and (others := sorted(p.name for p in folder.iterdir() if p.name != LOCK)):
        raise NsgkitError(
            f"{folder} holds other things ({others[0]}) and is no case. Choose a new or an empty folder."
        )
    try:
        (folder / FILES).mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise NsgkitError(f"{folder} cannot be written into: {problem}. Choose another folder.")


def write_line(folder: Path, event: str, facts: Mapping[str, object]) -> Line:
    """Add a line to the case, on the disk before this returns, and return it.

    The chain is read again before: another notebook may have written meanwhile.
    """
    try:
        with alone(folder, "writes", wait=_PATIENCE):
            lines = read_lines(folder) if is_case(folder) else []
            with Chain(folder / LINES, lines[-1] if lines else None) as chain:
                chain.add(event, **facts)
            return read_lines(folder)[-1]
    except OSError as error:
        problem = error.strerror
    raise NsgkitError(f"Nothing was written: {folder / LINES} cannot be written ({problem}). Make room, or "
                      "make the folder one that you may write into.")  # fmt: skip


def write_once(folder: Path, event: str, author: str, facts: Mapping[str, object]) -> tuple[int, bool]:
    """Add a line, unless one that holds says the same; return which line says it, and whether it is new."""
    said = [line.event for line in read_lines(folder) if line.event["event"] == event]
    if event in _LAST_HOLDS:
        said = [each for each in said if each.get("key") == facts.get("key")][-1:]
    for each in said:
        if all(each.get(name) == value for name, value in facts.items()):
            return each["n"], False
    return write_line(folder, event, {"author": author, **facts}).event["n"], True


def keep(folder: Path, data: bytes, ending: str) -> KeptFile:
    """Keep bytes in the case under their SHA-256; what is there already stays as it is."""
    kept = KeptFile(hashlib.sha256(data).hexdigest(), ending, len(data))
    path = folder / kept.name
    try:
        if not path.exists():
            with aside(path) as beside, open_private(beside) as file:
                file.write(data)
    except OSError as error:
        problem = error.strerror
    else:
        return kept
    raise NsgkitError(f"Nothing was written: {path} cannot be written ({problem}). Make room, and try again.")


def kept_files(lines: Iterable[Line]) -> dict[KeptFile, int]:
    """Return the files that lines name, each with the number of the first that does."""
    found: dict[KeptFile, int] = {}
    for line in lines:
        named = line.event.get("files", [line.event["file"]] if "file" in line.event else [])
        if line.event["event"] in NAMING:
            for each in named:
                found.setdefault(KeptFile(each["sha256"], each["ending"], each["size"]), line.event["n"])
    return found


def kept_bytes(folder: Path, kept: Mapping[str, Any]) -> bytes:
    """Return the bytes of a kept file, as a line names it; EvidenceChangedError where they are others."""
    named = KeptFile(kept["sha256"], kept["ending"], kept["size"])
    path = folder / named.name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceChangedError(f"{path} cannot be read: {error.strerror}. A line of the case names it: "
                                   "put the file back from a copy.") from None  # fmt: skip
    if hashlib.sha256(data).hexdigest() != named.sha256:
        raise EvidenceChangedError(f"{path} holds other bytes than were kept. Put it back from a copy.")
    return data


def kept_json(folder: Path, kept: Mapping[str, Any]) -> Any:
    """Return what a kept JSON file says."""
    return msgspec.json.decode(kept_bytes(folder, kept))


def as_json(told: object) -> bytes:
    """Return JSON in the one form in which the same facts are the same bytes."""
    return msgspec.json.format(msgspec.json.encode(told, order="deterministic"), indent=1)
