"""What the track on fields promises beyond what holds for every exercise."""

import pytest

from nsgkit.training.exercise import draw
from nsgkit.training.fields import EXERCISES
from nsgkit.training.lines import V1, V2, V4

NAMED = {exercise.name: exercise for exercise in EXERCISES}
WITH_STATE = {"state_words", "reached_or_left"}  # version 1 has neither states nor counters
VNET_ALONE = {"protocol", "encrypted"}  # what NSG logs do not know


def cases(name):
    return [draw(NAMED[name], seed) for seed in range(40)]


@pytest.mark.parametrize("name", NAMED)
def test_rows_come_in_every_format_that_the_question_allows(name):
    allowed = {V4} if name in VNET_ALONE else {V2, V4} if name in WITH_STATE else {V1, V2, V4}
    assert {line.version for case in cases(name) for line in case.lines} == allowed


def test_unknown_is_right_for_some_rows_and_zero_for_others():
    for case in cases("empty_or_zero"):
        assert {"unknown", 0} < {*NAMED["empty_or_zero"].right_answer(case)}


def test_what_is_damaged_stands_at_any_place():
    places = {number for case in cases("spot_the_reject") for number in NAMED["spot_the_reject"].right(case)}
    assert places == {*range(1, 9)}


def test_the_copy_of_a_record_may_stand_behind_another():
    orders = [
        [records.index(record) for record in records]
        for records in (case.record["records"] for case in cases("same_again"))
    ]
    assert [0, 0, 2] in orders
    assert [0, 1, 0] in orders


def test_the_caller_can_have_the_lower_port():
    facts = [case.facts for case in cases("which_port")]
    assert {fact["source_port"] < fact["port"] for fact in facts} == {True, False}


@pytest.mark.parametrize("name", ["who_called", "reached_or_left"])
def test_the_machine_both_calls_and_is_called(name):
    for case in cases(name):
        assert {line.fields[6] for line in case.lines} == {"I", "O"}
