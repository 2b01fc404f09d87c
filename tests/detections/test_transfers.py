"""Large transfers: the planted uploads, the baseline counted another way, backups that stay silent."""

import statistics
from math import expm1, log1p

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import large_transfers
from nsgkit.detections.volumes.transfers import _median_of_others
from tests.detections.conftest import without_counters
from tests.detections.talks import DAY, HOUR, logged, talk
from tests.frames import flows

BACKUP, DROP = "10.0.0.4 192.0.2.77:443", "10.0.0.4 198.51.100.9:443"
MB = 1_000_000


def sent(second, ends, size, back=9_000):
    return talk(second, ends, f"900/{size}", f"90/{back}", lasts=60, way="O")


def office(hours=24, hosts=3):
    """Return small connections of every hour: some kilobytes each."""
    return [
        sent(hour * HOUR + host * 9, f"10.0.1.{host} 192.0.2.{host}:443", 4_000 + 977 * ((hour + host) % 7))
        for hour in range(hours)
        for host in range(1, hosts + 1)
    ]


def test_an_upload_that_nobody_made_before():
    found = large_transfers(logged(*office(), sent(2 * HOUR, DROP, 60 * MB))).iloc[0]
    assert found[["src_ip", "dst_ip", "bytes_out", "bytes_in"]].tolist() == [
        "10.0.0.4", "198.51.100.9", 60 * MB, 9_000,
    ]  # fmt: skip
    assert found["ratio"] == 60 * MB / 9_000 and pd.isna(found["dst_port"])


def test_its_baseline_is_all_hours_of_all_pairs():
    rows = logged(*office(), sent(2 * HOUR, DROP, 60 * MB))
    logs = [log1p(size) for size in rows["bytes_src_to_dst"]]  # here each hour of a pair is one connection
    median = statistics.median(logs)
    mad = max(statistics.median(abs(x - median) for x in logs), 0.25)
    found = large_transfers(rows).iloc[0]
    assert (found["hours"], found["mad"]) == (73, pytest.approx(mad))
    assert found["median"] == pytest.approx(expm1(median))
    assert found["z"] == pytest.approx(0.6745 * (log1p(60 * MB) - median) / mad)


@pytest.mark.parametrize(
    "line",
    [
        sent(HOUR, DROP, 49_999_999),
        sent(HOUR, DROP, 60 * MB, back=6 * MB),  # ten times as much out as in, and no more
        sent(HOUR, "10.0.0.4 10.0.9.9:445", 900 * MB),  # inside the company
        talk(HOUR, DROP, "900/60000", "900/900000000", way="O"),  # inwards
        talk(HOUR, "203.0.113.9 10.0.0.4:443", "900/9000", "900/900000000"),  # a public page's download
    ],
)
def test_what_is_no_large_transfer(line):
    assert large_transfers(logged(*office(), line)).empty


def test_an_hourly_backup_is_silent_and_the_theft_beside_it_is_not():
    backup = [sent(hour * HOUR, BACKUP, (200 + hour * 9 % 220) * MB) for hour in range(24)]
    assert large_transfers(logged(*office(), *backup)).empty
    found = large_transfers(logged(*office(), *backup, sent(9 * HOUR, DROP, 400 * MB)))
    assert found["dst_ip"].tolist() == ["198.51.100.9"]


def test_a_theft_to_where_the_backup_goes():
    backup = [sent(hour * HOUR, BACKUP, 200 * MB) for hour in range(24)]
    found = large_transfers(logged(*office(), *backup, sent(9 * HOUR + 900, BACKUP, 900 * MB)))
    assert found["largest_hour"].tolist() == [1_100 * MB]


def test_a_nightly_backup_is_usual_from_the_fourth_day_on():
    nights = [sent(day * DAY + HOUR, BACKUP, 300 * MB) for day in range(5)]
    assert large_transfers(logged(*office(120), *nights)).empty
    assert len(large_transfers(logged(*office(120), *nights[:3]))) == 3
    found = large_transfers(logged(*office(120), *nights, sent(2 * DAY + 9 * HOUR, BACKUP, 700 * MB)))
    assert found[["bytes_out", "usual_day"]].to_numpy().tolist() == [[1_000 * MB, 300 * MB]]


def test_what_lasts_some_hours_of_the_day_is_not_usual():
    slow = [sent(hour * HOUR, DROP, 30 * MB) for hour in range(3, 12)]
    assert large_transfers(logged(*office(), *slow))["bytes_out"].tolist() == [270 * MB]


@pytest.mark.parametrize(("hours", "findings"), [(18, 0), (17, 1)])
def test_three_quarters_of_all_hours_are_usual(hours, findings):
    steady = [sent(hour * HOUR, BACKUP, 30 * MB) for hour in range(hours)]
    assert len(large_transfers(logged(*office(hosts=9), *steady))) == findings


def test_connections_without_counters_are_told():
    uncounted = without_counters(flows(talk(2 * HOUR + 9, DROP, way="O").splitlines()[0], blob="b2"))
    known = flows("\n".join([*office(), sent(2 * HOUR, DROP, 60 * MB)]))
    found = large_transfers(nsgkit.conversations(pd.concat([known, uncounted], ignore_index=True))).iloc[0]
    assert (found["connections"], found["uncounted_share"]) == (2, 0.5)


def test_the_planted_upload_and_nothing_else(stitched, truth):
    found = large_transfers(stitched)
    planted = truth["upload"]["entities"]
    assert found[["src_ip", "dst_ip"]].to_numpy().tolist() == [[*planted["src_ip"], *planted["dst_ip"]]]
    rows = stitched[stitched["dst_ip"].isin(planted["dst_ip"]) & ~stitched["folded"]]
    assert found["bytes_out"].tolist() == [rows["bytes_src_to_dst"].sum()]


def test_the_upload_beside_the_hourly_backup_of_the_same_machine(internet):
    found = large_transfers(internet)
    assert found[["src_ip", "dst_ip", "bytes_out"]].to_numpy().tolist() == [
        ["172.28.3.4", "198.19.255.77", 9_600_000_000]
    ]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), min_size=1, max_size=12))
def test_the_median_of_the_others(pairs):
    table = pd.DataFrame(pairs, columns=["who", "n"])
    others = [
        [n for j, (name, n) in enumerate(pairs) if name == who and j != i] for i, (who, _) in enumerate(pairs)
    ]
    expected = [statistics.median(values) if values else np.nan for values in others]
    np.testing.assert_array_equal(_median_of_others(table, ["who"], "n"), expected)
