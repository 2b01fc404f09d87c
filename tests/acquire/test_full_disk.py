"""A disk that is full at any write, also the very first: our sentence, and what was there is as it was."""

import errno
import os
import re
import tempfile
from itertools import count
from pathlib import Path

import pytest

from nsgkit.acquire import errors
from nsgkit.acquire.download import download
from nsgkit.errors import NsgkitError
from nsgkit.evidence.folder import evidence_blobs, is_evidence, read_blob
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name
from tests.azurite import fill

pytestmark = pytest.mark.azurite
DAY = {"start": "2024-12-19", "end": "2024-12-20"}


class Disk:
    """Lets so many writes below a folder through, and says of every later one that the disk is full."""

    def __init__(self, folder, room, problem=errno.ENOSPC):
        self.folder, self.room, self.problem = str(folder), room, problem
        self.files = set()
        self.refused = 0

    def is_full(self):
        self.room -= 1
        self.refused += self.room < 0
        return self.room < 0

    def take(self):
        if self.is_full():
            raise OSError(self.problem, os.strerror(self.problem))

    def of_path(self, action):
        def act(path, *given, **named):
            if str(path).startswith(self.folder):
                self.take()
            return action(path, *given, **named)

        return act

    def of_file(self, action):
        def act(file, *given):
            if file in self.files:
                self.take()
            return action(file, *given)

        return act

    def open(self, path, flags, *given, really=os.open, **named):
        ours = str(path).startswith(self.folder) and flags & (os.O_CREAT | getattr(os, "O_TMPFILE", 0))
        if ours:
            self.take()
        file = really(path, flags, *given, **named)
        (self.files.add if ours else self.files.discard)(file)
        return file

    def buffered(self, action, mode):
        def act(*given, **named):
            return Path("/dev/full").open(mode) if self.is_full() else action(*given, **named)

        return act

    def put_under(self, patch):
        patch.setattr(os, "mkdir", self.of_path(os.mkdir))
        patch.setattr(os, "replace", self.of_path(os.replace))
        patch.setattr(os, "write", self.of_file(os.write))
        patch.setattr(os, "fsync", self.of_file(os.fsync))
        patch.setattr(os, "open", self.open)
        patch.setattr(os, "fdopen", self.buffered(os.fdopen, "wb"))
        patch.setattr(tempfile, "TemporaryFile", self.buffered(tempfile.TemporaryFile, "w+"))


def held(evidence):
    return {blob.name: read_blob(blob) for blob in evidence_blobs(evidence)} if is_evidence(evidence) else {}


def fails_at(monkeypatch, url, evidence, room):
    """The error of a download with room for so many writes; None where that is enough."""
    disk = Disk(evidence, room)
    with monkeypatch.context() as patch:
        disk.put_under(patch)
        try:
            download(url, evidence, **DAY)
        except NsgkitError as error:
            assert disk.refused
            return error
    assert not disk.refused
    return None


@pytest.mark.parametrize("is_new", [True, False], ids=["a new folder", "a folder that holds a blob"])
def test_each_write_in_turn(container, direct, tmp_path, monkeypatch, is_new):
    contents = fill(container, [name(hour) for hour in hours(3)])
    first = dict([next(iter(contents.items()))])
    for room in count():
        evidence, before = tmp_path / str(room), {}
        if not is_new:
            download(direct, evidence, start="2024-12-19T09:00", end="2024-12-19T09:30")
            before = {**first, **held(evidence)}
        error = fails_at(monkeypatch, direct, evidence, room)
        if error is None:
            break
        assert str(evidence) in str(error)
        assert re.search(
            r" is full\b.*o the same again|: No space left on device\. Choose another", str(error)
        )
        now = held(evidence)
        assert before.items() <= now.items() <= contents.items()
        download(direct, evidence, **DAY)
        assert held(evidence) == contents
        assert verify(evidence).ok
    assert room > 20  # each of these is a write that was refused


@pytest.mark.parametrize("problem", [errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_a_folder_that_takes_no_writing_is_one_sentence(container, direct, tmp_path, monkeypatch, problem):
    fill(container, [name()])
    for room in range(6):
        evidence = tmp_path / str(room)
        with monkeypatch.context() as patch:
            Disk(evidence, room, problem).put_under(patch)
            with pytest.raises(NsgkitError, match=rf"{evidence}.* (is full|cannot be written into)"):
                download(direct, evidence, **DAY)


def test_before_the_list_nobody_knows_how_much_is_to_come(container, direct, tmp_path, monkeypatch):
    fill(container, [name()])

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(errors.DiskFullError, match=rf"{tmp_path / 'e'} is full\. Make room\."):
        download(direct, tmp_path / "e", **DAY)
