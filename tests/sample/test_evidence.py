"""The sample evidence folder: the same every time, unchanged until it is changed, with every kind of hour."""

import shutil
from time import process_time

import pytest

import nsgkit
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.hours import STATES, evidence_hours
from nsgkit.explore.evidence import folder_hours
from nsgkit.sample import write_evidence
from nsgkit.sample.company.network import JUMP, WEB2


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_evidence(tmp_path_factory.mktemp("sample") / "evidence")


@pytest.fixture
def folder(made, tmp_path):
    """A copy, which may be changed."""
    return shutil.copytree(made, tmp_path / "evidence")


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def hours_of(nic, hours):
    """The state of each hour of a NIC, by the hour of the day: all of them lie in one day."""
    rows = hours[hours["mac"] == nic.mac]
    assert rows["hour"].dt.date.nunique() == 1
    return dict(zip(rows["hour"].dt.hour, rows["state"], strict=True))


def test_two_runs_write_the_same_bytes_soon(made, tmp_path):
    begun = process_time()
    again = write_evidence(tmp_path / "again")
    assert process_time() - begun < 15  # about 4 s; a slow machine may take longer
    assert contents(again) == contents(made)


def test_it_is_small(made):
    assert sum(map(len, contents(made).values())) < 1_000_000


def test_it_is_unchanged(made):
    checked = nsgkit.verify(made)
    assert checked.ok
    assert checked.files == len(list((made / "blobs").rglob("*.*"))) == 17


def test_a_changed_byte_is_found_and_its_file_named(folder):
    path = evidence_blobs(folder)[0].parts[0][0]
    path.write_bytes(path.read_bytes().replace(b",A,", b",D,", 1))
    (problem,) = nsgkit.verify(folder).problems
    assert problem.startswith(f"{path}: other bytes than were downloaded.")


def test_a_changed_line_of_the_manifest_is_found_where_it_is(folder):
    path = folder / "manifest.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b'"growing":false', b'"growing":true')
    path.write_bytes(b"".join(lines))
    (problem,) = nsgkit.verify(folder).problems
    assert problem.startswith(f"{path}: line 6 is not bound to the line before it")


def test_every_kind_of_hour_is_in_it_and_nothing_else(made):
    assert set(evidence_hours(made)["state"]) == set(STATES)


def test_each_kind_of_missing_hour_is_where_the_downloads_left_it(made):
    hours = evidence_hours(made)
    web2 = dict.fromkeys([12, 13], "gone") | dict.fromkeys([14, 15], "no blob") | {16: "complete"}
    web2 |= {17: "growing"} | dict.fromkeys([18, 19], "not asked for")
    assert hours_of(WEB2, hours) == web2 | {20: "complete", 21: "complete"} | {
        22: "could not be read",
        23: "complete",
    }
    jump = dict.fromkeys(range(12, 24), "complete") | {12: "gone", 13: "gone", 17: "growing"}
    assert hours_of(JUMP, hours) == jump | {18: "not asked for", 19: "not asked for"}


def test_why_a_blob_could_not_be_read_is_told(made):
    hours = evidence_hours(made)
    (reason,) = hours.loc[hours["state"] == "could not be read", "reason"]
    assert reason.startswith("This blob is archived")


def test_the_picture_tells_the_kinds_apart(made):
    counts = folder_hours(made)["status"].value_counts().to_dict()
    kinds = {"missing": 2, "not asked for": 4, "could not be read": 1, "growing": 2, "no longer in Azure": 4}
    assert counts == kinds | {"present": 11}


def test_it_is_read_as_any_evidence_folder_and_says_what_the_samples_say(made):
    read = nsgkit.read_logs(made)
    samples = nsgkit.read_logs("data/samples", start="2024-12-18T12:00", end="2024-12-18T17:00")
    span = read.flows[read.flows["record_time"] < "2024-12-18T17:00Z"]
    those = samples.flows[samples.flows["mac"].isin([WEB2.mac, JUMP.mac])]
    assert len(span) == len(those[those["record_time"] < "2024-12-18T17:00Z"]) > 0


@pytest.mark.parametrize("name", ["notes.txt", "manifest.jsonl"])
def test_a_folder_that_is_not_empty_stays_as_it_is(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(nsgkit.NsgkitError, match="is not empty"):
        write_evidence(tmp_path)
    assert contents(tmp_path) == {name: b"mine"}


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(nsgkit.NsgkitError, match="is not empty"):
        write_evidence(tmp_path / "file")
