"""What is made of a store's conversations carries the names that they carry, as of a table of pandas."""

import pytest

import nsgkit
from nsgkit import analyses, detections, enrich, schema
from tests.stores import as_stored

NETWORK = "data/samples/network.toml"
HOUR = {"start": "2024-12-19 10:00", "end": "2024-12-19 11:00"}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The conversations of an hour with their names: of pandas, and of a store."""
    logs = nsgkit.read_logs("data/samples", **HOUR)
    stored = as_stored(logs, tmp_path_factory.mktemp("store"))
    return [enrich.named(nsgkit.conversations(held), NETWORK) for held in (logs, stored)]


def test_a_proof_has_the_columns_of_pandas(both):
    scans = detections.horizontal_scans(both[0], network=NETWORK).head(1)
    of_pandas, of_store = (detections.proof(table, scans).columns.tolist() for table in both)
    assert of_store == of_pandas


@pytest.mark.parametrize(
    "made",
    [
        lambda table: analyses.matrix(table, prefix=24, own=NETWORK),
        lambda table: detections.proof(table, detections.horizontal_scans(table, network=NETWORK).head(1)),
        lambda table: nsgkit.fetch(nsgkit.query(table, "denied"), top=5),
        lambda table: analyses.threats(table, NETWORK),
    ],
    ids=["matrix", "proof", "fetch", "threats"],
)
def test_its_names_are_those_of_pandas(both, made):
    of_pandas, of_store = (schema.names_carried(made(table)) for table in both)
    assert of_store == of_pandas
    assert of_store
