"""A question in a form as a learner uses it: by clicks, by keys alone, with hostile text, and reopened."""

import pytest

from tests.browser.server import REPOSITORY
from tests.browser.test_saved import SAVE

CELLS = [
    f"import sys\nsys.path.insert(0, {str(REPOSITORY)!r})",
    "from nsgkit import training\nlesson = training.start('counting')\nfields = training.start('fields')",
    "lesson.connections.form()",
    "fields.protocol.form()",
]
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(scope="module")
def forms(jupyter):
    """Two forms for all tests of this file: each leaves them usable."""
    notebook = jupyter.open(jupyter.write(CELLS, "forms.ipynb")).run_all()
    notebook.wait_for("How many connections began?")
    notebook.wait_for("Which of all these protocols")
    notebook.check()
    yield notebook
    jupyter.close()


def feedback(notebook, number=0):
    """What a screen reader is told in a form."""
    return notebook.settle().explorer(number).get_by_role("status").inner_text()


def test_one_is_solved_by_clicks(forms):
    form = forms.explorer(1)
    form.get_by_role("button", name="Check").click()
    assert feedback(forms, 1).endswith("missing, none too many.")
    for name in forms.evaluate("[*fields.protocol.exercise.right(fields.protocol.case)]"):
        form.get_by_role("checkbox", name=name).check()
    form.get_by_role("button", name="Check").click()
    forms.settle()
    assert feedback(forms, 1).startswith("Right.")
    assert forms.faults() == []


def test_one_is_solved_by_the_keyboard_alone(forms):
    keyboard, field = forms.page.keyboard, forms.explorer(0).get_by_role("textbox", name="Answer:")
    field.focus()
    keyboard.type("1000")
    keyboard.press("Enter")
    forms.wait_for("Not 1,000. No mistake that I know leads to it.")
    right = forms.evaluate("lesson.connections.exercise.right(lesson.connections.case)")
    keyboard.press("Control+A")
    keyboard.type(str(right))  # letters and Enter at once: none is lost
    keyboard.press("Enter")
    forms.wait_for("Right. One connection")
    assert feedback(forms).startswith("Right.")
    assert forms.evaluate("int(lesson.progress()['tries'].sum())") == 2
    for _ in range(3):  # Check, Unknown, Hint
        keyboard.press("Tab")
    keyboard.press("Space")
    forms.wait_for("1 of 3:")
    assert forms.faults() == []


def test_text_that_tries_to_run_is_shown(forms):
    field = forms.explorer(0).get_by_role("textbox", name="Answer:")
    field.fill(HOSTILE)
    field.press("Enter")
    forms.settle()
    assert HOSTILE in feedback(forms)
    assert forms.faults() == []


def test_saved_and_opened_again_it_shows_what_was_said(jupyter, forms):
    forms.explorer(0).get_by_role("textbox", name="Answer:").fill("1001")
    forms.explorer(0).get_by_role("button", name="Check").click()
    forms.wait_for("Not 1,001.")
    jupyter.page.wait_for_timeout(3000)  # the last state is drawn when nothing has changed for a moment
    assert jupyter.page.evaluate(SAVE)
    jupyter.close()
    jupyter.open(f"notebooks/{forms.path.rsplit('/', 1)[-1]}")
    words = jupyter.panel_text()
    assert "Not 1,001." in words and "How many connections began?" in words
    assert HOSTILE not in words and jupyter.outside == []
