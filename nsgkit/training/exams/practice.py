"""What a class has practised: tries, right answers and mistakes, from the files of progress."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nsgkit.case.report.markup import Element, table, tag
from nsgkit.errors import NsgkitError, shown
from nsgkit.training import answers
from nsgkit.training.checking import JUDGED, RIGHT, SLIP, WRONG
from nsgkit.training.exams.paper import every_exercise
from nsgkit.training.exercise import Exercise
from nsgkit.training.progress import Entry

_FIELDS = ("track", "exercise", "seed", "outcome", "slip")
_LARGEST = 50_000_000
_LONGEST = 80  # letters of an answer that is shown


@dataclass(frozen=True, repr=False)
class PracticeReport:
    """What was practised, as three tables; in a notebook all of them are shown.

    Attributes
    ----------
    exercises : pandas.DataFrame
        A row an exercise that was tried: how many rows were answered, how many of them right at the first
        try and without a hint before, and that share.
    mistakes : pandas.DataFrame
        Each named mistake and how often it was made, the most frequent first.
    unknown : pandas.DataFrame
        Wrong answers that no known mistake explains, and how often each was given.
    lost : int
        How many lines were torn, foreign, or about exercises that are not known.
    """

    exercises: pd.DataFrame
    mistakes: pd.DataFrame
    unknown: pd.DataFrame
    lost: int

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [
            ("Exercises", self.exercises), ("The most frequent mistakes", self.mistakes),
            ("Wrong answers that no known mistake explains", self.unknown),
        ]  # fmt: skip

    def __repr__(self) -> str:
        parts = (
            f"{title}\n{held.to_string(index=False) if len(held) else 'None.'}"
            for title, held in self._parts()
        )
        return "\n\n".join([*parts, self._said()])

    def _repr_html_(self) -> str:
        shown_ = [part for title, held in self._parts() for part in (tag("h4", title), _table(held))]
        return tag("div", *shown_, tag("p", self._said())).html

    def _said(self) -> str:
        return f"Lines that could not be read or are about no exercise: {self.lost:,}."


def report(progress: "str | Path | Iterable[str | Path]") -> PracticeReport:
    """Return what is hard, and which mistakes are made, in the practice of a learner or a class.

    Counting rule: what is counted is an exercise on one set of rows, in one file. It is right at the first
    try where its first answer was right and no hint or solution was looked at before.

    Parameters
    ----------
    progress : str, Path or several of them
        Files that `training.start(…, progress=…)` wrote. They are read as data, and may be anybody's.

    Returns
    -------
    PracticeReport
        With the tables `exercises`, `mistakes` and `unknown`.

    Raises
    ------
    NsgkitError
        Where a file is missing, too large, or cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from nsgkit import training
    >>> with TemporaryDirectory() as folder:
    ...     lesson = training.start("counting", progress=f"{folder}/progress.jsonl")
    ...     _ = lesson.connections.check(len(lesson.connections.lines))
    ...     made = training.report(f"{folder}/progress.jsonl")
    >>> made.mistakes.values.tolist()
    [['rows-as-connections', 'connections', 1]]
    """
    paths = [progress] if isinstance(progress, str | Path) else [*progress]
    known = every_exercise()
    found = [[_entry(line) for line in _lines(path)] for path in paths]
    kept = [[line for line in each if line and line["exercise"] in known] for each in found]
    lines = [line for each in kept for line in each]
    lost = sum(map(len, found)) - len(lines)
    return PracticeReport(_exercises(kept, known), _mistakes(lines), _unknown(lines), lost)


def _lines(path: "str | Path") -> list[bytes]:
    if not isinstance(path, str | Path):
        raise NsgkitError(
            f"report takes no {shown(path)}: give the path of a file, such as 'progress.jsonl'."
        )
    place = Path(path)
    if not place.is_file():
        raise NsgkitError(
            f"There is no file {path}. training.start(…, progress=…) writes it at the first answer."
        )
    if place.stat().st_size > _LARGEST:
        raise NsgkitError(f"{path} is larger than {_LARGEST:,} bytes: no practice writes as much.")
    try:
        return [line for line in place.read_bytes().split(b"\n") if line.strip()]
    except OSError as error:
        raise NsgkitError(f"{path} cannot be read: {error.strerror}.") from error


def _entry(line: bytes) -> Entry | None:
    """Return a line of practice; None where it is torn, or none."""
    try:
        told = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    good = isinstance(told, dict) and all(isinstance(told.get(field), str) for field in _FIELDS)
    return told if good else None


def _exercises(files: Iterable[list[Entry]], known: dict[str, Exercise]) -> pd.DataFrame:
    rounds: dict[tuple[int, str, str, str], list[str]] = {}
    for number, lines in enumerate(files):
        for line in lines:
            key = (number, line["track"], line["exercise"], line["seed"])
            rounds.setdefault(key, []).append(line["outcome"])
    judged = {key: outcomes for key, outcomes in rounds.items() if set(outcomes) & {*JUDGED}}
    tried = Counter(exercise for _, _, exercise, _ in judged)
    right = Counter(key[2] for key, outcomes in judged.items() if outcomes[0] == RIGHT)
    rows = [
        (name, exercise.level, exercise.skill, tried[name], right[name], right[name] / tried[name])
        for name, exercise in known.items() if tried[name]
    ]  # fmt: skip
    columns = ["exercise", "level", "skill", "answered", "right_at_first_try", "share_right"]
    return pd.DataFrame(rows, columns=columns)


def _mistakes(lines: Iterable[Entry]) -> pd.DataFrame:
    made = Counter((line["slip"], line["exercise"]) for line in lines if line["outcome"] == SLIP)
    return _counted(made, ["mistake", "exercise", "times"])


def _unknown(lines: Iterable[Entry]) -> pd.DataFrame:
    given = Counter(
        (_told(line.get("answer")), line["exercise"]) for line in lines if line["outcome"] == WRONG
    )
    return _counted(given, ["answer", "exercise", "times"])


def _counted(counted: "Counter[tuple[str, str]]", columns: list[str]) -> pd.DataFrame:
    rows = sorted(((*what, times) for what, times in counted.items()), key=lambda row: (-row[2], row))
    return pd.DataFrame(rows, columns=columns)


def _told(answer: Any) -> str:
    """Return an answer as it stands in a file, short: it may be anything that JSON holds."""
    try:
        text = answers.shown(tuple(answer) if isinstance(answer, list) else answer)
    except (RecursionError, OverflowError, ValueError):
        return "not readable"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _table(held: pd.DataFrame) -> Element:
    if held.empty:
        return tag("p", "None.")
    shares = held.assign(**{name: held[name].map("{:.0%}".format) for name in held if name == "share_right"})
    return table([*map(str, shares)], shares.astype(str).to_numpy().tolist())
