"""The rows of each exercise are those that were looked at: a seed makes the same question on any machine."""

import json

import pytest

from tests.training import golden
from tests.training.every import EVERY, EXERCISES

KEPT = json.loads(golden.FILE.read_text("utf-8"))


def test_each_exercise_is_kept_and_no_other():
    assert sorted(KEPT) == sorted(exercise.name for exercise in EVERY)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_the_rows_did_not_change_unnoticed(exercise):
    assert golden.rows_sum(exercise) == KEPT[exercise.name]
