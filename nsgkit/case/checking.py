"""The checks of `verify` on a case: its lines, the files that they name, and what these files say."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from nsgkit.case import contents
from nsgkit.case.folder import FILES, LINES, KeptFile, is_begun, kept_files
from nsgkit.case.lines import CITING, ENDINGS, objection
from nsgkit.evidence.chain import BrokenChainError, Line, read_chain
from nsgkit.evidence.folder import sha256_of
from nsgkit.evidence.lock import LOCK
from nsgkit.evidence.strangers import Entry, entries, kind_at
from nsgkit.evidence.verification import Verification
from nsgkit.html import visible
from nsgkit.progress import progress

T = TypeVar("T")


class Cited(NamedTuple):
    """A raw tuple that a line cites, and whether the evidence that the case then rested on has its blob."""

    number: int  # of the line, as in the case's events
    tuple: contents.Cited
    in_evidence: bool


def walk(folder: Path, folders: Iterable[str], name: str = "") -> Iterator[Entry]:
    """Yield what lies in a folder and in those below it that are called `folders`; no link is followed."""
    for entry in entries(folder, name):
        if entry.kind == "folder" and entry.name in folders and not entry.problem:
            yield from walk(folder, folders, entry.name)
        else:
            yield entry


def hash_files(result: Verification, found: Iterable[Entry]) -> dict[str, str]:
    """Return the SHA-256 of each regular file; tell of what is none, and of what cannot be read."""
    hashes = {}
    for entry in progress([*found], unit="file"):
        path = result.folder / entry.name
        if entry.problem or entry.kind != "file":
            told = entry.problem or f"a {entry.kind} that does not belong here. It was not opened"
            result.problems.append(f"{visible(path)}: {told}")
            continue
        try:
            size = path.stat().st_size
            hashes[entry.name] = sha256_of([(path, size)])
        except OSError as error:
            result.problems.append(f"{visible(path)}: cannot be read: {error.strerror}")
        else:
            result.files, result.size = result.files + 1, result.size + size
    return hashes


def check_case_folder(result: Verification) -> None:
    """Check a case that is being worked on."""
    hashes = hash_files(result, (e for e in walk(result.folder, {FILES}) if e.name != LOCK))
    lines = check_case(result, result.folder, hashes)
    cited = cited_by(result, result.folder, lines, hashes)
    tell_outside_evidence(result, result.folder, cited)
    if not result.broken:
        _tell_left_over(result, lines, hashes)
    if torn := torn_bytes(result, result.folder, lines):
        result.notes.append(
            f"{result.folder / LINES}: its last {torn:,} bytes are a torn line, without a line break: a "
            "process ended while it was written. The next line takes it off and says so."
        )


def check_case(result: Verification, case: Path, hashes: Mapping[str, str]) -> list[Line]:
    """Check the lines of a case, and the files that they name by their `hashes`; return the lines."""
    lines = _read(result, case, hashes)
    result.check_head(case / LINES)
    for kept, number in kept_files(lines).items():
        path = case / kept.name
        if kept.name not in hashes:
            if kind_at(path) == "missing":
                result.problems.append(f"{path}: missing. Number {number:,} of the case names it")
        elif hashes[kept.name] != kept.sha256 or path.stat().st_size != kept.size:
            result.problems.append(f"{path}: other bytes than number {number:,} of the case kept")
    return lines


def cited_by(
    result: Verification, case: Path, lines: Iterable[Line], hashes: Mapping[str, str]
) -> list[Cited]:
    """Return every tuple that the lines cite, by the files that are what they were."""
    found: list[Cited] = []
    evidence = set[tuple[str, str | None]]()
    for line in lines:
        if line.event["event"] == "evidence":
            held = _said(result, case, line, hashes, contents.Evidence)
            evidence = {(blob.name, blob.sha256) for blob in held.blobs} if held else evidence
        elif line.event["event"] in CITING:
            said = _said(result, case, line, hashes, contents.CitedFile)
            number = line.event["n"]
            cited = said.tuples if said else []
            found += [Cited(number, each, (each.blob, each.blob_sha256) in evidence) for each in cited]
            if said and len(cited) != line.event["cited"]:
                told = (
                    f"number {number:,} cites {line.event['cited']:,} tuples, and its file has {len(cited):,}"
                )
                result.problems.append(f"{case / LINES}: {told}")
    return found


def tell_outside_evidence(result: Verification, case: Path, cited: Iterable[Cited]) -> None:
    """Tell of blobs that a line cites and that the evidence, as the case has it, does not hold so."""
    for number, name in dict.fromkeys(
        (each.number, each.tuple.blob) for each in cited if not each.in_evidence
    ):
        result.problems.append(
            f"{case / LINES}: number {number:,} cites the blob {visible(name)} with a SHA-256 that "
            "the evidence, as the case tells of it, does not have"
        )


def _read(result: Verification, case: Path, hashes: Mapping[str, str]) -> list[Line]:
    """Return the lines before the first that is not bound to the one before it."""
    path, lines = case / LINES, list[Line]()
    if path.name not in hashes:
        if kind_at(path) == "missing":
            result.problems.append(f"{path}: missing. Without it nothing in the case can be proven")
        return lines
    try:
        for line in read_chain(path, objection):
            result.take(line)
            lines.append(line)
    except BrokenChainError as error:
        result.problems.append(f"{path}: {error}, so something was changed, taken out or put in")
        result.broken = True
    else:
        if not is_begun(lines):
            result.problems.append(f"{path}: no line in it says that a case was opened")
    return lines


def _said(result: Verification, case: Path, line: Line, hashes: Mapping[str, str], form: type[T]) -> T | None:
    """Return what the file of a line says; None where it was told already that it is not what it was."""
    (kept,) = kept_files([line])
    if hashes.get(kept.name) != kept.sha256:
        return None
    try:
        return contents.decoded((case / kept.name).read_bytes(), form)
    except contents.StrangeContentError:
        result.problems.append(f"{case / kept.name}: says what no file of a case does")
    except OSError as error:
        result.problems.append(f"{case / kept.name}: cannot be read: {error.strerror}")
    return None


def _tell_left_over(result: Verification, lines: Iterable[Line], hashes: Mapping[str, str]) -> None:
    """Tell of files that no line names: strangers, and what an ended process left, which is a note."""
    named = {LINES, *(kept.name for kept in kept_files(lines))}
    whole = []
    for name in (name for name in hashes if name not in named):
        if _is_kept(name, hashes[name]):
            whole.append(name)
        elif name.startswith(f"{FILES}/") and name.endswith(".part"):
            result.notes.append(f"{visible(result.folder / name)}: a process ended while it wrote this file.")
        else:
            result.problems.append(f"{visible(result.folder / name)}: no line of the case names this file")
    if whole:
        result.notes.append(
            f"{len(whole):,} kept file{'s'[: len(whole) != 1]} that no line names, such as {whole[0]}: a "
            "process ended before it wrote the line. It is no part of the case."
        )


def _is_kept(name: str, sha256: str) -> bool:
    """Whether a file is called as one that a case keeps, by its own SHA-256."""
    return name in {KeptFile(sha256, ending, 0).name for ending in ENDINGS}


def torn_bytes(result: Verification, case: Path, lines: Sequence[Line]) -> int:
    """Return how many bytes stand behind the last whole line."""
    return 0 if result.broken or not lines else (case / LINES).stat().st_size - lines[-1].end
