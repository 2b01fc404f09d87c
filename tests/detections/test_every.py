"""What every detection keeps to: its form, whatever holds the rows, in whatever order and format they are."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema
from nsgkit.detections.kinds import KINDS, explain
from nsgkit.enrich import own_networks
from nsgkit.schema.findings import FINDING, PROOF
from tests.engines import connection
from tests.reference import ROOT

every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
HEAD = [c.name for c in FINDING]
NETWORK = ROOT / "data" / "samples" / "network.toml"


_FOUND = {}


def of(kind, table):
    """What a detection finds in one of the tables that all tests share: found once, given as a copy."""
    if (kind.name, id(table)) not in _FOUND:
        _FOUND[kind.name, id(table)] = kind.find(table)
    return _FOUND[kind.name, id(table)].copy()


def same(found, other):
    pd.testing.assert_frame_equal(found, other)


def of_its_form(found, kind):
    assert [*found.columns] == [c.name for c in kind.table]
    assert [*found.columns][:7] == HEAD and found.columns[-1] == "rows"
    assert found.dtypes.astype(str).tolist() == schema.empty(kind.table).dtypes.astype(str).tolist()
    assert found["score"].between(0, 1).all() and found["score"].is_monotonic_decreasing
    assert (found["first"] <= found["last"]).all()
    assert set(found["kind"]) <= {kind.name}
    assert all(rows and len(set(rows)) == len(rows) for rows in found["rows"])


@every
def test_its_form(kind, stitched):
    of_its_form(of(kind, stitched), kind)


@every
def test_its_findings_say_what_their_addresses_are_called(kind, stitched):
    named = own_networks(stitched, NETWORK).named
    machines = {str(prefix.network_address) for prefix, _ in named if prefix.num_addresses == 1}
    found = kind.find(stitched, network=NETWORK)
    mine = {*found["src_ip"], *found["dst_ip"]} & machines
    assert mine <= schema.names_carried(found).keys()


@every
def test_the_empty_table(kind):
    found = kind.find(nsgkit.conversations(schema.empty()))
    of_its_form(found, kind)
    assert found.empty


@every
def test_in_any_order_of_rows(kind, stitched):
    same(of(kind, stitched), kind.find(stitched.sample(frac=1, random_state=7)))


@every
def test_on_duckdb(kind, stitched):
    held = connection()
    held.register("stitched", stitched)
    same(of(kind, stitched), kind.find(held.sql("SELECT * FROM stitched")))


@every
def test_on_version_1(kind, as_version_1):
    of_its_form(kind.find(as_version_1), kind)


@every
def test_on_vnet_rows(kind, stitched, as_vnet):
    of_its_form(of(kind, as_vnet), kind)
    shown = ["src_ip", "dst_ip", "dst_port", "first", "score"]
    same(of(kind, stitched)[shown], of(kind, as_vnet)[shown])


@every
def test_a_missing_column_is_named(kind, stitched):
    with pytest.raises(nsgkit.errors.MissingColumnError, match=r"nsgkit\.conversations"):
        kind.find(stitched.drop(columns="dst_ip"))


@every
def test_what_proves_it(kind, stitched):
    """Every row that is named is the first row of a conversation between these, within the time."""
    for _, finding in of(kind, stitched).iterrows():
        proved = nsgkit.detections.proof(stitched, finding)
        assert len(proved) == len(finding["rows"])
        assert proved["first"].min() == finding["first"] and proved["first"].max() <= finding["last"]
        for name in ("src_ip", "dst_ip", "dst_port"):
            assert pd.isna(finding[name]) or set(proved[name]) == {finding[name]}


@every
def test_several_at_once_and_none(kind, stitched):
    found = of(kind, stitched)
    proved = nsgkit.detections.proof(stitched, found)
    assert len(proved) == len({row for rows in found["rows"] for row in rows})
    assert nsgkit.detections.proof(stitched, found.head(0)).columns.tolist() == stitched.columns.tolist()
    assert len(explain(found).split("\n\n")) == max(len(found), 1)
    assert explain(found.head(0)).startswith("Nothing here crosses its line")


@every
def test_it_is_explained(kind, stitched, internet):
    for table in (of(kind, stitched), of(kind, internet)):
        for _, finding in table.iterrows():
            said = explain(finding)
            assert ". Harmless if " in said and said.endswith(".")
            assert not {"nan", "None", "NaT", "<NA>"} & {*said.replace(",", " ").split()}


def test_what_every_table_begins_and_ends_with():
    assert all(kind.table[:7] == FINDING and kind.table[-1] is PROOF for kind in KINDS)


def test_what_is_no_finding():
    with pytest.raises(nsgkit.NsgkitError, match="no finding"):
        explain(pd.Series({"kind": "party"}))
