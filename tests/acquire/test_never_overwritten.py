"""Whatever the manifest says and whatever the source sends: a file that is there keeps its bytes."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from nsgkit.acquire.download import download
from nsgkit.evidence.folder import evidence_blobs, read_blob
from nsgkit.evidence.manifest import MANIFEST, read_manifest
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, this_hour
from tests.azurite import _block_id, content, empty_container, fill, write

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}
NAMES = [name(hour) for hour in hours(3)]


def bytes_of(evidence):
    return {path: path.read_bytes() for path in (evidence / "blobs").rglob("*") if path.is_file()}


def events(evidence, kind):
    return [line.event for line in read_manifest(evidence) if line.event["event"] == kind]


def cut_off(evidence, lines):
    kept = (evidence / MANIFEST).read_bytes().splitlines(keepends=True)[:-lines]
    (evidence / MANIFEST).write_bytes(b"".join(kept))


def replace(container, names):
    written = {name: content([b'"another ' + name[-20:].encode() + b'"']) for name in names}
    for blob, data in written.items():
        container.upload_blob(blob, data, overwrite=True)
    return written


@pytest.fixture(scope="module")
def stored(account, tmp_path_factory):
    container, folder = empty_container(account), tmp_path_factory.mktemp("stored") / "e"
    fill(container, NAMES)
    url = f"{account}/{container.container_name}"
    download(url, folder, **DAY)
    return container, url, folder, len((folder / MANIFEST).read_bytes().splitlines())


@pytest.mark.parametrize("lines", range(1, 7))
def test_no_cut_of_the_manifest_lets_a_stored_file_be_written_over(stored, tmp_path, lines):
    container, url, folder, _ = stored
    evidence = shutil.copytree(folder, tmp_path / "e")
    cut_off(evidence, lines)
    before = bytes_of(evidence)
    written = replace(container, NAMES)
    done = download(url, evidence, **DAY)
    assert before.items() <= bytes_of(evidence).items()
    assert {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)} == written
    unlisted = events(evidence, "unlisted")
    assert done.unlisted == len(unlisted)
    assert ("files that the manifest does not tell of were there" in str(done)) == bool(unlisted)
    assert not verify(evidence).problems


def test_each_file_that_no_line_tells_of_is_told_once(stored, tmp_path):
    container, url, folder, lines = stored
    evidence = shutil.copytree(folder, tmp_path / "e")
    cut_off(evidence, lines - 1)
    for _ in range(2):
        replace(container, NAMES)
        download(url, evidence, **DAY)
    told = [event["file"] for event in events(evidence, "unlisted")]
    assert len(told) == len(set(told)) == 3


def test_what_a_killed_download_left_is_taken_for_what_comes_where_it_is_the_same(container, url, tmp_path):
    fill(container, NAMES)
    download(url, tmp_path / "e", **DAY)
    before = bytes_of(tmp_path / "e")
    cut_off(tmp_path / "e", 4)
    done = download(url, tmp_path / "e", **DAY)
    assert (bytes_of(tmp_path / "e"), done.unlisted) == (before, 0)
    assert verify(tmp_path / "e").ok


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/null")])
def test_what_is_no_file_is_kept_beside_what_comes(container, url, tmp_path, make):
    fill(container, NAMES[:1])
    download(url, tmp_path / "first", **DAY)
    (file,) = bytes_of(tmp_path / "first")
    place = tmp_path / "e" / file.relative_to(tmp_path / "first")
    shutil.copytree(tmp_path / "first", tmp_path / "e")
    cut_off(tmp_path / "e", 3)
    place.unlink()
    make(place)
    done = download(url, tmp_path / "e", **DAY)
    assert done.unlisted == 1
    assert not place.is_file() or place.is_symlink()
    (blob,) = evidence_blobs(tmp_path / "e")
    assert blob.parts[0][0].suffix == ".1"


def grown(container, url, evidence, *, touch=lambda evidence: None):
    """A blob of this hour that was read, and has grown since."""
    write(container, name(this_hour()), records(1))
    download(url, evidence, start=this_hour())
    touch(evidence)
    write(container, name(this_hour()), records(2))


def flip(evidence):
    (path,) = bytes_of(evidence)
    data = path.read_bytes()
    path.write_bytes(data[:20] + bytes([data[20] ^ 1]) + data[21:])


def test_nothing_is_joined_to_a_beginning_that_was_changed(container, url, tmp_path):
    evidence = tmp_path / "e"
    grown(container, url, evidence, touch=flip)
    before = bytes_of(evidence)
    done = download(url, evidence, start=this_hour())
    (blob,) = evidence_blobs(evidence)
    assert read_blob(blob) == content(records(2))
    assert before.items() <= bytes_of(evidence).items()
    assert done.changed == 1 and "no longer what was downloaded" in str(done)
    (told,) = events(evidence, "changed here")
    assert evidence / told["files"][0] in before
    assert any("other bytes than were downloaded" in problem for problem in verify(evidence).problems)


def test_an_unchanged_beginning_is_continued(container, url, tmp_path):
    grown(container, url, tmp_path / "e")
    done = download(url, tmp_path / "e", start=this_hour())
    (blob,) = evidence_blobs(tmp_path / "e")
    assert (read_blob(blob), len(blob.parts), done.changed) == (content(records(2)), 2, 0)


def settle(monkeypatch):
    """Let the hour be over."""
    monkeypatch.setattr("nsgkit.acquire.transfer.SETTLED", timedelta(hours=-2))


def rewrite(container, first, number):
    """Put another first block under its old id and size, and grow the blob to `number` records."""
    blob = container.get_blob_client(name(this_hour()))
    blob.stage_block(_block_id(0), first)
    write(container, name(this_hour()), records(number))


def test_a_block_that_was_rewritten_is_noticed_when_the_hour_is_over(container, url, tmp_path, monkeypatch):
    evidence = tmp_path / "e"
    write(container, name(this_hour()), records(1))
    download(url, evidence, start=this_hour())
    other = records(1, seed=7)[0]
    rewrite(container, other, 2)
    there = container.download_blob(name(this_hour())).readall()
    assert there == content([other, records(2)[1]])
    download(url, evidence, start=this_hour())  # the hour still runs: only what is new is read
    before = bytes_of(evidence)
    settle(monkeypatch)
    done = download(url, evidence, start=this_hour())
    (blob,) = evidence_blobs(evidence)
    assert (read_blob(blob), done.rewritten) == (there, 1)
    assert before.items() <= bytes_of(evidence).items()
    assert len(events(evidence, "rewritten")) == 1
    assert "both versions are kept" in str(done)
    assert not verify(evidence).problems


def test_one_that_has_grown_at_its_end_is_compared_too(container, url, tmp_path, monkeypatch):
    write(container, name(this_hour()), records(1))
    download(url, tmp_path / "e", start=this_hour())
    rewrite(container, records(1, seed=7)[0], 2)
    settle(monkeypatch)
    done = download(url, tmp_path / "e", start=this_hour())
    (blob,) = evidence_blobs(tmp_path / "e")
    assert (done.rewritten, read_blob(blob)) == (1, container.download_blob(name(this_hour())).readall())


def test_one_that_was_not_rewritten_is_read_again_once(container, url, tmp_path, monkeypatch):
    evidence = tmp_path / "e"
    grown(container, url, evidence)
    download(url, evidence, start=this_hour())
    before = bytes_of(evidence)
    settle(monkeypatch)
    for _ in range(2):
        assert download(url, evidence, start=this_hour()).rewritten == 0
    assert bytes_of(evidence) == before
    reread = [event for event in events(evidence, "seen") if event.get("reread")]
    assert len(reread) == 1
    (blob,) = evidence_blobs(evidence)
    assert blob.state == "complete"


def shorten(path):
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path):
    path.write_bytes(path.read_bytes() + b" ")


def link(path):
    path.symlink_to(path.rename(path.parents[3] / "moved"))


@pytest.mark.parametrize("damage", [shorten, lengthen, link, Path.unlink])
def test_a_stored_file_of_another_size_or_kind_is_told_and_comes_again_beside(stored, tmp_path, damage):
    container, url, folder, _ = stored
    evidence = shutil.copytree(folder, tmp_path / "e")
    file = evidence_blobs(evidence)[0].parts[0][0]
    damage(file)
    before = bytes_of(evidence)
    done = download(url, evidence, **DAY)
    (told,) = events(evidence, "changed here")
    assert (done.changed, told["files"]) == (1, [file.relative_to(evidence).as_posix()])
    assert before.items() <= bytes_of(evidence).items()
    (blob, *_) = evidence_blobs(evidence)
    assert read_blob(blob) == container.download_blob(blob.name).readall()
