"""A lesson: its exercises by name, each with rows of its own, and how far a learner has come."""

from collections.abc import Iterator
from functools import partial
from numbers import Integral
from pathlib import Path

import pandas as pd

from nsgkit.errors import NsgkitError, shown
from nsgkit.html import escape, visible
from nsgkit.training.checking import Feedback
from nsgkit.training.exercise import Exercise
from nsgkit.training.progress import MASTERED, Progress, progress_table, weakest
from nsgkit.training.question import Question
from nsgkit.training.tracks import exercises_of

_SEEDS = 2**63


def start(track: str, *, seed: int = 0, progress: "str | Path | None" = None) -> "Lesson":
    """Return a lesson: exercises on rows that are made from a seed, the same for everybody who takes it.

    Parameters
    ----------
    track : str
        "fields" or "counting".
    seed : int
        Another seed, other rows.
    progress : str, Path or None
        A file to note each check in, such as "progress.jsonl"; it is continued. None: only in memory. It
        stays on this machine, and has no name in it.

    Returns
    -------
    Lesson

    Raises
    ------
    NsgkitError
        Where there is no such track, the seed is no whole number, or the file cannot be used.

    Examples
    --------
    >>> lesson = start("counting")
    >>> lesson.connections.check(None).outcome
    'wrong'
    """
    return Lesson(track, exercises_of(track), _checked(seed), Progress(progress))


class Lesson:
    """The exercises of a track by name: `lesson.size` and `lesson["size"]` are the same question."""

    def __init__(self, track: str, exercises: tuple[Exercise, ...], seed: int, progress: Progress) -> None:
        self.track, self.seed = track, seed
        self._exercises = {exercise.name: exercise for exercise in exercises}
        self._progress = progress
        self._rounds = dict.fromkeys(self._exercises, 0)
        self._questions: dict[str, Question] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._exercises)

    def __len__(self) -> int:
        return len(self._exercises)

    def __getitem__(self, name: str) -> Question:
        if not isinstance(name, str) or name not in self._exercises:
            raise NoExerciseError(f"There is no exercise {shown(name)}. Choose one of {', '.join(self)}.")
        if name not in self._questions:
            seed = f"{self.seed}/{self._rounds[name]}"
            again = partial(self.again, name)
            self._questions[name] = Question(self._exercises[name], seed, self._heard, again)
        return self._questions[name]

    def __getattr__(self, name: str) -> Question:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> list[str]:
        return sorted([*self._exercises, "again", "progress", "seed", "track"])

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def again(self, name: str = "") -> Question:
        """Return the same exercise on other rows; without a name, of the skill that is weakest so far."""
        name = self[name or weakest(self.progress())].exercise.name  # a wrong name is told
        self._rounds[name] += 1
        del self._questions[name]
        return self[name]

    def progress(self) -> pd.DataFrame:
        """Return how far one has come: a row an exercise, with tries, slips, hints and state."""
        return progress_table(self._exercises.values(), self._progress.lines, self.track)

    def _heard(self, question: Question, feedback: Feedback) -> None:
        self._progress.add(self.track, question, feedback)

    def _said(self) -> str:
        """Say what the lesson has, what is next, and what of the progress file is none of it."""
        table = self.progress()
        done = int((table["state"] == MASTERED).sum())
        said = f"{self.track}: {len(self)} exercises, seed {self.seed}, {done} mastered."
        following = f" Next: lesson.{weakest(table)}." if done < len(table) else " All of them."
        return " ".join([said + following, *self._progress.told()])

    def __repr__(self) -> str:
        return f"{visible(self._said())}\n{self.progress().to_string(index=False)}"

    def _repr_html_(self) -> str:
        table = self.progress()
        head = "".join(f'<th style="text-align: left">{escape(name)}</th>' for name in table)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
            for cells in table.itertuples(index=False, name=None)
        )
        return f"<p>{escape(self._said())}</p><table><thead><tr>{head}</tr></thead>{rows}</table>"


class NoExerciseError(NsgkitError, AttributeError):
    """A lesson has no exercise of this name, whichever way it was asked for."""


def _checked(seed: object) -> int:
    whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if not whole or abs(int(seed)) >= _SEEDS:  # type: ignore[call-overload]
        raise NsgkitError(f"seed takes no {shown(seed)}: give a whole number, such as 7.")
    return int(seed)  # type: ignore[call-overload,no-any-return]
