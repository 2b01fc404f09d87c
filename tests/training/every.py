"""What is asked of every exercise, on many seeds; `python -m tests.training.every 5000` is the slow run.

`python -m tests.training.every 50 triage` is the one for companies, of which each takes some seconds.
"""

import json
import re
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

from nsgkit.training.answers import read, shown
from nsgkit.training.checking import RIGHT, SLIP, check
from nsgkit.training.exercise import draw
from nsgkit.training.given import UNKNOWN
from nsgkit.training.solutions import answer_by_code
from nsgkit.training.tracks import TRACKS, exercises_of
from tests.training.again import AGAIN

EVERY = [exercise for track in TRACKS for exercise in exercises_of(track)]
EXERCISES = [exercise for exercise in EVERY if not exercise.share]  # on a few rows
ON_COMPANIES = [exercise for exercise in EVERY if exercise.share]  # on whole logs, which take seconds to make
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def agrees_with_the_lines(exercise, case):
    """What was put in is what plain Python reads in the lines."""
    as_handed_out = replace(case, asked=case.said(case.asked))
    again, right = read(exercise.kind, AGAIN[exercise.name](as_handed_out)), exercise.right_answer(case)
    in_logs = case.company and exercise.kind.same(again, right)  # which know whole seconds only
    assert again == right or in_logs, (again, right)
    assert check(exercise, case, right).outcome == RIGHT


def agrees_with_the_call(exercise, case):
    """The public call gives it, too."""
    assert exercise.kind.same(answer_by_code(exercise, case), exercise.right_answer(case))


def names_each_slip(exercise, case):
    """Each mistake's answer is told by its own sentence, which does not give the right answer away."""
    right = tokens(shown(exercise.right_answer(case)))
    for slip, answer in exercise.mistakes(case):
        said = check(exercise, case, answer)
        assert (said.outcome, said.slip) == (SLIP, slip.name)
        assert slip.say in said.said
        assert not right & tokens(slip.say)


def tells_no_answer(exercise, case):
    """What is given as an example of several words is not the right answer."""
    parts, right = exercise.kind.parts, exercise.right_answer(case)
    whole = not parts or right == UNKNOWN
    pairs = [(exercise.kind, right)] if whole else zip(parts, right, strict=True)
    for kind, answer in pairs:
        if kind.name == "several":
            assert shown(answer) not in re.sub(r"[][']", "", kind.needs.partition("such as ")[2])


def tokens(text):
    """The words and numbers of a text, as they stand."""
    return set(re.findall(r"[\w.:,-]*\w", text.casefold()))


def headings(notebook):
    """The anchors of a notebook, as JupyterLab makes them of its headings."""
    cells = json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in cell["source"]]
    return {line.lstrip("#").strip().replace(" ", "-") for line in lines if line.startswith("#")}


def main(seeds, track=""):
    if track:
        for seed in range(seeds):  # a company is made once for all questions about it
            _ask(exercises_of(track), [seed])
    else:
        for exercise in EXERCISES:
            _ask([exercise], range(seeds))
            print(f"{exercise.name}: {seeds:,} seeds")


def _ask(exercises, seeds):
    for exercise, seed in product(exercises, seeds):
        case = draw(exercise, seed)
        for asked in (agrees_with_the_lines, agrees_with_the_call, names_each_slip):
            try:
                asked(exercise, case)
            except AssertionError as error:
                print(f"{exercise.name}, seed {seed}: {asked.__doc__} Not so: {error}")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
