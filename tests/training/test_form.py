"""The form of a question, driven from Python; tests/browser/test_training.py drives it in JupyterLab."""

import html
import re

import ipywidgets
import pytest

from nsgkit.training import start
from nsgkit.training.answer_field import AnswerField
from nsgkit.training.answers import WHOLE, choice, several, together
from nsgkit.training.question import Question
from tests.training.test_lesson import HOSTILE, made
from tests.widgets import within


def of(form, kind):
    return [widget for widget in within(form) if isinstance(widget, kind)]


def press(form, label):
    next(each for each in of(form, ipywidgets.Button) if each.description == label).click()
    return said(form)


def said(form):
    """The words of the status line."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", form.children[-1].value)).split())


@pytest.fixture
def lesson():
    return start("counting")


@pytest.fixture
def q(lesson):
    return lesson.connections


@pytest.fixture
def form(q):
    return q.form()


def test_it_shows_the_question_and_its_rows(form, q):
    shown = html.unescape(form.children[1].value)
    assert "How many connections began?" in shown and all(line in shown for line in q.lines)


def test_nothing_given_is_told_and_not_noted(form, lesson):
    assert press(form, "Check") == "Not answered yet: give one whole number, such as 12."
    assert lesson.progress()["tries"].sum() == 0


def test_a_typed_answer_is_checked_by_a_button_and_by_enter(form, q):
    (field,) = of(form, AnswerField)
    field.value = str(len(q.lines))
    assert press(form, "Check").startswith(f"Not {len(q.lines)}: you counted every row.")
    field.enter(str(q.exercise.right(q.case)))
    assert said(form).startswith("Right.")
    assert 'role="status"' in form.children[-1].value


def test_it_says_what_check_says(form, q):
    (field,) = of(form, AnswerField)
    field.enter("1000")
    assert said(form) == repr(Question(q.exercise, q.seed).check("1000"))


def test_unknown_hint_and_solution_are_a_press_away(form, q):
    assert press(form, "Unknown").startswith("Not unknown.")
    assert press(form, "Hint") == f"1 of 3: {q.exercise.hints[0]}"
    assert press(form, "Solution").startswith(q.exercise.code)


def test_other_rows_are_those_of_the_lesson_too(form, q, lesson):
    of(form, AnswerField)[0].value = "7"
    assert press(form, "Other rows") == ""
    assert lesson.connections is not q and lesson.connections.lines[0] in html.unescape(
        form.children[1].value
    )
    assert of(form, AnswerField)[0].value == ""


def test_one_of_several_words_is_chosen_by_a_click():
    form = Question(made(choice("exact", "at least"), "at least")).form()
    (buttons,) = of(form, ipywidgets.ToggleButtons)
    assert [*buttons.options] == ["exact", "at least"] and "Not answered yet" in press(form, "Check")
    buttons.value = "at least"
    assert press(form, "Check").startswith("Right.")


def test_any_number_of_words_is_ticked():
    form = Question(made(several("a", "b", "c"), ["a", "c"])).form()
    boxes = of(form, ipywidgets.Checkbox)
    assert press(form, "Check") == "Not none. 2 are missing, none too many."
    boxes[0].value = boxes[2].value = True
    assert press(form, "Check").startswith("Right.")


def test_two_answers_have_two_controls_and_each_may_be_unknown():
    form = Question(made(together(WHOLE, choice("exact", "at least")), (3, None))).form()
    of(form, AnswerField)[0].value = "3"
    assert "I need 2 answers" in press(form, "Check")
    of(form, ipywidgets.ToggleButtons)[0].value = "unknown"
    assert press(form, "Check").startswith("Right.")


def test_unknown_is_there_once():
    form = Question(made(choice("allowed", "unknown"), "allowed")).form()
    assert "Unknown" not in [each.description for each in of(form, ipywidgets.Button)]


def test_a_hostile_answer_is_inert(form):
    of(form, AnswerField)[0].enter(HOSTILE)
    assert "<img" not in form.children[-1].value and "&#60;img" in form.children[-1].value
    assert "<img" not in form.left._bundle(drawn=False)["text/html"]


def test_its_last_state_is_left_behind(form, q):
    of(form, AnswerField)[0].enter("1000")
    left = html.unescape(form.left._bundle(drawn=False)["text/html"])
    assert "Answer: 1000" in left and "Not 1,000." in left and q.lines[0] in left
