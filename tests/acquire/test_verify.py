"""What `verify` and `sha256sum -c` find in an evidence folder that somebody touched."""

import re
import shutil
import subprocess

import pytest

from nsgkit.acquire.download import download
from nsgkit.errors import EvidenceChangedError, NoLogsError
from nsgkit.evidence.folder import SUMS, evidence_blobs
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verification import NOT_PROVEN
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, this_hour
from tests.azurite import empty_container, fill, write

pytestmark = pytest.mark.azurite


@pytest.fixture(scope="module")
def untouched(account, tmp_path_factory):
    """Two blobs of long ago and one of this hour that has grown."""
    container, folder = empty_container(account), tmp_path_factory.mktemp("evidence") / "e"
    fill(container, [name(hour) for hour in hours(2)])
    for number in (1, 2):
        write(container, name(this_hour()), records(number))
        download(f"{account}/{container.container_name}", folder, start="2024-12-19")
    return folder


@pytest.fixture
def evidence(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "e")


def files(evidence):
    return sorted(path for path in (evidence / "blobs").rglob("*") if path.is_file())


def flip(path):
    data = path.read_bytes()
    path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])


def sha256sum(evidence):
    command = ["sha256sum", "--check", "--quiet", SUMS]
    return subprocess.run(command, cwd=evidence, capture_output=True, text=True, check=False)


def test_nothing_was_touched(evidence):
    result = verify(evidence)
    assert result.ok
    assert result.files == len(files(evidence)) == 4
    assert result.head in str(result)
    assert sha256sum(evidence).returncode == 0


def test_what_it_found_prints_as_a_few_sentences(evidence):
    size = sum(path.stat().st_size for path in files(evidence))
    lines = len((evidence / MANIFEST).read_bytes().splitlines())
    checked = f"4 files ({size:,} bytes) and {lines:,} lines of the manifest checked"
    head = [f"The manifest's last SHA-256, its head: {verify(evidence).head}", NOT_PROVEN]
    assert str(verify(evidence)).split("\n") == [f"{evidence}: unchanged. {checked}.", *head]
    flip(files(evidence)[0])
    (evidence / "planted.json").write_bytes(b"")
    problems = verify(evidence).problems
    assert str(verify(evidence)).split("\n") == [
        f"{evidence}: CHANGED. {checked}; {len(problems)} problems:",
        *(f"  {problem}" for problem in problems),
        *head,
    ]


@pytest.mark.parametrize("which", range(4))
def test_one_flipped_bit_is_found_by_verify_and_by_sha256sum(evidence, which):
    touched = files(evidence)[which]
    flip(touched)
    ran = sha256sum(evidence)
    assert any(f"{touched}: other bytes than" in problem for problem in verify(evidence).problems)
    assert ran.returncode == 1
    assert f"{touched.relative_to(evidence)}: FAILED" in ran.stdout


def test_the_bytes_of_all_files_move_the_bar(evidence, capsys, monkeypatch):
    monkeypatch.setattr("nsgkit.progress.DELAY", 0)
    verify(evidence)
    size = sum(path.stat().st_size for path in files(evidence)) / 1024
    assert re.search(rf"100%.* {size:.2f}k/{size:.2f}k \[.*B/s\]", capsys.readouterr().err)


def test_the_problem_names_the_blob(evidence):
    (blob, *_) = evidence_blobs(evidence)
    flip(blob.parts[0][0])
    assert blob.name in verify(evidence).problems[0]


def test_what_was_read_on_from_a_changed_beginning_is_told_too(evidence):
    (grown,) = (blob for blob in evidence_blobs(evidence) if len(blob.parts) > 1)
    (begun, _), (read_on, _) = grown.parts
    flip(begun)
    assert verify(evidence).problems == [
        f"{begun}: other bytes than were downloaded. It holds {grown.name}",
        f"{read_on}: with its earlier parts it is another blob. It holds {grown.name}",
    ]


def test_a_missing_file(evidence):
    (blob, *_) = evidence_blobs(evidence)
    blob.parts[0][0].unlink()
    assert verify(evidence).problems == [f"{blob.parts[0][0]}: missing. It holds {blob.name}"]


def test_a_longer_file(evidence):
    (blob, *_) = evidence_blobs(evidence)
    ((path, length), *_) = blob.parts
    with path.open("ab") as file:
        file.write(b" ")
    told = f"{path}: {length + 1:,} bytes instead of {length:,}. It holds {blob.name}"
    assert verify(evidence).problems == [told]


def test_a_file_that_does_not_belong_there(evidence):
    shutil.copy(files(evidence)[0], evidence / "blobs" / "planted.json")
    assert verify(evidence).problems == [
        f"{evidence}/blobs/planted.json: the manifest does not know this file"
    ]


def test_a_changed_manifest(evidence):
    text = (evidence / MANIFEST).read_bytes()
    (evidence / MANIFEST).write_bytes(text.replace(b'"growing":false', b'"growing":true ', 1))
    assert any("is not bound to the line before it" in problem for problem in verify(evidence).problems)
    with pytest.raises(EvidenceChangedError):
        evidence_blobs(evidence)


def test_nothing_more_is_downloaded_into_an_evidence_folder_whose_manifest_was_changed(evidence, direct):
    (evidence / MANIFEST).write_bytes((evidence / MANIFEST).read_bytes().replace(b"e", b"E", 1))
    with pytest.raises(EvidenceChangedError, match="download into a new one"):
        download(direct, evidence, start="2024-12-19")


def test_sums_that_were_changed(evidence):
    with (evidence / SUMS).open("ab") as file:
        file.write(b"0" * 64 + b"  blobs/planted.json\n")
    assert "1 line that the manifest does not know, first 0000" in verify(evidence).problems[0]


def test_sums_that_are_gone_are_a_problem_and_the_manifest_alone_proves_the_files(evidence):
    (evidence / SUMS).unlink()
    assert verify(evidence).problems == [
        f"{evidence / SUMS}: missing. The manifest alone still proves the files; the next download writes it "
        "again."
    ]


def test_a_folder_that_is_no_evidence_folder(tmp_path):
    with pytest.raises(NoLogsError, match=r"no evidence folder.*nsgkit\.download makes one"):
        verify(tmp_path)
