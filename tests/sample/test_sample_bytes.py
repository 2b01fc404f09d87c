"""The samples are made again, byte for byte, and lie as in the storage container."""

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from nsgkit import sample
from nsgkit.__main__ import main
from nsgkit.sample import make_samples, write_samples
from tests.sample.reader import SAMPLES, blobs

MEGABYTE = 1_000_000
NSG_PATH = re.compile(
    r"insights-logs-networksecuritygroupflowevent/resourceId=/SUBSCRIPTIONS/[0-9A-F-]{36}/RESOURCEGROUPS/\w+"
    r"/PROVIDERS/MICROSOFT\.NETWORK/NETWORKSECURITYGROUPS/[A-Z]+-NSG"
    r"/y=2024/m=12/d=1[89]/h=[0-2]\d/m=00/macAddress=[0-9A-F]{12}/PT1H\.json"
)
VNET_PATH = re.compile(
    r"insights-logs-flowlogflowevent/flowLogResourceID=/[0-9A-F-]{36}_NETWORKWATCHERRG"
    r"/NETWORKWATCHER_NORTHEUROPE_VNET-DATA-FLOWLOG"
    r"/y=2024/m=12/d=1[89]/h=[0-2]\d/m=00/macAddress=[0-9A-F]{12}/PT1H\.json"
)


@pytest.fixture(scope="module")
def made():
    return make_samples()


@pytest.fixture
def made_before(made, monkeypatch):
    """What is written is made once for all tests of this file: they ask where it goes."""
    monkeypatch.setattr(sample, "make_samples", lambda seed, **how: made)


def committed():
    files = [p for p in SAMPLES.rglob("*") if p.is_file() and not p.name.startswith(".")]
    return {p.relative_to(SAMPLES).as_posix(): p.read_bytes() for p in files}


def hashes(files):
    return {name: sha256(content).hexdigest() for name, content in files.items()}


def test_the_committed_samples_are_those_that_the_generator_makes(made):
    assert hashes(committed()) == hashes(made)


def test_another_process_with_another_hash_seed_makes_the_same(made):
    code = (
        "from hashlib import sha256; from nsgkit.sample import make_samples; files = make_samples()\n"
        "print(sha256(b''.join(name.encode() + files[name] for name in sorted(files))).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    here = sha256(b"".join(name.encode() + made[name] for name in sorted(made))).hexdigest()
    assert run.stdout.decode().strip() == here


def test_they_stay_small():
    assert sum(map(len, committed().values())) < 12 * MEGABYTE


def test_every_blob_lies_where_azure_puts_it():
    for name in blobs():
        pattern = VNET_PATH if "flowlogflowevent" in name else NSG_PATH
        assert pattern.fullmatch(name), name


def test_a_blob_is_one_line_from_azures_first_block_to_its_last():
    open_ended = [name for name, text in blobs().items() if not text.endswith("]}")]
    assert len(open_ended) == 1
    for text in blobs().values():
        assert text.startswith('{"records":[{"time":')
        assert "\n" not in text


def test_text_files_end_their_lines_everywhere_alike(made):
    for name in (name for name in made if "/" not in name):
        assert b"\r" not in made[name]
        assert made[name].endswith(b"\n")


@pytest.mark.usefixtures("made_before")
def test_the_command_writes_to_data_samples_unless_told_otherwise(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sample"]) == 0
    assert capsys.readouterr().out == f"{len(committed())} files in data/samples\n"
    assert Path("data/samples/truth.json").read_bytes() == committed()["truth.json"]


@pytest.mark.usefixtures("made_before")
def test_writing_again_over_samples_is_no_error(tmp_path):
    (tmp_path / "truth.json").write_bytes(b"older")
    assert write_samples(tmp_path) == len(committed())
    assert (tmp_path / "truth.json").read_bytes() == committed()["truth.json"]


@pytest.mark.usefixtures("made_before")
def test_a_folder_with_other_files_is_left_alone(tmp_path, capsys):
    (tmp_path / "evidence.json").write_bytes(b"{}")
    assert main(["sample", str(tmp_path)]) == 1
    assert f"nsgkit: {tmp_path} already holds evidence.json" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["evidence.json"]


@pytest.mark.usefixtures("made_before")
def test_a_file_in_place_of_a_folder_is_an_error(tmp_path, capsys):
    (tmp_path / "here").write_bytes(b"")
    assert main(["sample", str(tmp_path / "here")]) == 1
    assert "is a file. Name an empty or a new folder" in capsys.readouterr().err
