"""Lines that nsgkit cannot have written, in a chain that was made anew: an answer, or our error."""

import json
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nsgkit
from nsgkit.errors import EvidenceChangedError, NsgkitError
from nsgkit.evidence.folder import evidence_blobs
from nsgkit.evidence.hours import evidence_hours
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import MAC, NSG
from tests.stored import BLOBS, PLACE, chain, events_of, evidence_folder, stored, write_manifest


def test_an_event_of_a_later_version_is_let_through(evidence):
    with open_writer(evidence) as writer:
        writer.manifest.add("what comes later", account=5)
    assert verify(evidence).ok


STRANGE = {
    "a file outside": ("unlisted", {**PLACE, "name": "x", "file": "../../etc/passwd"}),
    "an absolute file": ("unlisted", {**PLACE, "name": "x", "file": "/etc/passwd"}),
    "no parts": ("stored", stored("x", parts=[])),
    "a negative length": ("stored", stored("x", parts=[[0, -1]])),
    "a number with a point": ("stored", stored("x", parts=[[0, 2.0]])),
    "a truth as a number": ("stored", stored("x", parts=[[True, 2]])),
    "a hash that is none": ("stored", stored("x", sha256="../x")),
    "a field less": ("stored", {k: v for k, v in stored("x").items() if k != "etag"}),
    "no name": ("failed", {**PLACE, "why": "archived"}),
    "hours that are none": ("no blob", {"resource": NSG, "mac": MAC, "hours": [["9", "10"]]}),
    "a day that is none": (
        "no blob", {"resource": NSG, "mac": MAC, "hours": [["2024-02-30T00:00Z", "2024-03-01T00:00Z"]]},
    ),
    "hours without end": (
        "no blob", {"resource": NSG, "mac": MAC, "hours": [["2024-01-01T00:00Z", "9999-01-01T00:00Z"]]},
    ),
    "gone and never stored": ("gone", {**PLACE, "name": "x"}),
    "no text as its event": (5, {}),
}  # fmt: skip
READERS = [evidence_blobs, evidence_hours, nsgkit.read_logs, lambda folder: open_writer(folder).__enter__()]


@pytest.mark.parametrize("reader", READERS, ids=["blobs", "hours", "read_logs", "download"])
@pytest.mark.parametrize(("event", "facts"), STRANGE.values(), ids=STRANGE)
def test_a_line_that_nsgkit_cannot_have_written_is_our_error_everywhere(evidence, event, facts, reader):
    write_manifest(evidence, chain([*events_of(evidence), {"at": "now", "event": event, **facts}]))
    with pytest.raises(EvidenceChangedError, match=r"line 8 .* so something was changed"):
        reader(evidence)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def places(value, so_far=()):
    """Every value in JSON, by the way to it."""
    yield so_far
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*so_far, key))


def replaced(value, place, new):
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(value[place[0]], place[1:], new)
    return copy


@pytest.fixture(scope="module")
def all_events(tmp_path_factory):
    """A folder whose manifest has a line of every event."""
    blob_of = {**PLACE, "name": next(iter(BLOBS))}
    lines = [
        ("seen", {**blob_of, "growing": False}), ("failed", {**blob_of, "why": "archived"}),
        ("no blob", {"resource": NSG, "mac": MAC, "hours": [["2024-12-19T13:00Z", "2024-12-19T14:00Z"]]}),
        ("gone", blob_of), ("changed here", {**blob_of, "files": ["blobs/0"]}), ("rewritten", blob_of),
        ("unlisted", {**blob_of, "file": f"blobs/00/{'0' * 64}.0", "size": 1, "file_sha256": "0" * 64}),
    ]  # fmt: skip
    return evidence_folder(tmp_path_factory.mktemp("events") / "e", BLOBS, *lines)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_of_any_line_replaced_gives_an_answer_or_our_error(all_events, tmp_path_factory, data):
    folder = shutil.copytree(all_events, tmp_path_factory.mktemp("replaced") / "e")
    events = events_of(folder)
    place = data.draw(st.sampled_from([way for way in places(events) if way]))
    changed = replaced(events, place, data.draw(JSON))
    if isinstance(changed[place[0]], dict):
        write_manifest(folder, chain(changed))
    else:
        write_manifest(folder, [json.dumps(event).encode() + b"\n" for event in changed])
    assert isinstance(verify(folder).ok, bool)
    for reader in READERS[:3]:
        try:
            reader(folder)
        except NsgkitError as error:
            assert str(error)


@pytest.mark.parametrize(
    "text", [b"\xff\xfe\n", b"[" * 100_000 + b"\n", b"5\n", b'"\\ud800"\n', b"\n", b"\0" * 50 + b"\n"]
)
def test_a_line_that_is_no_object_is_our_error(evidence, text):
    with (evidence / MANIFEST).open("ab") as file:
        file.write(text)
    assert any(
        "line 8 is not bound to the line before it" in problem for problem in verify(evidence).problems
    )
    with pytest.raises(EvidenceChangedError):
        evidence_blobs(evidence)
