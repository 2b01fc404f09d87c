"""What verify notes and calls no problem, and problems that are no kind of their own."""

import hashlib
import os

import pytest

from nsgkit.evidence.folder import SUMS
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer
from tests.stored import BLOBS, PLACE, evidence_folder, files


def test_a_torn_line_is_told_with_what_it_means(evidence):
    with (evidence / MANIFEST).open("ab") as file:
        file.write(b'{"n":9')
    (note,) = verify(evidence).notes
    assert "its last 6 bytes are a torn line, without a line break: a process ended" in note


def test_left_overs_of_a_killed_download_are_a_note(evidence):
    (evidence / "incoming/abc.0").write_bytes(b"{")
    result = verify(evidence)
    assert result.ok
    assert "1 file of a download that was ended. None of it is evidence" in result.notes[0]


def test_signatures_beside_the_manifest_are_expected(evidence):
    for ending in ("sig", "tsq", "tsr"):
        (evidence / f"{MANIFEST}.{ending}").write_bytes(b"")
    assert verify(evidence).ok


def test_an_emptied_manifest_is_a_problem(tmp_path):
    evidence_folder(tmp_path / "e", {})
    (tmp_path / "e" / MANIFEST).write_bytes(b"")
    assert "no line in it" in verify(tmp_path / "e").problems[0]


def test_files_behind_a_break_of_the_chain_are_not_called_strangers(evidence):
    first, second, *_ = (evidence / MANIFEST).read_bytes().splitlines(keepends=True)
    (evidence / MANIFEST).write_bytes(first + second + first)
    result = verify(evidence)
    assert len(result.problems) == 1
    assert (
        "3 files could not be compared: no line before the one at which the chain breaks" in result.notes[0]
    )


def test_a_pipe_in_place_of_the_manifest_is_not_opened(evidence):
    (evidence / MANIFEST).unlink()
    os.mkfifo(evidence / MANIFEST)
    (problem,) = verify(evidence).problems
    assert "a named pipe, where a file must be. It was not opened. Without it nothing here can" in problem


@pytest.mark.parametrize("name", [SUMS, f"{MANIFEST}.sig"])
def test_a_link_in_place_of_a_file_of_our_own_is_a_problem(evidence, name):
    (evidence / name).unlink(missing_ok=True)
    (evidence / name).symlink_to("/etc/hostname")
    (problem,) = verify(evidence).problems
    assert problem.startswith(f"{evidence / name}: a link")


def test_sums_that_may_not_be_read_are_a_problem(evidence, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    assert verify(evidence).problems == [f"{evidence / SUMS}: cannot be read: Permission denied"]


def test_a_folder_that_cannot_be_looked_into_is_a_problem(evidence, monkeypatch):
    def refuse(path):
        if path.name == "incoming":
            raise PermissionError(13, "Permission denied")
        return looked(path)

    looked = os.scandir
    monkeypatch.setattr("nsgkit.evidence.strangers.os.scandir", refuse)
    problem = f"{evidence / 'incoming'}: cannot be looked into: Permission denied"
    assert verify(evidence).problems == [problem]


@pytest.mark.parametrize("place", ["blobs", "blobs/xx"])
def test_a_link_to_the_folder_of_the_files_is_not_followed(evidence, place):
    moved = evidence / place.replace("xx", files(evidence)[0].parent.name)
    moved.symlink_to(moved.rename(evidence.parent / "moved"))
    problems = verify(evidence).problems
    assert sum("a link, where a file must be. It was not opened" in problem for problem in problems) >= 1
    assert f"{moved}: a link that does not belong here. It was not opened" in problems


def test_a_file_that_may_not_be_read_does_not_end_the_check(evidence, monkeypatch):
    def refuse(_parts):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nsgkit.evidence.folder.read_parts", refuse)
    problems = verify(evidence).problems
    assert sum("cannot be read: Permission denied" in problem for problem in problems) == 4


def unlisted(evidence, data=b"left", **other):
    """Note a file that lay there, as a download does."""
    path = files(evidence)[0].with_suffix(".5")
    path.write_bytes(data)
    facts = {"file": path.relative_to(evidence).as_posix(), "size": len(data), "name": next(iter(BLOBS))}
    with open_writer(evidence) as writer:
        sha256 = hashlib.sha256(data).hexdigest()
        writer.manifest.add("unlisted", **PLACE, **facts | {"file_sha256": sha256} | other)
    return path


def test_a_file_that_a_download_found_is_a_note_while_it_stays_as_it_was(evidence):
    unlisted(evidence)
    result = verify(evidence)
    assert result.ok
    assert "1 file of which no line told lay there when a download came" in result.notes[0]


@pytest.mark.parametrize("touch", [lambda path: path.write_bytes(b"other"), lambda path: path.unlink()])
def test_one_that_was_touched_since_is_a_problem(evidence, touch):
    path = unlisted(evidence)
    touch(path)
    assert verify(evidence).problems == [f"{path}: no longer what lay there when a download noted it"]


@pytest.mark.parametrize("event", ["changed here", "rewritten"])
def test_what_a_download_noted_of_a_blob_is_a_note(evidence, event):
    with open_writer(evidence) as writer:
        writer.manifest.add(event, **PLACE, name=next(iter(BLOBS)), files=[])
    (note,) = verify(evidence).notes
    assert note.startswith(next(iter(BLOBS)))
