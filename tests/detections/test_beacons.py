"""Beacons: the planted one found, figures counted another way, and what only looks steady silent."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import beacons, explain
from tests.detections import plain_steadiness as plain
from tests.detections.calling import AWAY, DAY, HOST, conversations, denied, every, lines
from tests.examples import examples

REST = [*lines([0, DAY - 60], dst="192.0.2.99")]  # so that the logs cover the whole day
SCORES = ["ts_score", "size_score", "hist_score", "dur_score", "steadiness"]
LATE = (0, 60, -60, 120, -120)


def worked_example_b():
    return lines([600 * i + LATE[i % 5] for i in range(144)], sent=lambda i: 300 + 10 * (i % 5))


def test_its_figures():
    found = beacons(conversations(worked_example_b(), REST)).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port", "outcome"]].tolist() == [HOST, AWAY, 443, "answered"]
    assert found[SCORES].tolist() == [0.659, 0.984, 0.856, 1.0, 0.875]
    assert found[["windows", "times", "sized", "interval", "size"]].tolist() == [1, 144, 144, 660, 320]
    assert found["window"] == pd.Timestamp("2024-12-19", tz="UTC") and len(found["rows"]) == 144


def test_the_line():
    logs = conversations(worked_example_b(), REST)
    assert len(beacons(logs, answered=0.875)) == 1
    assert beacons(logs, answered=0.876).empty


def test_the_planted_one_is_found_and_nothing_else(stitched, truth):
    found = beacons(stitched)
    assert found[["src_ip", "dst_ip"]].to_numpy().tolist() == [
        [*truth["beacon"]["entities"]["src_ip"], *truth["beacon"]["entities"]["dst_ip"]]
    ]
    assert len(found["rows"].item()) == 459, "in both windows"


def test_a_network_with_5000_outsiders(internet):
    """The backup of every hour, and nothing else."""
    assert beacons(internet)["dst_ip"].tolist() == ["198.19.0.9"]


def test_one_long_connection_is_no_beacon():
    """Its continuing rows come every 300 seconds, all day."""
    ends = f"{HOST}:50000 {AWAY}:443 TCP O A"
    rows = [f"2024-12-19T00:00:00 {ends} B"]
    rows += [f"2024-12-19T{s // 3600:02}:{s // 60 % 60:02}:00 {ends} C 9/900 9/900" for s in every(300, 300)]
    assert beacons(conversations(rows), answered=0.1, failed=0.1, per_hour=0).empty


def test_outcomes_are_told_apart():
    """120 of 144 calls are unanswered: only 24 were let in by somebody."""
    silent = lines([600 * i for i in range(144) if i % 6], back="0/0")
    found = beacons(conversations(silent, lines(every(3600)), REST)).set_index("outcome")
    assert found["times"].to_dict() == {"unanswered": 120, "answered": 24}


def test_a_denied_one_has_the_other_line_and_no_sizes():
    late = [600 * i + LATE[i % 5] * 3 for i in range(1, 144)]
    found = beacons(conversations(denied(late), REST)).iloc[0]
    assert found["outcome"] == "denied" and pd.isna(found["size"]) and pd.isna(found["size_score"])
    parts = found[["ts_score", "hist_score", "dur_score"]]
    assert found["steadiness"] == round(parts.mean(), 3) and 0.7 <= found["steadiness"] < 0.8
    assert beacons(conversations(lines(late, sent=lambda i: 10 ** (i % 7)), REST)).empty


@pytest.mark.parametrize(("end", "findings"), [(6 * 3600 - 1, 0), (6 * 3600, 1)])
def test_under_six_hours_are_too_short(end, findings):
    assert (
        len(beacons(conversations(lines(every(60, 0, end), lasts=0), lines([end], dst="192.0.2.9", lasts=0))))
        == findings
    )


def test_each_window_on_its_own():
    """Steady on Thursday and Saturday; on Friday there are three calls."""
    calls = [*every(600), DAY + 5, DAY + 777, DAY + 9000, *every(300, 2 * DAY, 3 * DAY)]
    found = beacons(conversations(lines(calls))).iloc[0]
    assert found[["windows", "times"]].tolist() == [2, 288]
    assert found["window"] == pd.Timestamp("2024-12-21", tz="UTC")
    assert len(found["rows"]) == 144 + 288


def test_many_ports_are_null():
    both = conversations(lines(every(1200)), lines(every(1200, 600), port=8443), REST)
    found = beacons(both).iloc[0]
    assert found["times"] == 144 and pd.isna(found["dst_port"]) and "on port" not in explain(found)


def test_a_clock_that_asks_every_two_hours_is_silent():
    logs = conversations(lines(every(7200), port=123), REST)
    assert beacons(logs).empty
    assert len(beacons(logs, per_hour=0.5)) == 1


def test_a_window_of_few_calls_does_not_count():
    """On Thursday every ten minutes, on Friday every two hours."""
    found = beacons(conversations(lines([*every(600), *every(7200, DAY, 2 * DAY)]))).iloc[0]
    assert found["windows"] == 1 and len(found["rows"]) == 144


def test_inside_targets_where_they_are_asked_for():
    logs = conversations(lines(every(600), dst="10.0.1.5"), REST)
    assert beacons(logs).empty
    assert len(beacons(logs, to="anywhere")) == 1


def test_calls_from_outside_are_no_beacon():
    logs = conversations(lines(every(600), src=AWAY, dst=HOST))
    assert beacons(logs, network=["10.0.0.0/8"], to="anywhere").empty


def test_what_another_nic_turned_away_is_denied_once():
    out = (line + " mac=00AA00000009" for line in lines(every(600), dst="10.0.1.5", back="0/0"))
    found = beacons(conversations(out, denied(every(600), dst="10.0.1.5"), REST), to="anywhere")
    assert found["outcome"].tolist() == ["denied"]


def test_without_counters(as_version_1):
    found = beacons(as_version_1)
    assert found["outcome"].tolist() == ["unknown"] and found["size_score"].isna().all()


def score(*others):
    """Worked example E comes back at ever longer distances: .81, and .15 less for that."""
    drifting = lines([i * i for i in range(294)], sent=lambda i: i)
    found = beacons(conversations(drifting, REST, *others)).set_index("dst_ip").loc[AWAY]
    assert found["steadiness"] == 0.81 and found["periodicity"] < 0.15
    return found["score"]


def hosts(count, dst="192.0.2.99"):
    return [line for n in range(count) for line in lines([60], src=f"10.0.2.{n}", dst=dst)]


@pytest.mark.parametrize(
    ("others", "expected"),
    [(hosts(48), 0.66), (hosts(49), 0.81), (hosts(2), 0.66), (hosts(1), 0.51), (hosts(9, AWAY), 0.51)],
)
def test_prevalence_moves_the_score(others, expected):
    """1 of 49 hosts, of 50, of 3, of 2, and 10 of 10."""
    assert score(others) == expected


@pytest.mark.parametrize(
    ("days", "first", "expected"),
    [(7, "192.0.2.99", 0.66), (8, "192.0.2.99", 0.81), (8, AWAY, 0.66), (30, AWAY, 0.66), (31, AWAY, 0.51)],
)
def test_the_first_contact_moves_the_score(days, first, expected):
    """New is told by logs of more than 7 days alone; old is a first contact 30 days before their end.

    The logs end a minute before midnight.
    """
    before = lines([DAY - days * DAY], dst=first)
    assert score(before, hosts(9)) == expected


def test_periodicity_moves_the_score():
    """Worked example D comes back every two minutes, for eight hours."""
    clock = lines([28_800 + 120 * i for i in range(241)], sent=lambda i: 200 if i % 2 else 5000)
    found = beacons(conversations(clock, REST, hosts(9)), answered=0.6).iloc[0]
    assert found[["periodicity", "lag", "steadiness", "score"]].tolist() == [1.0, 2, 0.688, 0.838]


@pytest.mark.parametrize("wrong", [{"answered": 80}, {"failed": 0}, {"to": "inside"}])
def test_what_is_no_line(wrong, stitched):
    with pytest.raises(nsgkit.NsgkitError, match=next(iter(wrong))):
        beacons(stitched, **wrong)


CALL = st.tuples(
    st.integers(0, 2 * DAY), st.sampled_from([AWAY, "192.0.2.8"]), st.sampled_from(["lines", "denied"])
)


@examples(20)
@given(st.lists(CALL, max_size=40, unique_by=lambda call: call[0]))
def test_any_calls_against_the_plain_arithmetic(calls):
    parts = [
        lines([second], dst=dst, lasts=0) if how == "lines" else denied([second], dst=dst)
        for second, dst, how in calls
    ]
    table = conversations(*parts)
    found = beacons(table, answered=0.001, failed=0.001, per_hour=0)
    told = {(row.dst_ip, row.outcome): (row.times, row.steadiness, row.windows) for row in found.itertuples()}
    assert told == by_hand(table)


def by_hand(table):
    if table.empty:
        return {}
    seconds = (table["first"] - table["first"].min().floor("h")).dt.total_seconds().astype(int)
    covered = int((table["last"].max() - table["first"].min().floor("h")).total_seconds())
    groups = {}
    for second, dst, decision in zip(seconds, table["dst_ip"], table["decision"], strict=True):
        pair = (dst, "denied" if decision == "denied" else "answered")
        groups.setdefault((pair, second // DAY), []).append(
            (second % DAY, -1 if decision == "denied" else 300)
        )
    best = {}
    for (pair, window), group in sorted(groups.items()):
        length = min(covered - window * DAY, DAY)
        scores = plain.steadiness(*zip(*group, strict=True), max(-(-length // 3600), 1))
        if length >= 6 * 3600 and scores and scores[-1] >= 1:
            best.setdefault(pair, []).append((scores[-1] / 1000, len(group)))
    return {pair: (max(told)[1], max(told)[0], len(told)) for pair, told in best.items()}
