"""Prove, without a network, that an evidence folder is still what it was when it was downloaded."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from nsgkit.errors import EvidenceChangedError, NoLogsError
from nsgkit.evidence.folder import BLOBS, SUMS, as_folder, blob_key, is_evidence, part_path, read_parts
from nsgkit.evidence.manifest import FIRST, MANIFEST, read_manifest
from nsgkit.evidence.writer import sum_lines
from nsgkit.html import visible


@dataclass
class Verification:
    """What became of the evidence; it prints as a few sentences."""

    folder: Path
    files: int = 0  # that were read again
    size: int = 0  # bytes, of these
    lines: int = 0  # of the manifest
    head: str = FIRST  # SHA-256 of the manifest's last line
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything is as it was."""
        return not self.problems

    def __str__(self) -> str:
        found = f"{self.files:,} files ({self.size:,} bytes) and {self.lines:,} lines of the manifest checked"
        if self.ok:
            return (
                f"{self.folder}: unchanged. {found}. Note down the manifest's last SHA-256, {self.head}: "
                "whoever has it can tell later whether lines were cut off at the end."
            )
        return "\n".join(
            [
                f"{self.folder}: CHANGED. {found}; {len(self.problems):,} problems:",
                *(f"  {problem}" for problem in self.problems),
            ]
        )

    __repr__ = __str__


def verify(folder: str | Path) -> Verification:
    """Check every file and every line of an evidence folder against its manifest.

    It reads all files again and writes nothing. `problems` names each file that was changed, is
    missing or does not belong there, and the first line of the manifest that is not bound to the
    one before. Raises NoLogsError where the folder is no evidence folder.

    >>> verify("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nsgkit.errors.NoLogsError: no such folder is no evidence folder: ...
    """
    folder = as_folder(folder, "folder")
    if not is_evidence(folder):
        raise NoLogsError(
            f"{folder} is no evidence folder: it holds no {MANIFEST}. nsgkit.download makes one."
        )
    result = Verification(folder)
    strangers = {path for path in (folder / BLOBS).rglob("*") if path.is_file()}
    stored = _read_lines(result)
    with tqdm(
        total=sum(e["parts"][-1][1] for e in stored), unit="B", unit_scale=True, unit_divisor=1024
    ) as bar:
        for event in stored:
            path = _check(result, event)
            strangers.discard(path)
            bar.update(event["parts"][-1][1])
    result.problems += [f"{path}: the manifest does not know this file" for path in sorted(strangers)]
    _check_sums(result)
    return result


def _read_lines(result: Verification) -> list[dict[str, Any]]:
    stored = []
    try:
        for line in read_manifest(result.folder):
            result.lines, result.head = result.lines + 1, line.sha256
            if line.event["event"] == "stored":
                stored.append(line.event)
    except EvidenceChangedError as error:
        result.problems.append(str(error))
    return stored


def _check(result: Verification, event: dict[str, Any]) -> Path:
    """Check the newest part of a blob, and with it the blob as it then was; return the part's file."""
    key = blob_key(event["account"], event["container"], event["name"])
    parts = [(part_path(result.folder, key, number), length) for number, length in event["parts"]]
    path, length = parts[-1]
    if not path.is_file():
        result.problems.append(f"{path}: missing. It holds {visible(event['name'])}")
        return path
    result.files += 1
    result.size += path.stat().st_size
    if path.stat().st_size != length:
        result.problems.append(
            f"{path}: {path.stat().st_size:,} bytes instead of {length:,}. It holds {visible(event['name'])}"
        )
    elif _sha256([parts[-1]]) != event["file_sha256"]:
        result.problems.append(f"{path}: other bytes than were downloaded. It holds {visible(event['name'])}")
    elif len(parts) > 1 and all(p.is_file() for p, _ in parts) and _sha256(parts) != event["sha256"]:
        result.problems.append(
            f"{path}: together with its earlier parts it is no longer {visible(event['name'])}"
        )
    return path


def _check_sums(result: Verification) -> None:
    path = result.folder / SUMS
    written = set(path.read_bytes().splitlines()) if path.exists() else set()
    try:
        expected = {line.rstrip(b"\n") for line in sum_lines(result.folder)}
    except EvidenceChangedError:
        return
    if strange := written - expected:
        result.problems.append(f"{path}: {len(strange):,} lines that the manifest does not know")


def _sha256(parts: list[tuple[Path, int]]) -> str:
    digest = hashlib.sha256()
    for data in read_parts(parts):
        digest.update(data)
    return digest.hexdigest()
