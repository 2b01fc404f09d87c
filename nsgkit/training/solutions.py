"""The solution of an exercise: the call, run on its rows, and what each mistake would have given."""

from importlib import import_module
from typing import Any

import pandas as pd

from nsgkit.training.answers import read, shown
from nsgkit.training.exercise import Case, Exercise, draw
from nsgkit.training.rows import as_text

_EXAMPLES = 8  # cases of which the smallest is shown


def answer_by_code(exercise: Exercise, case: Case) -> Any:
    """Return what the exercise's public call gives on the rows of a case."""
    nsgkit = import_module("nsgkit")  # through the public door, as a learner would type it
    known = {"nsgkit": nsgkit, "pd": pd, "flows": case.flows, "lines": [line.text for line in case.lines]}
    if case.company:
        told = case.company
        known |= {"logs": told.logs, "conversations": told.conversations, "network": told.network}
        known["asked"] = case.said(case.asked)
    return read(exercise.kind, eval(exercise.call(case), known))  # noqa: S307  its text stands in this package


def solution(exercise: Exercise, case: Case) -> str:
    """Return the call, what it gives on these rows, and each mistake with the answer that it leads to."""
    slips = [f"  {slip.name}: {shown(answer)}: {slip.say}" for slip, answer in exercise.mistakes(case)]
    return "\n".join([
        exercise.call(case),
        f"gives {shown(answer_by_code(exercise, case))}. {exercise.why}",
        "Mistakes, and what they give here:",
        *slips,
    ])  # fmt: skip


def worked_example(exercise: Exercise, case: Case, seed: object, name: str) -> str:
    """Return other rows, few ones, with what the mistake gives there and what is right there.

    Nothing where the mistake has no rule of its own, where no other rows have another right answer, or where
    the rows are a company's: no example is as small as that.
    """
    if case.company or name not in [slip.name for slip in exercise.slips]:
        return ""
    right, found = exercise.right_answer(case), []
    for number in range(_EXAMPLES):
        other = draw(exercise, f"{seed}, example {number}")
        led = {slip.name: answer for slip, answer in exercise.mistakes(other)}
        if other.record is None and name in led and exercise.right_answer(other) != right:
            found.append((other, led[name]))
    return _told(exercise, *min(found, key=lambda each: len(each[0].lines))) if found else ""


def _told(exercise: Exercise, other: Case, led: Any) -> str:
    return "\n".join([
        "The same mistake on other rows:",
        as_text(other),
        *([exercise.question(other)] if other.asked else []),
        f"It gives {shown(led)} there; right is {shown(exercise.right_answer(other))}.",
    ])  # fmt: skip
