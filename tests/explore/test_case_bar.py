"""The case in explorers: what is chosen is starred with its code, noted, and kept as a picture."""

import ipywidgets
import pytest

import nsgkit
from nsgkit import case as cases
from nsgkit.case import opening
from nsgkit.explore import (
    denied_queue,
    findings_explorer,
    places_explorer,
    timeline_explorer,
    traffic_explorer,
)

HIS = "src:203.0.113.199"


@pytest.fixture(scope="module")
def hour():
    return nsgkit.read_logs("data/samples", start="2024-12-18 08:00", end="2024-12-18 09:00")


@pytest.fixture(scope="module")
def held(hour):
    return nsgkit.conversations(hour)


@pytest.fixture
def case(tmp_path, hour):
    yield cases.open(tmp_path / "case", hour, author="kim")
    opening._held.clear()


def within(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def press(explorer, label):
    next(w for w in within(explorer) if isinstance(w, ipywidgets.Button) and w.description == label).click()


def said(explorer):
    return next(
        w.value for w in within(explorer) if isinstance(w, ipywidgets.HTML) and "nsgkit-status" in w.value
    )


def last(case):
    return case.events.sort_values("number").iloc[-1]


@pytest.mark.parametrize("make", [timeline_explorer, places_explorer])
def test_a_star_cites_what_is_chosen_and_how(case, held, make):
    explorer = make(held, filter=HIS)
    press(explorer, "Star")
    written = last(case)
    assert written["event"] == "star"
    assert written["cited"] == nsgkit.query(held, HIS)["rows"].sum()
    assert HIS in written["query"]


def test_the_traffic_explorer_stars_its_conversations(case, hour, held):
    press(traffic_explorer(hour, filter=HIS), "Star")
    assert last(case)["cited"] == nsgkit.query(held, HIS)["rows"].sum()


def test_a_finding_is_taken_with_its_arithmetic(case, held, hour):
    found = nsgkit.detections.brute_force(held)
    explorer = findings_explorer(held, nsgkit.detections.findings(held, kinds=["brute force"]), logs=hour)
    press(explorer, "Star")
    assert last(case)["event"] == "finding"
    assert last(case)["cited"] == nsgkit.detections.proof(held, found.iloc[0])["rows"].sum()


def test_a_verdict_goes_into_the_case_too(case, held, hour, tmp_path):
    found = nsgkit.detections.findings(held, kinds=["brute force"])
    explorer = findings_explorer(held, found, logs=hour, verdicts=tmp_path / "verdicts.jsonl")
    press(explorer, "▲ suspicious")
    assert last(case)["event"] == "verdict"
    assert (tmp_path / "verdicts.jsonl").is_file()


def test_a_group_of_denied_attempts_is_starred(case, held):
    press(denied_queue(held), "Star")
    assert last(case)["event"] == "star"


def test_a_picture_is_kept_as_it_is_drawn(case, held):
    press(timeline_explorer(held, filter=HIS), "Keep picture in the case")
    assert list(case.folder.glob("files/*.svg"))


def test_a_note_is_written_and_the_field_emptied(case, held):
    explorer = timeline_explorer(held, filter=HIS)
    words = next(w for w in within(explorer) if getattr(w, "description", "").startswith("Why or note"))
    words.value = "asked the shop"
    press(explorer, "Add the note")
    assert (last(case)["why"], words.value) == ("asked the shop", "")


def test_without_an_open_case_it_says_how_to_open_one(held):
    opening._held.clear()
    explorer = timeline_explorer(held, filter=HIS)
    press(explorer, "Star")
    assert "No case is open. Open one: nsgkit.case.open" in said(explorer)
