"""What holds for every exercise: three counts agree, each mistake is named, nothing gives the answer away."""

from functools import cache

import pytest

from nsgkit.training.exercise import draw
from tests.training import every
from tests.training.again import AGAIN

MANY, SOME = 200, 12


@cache
def cases(exercise):
    return [draw(exercise, seed) for seed in range(MANY)]


each = pytest.mark.parametrize("exercise", every.EXERCISES, ids=lambda exercise: exercise.name)


def test_the_independent_count_knows_all_exercises_and_no_others():
    names = [exercise.name for exercise in every.EVERY]
    assert sorted(AGAIN) == sorted(names) == sorted(set(names))


@each
def test_what_was_put_in_stands_in_the_lines(exercise):
    for case in cases(exercise):
        every.agrees_with_the_lines(exercise, case)


@each
def test_the_public_call_gives_it(exercise):
    for case in cases(exercise)[:SOME]:
        every.agrees_with_the_call(exercise, case)


@each
def test_each_slip_has_its_own_sentence(exercise):
    for case in cases(exercise):
        every.names_each_slip(exercise, case)


@each
def test_what_is_said_to_give_is_not_what_is_right(exercise):
    for case in cases(exercise):
        every.tells_no_answer(exercise, case)


@each
def test_each_slip_can_be_made_on_many_seeds(exercise):
    for slip in exercise.slips:
        made = [case for case in cases(exercise) if slip in [each for each, _ in exercise.mistakes(case)]]
        assert len(made) > MANY // 10


@each
def test_the_question_is_complete(exercise):
    assert "{" not in exercise.question(cases(exercise)[0])


@each
def test_seeds_give_other_rows(exercise):
    assert len({(case.lines, str(case.record)) for case in cases(exercise)}) > MANY // 2
