"""Allowed after denied: what a rule that was opened leaves, and what only looks like it."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.detections import allowed_after_denied
from tests.detections.talks import DAY, HOUR, START, denied, logged, talk
from tests.examples import examples

ENDS = "203.0.113.9 10.0.0.4:22"
OPENED = "rule=UserRule_Opened"


def knocks(count, ends=ENDS, *, every=600, begin=0, **more):
    return [denied(begin + n * every, ends, more="rule=DenyAll", **more) for n in range(count)]


def test_five_denials_and_then_a_connection():
    found = allowed_after_denied(logged(*knocks(5), talk(HOUR, ENDS, more=OPENED))).iloc[0]
    ends, counts = ["src_ip", "dst_ip", "dst_port", "protocol"], ["denied", "allowed", "allowed_before"]
    assert found[ends].tolist() == ["203.0.113.9", "10.0.0.4", 22, "TCP"]
    assert found[counts].tolist() == [5, 1, 0]
    assert found[["denied_by", "allowed_by", "rule_changed"]].tolist() == [
        "DenyAll",
        "UserRule_Opened",
        "new",
    ]
    times = found[["first_denied", "last_denied", "allowed_at"]].tolist()
    assert times == [(START + pd.Timedelta(seconds=s)).tz_localize("UTC") for s in (0, 2_400, HOUR)]
    assert found["score"] == 0.5 and len(found["rows"]) == 6
    assert allowed_after_denied(logged(*knocks(4), talk(HOUR, ENDS))).empty


@pytest.mark.parametrize(("second", "count"), [(2_400 + DAY, 0), (DAY - 1, 1)])
def test_within_24_hours(second, count):
    assert len(allowed_after_denied(logged(*knocks(5), talk(second, ENDS)))) == count


def test_an_unanswered_connection_was_let_in_too():
    assert len(allowed_after_denied(logged(*knocks(5), talk(HOUR, ENDS, "3/180", "0/0")))) == 1


def test_a_rule_that_let_others_in_before_counts_half():
    other = talk(60, "192.0.2.7 10.0.0.4:22", more=OPENED)
    found = allowed_after_denied(logged(*knocks(5), other, talk(HOUR, ENDS, more=OPENED))).iloc[0]
    assert (found["rule_changed"], found["score"]) == ("known", 0.25)


def test_who_was_let_in_before_counts_half():
    rows = logged(talk(1, ENDS, more=OPENED), *knocks(5, begin=60), talk(HOUR, ENDS, more="rule=Second"))
    found = allowed_after_denied(rows).iloc[0]
    assert (found["allowed_before"], found["rule_changed"], found["score"]) == (1, "new", 0.25)


def test_another_nsg_that_let_it_in_cannot_tell():
    let_in = talk(HOUR, ENDS, more="acl=/RG/A/NSG/OTHER mac=00AA00000009")
    assert allowed_after_denied(logged(*knocks(5), let_in)).iloc[0]["rule_changed"] == "elsewhere"


def test_a_scanner_that_then_opens_the_public_page():
    ports = [denied(n * 60, f"203.0.113.9 10.0.0.4:{n + 1}", more="rule=DenyAll") for n in range(30)]
    visit = talk(HOUR, "203.0.113.9 10.0.0.4:443", more="rule=Web")
    everybody = talk(5, "192.0.2.7 10.0.0.4:443", more="rule=Web")
    rows = logged(*ports, visit, everybody)
    assert allowed_after_denied(rows).empty
    found = allowed_after_denied(rows, same_port=False).iloc[0]
    assert (found["denied"], found["rule_changed"], found["score"]) == (30, "known", 0.458)
    assert found[["dst_port", "protocol"]].isna().all()


def test_late_packets_of_a_connection_that_ended():
    ended = [talk(n * 60, ENDS) for n in range(10)]
    late = [denied(n * 60 + 30, ENDS, port=1_024 + (n * 420 + len(ENDS)) % 60_000) for n in range(10)]
    assert allowed_after_denied(logged(*ended, *late, talk(HOUR, ENDS))).empty


@pytest.mark.parametrize("later", [-1, 1])  # as the clocks of two NICs may differ
def test_what_one_nic_lets_out_and_another_turns_away(later):
    inside = "10.0.9.9 10.0.0.4:22"
    tries = [(60 + n * 60, inside) for n in range(20)]
    out = [talk(*one, "3/180", "0/0", way="O", more="mac=00AA00000002", port=one[0]) for one in tries]
    turned = [denied(at + later, ends, port=at) for at, ends in tries]
    assert allowed_after_denied(logged(*out, *turned)).empty


def test_denials_of_the_day_before_do_not_count():
    rows = logged(*knocks(4), *knocks(5, begin=DAY), talk(DAY + 2 * HOUR, ENDS))
    found = allowed_after_denied(rows).iloc[0]
    assert (found["denied"], len(found["rows"])) == (5, 6)
    assert found["first_denied"] == (START + pd.Timedelta("1D")).tz_localize("UTC")


def test_a_browser_that_tries_udp_first():
    ends = "10.0.9.9 203.0.113.9:443"
    tried = [denied(n * 60, ends, way="O", protocol="UDP") for n in range(20)]
    assert allowed_after_denied(logged(*tried, *(talk(n * 60 + 1, ends, way="O") for n in range(20)))).empty


def test_the_planted_one_and_nothing_else(stitched, truth):
    found = allowed_after_denied(stitched)
    planted = truth["denied-ssh"]
    assert found["src_ip"].tolist() == planted["entities"]["src_ip"]
    assert found["allowed_by"].tolist() == truth["rule-opened"]["entities"]["rule"]
    one = found.iloc[0]
    assert (one["denied"], one["rule_changed"]) == (planted["tuples"], "new")
    assert one["last_denied"] == pd.Timestamp(planted["last"])


def test_the_intruder_and_nobody_else_of_5000(internet):
    found = allowed_after_denied(internet)
    assert found[["src_ip", "dst_port", "denied", "allowed_by"]].to_numpy().tolist() == [
        ["198.19.255.66", 3389, 40, "UserRule_temp-support"]
    ]


def test_visitors_who_scanned_before_rank_below_every_line(internet):
    found = allowed_after_denied(internet, same_port=False)
    assert found["score"].tolist()[0] > 0.9 and (found["score"].iloc[1:] < 0.5).all()


@examples(15)
@given(st.lists(st.tuples(st.integers(0, 2 * DAY), st.booleans()), max_size=30, unique_by=lambda e: e[0]))
def test_the_denials_counted_one_by_one(events):
    events = sorted(events)
    turns = [
        (sum(not let and at - DAY < before < at for before, let in events), at)
        for at, let_in in events
        if let_in
    ]
    expected = next(((count, at) for count, at in turns if count >= 5), None)
    lines = [
        talk(at, ENDS, port=n) if let else denied(at, ENDS, port=n) for n, (at, let) in enumerate(events, 1)
    ]
    found = allowed_after_denied(logged(*lines))
    assert found["denied"].tolist() == ([expected[0]] if expected else [])
