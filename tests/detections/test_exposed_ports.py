"""Exposed ports: who was let in from outside, answered or not, and what is no exposure."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import evidence, exposed_ports
from tests.detections.conftest import without_counters
from tests.detections.talks import denied, logged, talk
from tests.frames import flows

ENDS = "203.0.113.9 10.0.0.4:22"


def test_one_connection_from_outside_is_enough():
    found = exposed_ports(logged(talk(0, ENDS))).iloc[0]
    assert pd.isna(found["src_ip"]) and found[["dst_ip", "dst_port"]].tolist() == ["10.0.0.4", 22]
    assert found[["sources", "answered", "bytes_in", "bytes_back", "score"]].tolist() == [
        1,
        1,
        1400,
        1700,
        0.5,
    ]
    assert (found["rule"], found["rules"]) == ("UserRule_Web", 1)


def test_sources_and_bytes_make_the_score():
    calls = [talk(n, f"203.0.113.{n} 10.0.0.4:22", back="90/10000") for n in range(1, 5)]
    found = exposed_ports(logged(*calls)).iloc[0]
    assert (found["sources"], found["bytes_back"]) == (4, 40_000)
    assert found["score"] == 0.875  # (1 - .5/4 + 1 - .5/4) / 2


def test_the_rule_that_let_most_of_them_in():
    other = talk(9, ENDS, more="rule=A")
    rows = logged(other, *(talk(n, ENDS, more="rule=B") for n in range(2)))
    assert exposed_ports(rows).iloc[0][["rule", "rules"]].tolist() == ["B", 2]


def test_allowed_is_not_answered():
    rows = logged(talk(0, ENDS, "3/180", "0/0"), talk(9, ENDS, "1/60", "1/40"))
    found = exposed_ports(rows).iloc[0]
    assert found[["unanswered", "refused", "answered", "unknown", "denied"]].tolist() == [1, 1, 0, 0, 0]
    assert found["score"] == 0.25


def test_without_counters_nothing_is_said_of_bytes():
    rows = flows(talk(0, ENDS))
    found = exposed_ports(nsgkit.conversations(without_counters(rows[rows["state"] == "begin"]))).iloc[0]
    assert found[["bytes_in", "bytes_back"]].isna().all() and (found["unknown"], found["score"]) == (1, 0.25)


@pytest.mark.parametrize(
    "line",
    [
        talk(0, "203.0.113.9 10.0.0.4:443"),  # a public page
        talk(0, "10.0.9.9 10.0.0.4:22"),  # from inside
        talk(0, "10.0.0.4 203.0.113.9:22", way="O"),  # to outside
        talk(0, "168.63.129.16 10.0.0.4:22"),  # a probe of Azure's load balancer
        denied(0, ENDS),
    ],
)
def test_what_is_no_exposure(line):
    assert exposed_ports(logged(line)).empty


def test_a_partner_whose_network_is_given():
    rows = logged(talk(0, ENDS))
    assert exposed_ports(rows, network=["10.0.0.0/8", "203.0.113.0/24"]).empty


def test_what_a_firewall_passes_on_to_an_address_outside():
    rows = logged(talk(0, "203.0.113.9 198.51.100.7:22"))
    assert exposed_ports(rows, network=["10.0.0.0/8"]).empty


def test_of_very_many_within_one_second_no_more_prove_it(monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 3)
    found = exposed_ports(logged(*(talk(0, ENDS, port=2_000 + n) for n in range(8)))).iloc[0]
    assert (found["answered"], len(found["rows"])) == (8, 3)


def test_of_very_many_the_first_prove_it(monkeypatch):
    monkeypatch.setattr(evidence, "MOST", 3)
    rows = logged(*(talk(n * 10, ENDS) for n in range(8)))
    found = exposed_ports(rows).iloc[0]
    assert found["answered"] == 8 and found["last"] == rows["last"].max()
    assert nsgkit.detections.proof(rows, found)["first"].tolist() == rows["first"].sort_values().tolist()[:3]


def test_the_opened_rule_and_nothing_else(stitched, truth):
    found = exposed_ports(stitched)
    rule = stitched[(stitched["rule"] == truth["rule-opened"]["entities"]["rule"][0]) & ~stitched["folded"]]
    let_in = rule[rule["decision"] == "allowed"]
    assert found[["dst_ip", "dst_port", "rule"]].to_numpy().tolist() == [
        ["10.20.0.4", 22, truth["rule-opened"]["entities"]["rule"][0]]
    ]
    one = found.iloc[0]
    assert (one["sources"], one["bytes_back"]) == (
        let_in["src_ip"].nunique(),
        let_in["bytes_dst_to_src"].sum(),
    )
    assert one["first"] == pd.Timestamp(truth["rule-opened"]["first"])


def test_the_second_network(internet):
    found = exposed_ports(internet)
    assert found[["dst_ip", "dst_port", "rule", "sources"]].to_numpy().tolist() == [
        ["172.28.0.4", 3389, "UserRule_temp-support", 7]
    ]
