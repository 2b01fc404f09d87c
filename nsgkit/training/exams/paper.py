"""The questions of an exam: the same exercises for all, chosen by the secret; other rows for each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from nsgkit.errors import NsgkitError
from nsgkit.training.exams.secret import derived
from nsgkit.training.exercise import Case, Exercise, draw
from nsgkit.training.tracks import TRACKS, exercises_of

MOST = 200  # questions of an exam
ROWS_ALONE = ("fields", "counting")  # the tracks whose questions are made at once, and fit on a page


@dataclass(frozen=True)
class Asked:
    """A question of a learner: its name in the exam, the exercise, and the learner's own rows.

    `logs` is the folder of the company's logs, beside the questions; empty where there are a few rows.
    """

    name: str
    exercise: Exercise
    case: Case
    logs: str = ""


def every_exercise() -> dict[str, Exercise]:
    """Return all exercises by name, track by track."""
    return {exercise.name: exercise for track in TRACKS for exercise in exercises_of(track)}


def choose(
    secret: bytes, questions: int, levels: tuple[int, int], tracks: Sequence[str] = ROWS_ALONE
) -> list[Exercise]:
    """Return so many exercises of these levels and tracks, the easy ones first.

    Where there are fewer, each comes again.
    Raises NsgkitError where there are none, and for a track that there is not.
    """
    if not 1 <= questions <= MOST:
        raise NsgkitError(f"An exam has 1 to {MOST} questions, not {questions:,}.")
    lowest, highest = levels
    every = [exercise for track in tracks for exercise in exercises_of(track)]
    pool = [exercise for exercise in every if lowest <= exercise.level <= highest]
    if not pool:
        there = sorted({exercise.level for exercise in every})
        raise NsgkitError(
            f"No exercise has a level from {lowest} to {highest}. There are the levels "
            f"{', '.join(map(str, there))}."
        )
    chance = Random(derived(secret, "exercises"))  # noqa: S311  drawn by the secret, to be drawn again
    drawn: list[Exercise] = []
    while len(drawn) < questions:
        drawn += chance.sample(pool, min(len(pool), questions - len(drawn)))
    return sorted(drawn, key=lambda exercise: (exercise.level, every.index(exercise)))


def paper(exercises: Sequence[Exercise], seed: str) -> list[Asked]:
    """Return the questions of the learner who has this seed."""
    rounds: Counter[str] = Counter()
    folders: dict[Path, str] = {}
    asked = []
    for number, exercise in enumerate(exercises, 1):
        case = draw(exercise, f"{seed}/{rounds[exercise.name]}")
        rounds[exercise.name] += 1
        logs = case.company and folders.setdefault(case.company.folder, f"company-{len(folders) + 1}")
        asked.append(Asked(f"q{number:02}", exercise, case, logs or ""))
    return asked


def without_logs(paper: Sequence[Asked]) -> list[Asked]:
    """Return the questions without the logs of companies, which are large: the right answers need none."""
    return [replace(asked, case=replace(asked.case, company=None)) for asked in paper]
