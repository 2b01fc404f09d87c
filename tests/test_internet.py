"""The second network is what it says it is: deterministic, quick, and planted with what is to be found."""

import time

import pandas as pd
import pytest

import nsgkit
from tests import internet
from tests.internet import ADMIN_EDGE, INTRUDER, NOON, OPENED_RULE, UPLOAD, UPLOADED, big_internet, write

MIDDLE = pd.Timestamp(NOON, unit="s", tz="UTC")


@pytest.fixture(scope="module")
def logs():
    return big_internet()


@pytest.fixture(scope="module")
def made(logs):
    return nsgkit.conversations(logs)


def test_it_is_written_in_ten_seconds_and_twice_alike(tmp_path):
    began = time.process_time()
    one = write(tmp_path / "one")
    assert time.process_time() - began < 10
    other = write(tmp_path / "other")
    files = [path.relative_to(one) for path in one.rglob("*.json")]
    assert len(files) > 140
    assert all((one / path).read_bytes() == (other / path).read_bytes() for path in files)


def test_every_tuple_of_it_is_read(logs):
    assert len(logs.rejects) == 0
    assert logs.flows["mac"].nunique() == len(internet.HOSTS)
    assert {str(version) for version in logs.flows["version"].unique()} == {"2"}


def test_thousands_of_outsiders_come(logs):
    sources = {str(address) for address in logs.flows["src_ip"].unique()}
    assert sum(address.startswith("198.18.") for address in sources) >= 5000


def test_an_inside_machine_calls_a_port_of_administrators_that_it_never_called(made):
    source, destination, port = ADMIN_EDGE
    edge = made[(made["src_ip"] == source) & (made["dst_ip"] == destination) & (made["dst_port"] == port)]
    assert (~edge["folded"]).sum() == 3
    assert edge["first"].min() > MIDDLE


def test_an_upload_is_larger_than_anything_before(made):
    sent = made.set_index("first")["bytes_src_to_dst"].dropna()
    assert sent[sent.index < MIDDLE].max() * 10 < UPLOADED == sent.max()
    largest = made.loc[made["bytes_src_to_dst"] == UPLOADED].iloc[0]
    assert tuple(largest[["src_ip", "dst_ip", "dst_port"]]) == UPLOAD


def test_a_rule_was_opened(made):
    opened = made[made["rule"] == OPENED_RULE]
    assert opened["first"].min() > MIDDLE
    assert set(opened["dst_port"]) == {3389}


def test_an_address_was_denied_and_then_allowed(made):
    his = made[made["src_ip"] == INTRUDER].groupby("decision", observed=True)["first"].agg(["min", "max"])
    assert his.loc["denied", "max"] < his.loc["allowed", "min"]
