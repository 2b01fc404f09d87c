"""Long connections: totals by hand, what is not seen to end, and what stays inside."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import explain, long_connections
from tests.detections.calling import AWAY, DAY, HOST, conversations, denied, lines

HOUR = 3600


def lasting(*hours, first=0, **other):
    """One connection after the other begins, a minute apart, and lasts so many hours."""
    for n, length in enumerate(hours):
        yield from lines([first + n * 60], lasts=round(length * HOUR), **{"port": 443 + n, **other})


@pytest.mark.parametrize(
    ("hours", "tier", "score"),
    [(1, "1 h", 0.3), (4, "4 h", 0.5), (8, "8 h", 0.6), (12, "12 h", 0.7), (30, "12 h", 0.7)],
)
def test_tiers(hours, tier, score):
    rest = [lines([60], src=f"10.0.2.{n}", dst="192.0.2.99") for n in range(9)]
    found = long_connections(conversations(lasting(hours), *rest), hours=1).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port"]].tolist() == [HOST, AWAY, 443]
    assert found[["tier", "score", "total", "prevalence"]].tolist() == [tier, score, hours * HOUR, 0.1]


def test_the_line():
    logs = conversations(lasting(4))
    assert len(long_connections(logs)) == 1
    assert long_connections(logs, hours=4.001).empty


def test_a_total_is_a_sum_also_of_what_overlaps():
    """Three at once for two hours: six hours in total. None lasts an hour in the second: less by .15."""
    found = long_connections(conversations(lasting(2, 2, 2.5))).iloc[0]
    assert found[["total", "longest", "connections"]].tolist() == [6.5 * HOUR, 2.5 * HOUR, 3]
    assert pd.isna(found["dst_port"]) and len(found["rows"]) == 3
    short = long_connections(conversations(lasting(*[0.9] * 5))).iloc[0]
    assert round(found["score"] - short["score"], 3) == 0.15


def test_each_window_on_its_own():
    logs = conversations(lasting(3), lasting(3, 2, first=DAY), lasting(4, first=3 * DAY))
    found = long_connections(logs).iloc[0]
    assert found[["windows", "total"]].tolist() == [2, 5 * HOUR]
    assert found["window"] == pd.Timestamp("2024-12-20", tz="UTC") and len(found["rows"]) == 2


def test_what_has_no_begin_or_end_lasts_at_least_so_long():
    ends = f"{HOST}:50000 {AWAY}:443 TCP O A"
    rows = [f"2024-12-19T{hour:02}:00:00 {ends} C 9/900 9/900" for hour in range(6)]
    found = long_connections(conversations(rows)).iloc[0]
    assert found[["unfinished", "total"]].tolist() == [1, 5 * HOUR]
    assert "lasted at least 5.0 hours" in explain(found)
    assert "at least" not in explain(long_connections(conversations(lasting(5))).iloc[0])


def test_from_outside_too():
    logs = conversations(line.replace(" O A ", " I A ") for line in lasting(5, src=AWAY, dst=HOST))
    found = long_connections(logs).iloc[0]
    assert found["src_ip"] == AWAY and pd.isna(found["prevalence"]) and found["score"] == 0.5


def test_what_all_call_is_less():
    logs = conversations(lasting(5), *(lines([60], src=f"10.0.2.{n}") for n in range(9)))
    assert long_connections(logs)[["prevalence", "score"]].to_numpy().tolist() == [[1.0, 0.35]]


def test_inside_where_it_is_asked_for():
    logs = conversations(lasting(5, dst="10.0.1.5"))
    assert long_connections(logs).empty and len(long_connections(logs, to="anywhere")) == 1


def test_denials_last_nothing():
    assert long_connections(conversations(denied(range(0, 6 * HOUR, 60))), hours=1).empty


def test_the_chat_of_the_samples_alone(stitched, truth, internet):
    found = long_connections(stitched)
    assert found["dst_ip"].tolist() == truth["day-long-connection"]["entities"]["dst_ip"]
    assert long_connections(internet).empty


def test_the_replica_of_the_samples_is_inside(stitched, truth):
    found = long_connections(stitched, to="anywhere").set_index("src_ip")
    replica = found.loc[truth["replica-connection"]["entities"]["src_ip"]].iloc[0]
    assert (replica["unfinished"], replica["tier"]) == (1, "12 h")


def test_version_1_does_not_tell(as_version_1):
    assert long_connections(as_version_1, hours=1, to="anywhere").empty


@pytest.mark.parametrize("wrong", [{"hours": 0.5}, {"to": "inside"}])
def test_what_cannot_be_asked(wrong, stitched):
    with pytest.raises(nsgkit.NsgkitError, match=next(iter(wrong))):
        long_connections(stitched, **wrong)
