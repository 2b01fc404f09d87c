"""README's table of tampering: what `verify` says of each kind, found or told as not provable."""

import hashlib
import json
import os
import re
import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nsgkit
from nsgkit.acquire.download import Download
from nsgkit.errors import EvidenceChangedError, NsgkitError
from nsgkit.evidence.folder import SUMS, evidence_blobs
from nsgkit.evidence.hours import evidence_hours
from nsgkit.evidence.manifest import FIRST, MANIFEST
from nsgkit.evidence.verification import NOT_PROVEN
from nsgkit.evidence.verify import verify
from nsgkit.evidence.writer import open_writer, sum_lines
from tests.acquire.logs import MAC, NSG, hours, name
from tests.blobs import PROBE, blob, nsg_record
from tests.reference import README, REFERENCE
from tests.stored import PLACE, evidence_folder, store, stored

BLOBS = {name(hour): blob(nsg_record(PROBE, minute=n)) for n, hour in enumerate(hours(3))}
KINDS = {}  # of tampering -> what does it


def kind(words):
    """Name a kind of tampering as README does."""
    return lambda tamper: KINDS.setdefault(words, tamper)


def files(folder):
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


def manifest(folder):
    return (folder / MANIFEST).read_bytes().splitlines(keepends=True)


def write_manifest(folder, lines):
    (folder / MANIFEST).write_bytes(b"".join(lines))


def chain(events):
    """Lines of these events, each bound to the one before: what a tamperer can make as well as we."""
    previous, lines = FIRST, []
    for number, event in enumerate(events):
        bound = {"n": number, "prev": previous} | {k: v for k, v in event.items() if k not in {"n", "prev"}}
        text = json.dumps(bound).encode()
        previous = hashlib.sha256(text).hexdigest()
        lines.append(text + b"\n")
    return lines


def events_of(folder):
    return [json.loads(line) for line in manifest(folder)]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A folder of three blobs, as a download left it."""
    return evidence_folder(tmp_path_factory.mktemp("earlier") / "e", BLOBS, ("done", {"listed": 3}))


@pytest.fixture(scope="module")
def untouched(earlier, tmp_path_factory):
    """The same after a second download."""
    folder = shutil.copytree(earlier, tmp_path_factory.mktemp("untouched") / "e")
    with open_writer(folder) as writer:
        store(writer, name(hours(4)[3]), blob(nsg_record(PROBE, minute=50)))
        writer.manifest.add("done", listed=4)
        writer.write_sums()
    return folder


@pytest.fixture
def evidence(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "e")


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
    (event,) = (e for e in events if path.name.startswith(blob_key_of(e)))
    event["sha256"] = event["file_sha256"] = sha256
    write_manifest(folder, chain(events))
    (folder / SUMS).write_bytes(b"".join(sum_lines(folder)))


def blob_key_of(event):
    place = f"{event.get('account')}/{event.get('container')}/{event.get('name')}"
    return hashlib.sha256(place.encode()).hexdigest()


def table():
    """README's rows, kind by kind: what was done, and what verify says."""
    section = README.read_text("utf-8").split("\n## Evidence\n")[1].split("\n## ")[0]
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


def test_the_folder_itself_is_unchanged_with_and_without_its_head(evidence):
    result = verify(evidence)
    assert result.ok
    proven = str(verify(evidence, head=result.head))
    assert f"that of line {result.lines}: no line up to it was cut off or made anew. 0 lines came" in proven
    assert NOT_PROVEN not in proven


def test_a_head_of_an_earlier_download_is_proven_and_what_came_after_is_counted(evidence, earlier):
    result = verify(evidence, head=verify(earlier).head.upper() + "\n")
    assert result.ok
    assert (result.noted_line, result.lines) == (5, 7)
    assert "2 lines came after it; whether more had come, only a later head can tell." in str(result)


def test_a_chain_that_breaks_behind_the_noted_head_still_has_it(evidence, earlier):
    head = verify(earlier).head
    *rest, _, last = manifest(evidence)
    write_manifest(evidence, [*rest, last])
    result = verify(evidence, head=head)
    assert (result.ok, result.noted_line) == (False, 5)
    assert "its head:" not in str(result)  # that of a broken chain is nothing to note down


@pytest.mark.parametrize("head", ["", "abc", "g" * 64, "0" * 65, 5, b"0" * 64])
def test_what_is_no_hash_is_refused_at_once(tmp_path, head):
    with pytest.raises(NsgkitError, match=r"head takes no .*: give the 64 hex digits"):
        verify(tmp_path / "none", head=head)


def test_a_download_prints_the_head_and_says_to_write_it_down(tmp_path):
    *_, last = str(Download(tmp_path, "nobody", head="ab" * 32)).splitlines()
    assert last.startswith(
        f"Write down the manifest's last SHA-256, its head, outside of this folder: {'ab' * 32}."
    )


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

    monkeypatch.setattr("nsgkit.evidence.checks.read_parts", refuse)
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


def command(begins, **names):
    """The command in REFERENCE.md that begins so, with the names that stand for something filled in."""
    (text,) = re.findall(rf"```sh\n({begins}[^\n]*)\n```", REFERENCE.read_text("utf-8"))
    for placeholder, path in names.items():
        text = text.replace(placeholder, str(path))
    return text


def run(text, folder):
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=False)


def test_the_manifest_is_signed_and_checked_as_the_reference_says(evidence, tmp_path):
    key, signers = tmp_path / "key", tmp_path / "signers"
    assert run(f"ssh-keygen -q -t ed25519 -N '' -f {key}", tmp_path).returncode == 0
    signers.write_text(f"analyst {key.with_suffix('.pub').read_text()}")
    assert run(command("ssh-keygen -Y sign", KEY=key), evidence).returncode == 0
    check = command("ssh-keygen -Y verify", SIGNERS=signers)
    assert run(check, evidence).returncode == 0
    assert verify(evidence).ok
    signed = len(manifest(evidence))
    with open_writer(evidence) as writer:
        writer.manifest.add("done")
    assert run(check, evidence).returncode != 0
    first_lines = f"head -n {signed} manifest.jsonl | {check.removesuffix(' < manifest.jsonl')}"
    assert run(first_lines, evidence).returncode == 0


SERVICE = """
[tsa]
default_tsa = service
[service]
serial = serial
signer_cert = CA.pem
certs = CA.pem
signer_key = key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
"""


def test_a_timestamp_is_asked_for_and_checked_as_the_reference_says(evidence, tmp_path):
    assert run(command("openssl ts -query"), evidence).returncode == 0
    (tmp_path / "service.cnf").write_text(SERVICE)
    (tmp_path / "serial").write_text("01\n")
    made = run(
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out CA.pem -days 2 -subj /CN=service "
        "-addext extendedKeyUsage=critical,timeStamping && openssl ts -reply -config service.cnf "
        "-queryfile e/manifest.jsonl.tsq -out e/manifest.jsonl.tsr",
        tmp_path,
    )
    assert made.returncode == 0
    check = command("openssl ts -verify", **{"CA.pem": tmp_path / "CA.pem"})
    assert run(check, evidence).returncode == 0
    assert verify(evidence).ok
    (evidence / MANIFEST).write_bytes(b"")
    assert run(check, evidence).returncode != 0
