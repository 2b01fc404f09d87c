"""What is asked of every exercise, on many seeds; `python -m tests.training.every 5000` is the slow run."""

import json
import re
import sys
from pathlib import Path

from nsgkit.training.answers import read, shown
from nsgkit.training.checking import RIGHT, SLIP, check
from nsgkit.training.exercise import draw
from nsgkit.training.solutions import answer_by_code
from nsgkit.training.tracks import TRACKS, exercises_of
from tests.training.again import AGAIN

EXERCISES = [exercise for track in TRACKS for exercise in exercises_of(track)]
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def agrees_with_the_lines(exercise, case):
    """What was put in is what plain Python reads in the lines."""
    assert read(exercise.kind, AGAIN[exercise.name](case)) == exercise.right_answer(case)
    assert check(exercise, case, exercise.right(case)).outcome == RIGHT


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


def tokens(text):
    """The words and numbers of a text, as they stand."""
    return set(re.findall(r"[\w.:,-]*\w", text.casefold()))


def headings(notebook):
    """The anchors of a notebook, as JupyterLab makes them of its headings."""
    cells = json.loads((NOTEBOOKS / notebook).read_text("utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown" for line in cell["source"]]
    return {line.lstrip("#").strip().replace(" ", "-") for line in lines if line.startswith("#")}


def main(seeds):
    for exercise in EXERCISES:
        for seed in range(seeds):
            case = draw(exercise, seed)
            for asked in (agrees_with_the_lines, agrees_with_the_call, names_each_slip):
                asked(exercise, case)
        print(f"{exercise.name}: {seeds:,} seeds")


if __name__ == "__main__":
    main(int(sys.argv[1]))
