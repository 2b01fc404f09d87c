"""Every detection, and all of them together, asked of a store: the same findings as of tables of pandas."""

import pandas as pd
import pytest

from nsgkit.detections import brute_force, denied_triage, findings, incidents, proof
from nsgkit.detections.kinds import KINDS
from nsgkit.enrich import Network, named
from nsgkit.enrich.sides import with_sides
from nsgkit.errors import NsgkitError
from tests.engines import connection
from tests.stores import as_stored

SHOP = Network.of(["10.20.0.0/16", "10.30.0.0/16"], names={"10.20.0.4": "WEB1"})


@pytest.fixture(scope="module")
def stored(logs, tmp_path_factory):
    return as_stored(logs, tmp_path_factory.mktemp("store")).conversations


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_it_finds_the_same(kind, stored, stitched):
    pd.testing.assert_frame_equal(kind.find(stored), kind.find(stitched))


def test_all_together_with_names_and_what_proves_them(stored, stitched):
    found, wanted = (findings(named(table, SHOP), network=SHOP) for table in (stored, stitched))
    pd.testing.assert_frame_equal(found, wanted)
    assert found.attrs == wanted.attrs and found.attrs["names"]
    pd.testing.assert_frame_equal(incidents(found), incidents(wanted))
    worst = found.iloc[0]
    of_store, of_pandas = (proof(table, worst).astype("object") for table in (stored, stitched))
    pd.testing.assert_frame_equal(of_store, of_pandas)


def test_the_triage_of_denied_attempts_is_the_same(stored, stitched):
    pd.testing.assert_frame_equal(denied_triage(stored, network=SHOP), denied_triage(stitched, network=SHOP))


def test_the_triage_part_by_part_is_the_same(stored, stitched, monkeypatch):
    monkeypatch.setattr("nsgkit.detections.denied.dealt._AT_ONCE", 200)
    pd.testing.assert_frame_equal(denied_triage(stored), denied_triage(stitched))


def test_a_source_that_was_denied_too_often_is_told(stored, monkeypatch):
    monkeypatch.setattr("nsgkit.detections.denied.triage._MOST", 100)
    with pytest.raises(NsgkitError, match=r"More than 100 .*narrower filter"):
        denied_triage(stored)


def test_too_many_guesses_are_told(stored, monkeypatch):
    monkeypatch.setattr("nsgkit.detections.access.logins._MOST", 100)
    with pytest.raises(NsgkitError, match=r"More than 100 .*narrower filter"):
        brute_force(stored)


def test_an_address_that_is_missing_is_on_no_side():
    table = pd.DataFrame(
        {"src_ip": ["10.0.0.4", None, "192.0.2.7"], "dst_ip": [None, "192.0.2.7", "10.0.0.4"]}
    )
    sided = with_sides(connection().from_df(table), Network.of(["10.0.0.0/8"]))
    told = sided.to_arrow_table().to_pandas().sort_values("dst_ip")
    assert told["from_outside"].tolist() == [True, False, False]
    assert told["to_outside"].tolist() == [False, True, False]
