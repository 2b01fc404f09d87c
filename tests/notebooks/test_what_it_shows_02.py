"""Notebook 02: what it says of the sample evidence folder, counted another way; and other sources."""

import json
import re
from collections import Counter

import nbformat
import pytest
from nbclient import NotebookClient

from nsgkit.sample import write_evidence
from nsgkit.sample.company.network import JUMP, WEB2
from tests.reference import ROOT

PATH = ROOT / "notebooks" / "02-get-your-flow-logs.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(PATH, 4).cells}
SAMPLES = ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_evidence(tmp_path_factory.mktemp("sample") / "evidence")


@pytest.fixture(scope="module")
def events(folder):
    """The lines of the manifest, as any reader of JSON has them."""
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]


def place(event):
    """The hour and the MAC of a blob, by its name."""
    hour, mac = re.search(r"/h=(\d\d)/m=00/macAddress=(\w+)/", event["name"]).groups()
    return int(hour), mac


def places(events, kind):
    return {place(event) for event in events if event["event"] == kind}


def ran(tmp_path, source):
    """What the notebook wrote, cell by cell, with another source in its parameters."""
    notebook = nbformat.read(PATH, 4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    cell.source = f"source = {str(source)!r}\nfolder = {str(tmp_path / 'evidence')!r}\ncredential = None"
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": ROOT / "notebooks"}}).execute()
    return {c.id: str(c.outputs) for c in notebook.cells if c.cell_type == "code"}


def test_the_hours_of_the_picture(events):
    stored, gone, said = places(events, "stored"), places(events, "gone"), CELLS["shows"]
    growing = {place(event) for event in events if event.get("growing")}
    squares = {(hour, mac) for hour in range(12, 24) for mac in (WEB2.mac, JUMP.mac)}
    assert f"{len(squares)} squares. {len(stored)} of them have a blob here" in said
    assert f"{len(stored - gone - growing)} are present, {len(gone)} are no longer in Azure" in said
    assert f"{len(growing)} were still growing at 17:00" in said and {hour for hour, _ in growing} == {17}
    without, failed = squares - stored, places(events, "failed")
    assert f"{len(without)} have none" in said and f"{len(failed)} could not be read" in said
    asked = Counter(hour in {*range(12, 18), *range(20, 23)} for hour, _ in without - failed)
    assert f"{asked[True]} are missing in Azure, {asked[False]} were not asked for" in said


def test_what_must_not_be_lost(events):
    gone = places(events, "gone")
    assert gone == {(hour, nic.mac) for hour in (12, 13) for nic in (WEB2, JUMP)}
    assert f"12:00 and 13:00 of both NICs: {len(gone)} blobs" in CELLS["exercise-1-answer"]
    asked = [event["at"][:10] for event in events if event["event"] == "asked"]
    assert asked == ["2024-12-18", "2025-01-17", "2025-01-17"]


def test_three_reasons_for_silence(events):
    assert f"`{WEB2.mac}`" in CELLS["exercises"]
    (silent,) = [event for event in events if event["event"] == "no blob"]
    assert (silent["mac"], silent["hours"]) == (WEB2.mac, [["2024-12-18T14:00Z", "2024-12-18T16:00Z"]])
    assert {(14, JUMP.mac), (15, JUMP.mac), (23, WEB2.mac)} <= places(events, "stored")
    spans = [(event["start"], event["end"]) for event in events if event["event"] == "asked"]
    assert not [span for span in spans if span[0] < "2024-12-18T20" and span[1] > "2024-12-18T18:00Z"]
    (failed,) = [event for event in events if event["event"] == "failed"]
    assert place(failed) == (22, WEB2.mac) and "archived" in failed["why"]


def test_a_changed_line_of_the_manifest(events):
    changed = next(number for number, event in enumerate(events, 1) if event.get("growing"))
    assert f"Line {changed} was changed, and line {changed + 1} is the first" in CELLS["exercise-3-answer"]
    later = sum(event["event"] == "stored" for event in events[changed:])
    of_all = f"{later} of the {len(places(events, 'stored'))} files could not be compared"
    assert of_all in CELLS["exercise-3-answer"]


def test_it_breaks_the_sample_folder_and_leaves_the_checkout_as_it_is(tmp_path):
    before = set(ROOT.iterdir())
    said = ran(tmp_path, SAMPLES)
    assert set(ROOT.iterdir()) == before
    assert "evidence: unchanged. 17 files" in said["practise"]
    assert "CHANGED" in said["break"] and "other bytes than were downloaded" in said["break"]
    assert (
        "CHANGED" in said["exercise-3"] and "line 13 is not bound to the line before it" in said["exercise-3"]
    )
    assert "other bytes" not in said["exercise-3"]
    assert "is no evidence folder" in said["verify"]


@pytest.mark.parametrize("count", [1, 3])
def test_files_in_any_order_and_a_single_one_are_a_source(tmp_path, count):
    (tmp_path / "heap").mkdir()
    for number, path in enumerate(sorted(SAMPLES.rglob("PT1H.json"))[:count]):
        (tmp_path / "heap" / f"{number}.json").write_bytes(path.read_bytes())
    source = tmp_path / "heap" / "0.json" if count == 1 else tmp_path / "heap"
    said = ran(tmp_path, source)
    assert "VNET-DATA" in said["find"]
    assert "is no evidence folder" in said["verify"]


def test_an_evidence_folder_is_a_source_that_can_be_verified(tmp_path, folder):
    said = ran(tmp_path, folder)
    assert "SHOP-NSG" in said["find"]
    assert "Press Verify to check every file." in said["verify"]
