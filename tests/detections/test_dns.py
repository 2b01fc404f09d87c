"""DNS by volume: each of its three lines, just below each, and what a connection of many minutes counts."""

from collections import defaultdict
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import dns_volume
from tests.detections.conftest import without_counters
from tests.detections.talks import denied, logged, talk
from tests.examples import examples
from tests.frames import flows

ENDS = "10.0.0.4 203.0.113.53:53"


def asked(second, packets, size, ends=ENDS, *, lasts=0, protocol="UDP"):
    return talk(second, ends, f"{packets}/{size}", "9/900", lasts=lasts, way="O", protocol=protocol)


@pytest.mark.parametrize(
    ("packets", "size", "crossed"),
    [
        (1_000, 80_000, []),
        (1_001, 80_000, ["queries"]),
        (1_000, 200_000, []),
        (1_000, 200_001, ["size"]),
        (1_000, 300_001, ["bytes, size"]),
        (4_000, 300_000, ["queries"]),
        (99, 90_000, []),  # too few to speak of a mean
        (100, 20_001, ["size"]),
    ],
)
def test_each_line_is_crossed_above_it(packets, size, crossed):
    assert dns_volume(logged(asked(0, packets, size)))["crossed"].tolist() == crossed


def test_its_figures():
    found = dns_volume(logged(asked(5, 3_000, 240_000), asked(70, 500, 50_000), asked(80, 7, 600))).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port"]].tolist() == ["10.0.0.4", "203.0.113.53", 53]
    assert found[["most_bytes", "most_queries", "bytes_out", "queries"]].tolist() == [
        240_000, 3_000, 290_600, 3_507,
    ]  # fmt: skip
    assert found["mean_size"] == 290_600 / 3_507 and found["score"] == round(1 - 0.5 / 3, 3)
    assert len(found["rows"]) == 3


def test_a_connection_of_many_minutes_is_spread_over_them():
    assert dns_volume(logged(asked(0, 4_000, 900_000, lasts=240)))["crossed"].tolist() == ["size"]
    found = dns_volume(logged(asked(0, 4_000, 900_000, lasts=120))).iloc[0]
    assert (found["most_bytes"], found["most_queries"]) == (450_000, 2_000)


def test_over_tcp_a_connection_is_one_query():
    found = dns_volume(logged(asked(0, 4_000, 400_000, protocol="TCP"))).iloc[0]
    assert (found["crossed"], found["queries"]) == ("bytes", 1) and pd.isna(found["mean_size"])


def test_a_busy_machine_that_asks_all_day_is_silent():
    assert dns_volume(logged(*(asked(minute * 60, 600, 48_000) for minute in range(200)))).empty


@pytest.mark.parametrize(
    "line",
    [
        talk(0, "203.0.113.9 10.0.0.4:53", "5000/400000", protocol="UDP"),  # somebody outside asks our server
        asked(0, 5_000, 400_000, "10.0.0.4 203.0.113.53:853"),
        denied(0, ENDS, way="O", protocol="UDP"),
    ],
)
def test_what_is_no_look_up_from_inside(line):
    assert dns_volume(logged(line)).empty


def test_without_counters_connections_are_counted():
    rows = without_counters(flows("\n".join(asked(n // 20, 1, 80) for n in range(1_100))))
    rows = rows[rows["state"] == "begin"].assign(src_port=range(2_000, 3_100))
    found = dns_volume(nsgkit.conversations(nsgkit.schema.typed(rows, nsgkit.schema.FLOWS))).iloc[0]
    assert (found["crossed"], found["queries"], found["uncounted"]) == ("queries", 1_100, 1_100)
    assert found[["most_bytes", "bytes_out", "mean_size"]].isna().all()


def test_what_proves_it_begins_in_the_busy_minute(monkeypatch):
    monkeypatch.setattr(nsgkit.detections.evidence, "MOST", 2)
    rows = logged(*(asked(n * 60, 10, 800) for n in range(5)), asked(310, 2_000, 9_000), asked(320, 9, 80))
    found = dns_volume(rows).iloc[0]
    proved = nsgkit.detections.proof(rows, found)
    assert proved["packets_src_to_dst"].tolist() == [2_000, 9]


def test_the_samples_and_the_second_network_have_none(stitched, internet):
    assert dns_volume(stitched).empty and dns_volume(internet).empty


@examples(15)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 150), st.integers(1, 900_000)), max_size=6))
def test_the_most_bytes_of_a_minute_counted_exactly(talks):
    minutes = defaultdict(Fraction)
    for second, lasts, size in talks:
        for minute in range(7):
            here = min(second + lasts, minute * 60 + 60) - max(second, minute * 60)
            at_once = not lasts and minute == second // 60
            minutes[minute] += size if at_once else Fraction(size * max(here, 0), lasts or 1)
    lines = (asked(s, 1, size, lasts=lasts, protocol="TCP") for s, lasts, size in talks)
    found = dns_volume(nsgkit.conversations(_apart(flows("\n".join(lines)))))
    most = max(minutes.values(), default=0)
    if most > 300_000 + len(talks):
        assert abs(found["most_bytes"].item() - most) <= len(talks)
    elif most < 300_000 - len(talks):
        assert found.empty


def _apart(rows):
    """Give each connection a port of its own, and each row a place."""
    return rows.assign(src_port=[2_000 + n // 2 for n in range(len(rows))], tuple=range(len(rows)))
