"""What is said of an answer: what was done, why it is wrong, where it is taught; never the right answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nsgkit.html import escape, visible
from nsgkit.training.answers import Kind, read, shown
from nsgkit.training.exercise import Case, Exercise
from nsgkit.training.given import UNKNOWN, WrongKindError

UNANSWERED, RIGHT, SLIP, WRONG, WRONG_KIND = "unanswered", "right", "slip", "wrong", "wrong kind"
NOTHING: Final = object()  # what `check` has where no answer was given
JUDGED = (RIGHT, SLIP, WRONG)  # the outcomes of an answer that counts
_HOUR = 3600
_PARTS = ("addresses", "rows", "several")  # kinds of which an answer can be right in part
_FACTORS = {
    1_000: "a thousand times too much or too little: look at the unit",
    1_000_000: "a million times too much or too little: look at the unit",
    1_024: "out by 1,024: networks count in thousands",
    8: "out by eight: bytes and bits are told apart",
}


@dataclass(frozen=True)
class Feedback:
    """What came of an answer: `outcome`, the mistake's name where it has one, and the sentences.

    `see` is where it is taught, a notebook and its heading; `more` are lines that help further.
    """

    outcome: str
    said: str
    slip: str = ""
    answer: Any = None
    see: str = ""
    more: str = ""

    def __repr__(self) -> str:
        taught = f" See {_named(self.see)}." if self.see else ""
        lines = f"{self.said}{taught}\n{self.more}".rstrip("\n").split("\n")
        return "\n".join(map(visible, lines))

    def _repr_html_(self) -> str:
        said = "<br>".join(escape(line) for line in self.said.splitlines())
        taught = f' See <a href="{escape(self.see)}">{escape(_named(self.see))}</a>.' if self.see else ""
        more = "".join(f"<br>{escape(line)}" for line in self.more.splitlines())
        return f'<div style="white-space: pre-wrap">{said}{taught}{more}</div>'


def given_in(answer: tuple[Any, ...]) -> Any:
    """Return what was given to `check`: one answer, or several together, or NOTHING.

    >>> given_in((12,)), given_in((12, "exact")), given_in(()) is NOTHING
    (12, (12, 'exact'), True)
    """
    return answer[0] if len(answer) == 1 else answer or NOTHING


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
        return Feedback(RIGHT, f"Right. {exercise.why}\n{exercise.call(case)}", answer=answer)
    for slip, led in exercise.mistakes(case):
        if exercise.kind.same(answer, led):
            return Feedback(SLIP, f"Not {shown(answer)}: {slip.say}", slip.name, answer, slip.see)
    for name, words in general_slips(exercise.kind, answer, right):
        return Feedback(SLIP, f"Not {shown(answer)}: {words}.", name, answer)
    said = _in_part(exercise.kind, answer, right) or "No mistake that I know leads to it."
    return Feedback(WRONG, f"Not {shown(answer)}. {said}", answer=answer)


def _named(see: str) -> str:
    """Return a place as people call it: the notebook without its ending, and the heading."""
    notebook, _, heading = see.partition("#")
    number, _, title = notebook.removesuffix(".ipynb").partition("-")
    return f"{number} · {title.replace('-', ' ').capitalize()}, {heading.replace('-', ' ')}"


def _in_part(kind: Kind, answer: Any, right: Any) -> str:
    """Say how many of several are missing, too many or not right, not which."""
    if UNKNOWN in (answer, right) or not (kind.parts or kind.name in _PARTS):
        return ""
    if kind.parts:
        wrong = sum(not part.same(*ends) for part, *ends in zip(kind.parts, answer, right, strict=True))
        return f"{wrong} of these {len(right)} {'is' if wrong == 1 else 'are'} not right."
    few, many = len({*right} - {*answer}), len({*answer} - {*right})
    return f"{few or 'None'} {'is' if few == 1 else 'are'} missing, {many or 'none'} too many."


def general_slips(kind: Kind, answer: Any, right: Any) -> Iterator[tuple[str, str]]:
    """Yield what may happen to any answer: a wrong unit, one too many, the ends swapped, local time."""
    if UNKNOWN in (answer, right):
        return
    if isinstance(answer, int | float) and isinstance(right, int | float):
        yield from _of_numbers(kind, answer, right)
    elif kind.parts and len(answer) == 2 and answer[::-1] == right:
        yield "swapped", "these are the right ones, the other way round"
    elif kind.name == "moment":
        yield from _of_moments(answer, right)


def _of_numbers(kind: Kind, answer: float, right: float) -> Iterator[tuple[str, str]]:
    for factor, words in _FACTORS.items():
        if right and (kind.same(answer, right * factor) or kind.same(answer * factor, right)):
            yield f"times-{factor}", words
    if kind.name == "whole" and abs(answer - right) == 1 and right > 2:  # one of two is no slip of a hand
        yield "off-by-one", "this is very near: count once more"


def _of_moments(answer: str, right: str) -> Iterator[tuple[str, str]]:
    apart = (datetime.fromisoformat(answer) - datetime.fromisoformat(right)).total_seconds()
    if apart and apart % _HOUR == 0 and abs(apart) <= 14 * _HOUR:
        yield "local-time", "whole hours lie between: logs are in UTC, and so is the answer"
