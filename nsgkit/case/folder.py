"""The folder of a case: plain files, written once, and a chain of lines that says what each is.

::

    case/
      case.jsonl          what was written into the case, line by line; each line bound to the one before
      files/3fa9….json    what a line is about: cited tuples, the evidence as it was read, a network file
      files/51c0….svg     a picture; each file is called by the SHA-256 of its bytes

A file below files/ is never written again, and no line of case.jsonl is ever changed.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from nsgkit.case.lines import named_files, objection, strange_field
from nsgkit.errors import EvidenceChangedError, NsgkitError, shown
from nsgkit.evidence.aside import aside
from nsgkit.evidence.chain import BrokenChainError, Chain, Line, read_chain
from nsgkit.evidence.lock import LOCK, alone
from nsgkit.evidence.strangers import kind_at
from nsgkit.evidence.writer import open_private

LINES, FILES = "case.jsonl", "files"
# Events of which only the last line holds; of verdicts, the last about the same finding.
_LAST_HOLDS = frozenset({"evidence", "network", "verdict"})
_ANY_TIME = "1970-01-01T00:00:00.000Z"  # a line gets its own when it is written
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
    """Whether the folder is that of a case: a link in place of its lines makes none.

    >>> is_case(Path("no such folder"))
    False
    """
    return kind_at(folder / LINES) == "file"


def read_lines(folder: Path) -> list[Line]:
    """Return the lines of a case; EvidenceChangedError at the first that is not bound to the one before."""
    lines = _lines(folder)
    if not is_begun(lines):
        raise EvidenceChangedError(
            f"{folder / LINES} does not begin as a case does, so its first lines were taken out or torn. "
            "Open it with its logs, or go on with an earlier copy of it."
        )
    return lines


def is_begun(lines: Iterable[Line]) -> bool:
    """Whether the first line says that a case was opened; before it, only that a torn line was taken off."""
    kinds = (line.event["event"] for line in lines)
    return next((kind for kind in kinds if kind != "recovered"), None) == "opened"


def _lines(folder: Path) -> list[Line]:
    try:
        return [*read_chain(folder / LINES, objection)] if is_case(folder) else []
    except BrokenChainError as error:
        problem = str(error)
    except OSError as error:
        raise NsgkitError(f"{folder / LINES} cannot be read: {error.strerror}.") from error
    raise EvidenceChangedError(
        f"{folder / LINES}: {problem}, so something was changed, taken out or put in. Keep the folder as it "
        "is, find out why, and go on with an earlier copy of it, or with a new case."
    )


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


def begin(folder: Path, author: str, **facts: object) -> None:
    """Write the first line of a case where it has none yet, also where a process ended while it wrote it."""
    if not is_case(folder):
        make(folder)
    _add(folder, "opened", {"author": author, **facts}, _first)


def _first(lines: Iterable[Line]) -> int | None:
    """Return the number of the first line that says something; None where none does."""
    return next((int(line.event["n"]) for line in lines if line.event["event"] != "recovered"), None)


def write_line(folder: Path, event: str, facts: Mapping[str, object]) -> int:
    """Add a line to the case, on the disk before this returns, and return its number."""
    return _add(folder, event, facts, lambda _lines: None)[0]


def write_once(folder: Path, event: str, author: str, facts: Mapping[str, object]) -> tuple[int, bool]:
    """Add a line, unless one that holds says the same; return which line says it, and whether it is new."""
    return _add(folder, event, {"author": author, **facts}, lambda lines: _says_so(lines, event, facts))


def _says_so(lines: Iterable[Line], event: str, facts: Mapping[str, object]) -> int | None:
    """Return the number of the line that holds and says the same; None where none does."""
    said = [line.event for line in lines if line.event["event"] == event]
    if event in _LAST_HOLDS:
        said = [each for each in said if each.get("key") == facts.get("key")][-1:]
    same = (each for each in said if all(each.get(name) == value for name, value in facts.items()))
    return next((int(each["n"]) for each in same), None)


def _add(
    folder: Path, event: str, facts: Mapping[str, object], said: Callable[[list[Line]], int | None]
) -> tuple[int, bool]:
    """Add a line unless `said` names one, and return its number, and whether it is new.

    The chain is read once, while nobody else may write: another notebook may have written before.
    """
    if field := strange_field({"at": _ANY_TIME, "event": event, **facts}):
        raise NsgkitError(f"Nothing was written: a line of a case takes no {shown(facts.get(field))} as its "
                          f"{field!r}. Give a text.")  # fmt: skip
    try:
        with alone(folder, "writes", wait=_PATIENCE):
            _require_own(folder)
            lines = _lines(folder)
            if (number := said(lines)) is not None:
                return number, False
            with Chain(folder / LINES, lines[-1] if lines else None) as chain:
                chain.add(event, **facts)
                return chain.number, True
    except OSError as error:
        problem = error.strerror
    raise NsgkitError(f"Nothing was written: {folder / LINES} cannot be written ({problem}). Make room, or "
                      "make the folder one that you may write into.")  # fmt: skip


def _require_own(folder: Path) -> None:
    """Raise NsgkitError where what is written into a case would land elsewhere: a stranger can make it so."""
    lines, files = folder / LINES, folder / FILES
    linked = kind_at(lines) == "file" and lines.stat().st_nlink > 1
    strange = [lines] if linked or kind_at(lines) not in ("file", "missing") else []
    strange += [files] if kind_at(files) != "folder" else []
    if strange:
        raise NsgkitError(
            f"Nothing was written: {strange[0]} is a link, has another name elsewhere, or is not what a case "
            "has there. Copy the case whole, without its links, and go on in the copy."
        )


def keep(folder: Path, data: bytes, ending: str) -> KeptFile:
    """Keep bytes in the case under their SHA-256; what is there already stays as it is."""
    kept = KeptFile(hashlib.sha256(data).hexdigest(), ending, len(data))
    path = folder / kept.name
    try:
        if kind_at(path) != "file":
            _require_own(folder)
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
        for each in named_files(line.event):
            found.setdefault(KeptFile(each["sha256"], each["ending"], each["size"]), line.event["n"])
    return found


def kept_bytes(folder: Path, kept: Mapping[str, Any]) -> bytes:
    """Return the bytes of a kept file, as a line names it; EvidenceChangedError where they are others."""
    named = KeptFile(kept["sha256"], kept["ending"], kept["size"])
    path = folder / named.name
    try:
        # Only then is it opened: a named pipe would wait for ever, and a link may lead anywhere.
        same = kind_at(path) == "file" and path.stat().st_size == named.size
        data = path.read_bytes() if same else b""
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    else:
        if same and hashlib.sha256(data).hexdigest() == named.sha256:
            return data
        missing = kind_at(path) == "missing"
        problem = (
            "is missing, and a line of the case names it" if missing else "holds other bytes than were kept"
        )
    raise EvidenceChangedError(f"{path} {problem}. Put it back from a copy.")


def as_json(told: object) -> bytes:
    """Return JSON in the one form in which the same facts are the same bytes."""
    return msgspec.json.format(msgspec.json.encode(told, order="deterministic"), indent=1)
