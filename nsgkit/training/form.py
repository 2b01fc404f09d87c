"""A question in a panel: its rows, a field or buttons for the answer, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets

from nsgkit.explore.workbench.controls import button, row, tabs
from nsgkit.explore.workbench.panel import panel, report_errors, status_line
from nsgkit.training.answer_field import AnswerField
from nsgkit.training.answers import Kind
from nsgkit.training.checking import Feedback
from nsgkit.training.given import UNKNOWN
from nsgkit.training.question import Question

Given = Callable[[], tuple[Any, ...]]  # what stands in the controls, as `check` takes it


def form(question: Question) -> ipywidgets.VBox:
    """Return a panel in which a question is answered without typing code; it calls the same `check`.

    >>> from nsgkit.training import start
    >>> form(start("counting").connections).children[-1].value
    ''
    """
    return _Form(question).frame


class _Form:
    """The question and its rows, the controls for an answer, the buttons, and the line for feedback."""

    def __init__(self, question: Question) -> None:
        self.question, self.status = question, status_line()
        self.rows, self.answer = ipywidgets.HTML(), ipywidgets.VBox()
        self.given: Given = tuple
        asked = {
            "Check": (self._check, "Is it right? Enter asks, too"),
            "Unknown": (self._unknown, "Answer that the rows do not tell it"),
            "Hint": (self._hint, "The next of three hints"),
            "Solution": (self._solution, "The call, and what it gives"),
        }
        if UNKNOWN in question.exercise.kind.options:  # then it is among the words already
            del asked["Unknown"]
        buttons = [button(label, self._saying(ask), hint=hint) for label, (ask, hint) in asked.items()]
        renew = button("Other rows", report_errors(self.status, self._renew), hint="The same on other rows")
        self._put()
        self.frame = panel(self.rows, self.answer, row(*buttons, renew), self.status)

    def _check(self) -> Feedback:
        return self.question.check(*self.given())

    def _unknown(self) -> Feedback:
        return self.question.check(UNKNOWN)

    def _hint(self) -> Feedback:
        return self.question.hint()

    def _solution(self) -> Feedback:
        return self.question.solution()

    def _saying(self, ask: Callable[[], Feedback]) -> Callable[[], None]:
        """Return a handler that says what came of it in the status line."""

        def say() -> None:
            told = ask()._repr_html_()
            self.status.value = f'<div class="nsgkit-status nsgkit-note" role="status">{told}</div>'

        return report_errors(self.status, say)

    def _renew(self) -> None:
        self.question = self.question.again()
        self._put()

    def _put(self) -> None:
        """Show the question's rows, and controls for its kind of answer."""
        self.rows.value = self.question._repr_html_()
        kind = self.question.exercise.kind
        entered = self._saying(self._check)
        made = [_control(kind, entered, "Answer:")]
        if kind.parts:
            made = [_control(_or_unknown(part), entered, f"{n}:") for n, part in enumerate(kind.parts, 1)]
        self.answer.children = [widget for widget, _ in made]
        self.given = lambda: tuple(answer for _, read in made for answer in read())


def _or_unknown(kind: Kind) -> Kind:
    """Return a part's kind with *unknown* among its words: the button of this name is for the whole."""
    words = kind.options and kind.name != "several" and UNKNOWN not in kind.options
    return replace(kind, options=(*kind.options, UNKNOWN)) if words else kind


def _control(kind: Kind, entered: Callable[[], None], label: str) -> tuple[ipywidgets.Widget, Given]:
    """Return the control of a kind of answer, and what reads it: nothing where nothing was given."""
    if kind.name == "several":
        return _boxes(kind.options)
    if kind.options:
        chosen = tabs(label, [*kind.options])
        chosen.value = None
        return chosen, lambda: () if chosen.value is None else (chosen.value,)
    field = AnswerField(entered, description=label, placeholder=kind.needs)
    return field, lambda: (field.value,) if field.value.strip() else ()


def _boxes(options: tuple[str, ...]) -> tuple[ipywidgets.Widget, Given]:
    """Return a box to tick for each option, and what reads them: none is an answer, too."""
    boxes = [
        ipywidgets.Checkbox(description=option, indent=False, layout={"width": "auto"}) for option in options
    ]
    return row(*boxes), lambda: ([box.description for box in boxes if box.value],)
