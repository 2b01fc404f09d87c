"""Bursts, strobes and long connections keep to the form too: in the samples there are none by default."""

import pandas as pd
import pytest

from nsgkit.detections import bursts, explain, long_connections, proof, strobes
from nsgkit.detections.kinds import BY_NAME
from tests.detections.calling import conversations, every, lines
from tests.detections.test_every import of_its_form
from tests.engines import connection

ASKED = {
    "burst": (bursts, {"times": 10}),
    "strobe": (strobes, {"times": 20}),
    "long connection": (long_connections, {"hours": 1}),
}
every_kind = pytest.mark.parametrize("name", ASKED)


@pytest.fixture(scope="module")
def logs():
    """Two hosts call two addresses every minute, for half an hour; and two connections last for hours."""
    pairs = [(f"10.0.0.{n}", f"192.0.2.{n % 2}") for n in range(4, 7)]
    calls = [lines(every(60, n * 7, 1800), src=src, dst=dst) for n, (src, dst) in enumerate(pairs)]
    long = [
        lines([n * 500], src=src, dst="192.0.2.77", lasts=5000 * (n + 1)) for n, (src, _) in enumerate(pairs)
    ]
    return conversations(*calls, *long)


def asked(name, logs):
    find, options = ASKED[name]
    return find(logs, **options)


@every_kind
def test_its_form(name, logs):
    found = asked(name, logs)
    of_its_form(found, BY_NAME[name])
    assert len(found) == 3


@every_kind
def test_the_same_on_duckdb_and_in_any_order(name, logs):
    held = connection()
    held.register("logs", logs)
    found = asked(name, logs)
    pd.testing.assert_frame_equal(found, asked(name, held.sql("SELECT * FROM logs")))
    pd.testing.assert_frame_equal(found, asked(name, logs.sample(frac=1, random_state=3)))


@every_kind
def test_what_proves_it_and_says_it(name, logs):
    for _, finding in asked(name, logs).iterrows():
        proved = proof(logs, finding)
        assert len(proved) == len(finding["rows"]) and set(proved["src_ip"]) == {finding["src_ip"]}
        assert proved["first"].min() == finding["first"] and proved["first"].max() <= finding["last"]
        assert explain(finding).endswith(".") and finding["dst_ip"] in explain(finding)
