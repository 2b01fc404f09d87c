"""A lesson as a learner uses it: names, rows, what is said of answers, hints, other rows."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from nsgkit.errors import NsgkitError
from nsgkit.training import Lesson, start
from nsgkit.training.answers import MOMENT, ROWS, WHOLE, shown, together
from nsgkit.training.checking import RIGHT, SLIP, UNANSWERED, WRONG, WRONG_KIND, Feedback, check
from nsgkit.training.exercise import Case, Exercise, Slip, draw
from nsgkit.training.lines import Line
from nsgkit.training.question import Question
from nsgkit.training.tracks import TRACKS
from tests.training.every import EXERCISES

HOSTILE = "<img src=x onerror=alert(1)>\u202e{{7*7}}"


def made(kind=WHOLE, right=5, **how):
    """An exercise of one line."""
    case = Case((Line("1,x"),), {}, how.pop("asked", {}), how.pop("record", None))
    words = {"ask": "How many?", "slips": (), "code": "5", "why": "Because.", "skill": "made", "see": ""}
    return Exercise(
        name="made", level=1, kind=kind, make=lambda rng: case, right=lambda case: right,
        hints=("One.", "Two.", "Three."), **words | how,
    )  # fmt: skip


@pytest.fixture
def lesson():
    return start("counting")


@pytest.fixture
def q(lesson):
    return lesson.connections


@pytest.mark.parametrize("track", TRACKS)
def test_names_iterate_and_complete(track):
    lesson = start(track)
    names = list(lesson)
    assert len(lesson) == len(names) and {*names} <= {*dir(lesson)}
    assert lesson._ipython_key_completions_() == names
    assert not {*names} & {*dir(Lesson)}  # none is called like something that a lesson does


def test_a_name_is_an_attribute_and_a_key(lesson):
    assert lesson.connections is lesson["connections"]
    assert lesson.connections.exercise.name == "connections"


@pytest.mark.parametrize("ask", [lambda each: each.conections, lambda each: each["conections"]])
def test_an_unknown_name_says_which_there_are(lesson, ask):
    with pytest.raises(NsgkitError, match=r"There is no exercise 'conections'\. Choose one of connections"):
        ask(lesson)


def test_what_others_ask_a_lesson_for_is_an_attribute_error(lesson):
    assert not hasattr(lesson, "_ipython_display_") and not hasattr(lesson, "shape")


@pytest.mark.parametrize("name", [0, [], None, HOSTILE])
def test_any_name_is_answered(lesson, name):
    with pytest.raises(NsgkitError, match="There is no exercise"):
        lesson[name]
    with pytest.raises(NsgkitError, match="There is no exercise"):
        lesson.again(name or "x")


@pytest.mark.parametrize("track", ["count", 5, None, pd.DataFrame({"a": [1]})])
def test_an_unknown_track_says_which_there_are(track):
    with pytest.raises(NsgkitError, match="Choose fields or counting"):
        start(track)


@pytest.mark.parametrize("seed", ["7", 1.0, True, None, 10**30, -(2**63)])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(NsgkitError, match=r"seed takes no .*: give a whole number, such as 7\."):
        start("fields", seed=seed)


def test_everybody_has_the_same_rows_and_another_seed_has_others():
    rows = [start("counting", seed=seed).connections.lines for seed in (0, np.int64(0), 1)]
    assert rows[0] == rows[1] != rows[2]


def test_the_rows_are_the_same_as_a_flow_table(q):
    assert [*q.flows.index] == [*range(1, len(q.lines) + 1)]
    assert q.flows is q.flows


def test_no_answer_is_no_error(q):
    assert q.check().outcome == UNANSWERED
    assert repr(q.check()) == "Not answered yet: give one whole number, such as 12."


def test_right_says_why_and_how(q):
    said = q.check(q.exercise.right(q.case))
    assert said.outcome == RIGHT
    assert q.exercise.why in said.said and q.exercise.code in said.said


def test_a_slip_says_where_it_is_taught(q):
    said = q.check(len(q.lines))
    assert said.slip == "rows-as-connections"
    assert repr(said).endswith(" See 04 · Traffic distribution, Counting right.")
    assert 'href="04-traffic-distribution.ipynb#Counting-right"' in said._repr_html_()


def test_several_answers_are_one_tuple():
    question = Question(made(together(WHOLE, WHOLE), (1, 2)))
    assert question.check(1, 2).outcome == question.check([1, 2]).outcome == RIGHT
    assert question.check(2, 1).slip == "swapped"


def test_a_wrong_set_says_how_many_not_which():
    said = [
        check(made(ROWS, [1, 2, 3]), Case((), {}), given).said for given in ([1, 9], [1, 2, 3, 4], [2, 3])
    ]
    assert said[0] == "Not 1, 9. 2 are missing, 1 too many."
    assert said[1] == "Not 1, 2, 3, 4. None are missing, 1 too many."
    assert said[2] == "Not 2, 3. 1 is missing, none too many."


def test_of_several_answers_it_says_how_many_are_wrong_not_which():
    kind = together(WHOLE, WHOLE, WHOLE)
    said = [check(made(kind, (1, 2, None)), Case((), {}), given).said for given in ((1, 2, 3), (3, 2, 1))]
    assert said == ["Not 1, 2, 3. 1 of these 3 is not right.", "Not 3, 2, 1. 2 of these 3 are not right."]


def test_unknown_for_a_set_is_no_set():
    assert (
        check(made(ROWS, [1]), Case((), {}), None).said == "Not unknown. No mistake that I know leads to it."
    )


def test_a_hint_is_proposed_after_two_answers_that_nobody_knows(q):
    said = [q.check(number).more for number in (1000, 1001, 1002)]
    assert [".hint()" in each for each in said] == [False, True, True]


def test_a_known_slip_between_them_starts_anew(q):
    said = [q.check(number).more for number in (1000, len(q.lines), 1001)]
    assert not any(".hint()" in each for each in said)


def test_hints_come_one_after_the_other_and_the_last_again(q):
    said = [q.hint().said for _ in range(4)]
    assert [each[:4] for each in said] == ["1 of", "2 of", "3 of", "3 of"]
    assert said[:3] == [f"{n} of 3: {hint}" for n, hint in enumerate(q.exercise.hints, 1)]


def test_a_slip_made_twice_is_shown_on_other_rows(q):
    first, second = q.check(len(q.lines)), q.check(len(q.lines))
    assert (first.said, first.more) == (second.said, "")
    assert second.more.startswith("The same mistake on other rows:\n")
    rows = re.findall(r"^ +\d+  NIC A, NSG  (.+)$", second.more, re.MULTILINE)
    assert rows and not {*rows} & {*q.lines}
    gives, right = re.search(r"It gives (\d+) there; right is (\d+)\.$", second.more).groups()
    assert int(gives) == len(rows)
    assert int(right) == sum(line.split(",")[7:9] == ["A", "B"] for line in rows)


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_what_is_shown_of_other_rows_has_another_right_answer(exercise):
    question = Question(exercise)
    right = shown(exercise.right_answer(question.case))
    for _, answer in exercise.mistakes(question.case):
        once, again = question.check(answer), question.check(answer)
        assert (once.slip, once.outcome) == (again.slip, SLIP)
        assert not again.more.endswith(f"right is {right}.")


def test_the_solution_gives_the_call_and_each_slip(q):
    said = q.solution().said
    assert said.startswith(f"{q.exercise.code}\ngives {q.exercise.right(q.case)}. ")
    led = q.exercise.mistakes(q.case)
    assert all(f"  {slip.name}: {answer}: {slip.say}" in said for slip, answer in led)
    assert "u000a" not in q.solution()._repr_html_()


def test_again_has_other_rows_and_the_name_has_them_now(lesson):
    first = lesson.connections
    assert first.again() is lesson.connections is not first
    assert lesson.again("connections").lines != first.lines
    assert start("counting").again("connections").seed == "0/1"


def test_again_without_a_lesson_has_other_rows():
    first = Question(EXERCISES[0])
    assert len({str(q.lines) for q in (first, first.again(), first.again().again())}) == 3


def test_again_takes_the_weakest_skill(lesson):
    for name in list(lesson)[:2]:
        lesson[name].hint()
    weak = list(lesson)[-1]
    lesson[weak].check(lesson[weak].exercise.mistakes(lesson[weak].case)[0][1])
    assert lesson.again().exercise.name == weak


def test_a_lesson_says_what_is_next(lesson):
    assert repr(lesson).startswith(f"counting: {len(lesson)} exercises, seed 0, 0 mastered. Next: lesson.")
    assert "connections" in lesson._repr_html_()


def test_a_question_shows_its_rows_in_words_and_in_html(q):
    assert all(line in repr(q) and line in html.unescape(q._repr_html_()) for line in q.lines)
    assert repr(q).startswith("connections: How many connections began?")


@pytest.mark.parametrize("record", [None, {"rule": HOSTILE}])
def test_hostile_text_is_inert_in_a_question(record):
    question = Question(made(asked={"name": HOSTILE}, ask="How many at {name}?", record=record))
    assert "<img" not in question._repr_html_() and "&#60;img" in question._repr_html_()


def test_hostile_text_is_inert_in_what_is_said():
    said = Feedback(WRONG, f"Not {HOSTILE}\nnext", see=f"01-x.ipynb#{HOSTILE}")
    assert "<img" not in said._repr_html_() and "\u202e" not in repr(said)
    assert "\nnext" in repr(said)


def test_a_hostile_answer_is_said_again_inert(q):
    said = q.check(HOSTILE)
    assert said.outcome == WRONG_KIND and "<img" not in said._repr_html_()


def test_a_case_that_is_never_clear_names_both_answers():
    with pytest.raises(NsgkitError, match="made, seed 0: no clear case in 200, the right answer and same"):
        draw(made(slips=(Slip("same", lambda case: 5, "same.", ""),)), 0)


def test_moments_that_are_whole_hours_off_are_told():
    said = check(made(MOMENT, "2025-03-04 10:00"), Case((), {}), "2025-03-04 11:00")
    assert said.slip == "local-time"
