"""The timeline explorer as an analyst uses it, with the network cut: wheel, drag, keys, click, times."""

import re

import pytest

from tests.browser.server import REPOSITORY

HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}"
CELLS = [
    f"import sys\nsys.path.insert(0, {str(REPOSITORY)!r})",
    "import nsgkit\nfrom nsgkit.explore import timeline_explorer",
    "logs = nsgkit.read_logs('../data/samples')\nconversations = nsgkit.conversations(logs)",
    f"rule = conversations['rule'].cat.rename_categories({{'UserRule_Temp-SSH-Contractor': {HOSTILE!r}}})\n"
    "timeline_explorer(conversations.assign(rule=rule), filter='ip:203.0.113.199', logs=logs)",
]
TITLE, STRIP = "What happened when", "All the time"
ALL = re.compile("^214 of 32,814 conversations in 1 lane")
MARKS = ".mark-rect.role-mark path"


@pytest.fixture(scope="module")
def explorer(jupyter):
    """One explorer for all tests."""
    yield jupyter.open(jupyter.write(CELLS)).run_all().wait_for(ALL)
    jupyter.close()


@pytest.fixture
def fresh(explorer, jupyter):
    explorer.set("From (UTC)", "").set("Until (UTC)", "").wait_for(ALL)
    yield explorer
    assert explorer.faults() == [] and jupyter.outside == []


def lanes(notebook):
    return notebook.explorer().locator(".nsgkit-gestures")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_lanes_and_strip_are_drawn(fresh, jupyter, theme):
    with jupyter.looking(theme):
        assert fresh.chart(TITLE).locator(MARKS).count() > 30
        assert fresh.chart(STRIP).locator(MARKS).count() > 10


@pytest.mark.parametrize("title", [TITLE, STRIP])
def test_a_drag_over_lanes_or_strip_goes_there(fresh, title):
    fresh.brush(title, "2024-12-18 06:00", "2024-12-18 12:00")
    fresh.wait_for(re.compile(r"1 lane, 2024-12-18 0[56]:\d\d:\d\d UTC to 2024-12-18 1[12]:\d\d:\d\d UTC"))


def test_wheel_and_keys_look_closer_and_at_the_whole(fresh):
    chart = fresh.chart(TITLE)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    fresh.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 60)
    lanes(fresh).focus()
    fresh.page.mouse.wheel(0, -240)
    fresh.wait_for(re.compile(r"lanes?, 2024-12-18 \d\d:\d\d:\d\d UTC to 2024-12-19 (?!23)\d\d"))
    fresh.settle()
    lanes(fresh).focus()
    for key in ("+", "ArrowLeft", "0"):
        fresh.page.keyboard.press(key)
        fresh.settle()
    fresh.wait_for(ALL)


def test_a_click_opens_the_row_with_its_raw_tuple_and_hash(fresh):
    fresh.set("From (UTC)", "2024-12-18T01:00").set("Until (UTC)", "2024-12-18T02:00:00")
    fresh.wait_for("4 of 32,814 conversations")
    fresh.chart(TITLE).locator(MARKS).first.click(force=True)
    fresh.wait_for(re.compile(r"203\.0\.113\.199 port \d+ to 10\.20\.0\.\d.* TCP port 22: denied"))
    fresh.wait_for(re.compile(r"\d{10},203\.0\.113\.199,10\.20\.0\.\d,\d+,22,T,I,D"))
    fresh.wait_for(re.compile(r"SHA-256 [0-9a-f]{64}"))


def test_the_key_j_opens_the_next_and_hostile_names_stay_text(fresh):
    fresh.set("Filter", "ip:203.0.113.199 allowed").wait_for("187 of 32,814 conversations")
    lanes(fresh).focus()
    fresh.page.keyboard.press("j")
    fresh.wait_for(f"Rule: {HOSTILE}")
    fresh.set("Filter", "ip:203.0.113.199")


def test_a_reference_line_and_the_local_time(fresh):
    fresh.set("Reference line", "2024-12-18 08:05 rule opened").settle()
    assert "rule opened" in fresh.chart(TITLE).text_content()
    fresh.set("Local time", "Europe/Berlin").wait_for("2024-12-18 00:00:00 UTC (= 01:00:00 Europe/Berlin)")
    fresh.press("Wed 18 Dec 08:05:00 UTC rule opened ×").settle()
    assert "rule opened" not in fresh.chart(TITLE).text_content()
    fresh.set("Local time", "")
