"""One question, put to a learner: its rows, and what is said of an answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pandas as pd

from nsgkit.enrich.network import Network
from nsgkit.errors import NsgkitError
from nsgkit.flows.logs import FlowLogs
from nsgkit.html import escape
from nsgkit.training.checking import SLIP, WRONG, Feedback, check, given_in
from nsgkit.training.companies import Company
from nsgkit.training.exercise import Exercise, draw
from nsgkit.training.rows import as_html, as_text
from nsgkit.training.solutions import solution, worked_example

if TYPE_CHECKING:
    import ipywidgets

Told = Callable[["Question", Feedback], None]  # who hears of each answer, as a progress file does
Again = Callable[[], "Question"]  # who has other rows, as a lesson does
_TWICE = 2  # after which a slip is shown on other rows, and a hint is proposed


class Question:
    """A question with its rows. Its name and seed make the same rows again, on any machine.

    Attributes
    ----------
    lines : list of str
        The rows as they stand in the log.
    flows : pandas.DataFrame
        The same rows as `nsgkit.read_logs` gives them; the index is the number of the line, from 1.
    logs : nsgkit.FlowLogs
        Where a company is asked about: its logs, as `nsgkit.read_logs` reads them. `conversations` are its
        connections, each once, `network` is what it knows about its own network, and `folder` is where
        all of it lies.
    asked : mapping
        What the question names, to compute with: `asked["pairs"]`, where it is about pairs of addresses.
    """

    def __init__(
        self, exercise: Exercise, seed: object = 0, told: Told | None = None, again: Again | None = None
    ) -> None:
        self.exercise, self.seed = exercise, seed
        self.case = draw(exercise, seed)
        self.hints = 0  # that were seen
        self._told, self._again, self._since = told, again, monotonic()
        self._slips: list[str] = []  # of all wrong answers; "" where no mistake is known

    @property
    def lines(self) -> list[str]:
        """The rows as they stand in the log."""
        return [line.text for line in self.case.lines]

    @cached_property
    def flows(self) -> pd.DataFrame:
        """The rows as a flow table."""
        return self.case.flows

    @property
    def logs(self) -> FlowLogs:
        """The logs of the company that is asked about."""
        return self._company.logs

    @property
    def conversations(self) -> pd.DataFrame:
        """The company's connections, each once."""
        return self._company.conversations

    @property
    def network(self) -> Network:
        """What the company knows about its own network."""
        return self._company.network

    @property
    def asked(self) -> Mapping[str, Any]:
        """What the question names, by the words that its solution uses."""
        found: Mapping[str, Any] = self.case.said(self.case.asked)
        return found

    @property
    def folder(self) -> Path:
        """Where the company's logs lie, as long as anybody holds the question."""
        return self._company.folder

    @property
    def _company(self) -> Company:
        if self.case.company is None:
            raise NsgkitError("This question has a few rows and no logs: they are in .lines and in .flows.")
        return self.case.company

    @property
    def seconds(self) -> int:
        """How long ago the question was first put."""
        return int(monotonic() - self._since)

    def check(self, *answer: Any) -> Feedback:
        """Say whether an answer is right, and if not, which mistake leads to it.

        `answer` may be anything that pandas gives: a number, a column of one value, a text; several where the
        question asks for several. `None` and "unknown" say that the rows do not tell it. It never raises.
        """
        feedback = check(self.exercise, self.case, given_in(answer))
        if feedback.outcome in (SLIP, WRONG):
            self._slips.append(feedback.slip)
            feedback = replace(feedback, more=self._help(feedback.slip))
        return self._tell(feedback)

    def _help(self, slip: str) -> str:
        """Return what is added where a slip was made again, or where nothing is known of two answers."""
        if slip:
            again = self._slips.count(slip) >= _TWICE
            return worked_example(self.exercise, self.case, self.seed, slip) if again else ""
        return ".hint() tells where to look." if self._slips[-_TWICE:] == [""] * _TWICE else ""

    def hint(self) -> Feedback:
        """Return the next of three hints: where to look, which rule, nearly the call; then the last again."""
        number = min(self.hints, len(self.exercise.hints) - 1)
        self.hints += 1
        return self._tell(Feedback("hint", f"{number + 1} of 3: {self.exercise.hints[number]}"))

    def solution(self) -> Feedback:
        """Return the call that answers it, run on these rows, and what each mistake would have given."""
        return self._tell(Feedback("solution", solution(self.exercise, self.case)))

    def form(self) -> "ipywidgets.VBox":
        """Return a panel in which the question is answered by clicks and keys; it calls `check`."""
        made: ipywidgets.VBox = import_module("nsgkit.training.form").form(self)  # only it knows widgets
        return made

    def again(self) -> "Question":
        """Return the same exercise on other rows."""
        return self._again() if self._again else Question(self.exercise, f"{self.seed}+", self._told)

    def _tell(self, feedback: Feedback) -> Feedback:
        try:
            if self._told:
                self._told(self, feedback)
        except NsgkitError as error:  # an answer is judged, also where it cannot be noted
            return replace(feedback, more=f"{feedback.more}\n{error}".strip())
        return feedback

    def __repr__(self) -> str:
        return f"{self.exercise.name}: {self.exercise.question(self.case)}\n\n{as_text(self.case)}"

    def _repr_html_(self) -> str:
        lines = self.exercise.question(self.case).splitlines()
        asked = f"<strong>{'<br>'.join(escape(line) for line in lines)}</strong>"
        return f"<p><code>{escape(self.exercise.name)}</code> {asked}</p>{as_html(self.case)}"
