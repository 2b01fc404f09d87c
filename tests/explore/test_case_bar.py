"""The case in explorers: what is chosen is starred with its code, noted, and kept as a picture."""

import ipywidgets
import pytest

import nsgkit
from nsgkit import case as cases
from nsgkit.case import opening
from nsgkit.case.contents import CitedFile, content
from nsgkit.case.folder import read_lines
from nsgkit.explore import (
    denied_queue,
    findings_explorer,
    places_explorer,
    timeline_explorer,
    traffic_explorer,
)
from tests.explore import test_denied as denied
from tests.explore import test_places as places
from tests.explore import test_timeline as timelines
from tests.explore import test_traffic as traffic
from tests.widgets import press, within

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


# -- the code of a star makes its rows again -------------------------------------------------------------
def starred(case):
    """The rows that the last line cites, by where they stand."""
    return {place(row) for row in content(case.folder, read_lines(case.folder)[-1].event, CitedFile).rows}


def place(row):
    return row.blob, row.record, row.tuple


def made_again(case, name, **names):
    """The rows that the query of the last line makes, under its name, in a notebook with these names."""
    names |= {"nsgkit": nsgkit}
    exec(last(case)["query"], names)
    return {place(row) for row in names[name].itertuples()}


def test_the_code_of_a_star_on_the_timeline_makes_its_rows(case, held):
    driven = timelines.opened(held, filter=HIS)
    before = len(driven.linked.timeline.in_sight(driven.linked._now().question))
    driven.set("From (UTC)", "2024-12-18T08:10").set("Until (UTC)", "2024-12-18T08:30").press("Star")
    assert 0 < len(starred(case)) < before
    assert made_again(case, "chosen", conversations=held) == starred(case)


def test_the_code_of_a_star_on_one_mark_makes_its_row(case, held):
    driven = timelines.opened(held, filter=f"{HIS} allowed")
    driven.click(mark="bar").press("Star")
    assert len(starred(case)) == 1
    assert made_again(case, "opened", conversations=held) == starred(case)


def test_the_code_of_a_star_in_the_places_explorer_makes_its_rows(case, held):
    driven = places.opened(held, network="data/samples/network.toml")
    everything = len(driven.linked.placed.chosen(driven.linked._now().question))
    driven.click_map(driven.on_map[0]).set("Bin", "15min")
    driven.one("IntSlider").value = 1
    driven.press("Star")
    assert 0 < len(starred(case)) < everything
    assert made_again(case, "chosen", conversations=held) == starred(case)


def test_the_code_of_a_star_in_the_traffic_explorer_makes_its_rows(case, hour, held):
    driven = traffic.Driven(traffic_explorer(hour, by="src_ip"))
    driven.click({"src_ip": "203.0.113.199"})
    press(driven.frame, "Star")
    assert 0 < len(starred(case)) < len(held)
    assert made_again(case, "chosen", logs=hour) == starred(case)


def test_the_code_of_a_starred_finding_finds_it_wherever_it_stands(case, held, hour):
    found = nsgkit.detections.findings(held, kinds=["brute force"])
    press(findings_explorer(held, found, logs=hour), "Star")
    firsts = {(blob, record, number) for blob, record, number in found.iloc[0]["rows"]}
    assert starred(case) == firsts
    assert firsts <= made_again(case, "proof", conversations=held)


def test_the_code_of_a_starred_row_of_the_queue_makes_its_attempts(case, held, tmp_path):
    network, known = "data/samples/network.toml", tmp_path / "known.toml"
    first = nsgkit.detections.denied_triage(held, network=network)["src_ip"].iloc[0]
    known.write_text(f'[[known]]\nsrc = "{first}"\nwhy = "our scanner"\nby = "IT"\nuntil = 2030-01-01\n')
    press(denied_queue(held, network=network, known=known), "Star")
    assert starred(case)
    assert made_again(case, "chosen", conversations=held) == starred(case)


def test_a_verdict_of_the_queue_goes_into_the_case_too(case, held, tmp_path):
    driven = denied.Driven(denied_queue(held, verdicts=tmp_path / "verdicts.jsonl"))
    driven.judge("benign", "a probe")
    assert (last(case)["event"], last(case)["why"]) == ("verdict", "a probe")
    assert last(case)["told"].startswith("benign: ")


def test_the_map_of_places_is_kept_as_a_png(case, held):
    press(places_explorer(held, network="data/samples/network.toml"), "Keep picture in the case")
    (kept,) = case.folder.glob("files/*.png")
    assert kept.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert list(case.folder.glob("files/*.svg"))  # the picture over time, beside it


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
