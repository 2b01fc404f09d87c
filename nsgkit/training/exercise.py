"""What an exercise is: rows made from a seed, one right answer, and mistakes with names.

The right answer and every mistake's answer are computed from the same case; a case in which two of them are
the same is drawn again, so that what is said of an answer is never ambiguous.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any, Final

import pandas as pd

from nsgkit.errors import NsgkitError
from nsgkit.training.answers import Kind, read
from nsgkit.training.companies import Company
from nsgkit.training.lines import Line, flow_table

MOST_TURNS = 200
NOT_HERE: Final = object()  # what a mistake leads to where these rows do not give the chance to make it


@dataclass(frozen=True)
class Case:
    """The rows of a question, and what was put into them.

    `facts` is what the maker knows: right answers are told by it, never by reading the rows again. `asked`
    has the words that the question takes up, such as the name of a machine. `record` is shown in place of
    the lines where the question is about a whole record. `company` is there where whole logs are asked about:
    exercises know its machines by the sample's words, and `words` puts a text into the company's own.
    """

    lines: tuple[Line, ...]
    facts: Mapping[str, Any]
    asked: Mapping[str, Any] = field(default_factory=dict)
    record: Mapping[str, Any] | None = None
    company: Company | None = None
    words: Callable[[str], str] = str

    def said(self, value: Any) -> Any:
        """Return what an exercise says, in the company's own words: a text, or several in one."""
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, Mapping):
            return {self.said(name): self.said(each) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.said(each) for each in value]
        return value

    @property
    def flows(self) -> pd.DataFrame:
        """The flow rows: those of the lines, whose index is a line's number, from 1; or all of a company."""
        return self.company.logs.flows if self.company else flow_table(self.lines)


@dataclass(frozen=True)
class Slip:
    """A mistake with a name: the answer that it leads to (or NOT_HERE), and what to say of it.

    `say` never holds the right answer, in no form. `see` is where it is taught, a notebook and its heading:
    "03-know-your-flow-log.ipynb#Begin,-continuing,-end".
    """

    name: str
    answer: Callable[[Case], Any]
    say: str
    see: str


@dataclass(frozen=True)
class Exercise:
    """An exercise: `ask` may take up what the case has in `asked`.

    `make` draws a case, or None where the dice give nothing to ask about; `right` tells the answer by what
    was put into it. `code` is the public call that gives it, on the rows as `flows` and the texts of the
    lines as `lines`, or on a company's `logs`, `conversations` and `network`, with what the question names as
    `asked`: it is shown as the solution. A word of `asked` or of the facts in braces stands for what the case
    has there. Exercises that `share` the same word throw the same dice, and so ask about the same company.
    """

    name: str
    level: int
    skill: str
    ask: str
    kind: Kind
    make: Callable[[Random], Case | None]
    right: Callable[[Case], Any]
    code: str
    slips: tuple[Slip, ...]
    hints: tuple[str, str, str]
    why: str
    see: str
    share: str = ""

    def right_answer(self, case: Case) -> Any:
        """Return the right answer, as answers of its kind are compared."""
        return read(self.kind, case.said(self.right(case)))

    def mistakes(self, case: Case) -> list[tuple[Slip, Any]]:
        """Return the mistakes that these rows give the chance to make, with the answers that they lead to."""
        led = [(slip, slip.answer(case)) for slip in self.slips]
        return [(slip, read(self.kind, case.said(answer))) for slip, answer in led if answer is not NOT_HERE]

    def question(self, case: Case) -> str:
        """Return what is asked of this case."""
        return case.words(self.ask.format(**case.asked))

    def question_in_a_line(self, case: Case) -> str:
        """Return what is asked without line breaks, as a table and a page show it."""
        return " ".join(self.question(case).splitlines())

    def call(self, case: Case) -> str:
        """Return the public call that answers this case; its other braces are Python's own."""
        code = self.code
        for name, word in {**case.facts, **case.asked}.items():
            code = code.replace(f"{{{name}}}", str(word))
        return case.words(code)


def draw(exercise: Exercise, seed: object) -> Case:
    """Return the first case of a seed whose right answer and mistakes are all different.

    Raises NsgkitError where no case of 200 is clear: then the exercise is at fault.
    """
    alike = None
    for turn in range(MOST_TURNS):
        dice = Random(f"nsgkit training: {exercise.share or exercise.name} {seed} {turn}")  # noqa: S311
        if (case := exercise.make(dice)) is not None and (alike := same_answers(exercise, case)) is None:
            return case
    why = f"{' and '.join(alike)} are the same" if alike else "the dice gave nothing to ask about"
    raise NsgkitError(f"{exercise.name}, seed {seed}: no clear case in {MOST_TURNS}, {why}.")


def same_answers(exercise: Exercise, case: Case) -> tuple[str, str] | None:
    """Return the names of two answers to this case that are the same; None where all are different."""
    answers = [("the right answer", exercise.right_answer(case))]
    answers += [(slip.name, answer) for slip, answer in exercise.mistakes(case)]
    for (one, first), (other, second) in combinations(answers, 2):
        if exercise.kind.same(first, second):
            return one, other
    return None
