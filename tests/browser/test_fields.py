"""The field explorer as a reader uses it: types, pastes, errs, empties it, and never needs a mouse."""

import pytest

FIELD = "Tuple, record or PT1H.json:"
DENIED = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"


@pytest.fixture(scope="module")
def explorer(jupyter):
    """One field explorer for all tests of this file: each leaves it usable."""
    cells = ["from nsgkit.explore import field_explorer", "field_explorer()"]
    notebook = jupyter.open(jupyter.write(cells)).run_all()
    notebook.check()
    yield notebook
    jupyter.close()


def meanings(notebook):
    return {row["Field"].split()[-1]: row["What it means"] for row in notebook.table()}


def test_empty_it_says_what_to_do(explorer):
    explorer.set(FIELD, "").wait_for("Nothing is pasted yet.")
    assert "Paste a tuple" in explorer.status()[0]


def test_a_typed_tuple_is_explained_field_by_field(explorer):
    explorer.control(FIELD).fill("")
    explorer.control(FIELD).press_sequentially(DENIED)
    explorer.wait_for("No mistake.")
    assert "Denied" in meanings(explorer)["decision"]
    assert len(explorer.table()) == 13


def test_a_mistake_is_pointed_out_at_its_field(explorer):
    explorer.set(FIELD, DENIED.replace("12086", "70000")).wait_for("1 mistake.")
    assert "Mistake. There is no such port" in meanings(explorer)["dst_port"]


def test_an_example_is_a_press_away(explorer):
    explorer.press("VNet version 4").wait_for("No mistake.")
    assert "1663146003599" in explorer.control(FIELD).input_value()


def test_ten_thousand_characters(explorer):
    explorer.set(FIELD, DENIED + "9" * 10_000).wait_for("mistake")
    explorer.check()


def test_text_that_tries_to_run_is_shown(explorer):
    hostile = '"><img src=x onerror=alert(1)>{{7*7}}'
    explorer.set(FIELD, DENIED.replace("10.0.0.4", hostile)).wait_for("1 mistake.")
    assert explorer.table()[2]["Text"] == hostile
    explorer.check()


def test_the_keyboard_alone_suffices(explorer):
    explorer.set(FIELD, "")
    explorer.control(FIELD).focus()
    keyboard = explorer.page.keyboard
    keyboard.type(DENIED)
    explorer.wait_for("No mistake.")
    for _ in range(6):  # over the examples to the last button
        keyboard.press("Tab")
    assert explorer.page.evaluate("() => document.activeElement.textContent") == "Empty it"
    keyboard.press("Space")
    explorer.wait_for("Nothing is pasted yet.")
