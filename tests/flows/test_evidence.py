"""What read_logs says of an evidence folder in which somebody changed a file, or put one in."""

import os

import pytest

import nsgkit
from nsgkit.errors import EvidenceChangedError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.manifest import MANIFEST
from tests.acquire.logs import hours, name
from tests.blobs import ALLOWED, PROBE, blob, nsg_record
from tests.stored import PLACE, evidence_folder

NAMES = [name(hour) for hour in hours(2)]
BLOBS = {one: blob(nsg_record(PROBE, minute=n)) for n, one in enumerate(NAMES)}


@pytest.fixture
def evidence(tmp_path):
    return evidence_folder(tmp_path / "e", BLOBS)


def file_of(evidence, number=0):
    return evidence_blobs(evidence)[number].parts[0][0]


def put(evidence, data):
    """Put other bytes into the first file."""
    file_of(evidence).write_bytes(data)


def changed_by_a_digit(evidence):
    put(evidence, BLOBS[NAMES[0]].replace(b"12086", b"12087"))


def test_untouched_evidence_has_no_warning(evidence):
    logs = nsgkit.read_logs(evidence)
    assert (len(logs.flows), logs.notes, len(logs.set_aside)) == (2, [], 0)
    assert "WARNING" not in repr(logs) + logs._repr_html_()


def test_a_changed_file_is_read_with_a_warning_on_the_second_line(evidence):
    changed_by_a_digit(evidence)
    logs = nsgkit.read_logs(evidence)
    assert logs.flows["dst_port"].tolist() == [12087, 12086]
    assert repr(logs).splitlines()[1] == (
        "  WARNING: 1 file of this evidence folder is not what was downloaded, such as "
        f"{PLACE['container']}/{NAMES[0]}. What is in it is shown here and is no evidence: run nsgkit.verify."
    )
    assert "<strong>WARNING: 1 file of this evidence folder" in logs._repr_html_()


def test_its_reject_and_its_note_tell_both_hashes(evidence):
    changed_by_a_digit(evidence)
    logs, (stored, _) = nsgkit.read_logs(evidence), evidence_blobs(evidence)
    (reason,) = logs.rejects["reason"]
    sha256 = logs.blobs["sha256"].iloc[0]
    assert reason == (
        f"not what was downloaded: its SHA-256 is {sha256}, the manifest says {stored.sha256}: run "
        "nsgkit.verify"
    )
    assert logs.blobs["note"].iloc[0] == reason
    assert logs.blobs["note"].isna().tolist() == [False, True]


def test_no_tuple_is_lost_or_counted_twice_for_it(evidence):
    changed_by_a_digit(evidence)
    blobs = nsgkit.read_logs(evidence).blobs
    assert blobs[["tuples", "rows", "rejects", "unread"]].to_numpy().tolist() == [[1, 1, 0, 0], [1, 1, 0, 0]]


@pytest.mark.parametrize(
    "other", [b"GIF89a" + b"\0" * 70_000, b'{"records":[{"category":"Administrative"}]}']
)
def test_a_file_that_became_something_else_is_set_aside_with_a_warning(evidence, other):
    padded = other.ljust(len(BLOBS[NAMES[0]]))
    put(evidence, padded)
    logs = nsgkit.read_logs(evidence)
    assert "WARNING: 1 file of this evidence folder is not what was downloaded" in repr(logs)
    assert len(logs.flows) == 1


def test_files_that_the_manifest_does_not_list_are_named_and_not_read(evidence):
    planted = file_of(evidence).with_suffix(".7")
    planted.write_bytes(blob(nsg_record(ALLOWED)))
    os.mkfifo(evidence / "blobs/pipe")
    logs = nsgkit.read_logs(evidence)
    assert logs.flows["dst_port"].tolist() == [12086, 12086]
    assert dict(zip(logs.set_aside["name"], logs.set_aside["reason"], strict=True)) == {
        planted.relative_to(evidence).as_posix(): "the manifest does not list it: not read",
        "blobs/pipe": "a named pipe: the manifest does not list it: not read",
    }
    assert "WARNING: 2 files of this evidence folder are not listed in the manifest" in repr(logs)


def test_a_link_in_place_of_a_file_is_not_followed(evidence):
    path = file_of(evidence)
    path.symlink_to(path.rename(evidence.parent / "moved"))
    logs = nsgkit.read_logs(evidence)
    assert logs.rejects["reason"].tolist() == ["no regular file: never opened"]
    assert len(logs.flows) == 1


def test_a_broken_chain_is_our_error(evidence):
    (evidence / MANIFEST).write_bytes((evidence / MANIFEST).read_bytes().replace(b"etag", b"etaq", 1))
    with pytest.raises(EvidenceChangedError, match="so something was changed"):
        nsgkit.read_logs(evidence)
