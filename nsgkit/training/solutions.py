"""The solution of an exercise: the call, run on its rows, and what each mistake would have given."""

from importlib import import_module
from typing import Any

import pandas as pd

from nsgkit.training.answers import read, shown
from nsgkit.training.exercise import Case, Exercise


def answer_by_code(exercise: Exercise, case: Case) -> Any:
    """Return what the exercise's public call gives on the rows of a case."""
    nsgkit = import_module("nsgkit")  # through the public door, as a learner would type it
    known = {"nsgkit": nsgkit, "pd": pd, "flows": case.flows, "lines": [line.text for line in case.lines]}
    return read(exercise.kind, eval(exercise.code, known))  # noqa: S307  its text stands in this package


def solution(exercise: Exercise, case: Case) -> str:
    """Return the call, what it gives on these rows, and each mistake with the answer that it leads to."""
    slips = [f"  {slip.name}: {shown(answer)}: {slip.say}" for slip, answer in exercise.mistakes(case)]
    return "\n".join([
        f"{exercise.code}",
        f"gives {shown(answer_by_code(exercise, case))}. {exercise.why}",
        "Mistakes, and what they give here:",
        *slips,
    ])  # fmt: skip
