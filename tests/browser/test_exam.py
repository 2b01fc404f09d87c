"""An exam as its learner sits it: opened, run, answered in its cells, saved, closed, opened again."""

import json

import pytest

from nsgkit.training.exams.making import make_exam
from tests.browser.test_saved import SAVE
from tests.training.exam_class import right_answers

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def sat(jupyter, tmp_path_factory):
    """The exam of one learner, of three questions, in a folder that JupyterLab serves."""
    school, folder = tmp_path_factory.mktemp("school"), jupyter.server.root / "exam"
    (school / "secret").write_text("one that is long enough")
    (school / "class.txt").write_text("Kim")
    make_exam(school / "class.txt", folder, seed_file=school / "secret", number=3)
    yield folder / "kim"
    jupyter.close()


@pytest.fixture(scope="module")
def opened(jupyter, sat):
    notebook = jupyter.open("exam/kim/exam.ipynb").run_all()
    notebook.wait_for("0 of 3 questions are answered")
    return notebook.check()


def type_into(notebook, cell, text):
    """Put the cursor between the brackets of a cell, type, and run it, with the keyboard."""
    line = notebook.panel.locator(".jp-CodeCell").filter(has_text=cell).locator(".cm-line").last
    line.click()
    keyboard = notebook.page.keyboard
    keyboard.press("End")
    keyboard.press("ArrowLeft")
    keyboard.insert_text(text)
    keyboard.press("Control+Enter")
    notebook.settle()


def test_unanswered_it_says_what_to_give(opened):
    assert opened.text().count("Not answered yet: give ") == 3


def test_an_answer_that_is_typed_is_recorded_and_nothing_is_said_of_it(opened, sat):
    right = right_answers(sat)["q01"]
    type_into(opened, "exam.q01.check(", repr(right))
    opened.wait_for("Recorded: ")
    assert "Right" not in opened.text()
    lines = [json.loads(line) for line in (sat / "answers.jsonl").read_text().splitlines()]
    assert [line["question"] for line in lines] == ["q01"]
    assert opened.faults() == []


def test_text_that_tries_to_run_is_shown_and_not_recorded(opened, sat):
    before = (sat / "answers.jsonl").read_bytes()
    type_into(opened, "exam.q02.check(", repr(HOSTILE))
    opened.wait_for("Nothing is recorded.")
    assert (sat / "answers.jsonl").read_bytes() == before
    assert opened.faults() == []


def test_saved_and_opened_again_the_answer_is_still_there(jupyter, opened):
    assert jupyter.page.evaluate(SAVE)
    jupyter.close()
    again = jupyter.open("exam/kim/exam.ipynb")
    assert "Recorded: " in jupyter.panel_text()
    again.run_all().wait_for("1 of 3 questions are answered")
    assert jupyter.outside == []
