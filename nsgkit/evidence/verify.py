"""Prove, without a network, that an evidence folder is still what it was when it was downloaded."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from nsgkit.errors import EvidenceChangedError, NoLogsError
from nsgkit.evidence.checks import check_files, check_noted, check_sums, tell_strangers, what_lies_there
from nsgkit.evidence.folder import as_folder, is_evidence
from nsgkit.evidence.manifest import MANIFEST, read_manifest
from nsgkit.evidence.strangers import kind_at, lost_manifest, unexpected
from nsgkit.evidence.verification import Verification, as_head
from nsgkit.html import visible

_TOLD = {  # events that are notes, and what each says of a blob
    "changed here": "its stored files no longer held what was downloaded when a download wanted to read on",
    "rewritten": "Azure's copy was rewritten after it had been read; what had been read is kept",
}


def verify(folder: str | Path, *, head: str | None = None) -> Verification:
    """Check every file and every line of an evidence folder against its manifest.

    It reads all files again, follows no links and writes nothing. `problems` names each file that was
    changed, is missing or does not belong there, and the first line of the manifest that is not bound to
    the one before; `notes` what is worth knowing and changes nothing.

    `head` is the SHA-256 of the manifest's last line as it was written down earlier: `download` and
    `verify` print it. It proves that up to that line nothing was cut off or made anew, which the folder
    alone cannot.

    Raises NoLogsError where the folder is no evidence folder, NsgkitError where `head` is no SHA-256.

    >>> verify("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nsgkit.errors.NoLogsError: no such folder is no evidence folder: ...
    """
    folder = as_folder(folder, "folder")
    result = Verification(folder, noted=as_head(head))
    if not is_evidence(folder):
        if not lost_manifest(folder):
            raise NoLogsError(
                f"{folder} is no evidence folder: it holds no {MANIFEST}. nsgkit.download makes one."
            )
        there = what_lies_there(kind_at(folder / MANIFEST))
        result.problems.append(f"{folder / MANIFEST}: {there}. Without it nothing here can be proven.")
        return result
    beside = list(unexpected(folder))  # before the manifest: a download may be adding to both
    events = _read_lines(result)
    listed = check_files(result, events["stored"]) | check_noted(result, events["unlisted"])
    tell_strangers(result, (entry for entry in beside if entry.name not in listed))
    _tell_events(result, events)
    check_sums(result)
    return result


def _read_lines(result: Verification) -> dict[str, list[dict[str, Any]]]:
    """Return the lines that say something of files, by their event."""
    events: dict[str, list[dict[str, Any]]] = defaultdict(list)
    end = 0
    try:
        for line in read_manifest(result.folder):
            result.take(line)
            end = line.end
            if line.event["event"] in {"stored", "unlisted", *_TOLD}:
                events[line.event["event"]].append(line.event)
    except EvidenceChangedError as error:
        result.problems.append(str(error))
        result.broken = True
    else:
        _check_end(result, end)
    result.check_head(result.folder / MANIFEST)
    return events


def _check_end(result: Verification, end: int) -> None:
    path = result.folder / MANIFEST
    torn = path.stat().st_size - end
    if torn > 0:
        result.notes.append(
            f"{path}: its last {torn:,} bytes are a torn line, without a line break: a process ended while "
            "it was written. The next download takes it off and says so."
        )
    if not result.lines:
        result.problems.append(f"{path}: no line in it. Its first download never began, or it was emptied.")


def _tell_events(result: Verification, events: dict[str, list[dict[str, Any]]]) -> None:
    for event, what in _TOLD.items():
        if told := events[event]:
            name, number = visible(told[0]["name"]), len(told)
            others = f" and {number - 1:,} more" if number > 1 else ""
            result.notes.append(f"{name}{others}: {what}.")
