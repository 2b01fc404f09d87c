"""What holds for every exercise: three counts agree, each mistake is named, nothing gives the answer away."""

from dataclasses import replace
from functools import cache

import pytest

from nsgkit.training import start
from nsgkit.training.exercise import draw
from nsgkit.training.question import Question
from nsgkit.training.triage.pairs import BEACON_OR_NOT
from tests.training import every, golden
from tests.training.again import AGAIN
from tests.training.test_golden import KEPT

MANY, SOME = 200, 12
FEW = 2  # companies, of which each takes seconds: `python -m tests.training.every 50 triage` asks more


@cache
def cases(exercise):
    if exercise.share:
        return [draw(exercise, f"{seed}/0") for seed in range(FEW)]
    return [draw(exercise, seed) for seed in range(MANY)]


def marked(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=lambda exercise: exercise.name)


each, on_rows, on_companies = map(marked, (every.EVERY, every.EXERCISES, every.ON_COMPANIES))


def test_the_independent_count_knows_all_exercises_and_no_others():
    names = [exercise.name for exercise in every.EVERY]
    assert sorted(AGAIN) == sorted(names) == sorted(set(names))


@each
def test_what_was_put_in_stands_in_the_rows(exercise):
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


@on_rows
def test_each_slip_can_be_made_on_many_seeds(exercise):
    for slip in exercise.slips:
        made = [case for case in cases(exercise) if slip in [each for each, _ in exercise.mistakes(case)]]
        assert len(made) > MANY // 10


@each
def test_the_question_is_complete(exercise):
    assert "{" not in exercise.question(cases(exercise)[0])


@on_rows
def test_seeds_give_other_rows(exercise):
    assert len({(case.lines, str(case.record)) for case in cases(exercise)}) > MANY // 2


@on_companies
def test_the_right_answer_is_known_without_the_logs(exercise):
    for case in cases(exercise):
        assert exercise.right_answer(replace(case, company=None)) == exercise.right_answer(case)


@on_companies
def test_the_logs_are_what_they_were_when_they_were_looked_at_last(exercise):
    assert golden.rows_sum(exercise) == KEPT[exercise.name]


@on_companies
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
