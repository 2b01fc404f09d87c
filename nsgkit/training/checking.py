"""What is said of an answer: what was done, why it is wrong, where it is taught; never the right answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nsgkit.html import escape
from nsgkit.training.answers import read, shown
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.given import UNKNOWN, WrongKindError

UNANSWERED, RIGHT, SLIP, WRONG, WRONG_KIND = "unanswered", "right", "slip", "wrong", "wrong kind"
NOTHING: Final = object()  # what `check` has where no answer was given
_HOUR = 3600
_FACTORS = {
    1_000: "a thousand times too much or too little: look at the unit",
    1_000_000: "a million times too much or too little: look at the unit",
    1_024: "out by 1,024: networks count in thousands",
    8: "out by eight: bytes and bits are told apart",
}


@dataclass(frozen=True)
class Feedback:
    """What came of an answer: `outcome`, the mistake's name where it has one, and the sentences."""

    outcome: str
    said: str
    slip: str = ""
    answer: Any = None

    def __repr__(self) -> str:
        return self.said

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.said)}</p>"


def check(exercise: Exercise, case: Case, given: Any) -> Feedback:
    """Say what an answer is. It never raises, whatever was given."""
    if given is NOTHING:
        return Feedback(UNANSWERED, f"Not answered yet: give {exercise.kind.needs}.")
    try:
        answer = read(exercise.kind, given)
    except WrongKindError as error:
        return Feedback(WRONG_KIND, f"{error} Nothing is counted.")
    right = exercise.right_answer(case)
    if exercise.kind.same(answer, right):
        return Feedback(RIGHT, f"Right. {exercise.why} {exercise.code}", answer=answer)
    for slip, led in exercise.mistakes(case):
        if exercise.kind.same(answer, led):
            return Feedback(SLIP, _said(answer, slip), slip.name, answer)
    for name, words in general_slips(answer, right):
        return Feedback(SLIP, f"Not {shown(answer)}: {words}.", name, answer)
    said = f"Not {shown(answer)}. No mistake that I know leads to it: .hint() tells where to look."
    return Feedback(WRONG, said, answer=answer)


def _said(answer: Any, slip: Slip) -> str:
    notebook, _, heading = slip.see.partition("#")
    return f"Not {shown(answer)}: {slip.say} See {notebook}, {heading.replace('-', ' ')}."


def general_slips(answer: Any, right: Any) -> Iterator[tuple[str, str]]:
    """Yield what may happen to any answer: a wrong unit, one too many, the ends swapped, local time."""
    if UNKNOWN in (answer, right) or type(answer) is bool:
        return
    if isinstance(answer, int | float) and isinstance(right, int | float):
        yield from _of_numbers(answer, right)
    elif isinstance(answer, tuple) and isinstance(right, tuple):
        if len(answer) == 2 and answer[::-1] == right:
            yield "swapped", "these are the right ones, the other way round"
    elif isinstance(answer, str) and isinstance(right, str):
        yield from _of_moments(answer, right)


def _of_numbers(answer: float, right: float) -> Iterator[tuple[str, str]]:
    for factor, words in _FACTORS.items():
        if right and (answer == right * factor or answer * factor == right):
            yield f"times-{factor}", words
    if abs(answer - right) == 1 and right > 2:  # of two or three things one too many is no slip of a hand
        yield "off-by-one", "this is very near: count once more"


def _of_moments(answer: str, right: str) -> Iterator[tuple[str, str]]:
    try:
        apart = (datetime.fromisoformat(answer) - datetime.fromisoformat(right)).total_seconds()
    except ValueError:
        return
    if apart and apart % _HOUR == 0 and abs(apart) <= 14 * _HOUR:
        yield "local-time", "whole hours lie between: logs are in UTC, and so is the answer"
