"""What a learner has done: a line a check, in memory or in a file that only grows; and what it shows."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.append import append_line
from nsgkit.training.checking import JUDGED, RIGHT, SLIP, UNANSWERED, WRONG, WRONG_KIND, Feedback
from nsgkit.training.exercise import Exercise

if TYPE_CHECKING:
    from nsgkit.training.question import Question

MASTERED, GOING, NEW = "mastered", "on the way", "not yet tried"
IN_A_ROW = 2  # right answers on different rows, without a hint, after which a skill is mastered
_KEYS = {"time": str, "track": str, "exercise": str, "seed": str, "outcome": str, "slip": str}

Entry = Mapping[str, Any]


class Progress:
    """The lines so far; `lost` is how many of the file are torn, or none of ours: they stay in it, unread."""

    def __init__(self, path: "str | Path | None" = None) -> None:
        self.path = None if path is None else _file(path)
        self.lines: list[Entry] = []
        self.lost = 0
        if self.path is not None:
            self._read(self.path)

    def add(self, track: str, question: "Question", feedback: Feedback) -> None:
        """Note a check, a hint or a look at the solution; what was not answered is nothing."""
        if feedback.outcome == UNANSWERED:
            return
        line = {
            "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "track": track,
            "exercise": question.exercise.name,
            "seed": str(question.seed),
            "outcome": feedback.outcome,
            "slip": feedback.slip,
            "answer": feedback.answer,
            "hints": question.hints,
            "seconds": question.seconds,
        }
        self.lines.append(line)
        if self.path is not None:
            self._write(self.path, line)

    def told(self) -> Iterator[str]:
        """Say what of the file could not be read; nothing where all of it was."""
        if self.lost:
            lines = "1 line" if self.lost == 1 else f"{self.lost:,} lines"
            yield f"{lines} of {self.path} could not be read and did not count."

    def _read(self, path: Path) -> None:
        text = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
        for line in filter(str.strip, text.split("\n")):
            if (entry := _entry(line)) is None:
                self.lost += 1
            else:
                self.lines.append(entry)

    def _write(self, path: Path, line: Entry) -> None:
        try:
            append_line(path, json.dumps(line).encode() + b"\n")
        except OSError as error:
            raise NsgkitError(f"{path}: this could not be noted: {error.strerror}.") from error


def _file(given: object) -> Path:
    """Return the file to note in, which can be written; it is made by the first line only."""
    if not isinstance(given, str | os.PathLike):
        raise NsgkitError(f"progress takes no {shown(given)}: give a file, such as 'progress.jsonl'.")
    try:
        path = Path(given).expanduser()
        with suppress(FileNotFoundError):
            path.read_bytes()
        good = os.access(path if path.exists() else path.parent, os.W_OK) and path.parent.is_dir()
        why = "" if good else "its folder is not there, or it cannot be written"
    except (OSError, ValueError, RuntimeError) as error:
        good, why = False, getattr(error, "strerror", None) or str(error)
    if not good:
        raise NsgkitError(f"{given}: progress cannot be noted here: {why}. Name a file to write to.")
    return path


def _entry(line: str) -> Entry | None:
    """Return a line of the file; None where it is torn, or not one of ours."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    good = isinstance(found, dict) and all(isinstance(found.get(key), kind) for key, kind in _KEYS.items())
    return found if good else None


def progress_table(exercises: Iterable[Exercise], lines: Sequence[Entry], track: str) -> pd.DataFrame:
    """Return a row an exercise: level, skill, tries, slips, hints, and whether the skill is mastered."""
    rows = []
    for exercise in exercises:
        own = [line for line in lines if line["track"] == track and line["exercise"] == exercise.name]
        outcomes = [line["outcome"] for line in own]
        rows.append({
            "exercise": exercise.name, "level": exercise.level, "skill": exercise.skill,
            "tries": sum(outcome in JUDGED for outcome in outcomes),
            "slips": outcomes.count(SLIP) + outcomes.count(WRONG), "hints": outcomes.count("hint"),
            "state": MASTERED if is_mastered(own) else GOING if own else NEW,
        })  # fmt: skip
    return pd.DataFrame(rows)


def is_mastered(lines: Sequence[Entry]) -> bool:
    """Return whether the last two rows that were answered were right at once, without a hint or solution."""
    rounds: dict[str, list[str]] = {}
    for line in lines:
        if line["outcome"] != WRONG_KIND:  # nothing is counted
            rounds.setdefault(line["seed"], []).append(line["outcome"])
    clean = [outcomes[0] == RIGHT for outcomes in rounds.values()]
    return len(clean) >= IN_A_ROW and all(clean[-IN_A_ROW:])


def weakest(table: pd.DataFrame) -> str:
    """Return the exercise to go on with: tried and not mastered, the most slips first; else the next new."""
    open_ = table[table["state"] != MASTERED]
    if open_.empty:
        open_ = table
    order = open_.sort_values(["slips", "level"], ascending=[False, True], kind="stable")
    return str(order["exercise"].iloc[0])
