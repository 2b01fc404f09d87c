"""The checks of `verify` that need the files: those stored, those that do not belong, and SHA256SUMS."""

from collections.abc import Iterable, Iterator
from typing import Any

from nsgkit.evidence.events import is_place_of_part
from nsgkit.evidence.folder import INCOMING, SUMS, part_names, sha256_of
from nsgkit.evidence.strangers import Entry, kind_at, kind_of_part
from nsgkit.evidence.verification import Verification
from nsgkit.evidence.writer import sum_lines
from nsgkit.html import visible
from nsgkit.progress import progress

_SUMS_AGAIN = "The manifest alone still proves the files; the next download writes it again."


def check_files(result: Verification, stored: list[dict[str, Any]]) -> set[str]:
    """Check all stored files and return where they must lie."""
    lie: set[str] = set()
    size = sum(event["parts"][-1][1] for event in stored)
    with progress(total=size, unit="B", unit_scale=True, unit_divisor=1024) as bar:
        for event in stored:
            name = part_names(event)[-1]
            lie.add(name)
            if problem := _problem(result, event):
                told = f"{result.folder / name}: {problem}. It holds {visible(event['name'])}"
                result.problems.append(told)
            bar.update(event["parts"][-1][1])
    return lie


def _problem(result: Verification, event: dict[str, Any]) -> str | None:
    """Check the newest part of a blob, and with it the blob as it then was."""
    names = part_names(event)
    lengths = (length for _, length in event["parts"])
    parts = [(result.folder / name, length) for name, length in zip(names, lengths, strict=True)]
    path, length = parts[-1]
    try:
        kind = kind_of_part(result.folder, names[-1])
        if kind != "file":
            return what_lies_there(kind)
        size = path.stat().st_size
        result.files, result.size = result.files + 1, result.size + size
        if size != length:
            return f"{size:,} bytes instead of {length:,}"
        if sha256_of([parts[-1]]) != event["file_sha256"]:
            return "other bytes than were downloaded"
        if len(parts) == 1 or any(kind_of_part(result.folder, name) != "file" for name in names):
            return None  # of an earlier part that is no file, its own line tells
        return None if sha256_of(parts) == event["sha256"] else "with its earlier parts it is another blob"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def check_noted(result: Verification, noted: list[dict[str, Any]]) -> set[str]:
    """Check what a download found lying there, and return where it lies: it is kept, and no evidence."""
    kept = {}
    for event in noted:
        path = result.folder / event["file"]
        try:
            kind = kind_of_part(result.folder, event["file"])
            same = kind == "file" and sha256_of([(path, path.stat().st_size)]) == event.get("file_sha256")
        except OSError as error:
            result.problems.append(f"{path}: cannot be read: {error.strerror}")
            continue
        if same or (kind not in {"file", "missing"} and event.get("file_sha256") is None):
            kept[event["file"]] = event
        else:
            result.problems.append(f"{path}: no longer what lay there when a download noted it")
    if kept:
        result.notes.append(
            f"{_files(len(kept))} of which no line told lay there when a download came, such as "
            f"{next(iter(kept))}. What lay there is kept and not read as evidence: a download was killed, or "
            "the manifest was cut off."
        )
    return {event["file"] for event in noted}


def tell_strangers(result: Verification, beside: Iterable[Entry]) -> None:
    """Tell what lies in the folder and is not the evidence's."""
    left_over, not_compared = 0, 0
    for entry in beside:
        path = visible(result.folder / entry.name)
        if entry.problem:
            result.problems.append(f"{path}: {entry.problem}")
        elif entry.kind != "file":
            result.problems.append(f"{path}: a {entry.kind} that does not belong here. It was not opened")
        elif entry.name.startswith(f"{INCOMING}/"):
            left_over += 1
        elif result.broken and is_place_of_part(entry.name):  # its line may come after the break
            not_compared += 1
        else:
            result.problems.append(f"{path}: the manifest does not know this file")
    if left_over:
        result.notes.append(
            f"{result.folder / INCOMING}: {_files(left_over)} of a download that was ended. None of it is "
            "evidence; the next download removes it."
        )
    if not_compared:
        result.notes.append(
            f"{_files(not_compared)} could not be compared: no line before the one at which the chain breaks "
            f"lists them. {SUMS} may still have their hashes."
        )


def check_sums(result: Verification) -> None:
    """Compare SHA256SUMS with the manifest; where the chain is broken, see only that it is there."""
    path, kind = result.folder / SUMS, kind_at(result.folder / SUMS)
    expected = [] if result.broken else [line.rstrip(b"\n") for line in sum_lines(result.folder)]
    if kind == "file":
        try:
            written = path.read_bytes().splitlines()
        except OSError as error:
            result.problems.append(f"{path}: cannot be read: {error.strerror}")
        else:
            told = [] if result.broken else _differences(expected, written)
            result.problems += [f"{path}: {difference}" for difference in told]
    elif expected or kind != "missing":
        result.problems.append(f"{path}: {what_lies_there(kind)}. {_SUMS_AGAIN}")


def _differences(expected: list[bytes], written: list[bytes]) -> Iterator[str]:
    known, there = set(expected), set(written)
    if strange := [line for line in dict.fromkeys(written) if line not in known]:
        first = visible(strange[0].decode("utf-8", "backslashreplace"))[:200]
        yield f"{_lines(strange)} that the manifest does not know, first {first}"
    if missing := [line for line in expected if line not in there]:
        first = missing[0].decode().partition("  ")[2]
        yield f"{_lines(missing)} missing, first that of {first}. {_SUMS_AGAIN}"


def what_lies_there(kind: str) -> str:
    """Say what is wrong with what lies where a file must be.

    >>> what_lies_there("link")
    'a link, where a file must be. It was not opened'
    """
    return kind if kind == "missing" else f"a {kind}, where a file must be. It was not opened"


def _lines(given: list[bytes]) -> str:
    return f"{len(given):,} line{'s'[: len(given) != 1]}"


def _files(number: int) -> str:
    return f"{number:,} file{'s'[: number != 1]}"
