"""questions.json: what is handed out beside the notebook: rows and questions, and no answers."""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.strangers import kind_at
from nsgkit.evidence.writer import TOOL
from nsgkit.training.companies import Company, sum_of
from nsgkit.training.exams.paper import Asked, every_exercise
from nsgkit.training.exercise import Case, Exercise
from nsgkit.training.given import UNKNOWN
from nsgkit.training.lines import Line

FILE = "questions.json"
_LARGEST = 20_000_000
_LINE = (str, int, str, str, int)
COMPANY = re.compile(r"company-\d{1,3}")  # the folders of companies' logs, beside the questions


def as_handed_out(paper: Iterable[Asked]) -> bytes:
    """Return the questions as they are handed out, the same bytes for the same questions."""
    told = {"made_by": TOOL, "questions": [_told(asked) for asked in paper]}
    return json.dumps(told, indent=1).encode() + b"\n"


def digest(paper: Iterable[Asked]) -> str:
    """Return the SHA-256 of what is asked, whichever version asks it."""
    told = [[_told(asked), *_sums(asked.case)] for asked in paper]
    return sha256(json.dumps(told).encode()).hexdigest()


def _sums(case: Case) -> list[str]:
    return [sum_of(case.company.folder)] if case.company else []


def _told(asked: Asked) -> dict[str, Any]:
    return {
        "name": asked.name,
        "exercise": asked.exercise.name,
        "question": asked.exercise.question(asked.case),
        "asked": asked.case.said(asked.case.asked),
        "lines": [list(line) for line in asked.case.lines],
        "record": asked.case.record,
        "logs": asked.logs,
    }


def read_questions(path: Path) -> list[Asked]:
    """Return the questions of a file; their cases have rows alone, and no exercise brings its solution.

    Raises NsgkitError where the file is not as it was handed out.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise NsgkitError(
            f"{path} cannot be read: {error.strerror}. It is handed out with "
            "the exam's notebook, and lies beside it."
        ) from error
    try:
        told = json.loads(data.decode() if len(data) <= _LARGEST else "")
        made_by, questions = told["made_by"], [_checked(each) for each in told["questions"]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NsgkitError(f"{path} is not as it was handed out. Ask for a new copy of it.") from error
    known = every_exercise()
    if strange := [each["exercise"] for each in questions if each["exercise"] not in known]:
        raise NsgkitError(
            f"{path} was made by {shown(made_by)}, which has the exercise {shown(strange[0])}; {TOOL} has "
            "none of that name. Install the version that made the exam."
        )
    return [_asked(each, known[each["exercise"]], path.parent) for each in questions]


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    """Return a question with all that it must have; raises ValueError where something else is there."""
    texts = all(isinstance(told[field], str) for field in ("name", "exercise", "question", "logs"))
    logs = not told["logs"] or COMPANY.fullmatch(told["logs"])  # it never leads to another place
    lines = all(tuple(map(type, line)) == _LINE for line in told["lines"])
    record = told["record"] is None or isinstance(told["record"], dict)
    words = isinstance(told["asked"], dict)
    if not (texts and lines and record and words and logs and told["name"].isidentifier()):
        raise ValueError("no question")
    return told


def _asked(told: dict[str, Any], exercise: Exercise, folder: Path) -> Asked:
    company = _company(folder / told["logs"]) if told["logs"] else None
    lines = tuple(Line(*line) for line in told["lines"])
    case = Case(lines, {}, asked=told["asked"], record=told["record"], company=company)
    return Asked(told["name"], _bare(exercise, told["name"], told["question"], case), case, told["logs"])


def _company(folder: Path) -> Company:
    if kind_at(folder) != "folder":
        raise NsgkitError(
            f"{folder} is missing: it holds the logs that are asked about. It is handed out with the exam's "
            "notebook, and lies beside it."
        )
    return Company(folder)


def _bare(exercise: Exercise, name: str, question: str, case: Case) -> Exercise:
    """Return an exercise that makes this case whatever the seed, and knows nothing of its answer."""
    ask = question.replace("{", "{{").replace("}", "}}")
    return replace(
        exercise, name=name, ask=ask, make=lambda _chance: case, right=lambda _case: UNKNOWN, code="",
        slips=(), hints=("", "", ""), why="",
    )  # fmt: skip
