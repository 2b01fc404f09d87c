"""What every explorer shares, where it is used: controls, keyboard, and the line that says it works."""

import pytest

FORM = """import time, ipywidgets
from nsgkit.explore.workbench.panel import report_errors, panel, show_status, status_line
name = ipywidgets.Text(description="Name")
kind = ipywidgets.Dropdown(description="Kind", options=["NSG", "VNet"])
whole = ipywidgets.Checkbox(description="Whole hours")
notes = ipywidgets.Textarea(description="Notes")
status = status_line()
slow, quick, wrong = (ipywidgets.Button(description=d) for d in ("Slow", "Quick", "Wrong"))
slow.on_click(report_errors(status, lambda _: time.sleep(2), "Reading the logs …"))
quick.on_click(report_errors(status, lambda _: show_status(status, "Done.")))
wrong.on_click(report_errors(status, lambda _: {}["x"]))
panel(name, kind, whole, notes, ipywidgets.HBox([slow, quick, wrong]), status)"""


@pytest.fixture(scope="module")
def form(jupyter):
    """One form for all tests of this file."""
    yield jupyter.open(jupyter.write([FORM])).run_all().check()
    jupyter.close()


def test_each_control_is_found_by_its_own_label(form):
    form.set("Name", "WEB").set("Kind", "VNet").set("Whole hours", True).set("Notes", "two\nlines").settle()
    values = form.evaluate("[w.value for w in (name, kind, whole, notes)]")
    assert values == ["WEB", "VNet", True, "two\nlines"]


def test_a_slow_handler_shows_that_it_works_and_then_that_it_is_over(form):
    form.press("Slow").wait_for("Reading the logs …")
    form.settle()
    assert form.status() == []


def test_an_error_is_one_sentence_with_its_details_folded_away(form):
    form.press("Wrong").wait_for("This did not work: KeyError: 'x'.")
    assert "Traceback" not in form.status()[0]
    form.panel.get_by_text("Details").click()
    assert "Traceback (most recent call last)" in form.status()[0]


def test_what_a_quick_handler_says_replaces_an_error(form):
    form.press("Quick").wait_for("Done.")
    assert form.status() == ["Done."]


def test_the_keyboard_alone_suffices(form):
    form.set("Kind", "VNet").control("Name").focus()
    keyboard = form.page.keyboard
    keyboard.press("Control+A")
    keyboard.type("DB")
    for key in ("Tab", "ArrowUp", "Tab", "Space"):
        keyboard.press(key)
    form.settle()
    assert form.evaluate("[name.value, kind.value, whole.value]") == ["DB", "NSG", False]


def test_a_key_in_an_explorer_is_not_a_command_to_the_notebook(form):
    form.control("Whole hours").focus()
    for key in ("x", "b", "ArrowDown", "d", "d"):
        form.page.keyboard.press(key)
    assert form.page.locator(".jp-NotebookPanel:visible .jp-Cell").count() == 1
    assert form.control("Whole hours").is_visible()
