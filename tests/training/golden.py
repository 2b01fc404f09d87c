"""What the rows of an exercise were when they were looked at last: a sum for ten seeds of each.

Progress files and exams know a question by its name and seed, so the rows must not change unnoticed.
`python -m tests.training.golden` writes golden.json again, after a change that is wanted.
"""

import json
from hashlib import sha256
from pathlib import Path

from nsgkit.training.exercise import draw
from tests.training.every import EVERY

FILE = Path(__file__).parent / "golden.json"
SEEDS = 10
ONE = 1  # a company takes seconds to make


def rows_sum(exercise):
    """The SHA-256 of the rows of ten seeds, and of the names that the question takes up."""
    seeds = ONE if exercise.share else SEEDS
    cases = [draw(exercise, f"{seed}/0") for seed in range(seeds)]  # as a lesson numbers its first rows
    rows = [[case.lines, case.record, dict(case.asked), *_logs(case)] for case in cases]
    return sha256(json.dumps(rows).encode()).hexdigest()


def _logs(case):
    """The SHA-256 of what a company's logs are, by path."""
    folder = case.company.folder if case.company else None
    paths = sorted(folder.rglob("PT1H.json")) if folder else []
    return [[path.relative_to(folder).as_posix(), sha256(path.read_bytes()).hexdigest()] for path in paths]


def sums():
    return {exercise.name: rows_sum(exercise) for exercise in EVERY}


if __name__ == "__main__":
    FILE.write_text(json.dumps(sums(), indent=1) + "\n", "utf-8")
    print(f"{FILE.name}: {len(EVERY)} exercises")
