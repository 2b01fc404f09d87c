"""An exam, as its learner has it: answers are recorded beside the notebook, and not judged."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nsgkit.case.report.markup import table, tag
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.strangers import kind_at
from nsgkit.training import answers
from nsgkit.training.checking import NOTHING, UNANSWERED, WRONG_KIND, Feedback, given_in
from nsgkit.training.exams import recorded
from nsgkit.training.exams.paper import Asked
from nsgkit.training.exams.questions import read_questions
from nsgkit.training.given import WrongKindError
from nsgkit.training.question import Question

RECORDED = "recorded"
_OPEN = "not answered"


def open_exam(path: "str | Path" = "questions.json") -> "Exam":
    """Return the exam of a folder that was handed out: its questions, and what is answered so far.

    Each answer is written to answers.jsonl beside the questions, and may be given again: the last counts.
    Whether it is right is not told, and nothing is sent anywhere.

    Parameters
    ----------
    path : str or Path
        The file questions.json, as it was handed out.

    Returns
    -------
    Exam
        `exam.q01.check(…)` records an answer; `list(exam)` has the names of the questions.

    Raises
    ------
    NsgkitError
        Where the file is missing or not as it was handed out, or answers.jsonl cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from nsgkit.training.exams.making import make_exam
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "secret").write_text("not a good one, but long enough")
    ...     _ = Path(folder, "class.txt").write_text("Kim")
    ...     make_exam(f"{folder}/class.txt", f"{folder}/exam", seed_file=f"{folder}/secret", number=3)
    ...     exam = open_exam(f"{folder}/exam/kim/questions.json")
    ...     list(exam), exam.q01.check("unknown")
    1
    (['q01', 'q02', 'q03'], Recorded: unknown.)
    """
    place = Path(path)
    return Exam(read_questions(place), place.with_name(recorded.FILE))


class ExamQuestion(Question):
    """A question of an exam: its rows, and `check`, which records what is answered."""

    def __init__(self, asked: Asked, keep: Callable[[str, Any], None]) -> None:
        super().__init__(asked.exercise)
        self.name, self._keep = asked.name, keep

    def check(self, *answer: Any) -> Feedback:
        """Record an answer; given again, the last counts. A wrong kind is told, and not recorded."""
        given = given_in(answer)
        kind = self.exercise.kind
        if given is NOTHING:
            return Feedback(UNANSWERED, f"Not answered yet: give {kind.needs}.")
        try:
            found = answers.read(kind, given)
        except WrongKindError as error:
            return Feedback(WRONG_KIND, f"{error} Nothing is recorded.")
        self._keep(self.name, found)
        return Feedback(RECORDED, f"Recorded: {answers.shown(found)}.", answer=found)

    def hint(self) -> Feedback:
        """Say that an exam gives no hints."""
        return Feedback("hint", "An exam gives no hints.")

    def solution(self) -> Feedback:
        """Say that an exam gives no solutions."""
        return Feedback("solution", "An exam gives no solutions.")

    def again(self) -> "ExamQuestion":
        """Return the question itself: in an exam there are no other rows."""
        return self


class Exam:
    """The questions of an exam. `exam.q01` and `exam["q01"]` are the same question."""

    def __init__(self, paper: list[Asked], path: Path) -> None:
        self.path = path
        self._questions = {asked.name: ExamQuestion(asked, self._heard) for asked in paper}
        self.answers: dict[str, Any] = {}
        if kind_at(path) != "missing":
            kinds = {asked.name: asked.exercise.kind for asked in paper}
            self.answers |= recorded.read_recorded(path, kinds).answers

    def __iter__(self) -> Iterator[str]:
        return iter(self._questions)

    def __len__(self) -> int:
        return len(self._questions)

    def __getitem__(self, name: str) -> ExamQuestion:
        if name not in self._questions:
            raise NsgkitError(f"There is no question {shown(name)}. Choose one of {', '.join(self)}.")
        return self._questions[name]

    def __getattr__(self, name: str) -> ExamQuestion:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except NsgkitError as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return sorted([*self._questions, "answers", "path"])

    def _ipython_key_completions_(self) -> list[str]:
        return [*self]

    def _heard(self, name: str, answer: Any) -> None:
        recorded.record(self.path, name, answer)
        self.answers[name] = answer

    def _rows(self) -> list[tuple[str, str, str]]:
        """Return name, question and recorded answer of each."""
        return [
            (name, each.exercise.question_in_a_line(each.case),
             answers.shown(self.answers[name]) if name in self.answers else _OPEN)
            for name, each in self._questions.items()
        ]  # fmt: skip

    def _said(self) -> str:
        return f"{len(self.answers)} of {len(self)} questions are answered; the last answer counts."

    def __repr__(self) -> str:
        return "\n".join([self._said(), *("  ".join(row) for row in self._rows())])

    def _repr_html_(self) -> str:
        return tag("p", self._said()).html + table(["", "Question", "Recorded"], self._rows()).html
