"""What `verify` and `sha256sum -c` find in a mirror that somebody touched."""

import re
import shutil
import subprocess

import pytest

from nsgkit.acquire.download import download
from nsgkit.errors import EvidenceChangedError, NoLogsError
from nsgkit.evidence.folder import SUMS, mirror_blobs
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.verify import verify
from tests.acquire.logs import hours, name, records, this_hour
from tests.azurite import empty_container, fill, write

pytestmark = pytest.mark.azurite


@pytest.fixture(scope="module")
def untouched(account, tmp_path_factory):
    """Two blobs of long ago and one of this hour that has grown."""
    container, folder = empty_container(account), tmp_path_factory.mktemp("mirror") / "e"
    fill(container, [name(hour) for hour in hours(2)])
    for number in (1, 2):
        write(container, name(this_hour()), records(number))
        download(f"{account}/{container.container_name}", folder, start="2024-12-19")
    return folder


@pytest.fixture
def mirror(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "e")


def files(mirror):
    return sorted(path for path in (mirror / "blobs").rglob("*") if path.is_file())


def flip(path):
    data = path.read_bytes()
    path.write_bytes(data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])


def sha256sum(mirror):
    command = ["sha256sum", "--check", "--quiet", SUMS]
    return subprocess.run(command, cwd=mirror, capture_output=True, text=True, check=False)


def test_nothing_was_touched(mirror):
    result = verify(mirror)
    assert result.ok
    assert result.files == len(files(mirror)) == 4
    assert result.head in str(result)
    assert sha256sum(mirror).returncode == 0


def test_what_it_found_prints_as_a_few_sentences(mirror):
    size = sum(path.stat().st_size for path in files(mirror))
    lines = len((mirror / MANIFEST).read_bytes().splitlines())
    checked = f"4 files ({size:,} bytes) and {lines:,} lines of the manifest checked"
    assert str(verify(mirror)).startswith(f"{mirror}: unchanged. {checked}. ")
    flip(files(mirror)[0])
    problems = verify(mirror).problems
    assert str(verify(mirror)).split("\n") == [
        f"{mirror}: CHANGED. {checked}; {len(problems)} problems:",
        *(f"  {problem}" for problem in problems),
    ]


@pytest.mark.parametrize("which", range(4))
def test_one_flipped_bit_is_found_by_verify_and_by_sha256sum(mirror, which):
    touched = files(mirror)[which]
    flip(touched)
    ran = sha256sum(mirror)
    assert any(f"{touched}: other bytes than" in problem for problem in verify(mirror).problems)
    assert ran.returncode == 1
    assert f"{touched.relative_to(mirror)}: FAILED" in ran.stdout


def test_the_bytes_of_all_files_move_the_bar(mirror, capsys):
    verify(mirror)
    size = sum(path.stat().st_size for path in files(mirror)) / 1024
    assert re.search(rf"100%.* {size:.2f}k/{size:.2f}k \[.*B/s\]", capsys.readouterr().err)


def test_the_problem_names_the_blob(mirror):
    (blob, *_) = mirror_blobs(mirror)
    flip(blob.parts[0][0])
    assert blob.name in verify(mirror).problems[0]


def test_what_was_read_on_from_a_changed_beginning_is_told_too(mirror):
    (grown,) = (blob for blob in mirror_blobs(mirror) if len(blob.parts) > 1)
    (begun, _), (read_on, _) = grown.parts
    flip(begun)
    assert verify(mirror).problems == [
        f"{begun}: other bytes than were downloaded. It holds {grown.name}",
        f"{read_on}: together with its earlier parts it is no longer {grown.name}",
    ]


def test_a_missing_file(mirror):
    (blob, *_) = mirror_blobs(mirror)
    blob.parts[0][0].unlink()
    assert verify(mirror).problems == [f"{blob.parts[0][0]}: missing. It holds {blob.name}"]


def test_a_longer_file(mirror):
    (blob, *_) = mirror_blobs(mirror)
    ((path, length), *_) = blob.parts
    with path.open("ab") as file:
        file.write(b" ")
    told = f"{path}: {length + 1:,} bytes instead of {length:,}. It holds {blob.name}"
    assert verify(mirror).problems == [told]


def test_a_file_that_does_not_belong_there(mirror):
    shutil.copy(files(mirror)[0], mirror / "blobs" / "planted.json")
    assert verify(mirror).problems == [f"{mirror}/blobs/planted.json: the manifest does not know this file"]


def test_a_changed_manifest(mirror):
    text = (mirror / MANIFEST).read_bytes()
    (mirror / MANIFEST).write_bytes(text.replace(b'"growing":false', b'"growing":true ', 1))
    assert any("is not bound to the line before it" in problem for problem in verify(mirror).problems)
    with pytest.raises(EvidenceChangedError):
        mirror_blobs(mirror)


def test_nothing_more_is_downloaded_into_a_mirror_whose_manifest_was_changed(mirror, direct):
    (mirror / MANIFEST).write_bytes((mirror / MANIFEST).read_bytes().replace(b"e", b"E", 1))
    with pytest.raises(EvidenceChangedError, match="download into a new one"):
        download(direct, mirror, start="2024-12-19")


def test_sums_that_were_changed(mirror):
    with (mirror / SUMS).open("ab") as file:
        file.write(b"0" * 64 + b"  blobs/planted.json\n")
    assert "1 lines that the manifest does not know" in verify(mirror).problems[0]


def test_the_manifest_alone_proves_a_mirror_whose_sums_are_gone(mirror):
    (mirror / SUMS).unlink()
    assert verify(mirror).ok


def test_a_folder_that_is_no_mirror(tmp_path):
    with pytest.raises(NoLogsError, match=r"no mirror.*nsgkit\.download makes one"):
        verify(tmp_path)
