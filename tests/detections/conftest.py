"""The samples and the second network, stitched once, and their truth, for all tests of detections."""

import json
from pathlib import Path

import pandas as pd
import pytest

import nsgkit
from tests.counting import plain_stitch
from tests.detections.plain import attempts
from tests.internet import big_internet

SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.fixture(scope="session")
def truth():
    facts = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["facts"]
    return {fact["id"]: fact for fact in facts}


@pytest.fixture(scope="session")
def plain_attempts(plain):
    """The attempts of the samples, stitched, folded and judged in plain Python."""
    return attempts(plain, plain_stitch.fold(plain))


@pytest.fixture(scope="session")
def internet():
    """The conversations of a network with 5,000 outsiders."""
    return nsgkit.conversations(big_internet().flows)


@pytest.fixture(scope="session")
def as_version_1(logs):
    """The samples as version 1 would have logged them: begins and denials alone, no state, no counters."""
    rows = logs.flows[~logs.flows["state"].isin(["continuing", "end"])]
    return nsgkit.conversations(without_counters(rows).assign(state=pd.NA, version=1))


@pytest.fixture(scope="session")
def as_vnet(logs):
    """The samples as a VNet flow log would have said it: a denial has no state."""
    rows = logs.flows.assign(version=4, flow_log="/FL/1")
    return nsgkit.conversations(typed(rows.assign(state=rows["state"].where(rows["decision"] != "denied"))))


def without_counters(rows):
    return typed(rows.assign(**dict.fromkeys(nsgkit.schema.COUNTERS, pd.NA)))


def typed(rows):
    return nsgkit.schema.typed(rows, nsgkit.schema.FLOWS)
