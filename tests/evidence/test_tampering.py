"""REFERENCE's table of tampering: what `verify` says of each kind, found or told as not provable."""

import hashlib
import os
import re
import shutil

import pytest

from nsgkit.evidence.folder import SUMS, blob_key
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verification import NOT_PROVEN
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import sum_lines
from tests.reference import REFERENCE
from tests.stored import PLACE, chain, events_of, files, manifest, stored, write_manifest

KINDS = {}  # of tampering -> what does it


def kind(words):
    """Name a kind of tampering as REFERENCE does."""
    return lambda tamper: KINDS.setdefault(words, tamper)


@kind("byte changed")
def _(folder, _earlier):
    path = files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b"12086", b"12087"))


@kind("file cut")
def _(folder, _earlier):
    os.truncate(files(folder)[0], 100)


@kind("file longer")
def _(folder, _earlier):
    with files(folder)[0].open("ab") as file:
        file.write(b" ")


@kind("file missing")
def _(folder, _earlier):
    files(folder)[0].unlink()


@kind("file replaced by link")
def _(folder, _earlier):
    path = files(folder)[0]
    path.symlink_to(path.rename(folder.parent / "elsewhere"))


@kind("file replaced by pipe")
def _(folder, _earlier):
    path = files(folder)[0]
    path.unlink()
    os.mkfifo(path)


@kind("extra file")
def _(folder, _earlier):
    shutil.copy(files(folder)[0], files(folder)[1].with_suffix(".7"))


@kind("extra link")
def _(folder, _earlier):
    (folder / "blobs/link").symlink_to("/")


@kind("extra folder")
def _(folder, _earlier):
    (folder / "blobs/planted").mkdir()


@kind("extra pipe")
def _(folder, _earlier):
    os.mkfifo(folder / "pipe")


@kind("`SHA256SUMS` missing")
def _(folder, _earlier):
    (folder / SUMS).unlink()


@kind("`SHA256SUMS` emptied")
def _(folder, _earlier):
    (folder / SUMS).write_bytes(b"")


@kind("line missing there")
def _(folder, _earlier):
    first, *rest = (folder / SUMS).read_bytes().splitlines(keepends=True)
    assert first
    (folder / SUMS).write_bytes(b"".join(rest))


@kind("line added there")
def _(folder, _earlier):
    with (folder / SUMS).open("ab") as file:
        file.write(b"0" * 64 + b"  blobs/planted.json\n")


@kind("manifest missing")
def _(folder, _earlier):
    (folder / MANIFEST).unlink()


@kind("line changed")
def _(folder, _earlier):
    first, second, *rest = manifest(folder)
    write_manifest(folder, [first, second.replace(b'"growing":false', b'"growing":true '), *rest])


@kind("line removed")
def _(folder, _earlier):
    first, _, *rest = manifest(folder)
    write_manifest(folder, [first, *rest])


@kind("line inserted")
def _(folder, _earlier):
    first, second, *rest = manifest(folder)
    write_manifest(folder, [first, second, second, *rest])


@kind("last line torn")
def _(folder, _earlier):
    *rest, last = manifest(folder)
    write_manifest(folder, [*rest, last[:20]])


@kind("not UTF-8")
def _(folder, _earlier):
    first, second, *rest = manifest(folder)
    write_manifest(folder, [first, second.replace(b'"growing"', b'"gr\xffwing"'), *rest])


@kind("wrong types")
def _(folder, _earlier):
    write_manifest(folder, chain([*events_of(folder), {"at": "", "event": "stored", **stored(5)}]))


@kind("last lines cut off")
def _(folder, _earlier):
    write_manifest(folder, manifest(folder)[:-1])


@kind("folder rolled back")
def _(folder, earlier):
    shutil.rmtree(folder)
    shutil.copytree(earlier, folder)


@kind("chain re-made")
def _(folder, _earlier):
    events, path = events_of(folder), files(folder)[0]
    path.write_bytes(path.read_bytes().replace(b"12086", b"12087"))
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    named = {blob_key(**PLACE, name=event["name"]): event for event in events if event["event"] == "stored"}
    event = named[path.name.removesuffix(".0")]
    event["sha256"] = event["file_sha256"] = sha256
    write_manifest(folder, chain(events))
    (folder / SUMS).write_bytes(b"".join(sum_lines(folder)))


def table():
    """REFERENCE's rows, kind by kind: what was done, and what verify says."""
    section = REFERENCE.read_text("utf-8").split("\n## What verify notices\n")[1].split("\n## ")[0]
    head, _, *rows = [line.split(" | ") for line in section.splitlines() if " | " in line]
    assert head == ["what was done", "what `verify` says"]
    return [(done, says) for kinds, says in rows for done in kinds.split("; ")]


def test_readme_s_table_has_each_kind_once():
    assert sorted(done for done, _ in table()) == sorted(KINDS)


@pytest.mark.parametrize(("done", "says"), table(), ids=[done for done, _ in table()])
def test_what_was_done_is_found_or_told_as_not_provable(evidence, earlier, done, says):
    head = verify(evidence).head
    KINDS[done](evidence, earlier)
    where, phrase = re.fullmatch("(note: |with head: |)`(.+)`", says).groups()
    alone, with_head = verify(evidence), verify(evidence, head=head)
    told = {
        "": " ".join(alone.problems), "note: ": " ".join(alone.notes),
        "with head: ": " ".join(with_head.problems),
    }  # fmt: skip
    assert phrase in told[where]
    assert alone.ok == bool(where)
    assert not with_head.ok
    assert (NOT_PROVEN in str(alone), NOT_PROVEN in str(with_head)) == (True, False)
