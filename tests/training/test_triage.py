"""What holds for every exercise on a company's logs; `python -m tests.training.every 50 triage` asks more."""

from dataclasses import replace
from functools import cache

import pytest

from nsgkit.training import start
from nsgkit.training.exercise import draw
from nsgkit.training.question import Question
from nsgkit.training.triage.pairs import BEACON_OR_NOT
from tests.training import every, golden
from tests.training.test_golden import KEPT

SEEDS = 2


@cache
def cases(exercise):
    return [draw(exercise, f"{seed}/0") for seed in range(SEEDS)]


each = pytest.mark.parametrize("exercise", every.ON_COMPANIES, ids=lambda exercise: exercise.name)


@each
def test_what_was_put_in_stands_in_the_logs(exercise):
    for case in cases(exercise):
        every.agrees_with_the_lines(exercise, case)


@each
def test_the_public_call_gives_it(exercise):
    for case in cases(exercise):
        every.agrees_with_the_call(exercise, case)


@each
def test_each_slip_has_its_own_sentence(exercise):
    for case in cases(exercise):
        every.names_each_slip(exercise, case)


@each
def test_the_question_is_complete(exercise):
    assert "{" not in exercise.question(cases(exercise)[0])


@each
def test_what_is_said_to_give_is_not_what_is_right(exercise):
    for case in cases(exercise):
        every.tells_no_answer(exercise, case)


@each
def test_the_right_answer_is_known_without_the_logs(exercise):
    for case in cases(exercise):
        assert exercise.right_answer(replace(case, company=None)) == exercise.right_answer(case)


@each
def test_the_logs_are_what_they_were_when_they_were_looked_at_last(exercise):
    assert golden.rows_sum(exercise) == KEPT[exercise.name]


@each
def test_what_is_handed_out_does_not_tell_what_is_planted(exercise):
    for case in cases(exercise):
        names = {path.name for path in case.company.folder.rglob("*") if path.is_file()}
        assert names == {"PT1H.json", "network.toml", "vnets.json", "nics.json", "nsg.json", "geofeed.csv",
                         "places.csv"}  # fmt: skip
        assert b"feeds" not in (case.company.folder / "network.toml").read_bytes()


def test_what_a_question_names_is_there_to_compute_with():
    question = Question(BEACON_OR_NOT, "0/0")
    named = BEACON_OR_NOT.question(question.case)
    assert len(question.asked["pairs"]) == 6
    assert all(f"{src} to {dst}" in named for src, dst in question.asked["pairs"])


def test_what_a_learner_does_to_the_tables_changes_no_verdict():
    question = start("triage").upload
    right = question.exercise.right_answer(question.case)
    for table in (question.conversations, question.flows, question.logs.flows):
        table["bytes_src_to_dst"] = 0
    assert question.check(*right).outcome == "right"
    assert question.conversations["bytes_src_to_dst"].sum() > 0
    assert question.logs.flows["bytes_src_to_dst"].sum() > 0
