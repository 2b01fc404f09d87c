"""A case on the hours of the samples in which the rule was opened: read once for all tests."""

import shutil
from pathlib import Path

import pytest

import nsgkit
from nsgkit import case as cases
from nsgkit.case import Case

HIS = "src:203.0.113.199 dst_port:22"


@pytest.fixture(scope="session")
def logs():
    return nsgkit.read_logs("data/samples", start="2024-12-18 07:00", end="2024-12-18 10:00")


@pytest.fixture(scope="session")
def held(logs):
    return nsgkit.conversations(logs)


@pytest.fixture(scope="session")
def his(held):
    """All that he did at the jump host's SSH port."""
    return nsgkit.query(held, HIS)


@pytest.fixture(scope="session")
def guessed(held):
    """The finding that he guessed passwords."""
    return nsgkit.detections.brute_force(held).iloc[0]


@pytest.fixture(scope="session")
def opened(tmp_path_factory, logs):
    """A case in which nothing was written yet: made once, since it counts what the logs are."""
    return cases.open(tmp_path_factory.mktemp("opened") / "case", logs, author="kim").folder


@pytest.fixture
def case(tmp_path, logs, opened):
    """A new case."""
    return Case(Path(shutil.copytree(opened, tmp_path / "case")), logs, "kim")
