"""Grades what was handed in: the questions made again from the secret, the answers read as data alone."""

from dataclasses import dataclass, replace
from pathlib import Path

from nsgkit.errors import NsgkitError
from nsgkit.progress import progress
from nsgkit.training.checking import NOTHING, RIGHT, UNANSWERED, Feedback, check
from nsgkit.training.exams.handed_in import GRADED, REFUSED, HandedIn, look_through
from nsgkit.training.exams.learners import Learner
from nsgkit.training.exams.paper import Asked, without_logs
from nsgkit.training.exams.plan import Plan
from nsgkit.training.exams.recorded import read_recorded


@dataclass(frozen=True)
class Mark:
    """A question of a learner, and what came of it."""

    asked: Asked
    feedback: Feedback


@dataclass(frozen=True)
class Graded:
    """A learner's exam. Without a file that can be read there are no marks: nothing is known, not 0."""

    learner: Learner
    handed_in: HandedIn
    marks: tuple[Mark, ...] = ()

    @property
    def right(self) -> int | None:
        """How many answers are right; None where nothing could be graded."""
        return sum(mark.feedback.outcome == RIGHT for mark in self.marks) if self.marks else None

    @property
    def answered(self) -> int | None:
        """How many questions are answered; None where nothing could be graded."""
        return sum(mark.feedback.outcome != UNANSWERED for mark in self.marks) if self.marks else None


@dataclass(frozen=True)
class ClassResults:
    """What came of an exam, learner by learner as the names stand in the file, and what was left aside."""

    exercises: tuple[Asked, ...]
    learners: tuple[Graded, ...]
    strange: tuple[str, ...]


def grade_class(folder: Path, plan: Plan, secret: bytes) -> ClassResults:
    """Return what came of an exam. Of what was handed in the files of answers alone are opened."""
    handed_in, strange = look_through(folder, plan.learners)
    graded: list[Graded] = []
    for learner, asked in progress(
        plan.papers(secret), total=len(plan.learners), desc="Grading", unit="exam"
    ):
        graded.append(_graded(learner, handed_in[learner.folder], asked))
    return ClassResults(tuple(without_logs(asked)), tuple(graded), tuple(strange))


def _graded(learner: Learner, handed_in: HandedIn, paper: list[Asked]) -> Graded:
    if handed_in.path is None:
        return Graded(learner, handed_in)
    try:
        answers, problems = read_recorded(handed_in.path, {each.name: each.exercise.kind for each in paper})
    except NsgkitError as error:
        return Graded(learner, replace(handed_in, state=REFUSED, notes=(str(error), *handed_in.notes)))
    said = [check(each.exercise, each.case, answers.get(each.name, NOTHING)) for each in paper]
    marks = [*map(Mark, without_logs(paper), said)]
    return Graded(learner, HandedIn(GRADED, handed_in.path, (*problems, *handed_in.notes)), tuple(marks))
