"""What is planted in the second network stands first in the tables behind the pictures."""

import pytest

import nsgkit
from nsgkit import analyses
from tests.internet import ADMIN_EDGE, INTRUDER, OPENED_RULE, UPLOAD, UPLOADED, big_internet


@pytest.fixture(scope="module")
def made():
    return nsgkit.conversations(big_internet())


def test_a_new_edge_from_inside_to_an_admin_port_is_the_first_change(made):
    first = analyses.change(made).iloc[0]
    assert tuple(first[["src_ip", "dst_ip", "dst_port"]]) == ADMIN_EDGE
    assert (first["from_inside"], first["change"], first["later"], first["changes"]) == (True, "new", 3, 1)


def test_the_largest_upload_is_the_longest_bar_and_the_first_change_of_bytes(made):
    pairs = analyses.top_pairs(made, measure="bytes", top=1).iloc[0]
    assert (pairs["src_ip"], pairs["dst_ip"], pairs["bytes_src_to_dst"]) == (*UPLOAD[:2], UPLOADED)
    opened = analyses.change(made, measure="bytes", by=["src_ip", "dst_ip"], internet="each").iloc[0]
    assert tuple(opened[["src_ip", "dst_ip"]]) == UPLOAD[:2]


def test_a_rule_that_was_opened_is_new_from_outside(made):
    rules = analyses.change(made, by="rule").query("change == 'new' and not from_inside")
    assert rules["rule"].tolist() == [OPENED_RULE]


def test_an_address_that_was_denied_and_then_allowed_is_both_when_the_internet_is_opened(made):
    told = {"by": ["src_ip", "dst_port"], "internet": "each", "top": None}
    changes = [analyses.change(made, measure=measure, **told) for measure in ("denied", "connections")]
    his = [table.loc[table["src_ip"] == INTRUDER, "change"].tolist() for table in changes]
    assert his == [["gone"], ["new"]]


def test_thousands_of_outsiders_are_one_cell_each_way(made):
    cells = analyses.matrix(made, measure="connections")
    assert len(cells) < 10
    assert "internet" in set(cells["source"]) & set(cells["destination"])
