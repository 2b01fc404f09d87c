"""The chain of the manifest: nothing can be changed, taken out or put in unnoticed."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.errors import EvidenceChangedError
from nsgkit.evidence.chain import FIRST
from nsgkit.evidence.manifest import MANIFEST, open_manifest, read_manifest


@pytest.fixture
def folder(tmp_path):
    with open_manifest(tmp_path, None) as manifest:
        for number in range(4):
            manifest.add("asked", what=f"line {number}")
    return tmp_path


def lines(folder):
    return (folder / MANIFEST).read_bytes().splitlines(keepends=True)


def last(folder):
    return [*read_manifest(folder)][-1]


def test_each_line_is_bound_to_the_one_before(folder):
    texts = [line.rstrip(b"\n") for line in lines(folder)]
    bound = [json.loads(text)["prev"] for text in texts]
    assert bound == [FIRST, *(hashlib.sha256(text).hexdigest() for text in texts[:-1])]


def test_it_is_read_as_it_was_written(folder):
    assert [line.event["what"] for line in read_manifest(folder)] == [f"line {n}" for n in range(4)]


def test_it_goes_on_where_it_ended(folder):
    with open_manifest(folder, last(folder)) as manifest:
        manifest.add("asked", what="line 4")
    assert [line.event["n"] for line in read_manifest(folder)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [lines[0].replace(b"line 0", b"line X"), *lines[1:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: lines[1:],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0], b"[]\n", *lines[1:]],
    ],
    ids=["changed", "taken out", "first taken off", "put in", "swapped", "something else"],
)
def test_tampering_shows(folder, tamper):
    (folder / MANIFEST).write_bytes(b"".join(tamper(lines(folder))))
    with pytest.raises(EvidenceChangedError, match="is not bound to the line before it"):
        list(read_manifest(folder))


@given(st.data())
def test_a_line_that_was_cut_while_it_was_written_is_noted_and_costs_only_itself(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("cut")
    with open_manifest(folder, None) as manifest:
        for number in range(3):
            manifest.add("asked", what=f"line {number}")
    *whole, torn = lines(folder)
    kept = data.draw(st.integers(1, len(torn) - 1))
    (folder / MANIFEST).write_bytes(b"".join([*whole, torn[:kept]]))
    with open_manifest(folder, last(folder)) as manifest:
        manifest.add("asked", what="afterwards")
    events = [line.event for line in read_manifest(folder)]
    assert [e.get("what") for e in events] == ["line 0", "line 1", None, "afterwards"]
    assert events[2]["cut"].encode() == torn[:kept]
