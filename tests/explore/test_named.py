"""A machine's or a subnet's name stands beside its address in every explorer, table, sentence and file."""

import json

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, detections, schema, views
from nsgkit.analyses.filters.completion import complete
from nsgkit.enrich import Network, named, own_networks
from nsgkit.explore import denied_queue, findings_explorer, told, traffic_explorer
from nsgkit.explore.findings.model import Found
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.traffic.life import life_panel
from nsgkit.explore.traffic.question import Question, Traffic
from nsgkit.explore.workbench.chips import Chips
from nsgkit.explore.workbench.export import export
from nsgkit.explore.workbench.table import as_cells
from tests.explore.test_traffic import HOSTILE
from tests.frames import flows

SCAN = [f"09:{n:02}:00 10.0.0.4:{5000 + n} 10.0.1.{n}:445 TCP O D B" for n in range(30)]
KNOCKS = [f"10:{n:02}:00 203.0.113.9:{6000 + n} 10.0.0.4:22 TCP I D B" for n in range(6)]
ROWS = flows("\n".join([*SCAN, *KNOCKS, "10:30:00 203.0.113.9:7000 10.0.0.4:22 TCP I A B"]))
WEB1 = {"10.0.0.4": "10.0.0.4  ·  WEB1"}


def network(web="WEB1", subnet="data subnet"):
    return Network.of(["10.0.0.0/16"], names={"10.0.0.4": web, "10.0.1.0/24": subnet})


@pytest.fixture(scope="module")
def held():
    return nsgkit.conversations(ROWS)


@pytest.fixture(scope="module")
def found(held):
    return detections.findings(held, network=network())


def shown(widget):
    """Everything that a widget shows as text, and the specs of its charts."""
    parts = [getattr(widget, name, "") for name in ("value", "description", "rows", "options")]
    parts += [json.dumps(widget.chart.to_dict(), ensure_ascii=False)] if hasattr(widget, "chart") else []
    return " ".join([*map(str, parts), *(shown(child) for child in getattr(widget, "children", ()))])


def test_the_sentences_of_findings_say_it(found):
    assert found["told"].str.contains("10.0.0.4 (WEB1)", regex=False).all()
    assert "10.0.0.4 (WEB1) tried port 445" in told(found).__repr__()
    assert not found["src_ip"].str.contains("WEB1").any()


def test_a_detection_of_its_own_is_explained_with_names(held):
    scan = detections.horizontal_scans(held, network=network()).iloc[0]
    assert detections.explain(scan).startswith("10.0.0.4 (WEB1) tried port 445 of 30 addresses")
    assert detections.explain(detections.horizontal_scans(held).iloc[0]).startswith("10.0.0.4 tried")


def test_conversations_that_carry_names_hand_them_on(held):
    scans = detections.horizontal_scans(named(held, network()))
    assert schema.names_carried(scans)["10.0.0.4"] == WEB1["10.0.0.4"]


def test_the_stories_of_incidents_say_it(found):
    (story, *_) = detections.incidents(found)["story"]
    assert any("(WEB1)" in line for line in story)


def test_the_same_sentences_stand_there_where_nothing_is_known(held, found):
    plain = detections.findings(held, network=["10.0.0.0/16"])
    bare = [text.replace(" (WEB1)", "").replace(" (data subnet)", "") for text in found["told"]]
    assert plain["told"].tolist() == bare
    assert schema.names_carried(plain) == {}


def test_pictures_of_findings_say_it(held, found):
    proof, beside = Found(held, found, network()).evidence(0)
    drawn = json.dumps(views.finding_picture(found.iloc[0], proof, beside).to_dict(), ensure_ascii=False)
    assert "10.0.0.4 (WEB1)" in drawn and "(data subnet)" in drawn


def test_the_findings_explorer_says_it(held, found, tmp_path):
    text = shown(findings_explorer(held, found, network=network(), verdicts=tmp_path / "v.jsonl"))
    assert text.count("10.0.0.4 (WEB1)") > 3


def test_the_queue_of_denied_attempts_says_it(held, tmp_path):
    frame = denied_queue(held, network=network(), verdicts=tmp_path / "v.jsonl", noise=True)
    text = shown(frame)
    assert "10.0.0.4  ·  WEB1" in text and "10.0.0.4 (WEB1)" in text
    assert "10.0.0.4:22 (WEB1)" in text  # what its source was later allowed to


@pytest.mark.parametrize(("picture", "wanted"), [
    ("Top", "10.0.0.4 (WEB1)"), ("Links", "10.0.0.4 (WEB1)"), ("Matrix", "10.0.1.0/24 (data subnet)"),
])  # fmt: skip
def test_what_can_be_chosen_in_the_traffic_explorer_says_it(held, picture, wanted):
    frame = traffic_explorer(ROWS, held, own=network(), by="dst_ip", picture=picture, measure="denied")
    assert wanted in shown(frame)


def test_rows_and_chips_of_the_traffic_explorer_say_it(held):
    traffic = Traffic(ROWS, held, given=network())
    cells = as_cells(traffic.rows_behind(Question()))
    assert "10.0.0.4  ·  WEB1" in {*cells["Source address"]}
    line = Chips(print, names=traffic.names)
    line.show("src:10.0.0.4")
    assert line.children[0].children[0].description == "src:10.0.0.4 (WEB1)"


def test_a_life_is_that_of_a_name(held):
    panel = life_panel(Traffic(ROWS, held, given=network()), "address", "10.0.0.4", print, print)
    text = shown(panel)
    assert "Address 10.0.0.4 (WEB1)" in text and "10.0.1.1  ·  data subnet" in text


def test_who_types_a_name_is_offered_its_address(held):
    assert [text for text, _ in complete("src:web", 7, named(held, network()))] == ["src:10.0.0.4"]


def test_an_export_has_addresses_as_they_are_and_names_beside_them(held, tmp_path):
    path = export(named(held, network()), "csv", [], tmp_path)
    read = pd.read_csv(path)
    assert read.loc[read["src_ip"] == "10.0.0.4", "src_name"].unique().tolist() == ["WEB1"]
    assert read.loc[read["src_ip"] == "203.0.113.9", "src_name"].isna().all()
    assert "src_name" not in pd.read_csv(export(held, "csv", [], tmp_path)).columns


def test_an_export_of_findings_has_them_too(found, tmp_path):
    read = pd.read_csv(export(found.drop(columns=["rows", "figures"]), "csv", [], tmp_path))
    assert "WEB1" in {*read["src_name"], *read["dst_name"]}


def test_a_name_is_said_once_in_a_sentence_and_no_part_of_an_address_is_taken_for_one():
    text = "10.0.0.4 called 110.0.0.4, 10.0.0.40, 10.0.0.4/32 and 10.0.0.4."
    assert schema.with_names_behind(text, WEB1) == text.replace("10.0.0.4 ", "10.0.0.4 (WEB1) ", 1)


def test_names_are_not_copied_with_each_row(held):
    carried = named(held, network())
    assert schema.names_carried(carried.iloc[0]) is schema.names_carried(carried)


def test_a_name_that_is_code_stays_text(held, tmp_path):
    own = network(web=" ".join(HOSTILE), subnet=" ".join(HOSTILE))
    findings = detections.findings(held, network=own, kinds="horizontal scan")
    frames = [
        findings_explorer(held, findings, network=own, verdicts=tmp_path / "v.jsonl"),
        life_panel(Traffic(ROWS, held, given=own), "address", "10.0.0.4", print, print),
    ]
    html = [text for frame in frames for text in _html(frame)] + [told(findings)._repr_html_()]
    html += as_cells(analyses.top_talkers(named(held, own)))["Source address"].tolist()
    assert not any(each in text for text in html for each in ("<img", "<script", "{{", "{%", "\u202e", "${"))


def _html(widget):
    if type(widget).__name__ == "HTML":
        yield widget.value
    for child in getattr(widget, "children", ()):
        yield from _html(child)


def test_code_gives_the_files_that_networks_were_read_from_so_that_names_come_again():
    path = "data/samples/network.toml"
    assert own_as_code(own_networks(None, path)) == repr([path])
    assert own_as_code(own_networks(None, [path, "10.99.0.0/16"])) == repr([path, "10.99.0.0/16"])
    assert own_as_code(Network.of(["10.0.0.0/8"])) == "['10.0.0.0/8']"
