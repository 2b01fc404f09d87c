"""Notebook 08: from one indicator to every stage of the planted story, each with a raw line that is there."""

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tests.reference import ROOT

SAMPLES = ROOT / "data" / "samples"
NOTEBOOK = nbformat.read(ROOT / "notebooks" / "08-forensic-timeline.ipynb", 4)
SAID = {cell.id: cell.source for cell in NOTEBOOK.cells if cell.source.startswith("<details>")}
FACTS = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["facts"]
STORY = [fact for fact in FACTS if not fact["harmless"]]
FILES, DROP, HOME, JUMP, DESK = "10.30.1.5", "198.51.100.240", "203.0.113.222", "10.20.0.4", "10.20.3.4"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What the notebook's cells made, run one after the other where a case may be written."""
    folder = tmp_path_factory.mktemp("run")
    names = {"display": lambda *_: None}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for cell in NOTEBOOK.cells:
            if cell.cell_type == "code":
                exec(cell.source.replace("../data/samples", SAMPLES.as_posix()), names)
        names["report"] = (folder / "case-report.html").read_text("utf-8")
        yield names


@pytest.fixture(scope="module")
def cited(ran):
    """The cited raw tuples, each split into the fields that every format has."""
    table = ran["case"].cited
    rows = pd.DataFrame({name: table[name].astype("str") for name in ("raw", "blob", "blob_sha256")})
    fields = rows["raw"].str.split(",")
    places = (("src_ip", 1), ("dst_ip", 2), ("src_port", 3), ("dst_port", 4))
    ends = {name: fields.str[place] for name, place in places}
    return rows.assign(time=table["time"], **ends)


def of(fact, cited):
    """The cited tuples that are of a stage: its addresses and ports, in its time."""
    first, last = (pd.Timestamp(fact[name]) for name in ("first", "last"))
    kept = cited[cited["time"].between(first, last)]
    for name in ("src_ip", "dst_ip", "src_port", "dst_port"):
        if wanted := fact["entities"].get(name):
            kept = kept[kept[name].isin(map(str, wanted))]
    return kept


@pytest.mark.parametrize("fact", STORY, ids=lambda fact: fact["id"])
def test_it_arrives_at_every_stage_and_grep_finds_a_tuple_of_it(fact, cited, ran):
    tuples = of(fact, cited)
    assert len(tuples)
    for row in tuples.head(3).itertuples():
        assert f'"{row.raw}"' in (SAMPLES / row.blob).read_text("utf-8")
        assert row.raw in ran["report"]


def test_it_starts_from_one_indicator_alone():
    sources = [cell.source for cell in NOTEBOOK.cells if cell.cell_type == "code"]
    written = set(re.findall(r"\d+\.\d+\.\d+\.\d+", "\n".join(sources)))
    assert written == {HOME}


def test_the_report_names_the_blob_and_its_hash_of_what_it_cites(cited, ran):
    for blob, digest in cited[["blob", "blob_sha256"]].drop_duplicates().head(20).itertuples(index=False):
        assert digest in ran["report"]
        assert blob.rpartition("/")[0] in ran["report"]


def test_run_again_the_case_stays_as_it_is(ran):
    case = ran["case"]
    head = case.head
    case.star(ran["theft"], "What left: never called before, far more out than in.", tags=["theft"])
    assert case.head == head


def test_who_called(stitched):
    calls = stitched[(stitched["dst_ip"] == HOME) & ~stitched["folded"]]
    assert set(calls["src_ip"].astype("str")) == {JUMP}
    assert f"{len(calls)} times, from {calls['first'].min():%H:%M} on 18 December" in SAID["who-samples"]


def test_what_the_intruder_did(stitched):
    his = stitched[(stitched["src_ip"] == "203.0.113.199") & ~stitched["folded"]]
    allowed = his[his["decision"] == "allowed"]
    before = his[(his["decision"] == "denied") & (his["first"] < allowed["first"].min())]
    said = SAID["events-samples"]
    assert f"denied {len(before)} times" in said
    assert f"from {allowed['first'].min():%H:%M} on" in said
    longest = allowed.loc[allowed["duration"].idxmax()]
    assert f"{len(allowed) - 1} short connections" in said
    assert f"at {longest['first']:%H:%M}, lasted {int(longest['duration'] // 60)} minutes" in said
    assert (longest["bytes_src_to_dst"] + longest["bytes_dst_to_src"]) // 1_000_000 == 4


def test_what_left(stitched):
    gone = stitched[(stitched["src_ip"] == FILES) & (stitched["dst_ip"] == DROP)]
    fetched = stitched[(stitched["src_ip"] == DESK) & (stitched["dst_port"] == 1433) & ~stitched["folded"]]
    said = SAID["moved-samples"]
    assert f"{gone['bytes_src_to_dst'].sum():,} bytes" in said
    assert f"{fetched['bytes_dst_to_src'].sum() / 1e9:.1f} GB" == "1.7 GB"


def test_the_last_thing_before_the_theft(stitched):
    rows = stitched[(stitched["src_ip"] == JUMP) & (stitched["dst_port"] == 5985) & ~stitched["folded"]]
    gone = stitched[(stitched["src_ip"] == FILES) & (stitched["dst_ip"] == DROP)]
    said = SAID["try-answer"]
    assert f"At {rows['first'].max():%H:%M} on 19 December" in said
    assert f"At {gone['first'].min():%H:%M}" in said


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]
