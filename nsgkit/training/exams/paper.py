"""The questions of an exam: the same exercises for all, chosen by the secret; other rows for each name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from nsgkit.errors import NsgkitError
from nsgkit.training.exams.secret import derived
from nsgkit.training.exercise import Case, Exercise, draw
from nsgkit.training.tracks import TRACKS, exercises_of

MOST = 200  # questions of an exam


@dataclass(frozen=True)
class Asked:
    """A question of a learner: its name in the exam, the exercise, and the learner's own rows."""

    name: str
    exercise: Exercise
    case: Case


def every_exercise() -> dict[str, Exercise]:
    """Return all exercises by name, track by track."""
    return {exercise.name: exercise for track in TRACKS for exercise in exercises_of(track)}


def choose(secret: bytes, questions: int, levels: tuple[int, int]) -> list[Exercise]:
    """Return so many exercises of these levels, the easy ones first; each again where there are fewer."""
    if not 1 <= questions <= MOST:
        raise NsgkitError(f"An exam has 1 to {MOST} questions, not {questions:,}.")
    lowest, highest = levels
    every = [*every_exercise().values()]
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
    asked = []
    for number, exercise in enumerate(exercises, 1):
        case = draw(exercise, f"{seed}/{rounds[exercise.name]}")
        rounds[exercise.name] += 1
        asked.append(Asked(f"q{number:02}", exercise, case))
    return asked
