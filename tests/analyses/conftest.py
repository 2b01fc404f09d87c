"""The samples, read and stitched once for all tests of analyses."""

from pathlib import Path

import pytest

import nsgkit
from nsgkit.counting.conversations import conversations
from tests.counting import plain_stitch

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.fixture(scope="session")
def logs():
    return nsgkit.read_logs(SAMPLES)


@pytest.fixture(scope="session")
def stitched(logs):
    return conversations(logs.flows)


@pytest.fixture(scope="session")
def plain(logs):
    rows = plain_stitch.records(logs.flows)
    return plain_stitch.summaries(rows)
