"""One question, put to a learner: its rows, and what is said of an answer."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pandas as pd

from nsgkit.html import escape
from nsgkit.training.checking import NOTHING, Feedback, check
from nsgkit.training.exercise import Exercise, draw
from nsgkit.training.solutions import solution

Told = Callable[["Question", Feedback], None]  # who hears of each answer, as a progress file does


class Question:
    """A question with its rows. Its name and seed make the same rows again, on any machine.

    Attributes
    ----------
    lines : list of str
        The rows as they stand in the log.
    flows : pandas.DataFrame
        The same rows as `nsgkit.read_logs` gives them; the index is the number of the line, from 1.
    """

    def __init__(self, exercise: Exercise, seed: object = 0, told: Told | None = None) -> None:
        self.exercise, self.seed = exercise, seed
        self.case = draw(exercise, seed)
        self._told, self._hints = told, 0

    @property
    def lines(self) -> list[str]:
        """The rows as they stand in the log."""
        return [line.text for line in self.case.lines]

    @cached_property
    def flows(self) -> pd.DataFrame:
        """The rows as a flow table."""
        return self.case.flows

    def check(self, *answer: Any) -> Feedback:
        """Say whether an answer is right, and if not, which mistake leads to it.

        `answer` may be anything that pandas gives: a number, a column of one value, a text; several where the
        question asks for several. `None` and "unknown" say that the rows do not tell it. It never raises.
        """
        given = answer[0] if len(answer) == 1 else answer if answer else NOTHING
        feedback = check(self.exercise, self.case, given)
        if self._told:
            self._told(self, feedback)
        return feedback

    def hint(self) -> Feedback:
        """Return the next of three hints: where to look, which rule, nearly the call; then the last again."""
        number = min(self._hints, len(self.exercise.hints) - 1)
        self._hints += 1
        feedback = Feedback("hint", f"{number + 1} of 3: {self.exercise.hints[number]}")
        if self._told:
            self._told(self, feedback)
        return feedback

    def solution(self) -> Feedback:
        """Return the call that answers it, run on these rows, and what each mistake would have given."""
        feedback = Feedback("solution", solution(self.exercise, self.case))
        if self._told:
            self._told(self, feedback)
        return feedback

    def __repr__(self) -> str:
        rows = "\n".join(f"{number:>3}  {where}  {text}" for number, where, text in self._rows())
        return f"{self.exercise.question(self.case)}\n\n{rows or self._record()}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{number}</td><td>{escape(where)}</td>"
            f'<td style="text-align:left"><code>{escape(text)}</code></td></tr>'
            for number, where, text in self._rows()
        )
        table = f"<table><tr><th>Row</th><th>Where</th><th>As it stands in the log</th></tr>{rows}</table>"
        shown = table if rows else f"<pre>{escape(self._record())}</pre>"
        return f"<p><strong>{escape(self.exercise.question(self.case))}</strong></p>{shown}"

    def _rows(self) -> list[tuple[int, str, str]]:
        """Return number, NIC and family, and text of each line; nothing where a record is shown instead."""
        if self.case.record is not None:
            return []
        return [(number, line.where, line.text) for number, line in enumerate(self.case.lines, 1)]

    def _record(self) -> str:
        return json.dumps(self.case.record, indent=1)
