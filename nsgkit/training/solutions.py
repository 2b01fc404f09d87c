"""The solution of an exercise: the call, run on its rows, and what each mistake would have given."""

from importlib import import_module
from typing import Any

import pandas as pd

from nsgkit.training.answers import read, shown
from nsgkit.training.exercise import Case, Exercise, draw

_EXAMPLES = 8  # cases of which the smallest is shown


def answer_by_code(exercise: Exercise, case: Case) -> Any:
    """Return what the exercise's public call gives on the rows of a case."""
    nsgkit = import_module("nsgkit")  # through the public door, as a learner would type it
    known = {"nsgkit": nsgkit, "pd": pd, "flows": case.flows, "lines": [line.text for line in case.lines]}
    return read(exercise.kind, eval(exercise.code, known))  # noqa: S307  its text stands in this package


def solution(exercise: Exercise, case: Case) -> str:
    """Return the call, what it gives on these rows, and each mistake with the answer that it leads to."""
    slips = [
        f"  {slip.name}: {shown(exercise.slip_answer(slip, case))}: {slip.say}" for slip in exercise.slips
    ]
    return "\n".join([
        f"{exercise.code}",
        f"gives {shown(answer_by_code(exercise, case))}. {exercise.why}",
        "Mistakes, and what they give here:",
        *slips,
    ])  # fmt: skip


def worked_example(exercise: Exercise, case: Case, seed: object, name: str) -> str:
    """Return other rows, few ones, with what the mistake gives there and what is right there.

    Nothing where the mistake has no rule of its own, or no other rows have another right answer.
    """
    slip = next((slip for slip in exercise.slips if slip.name == name), None)
    right = exercise.right_answer(case)
    drawn = [draw(exercise, f"{seed}, example {number}") for number in range(_EXAMPLES)] if slip else []
    others = [other for other in drawn if other.record is None and exercise.right_answer(other) != right]
    if slip is None or not others:
        return ""
    other = min(others, key=lambda each: len(each.lines))
    return "\n".join([
        "The same mistake on other rows:",
        *(f"{number:>3}  {line.where}  {line.text}" for number, line in enumerate(other.lines, 1)),
        *([exercise.question(other)] if other.asked else []),
        f"It gives {shown(exercise.slip_answer(slip, other))} there; "
        f"right is {shown(exercise.right_answer(other))}.",
    ])  # fmt: skip
