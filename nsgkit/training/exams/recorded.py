"""answers.jsonl: what a learner answered, a line an answer; the file only grows, and the last line counts."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from nsgkit.errors import NsgkitError
from nsgkit.evidence.append import append_line
from nsgkit.evidence.strangers import kind_at
from nsgkit.training.answers import Kind, read
from nsgkit.training.given import WrongKindError

FILE = "answers.jsonl"
LARGEST = 4_000_000  # bytes of the file
_LONGEST = 100_000  # bytes of a line
_FIELDS = {"question", "answer", "time"}
_MOST = 10  # numbers of lines that are told


class Recorded(NamedTuple):
    """The last answer to each question, and what of the file is no answer, in sentences."""

    answers: dict[str, Any]
    problems: list[str]


def record(path: Path, question: str, answer: Any) -> None:
    """Add an answer; it is on the disk when this returns. A torn end is closed first, so nothing is lost.

    Raises NsgkitError where it cannot be written: an answer is never recorded in words alone.
    """
    told = {"question": question, "answer": answer, "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    line = json.dumps(told).encode() + b"\n"
    try:
        if _size(path) + len(line) >= LARGEST or len(line) > _LONGEST:
            raise NsgkitError("Not recorded: the answer is too long, or the file of answers is full.")
        append_line(path, line)
    except OSError as error:
        problem = error.strerror
    else:
        return
    raise NsgkitError(f"Not recorded: {path} cannot be written ({problem}). Tell your instructor.")


def _size(path: Path) -> int:
    """Return how large the file is; it is made by the first answer only."""
    if (kind := kind_at(path)) not in ("file", "missing"):
        raise NsgkitError(f"Not recorded: {path} is a {kind}. Take it away.")
    return path.stat().st_size if kind == "file" else 0


def read_recorded(path: Path, kinds: Mapping[str, Kind]) -> Recorded:
    """Return what was answered, read as data and nothing else.

    `kinds` are the kinds of answers by question: a line about another question, or with an answer of another
    kind, is none that an exam writes, and is listed. Raises NsgkitError where the file cannot be read, is
    larger than any exam's, or is no plain file.
    """
    if (kind := kind_at(path)) != "file":
        raise NsgkitError(f"{path.name} is a {kind}, and was not opened")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise NsgkitError(f"{path.name} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise NsgkitError(f"{path.name} is larger than {LARGEST:,} bytes, and was not read")
    return _read(data, kinds)


def _read(data: bytes, kinds: Mapping[str, Kind]) -> Recorded:
    answers: dict[str, Any] = {}
    strange: list[int] = []
    *lines, last = data.split(b"\n")
    for number, line in enumerate([*lines, last], 1):
        if not line.strip():
            continue
        try:
            question, answer = _answer(line, kinds)
        except (ValueError, RecursionError, WrongKindError):
            strange.append(number)
        else:
            answers[question] = answer
    problems = []
    if strange and strange[-1] == len(lines) + 1:
        problems.append(f"line {strange.pop()} of {FILE} is torn, and counts for nothing")
    if strange:
        problems.append(f"no answer that an exam writes, and not counted: {_numbered(strange)} of {FILE}")
    return Recorded(answers, problems)


def _answer(line: bytes, kinds: Mapping[str, Kind]) -> tuple[str, Any]:
    told = json.loads(line[:_LONGEST].decode("utf-8-sig"), parse_constant=_refuse)
    if not isinstance(told, dict) or told.keys() != _FIELDS:
        raise ValueError("no line of an exam")
    question = told["question"]
    if not isinstance(question, str) or question not in kinds or not isinstance(told["time"], str):
        raise ValueError("no line of an exam")
    return question, read(kinds[question], told["answer"])


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _numbered(numbers: list[int]) -> str:
    """Name lines by their numbers.

    >>> _numbered([3]), _numbered([3, 7]), _numbered([*range(1, 14)])
    ('line 3', 'lines 3, 7', 'lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more')
    """
    told = ", ".join(map(str, numbers[:_MOST]))
    more = f" and {len(numbers) - _MOST} more" if len(numbers) > _MOST else ""
    return f"line{'s' * (len(numbers) > 1)} {told}{more}"
