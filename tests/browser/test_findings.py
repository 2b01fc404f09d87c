"""The findings explorer as an analyst uses it: choose, go on by keys, open what proves it, keep it."""

import re

import pytest

from tests.browser.server import REPOSITORY

CELLS = [
    f"import sys\nsys.path.insert(0, {str(REPOSITORY)!r})",
    "import nsgkit\nfrom nsgkit.explore import findings_explorer\nfrom tests.planted import planted_findings",
    "logs = nsgkit.read_logs('../data/samples')\nconversations = nsgkit.conversations(logs.flows)",
    "findings_explorer(conversations, planted_findings(conversations), logs=logs)",
]
TITLES = {
    "allowed after denied": "203.0.113.199 to 10.20.0.4, port 22",
    "brute force": "187 connections, 1 a likely success",
    "beacon": "every 5 min 7 s",
    "horizontal scan": "10.20.0.4 to 140 addresses, port 445",
    "new internal edge": "10.20.0.4 to 10.20.3.4, port 3389",
    "large transfer out": "1.74G bytes out",
}


@pytest.fixture
def fresh(run_cells):
    cells = [*CELLS[:-1], "import pathlib\npathlib.Path('verdicts.jsonl').unlink(missing_ok=True)", CELLS[-1]]
    return run_cells(*cells).wait_for("8 findings in 3 incidents")


def lists(notebook):
    return notebook.explorer().get_by_role("listbox")


def chosen(notebook, number):
    """The words of the row that is chosen in a list."""
    return notebook.settle().explorer().get_by_role("listbox").nth(number).locator("[aria-selected=true]")


def test_a_click_opens_an_incident_and_a_finding(fresh):
    fresh.chart(TITLES["beacon"])
    lists(fresh).nth(0).get_by_role("option").nth(1).click()
    fresh.wait_for("198.51.100.201 was seen 40 times (vertical scan).").chart("39 ports")
    lists(fresh).nth(0).get_by_role("option").nth(0).click()
    lists(fresh).nth(1).get_by_role("option").nth(1).click()
    fresh.chart(TITLES["brute force"])
    assert fresh.faults() == []


def test_the_keyboard_alone_goes_through_the_story(fresh):
    """Arrows in a list, j and k anywhere: each finding with its picture, and no key is JupyterLab's."""
    keyboard = fresh.page.keyboard
    lists(fresh).nth(1).focus()
    keyboard.press("Home")
    for kind, title in TITLES.items():
        fresh.chart(title)
        assert chosen(fresh, 1).locator("td").nth(1).inner_text() == kind
        keyboard.press("j")
    fresh.wait_for("198.51.100.201 was seen 40 times (vertical scan).").chart("39 ports")
    keyboard.press("k")
    fresh.settle().chart(TITLES["large transfer out"])
    keyboard.press("ArrowUp")
    fresh.chart(TITLES["new internal edge"])
    assert fresh.faults() == []


def test_what_is_known_is_one_click_away(fresh):
    fresh.press("Show the 1 known").wait_for("Known: our own scanner (IT)")
    assert chosen(fresh, 0).locator("td").first.inner_text() == "known"
    fresh.press("Hide the 1 known").chart(TITLES["beacon"])
    assert fresh.faults() == []


def test_a_row_that_proves_it_shows_its_raw_tuple(fresh):
    lists(fresh).nth(1).get_by_role("option").nth(5).click()
    fresh.chart(TITLES["large transfer out"])
    fresh.press("Show what proves it").wait_for("conversations that prove it. Click a row")
    fresh.explorer().locator("table.dataTable tbody tr").nth(0).locator("td").first.click()
    fresh.wait_for(re.compile(r"SHA-256 [0-9a-f]{64}"))
    assert fresh.faults() == []


def test_verdicts_are_given_by_keys_and_the_note_keeps_its_letters(fresh):
    """n leads to the note, letters stay there, Enter leads back, s says suspicious."""
    keyboard = fresh.page.keyboard
    lists(fresh).nth(1).focus()
    keyboard.press("n")
    keyboard.type("just a bus")
    keyboard.press("Enter")
    keyboard.press("s")
    fresh.wait_for("Saved in verdicts.jsonl: beacon is suspicious.")
    assert chosen(fresh, 1).locator("td").last.inner_text().split() == ["▲", "suspicious"]
    assert fresh.control("Note").input_value() == "just a bus"
    assert "just a bus" in fresh.evaluate("open('verdicts.jsonl').read()")
    keyboard.press("j")
    fresh.chart(TITLES["horizontal scan"])
    assert fresh.control("Note").input_value() == "" and fresh.faults() == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_lists_sentence_and_picture_are_in_sight_together(fresh, jupyter, theme):
    with jupyter.looking(theme, width=1280, height=1000):
        fresh.explorer().evaluate("node => node.scrollIntoView({block: 'start'})")
        fresh.page.wait_for_timeout(500)
        assert fresh.in_sight(TITLES["beacon"]) > 0.9
        assert lists(fresh).nth(0).is_visible() and fresh.faults() == []
