"""What the rows of an exercise were when they were looked at last: a sum for ten seeds of each.

Progress files and exams know a question by its name and seed, so the rows must not change unnoticed.
`python -m tests.training.golden` writes golden.json again, after a change that is wanted.
"""

import json
from hashlib import sha256
from pathlib import Path

from nsgkit.training.exercise import draw
from tests.training.every import EXERCISES

FILE = Path(__file__).parent / "golden.json"
SEEDS = 10


def rows_sum(exercise):
    """The SHA-256 of the rows of ten seeds, and of the names that the question takes up."""
    cases = [draw(exercise, f"{seed}/0") for seed in range(SEEDS)]  # as a lesson numbers its first rows
    rows = [[case.lines, case.record, dict(case.asked)] for case in cases]
    return sha256(json.dumps(rows).encode()).hexdigest()


def sums():
    return {exercise.name: rows_sum(exercise) for exercise in EXERCISES}


if __name__ == "__main__":
    FILE.write_text(json.dumps(sums(), indent=1) + "\n", "utf-8")
    print(f"{FILE.name}: {len(EXERCISES)} exercises")
