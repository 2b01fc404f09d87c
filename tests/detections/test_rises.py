"""Sudden rises: counted another way, and a day's rhythm, missing hours and weekly jobs that are none."""

import statistics

import pandas as pd
import pytest

from nsgkit.detections import sudden_rises
from tests.detections.talks import HOUR, START, denied, logged, talk

HOST = "10.0.0.4 192.0.2.7:443"
WORK = [5] * 7 + [40] * 11 + [5] * 6  # an office's day, from seven to six


def hourly(counts, ends=HOST, *, begin=0, more=""):
    """Return as many connections in each hour as `counts` says, evenly."""
    return [
        _begin(begin + hour * HOUR + n * HOUR // count, ends, more)
        for hour, count in enumerate(counts)
        for n in range(count)
    ]


def _begin(second, ends, more):
    return talk(second, ends, way="O" if ends.startswith("10.") else "I", more=more).splitlines()[0]


def test_an_hour_ten_times_as_high_as_all_others():
    found = sudden_rises(logged(*hourly([20] * 20 + [200] + [20] * 3))).iloc[0]
    assert found[["src_ip", "measure", "seen", "expected", "hours"]].tolist() == [
        "10.0.0.4", "connections", 200, 20, 1,
    ]  # fmt: skip
    assert found["hour"] == (START + pd.Timedelta("20h")).tz_localize("UTC")
    assert found["z"] == pytest.approx(0.6745 * 180 / 20**0.5) and len(found["rows"]) == 200


def test_just_below_the_line():
    assert sudden_rises(logged(*hourly([100] * 20 + [151] + [100] * 3))).empty
    assert len(sudden_rises(logged(*hourly([100] * 20 + [152] + [100] * 3)))) == 1  # 100 + 10 * 3.5 / .6745


def test_under_a_hundred_nothing_is_said():
    assert sudden_rises(logged(*hourly([1] * 20 + [99] + [1] * 3))).empty


@pytest.mark.parametrize("days", [1, 2, 3])
def test_the_office_opens_at_seven_each_day(days):
    assert sudden_rises(logged(*hourly(WORK * days)), least=30).empty


def test_a_monday_after_a_weekend():
    assert sudden_rises(logged(*hourly([5] * 48 + WORK)), least=30).empty


def test_a_night_as_busy_as_the_day_is_a_rise():
    counts = WORK * 2
    counts[24 + 3] = 40
    found = sudden_rises(logged(*hourly(counts)), least=30)
    assert found[["seen", "expected"]].to_numpy().tolist() == [[40, 5]]


def test_a_job_that_runs_every_night():
    night = [10, 10, 300] + [10] * 21
    assert sudden_rises(logged(*hourly(night * 3))).empty


def test_a_job_that_runs_every_week():
    week = [2] * 168
    week[50] = 150
    assert sudden_rises(logged(*hourly(week * 3))).empty
    assert len(sudden_rises(logged(*hourly([2] * 168 + week + [2] * 168)))) == 1


def test_hours_without_logs_are_not_0():
    counts = [120] * 8 + [0] * 14 + [120] * 2  # for 14 hours its NIC wrote nothing
    assert sudden_rises(logged(*hourly(counts))).empty
    other = hourly([1] * 24, "203.0.113.9 10.0.0.4:443")  # the same NIC wrote that somebody called
    assert len(sudden_rises(logged(*hourly(counts), *other))) == 1


def test_what_was_never_there_before_is_new_and_no_rise():
    steady = hourly([3] * 24)
    scanner = [_begin(20 * HOUR + n * 3, f"10.0.9.9 10.0.0.{n % 200}:445", "") for n in range(700)]
    assert sudden_rises(logged(*steady, *scanner)).empty


@pytest.mark.parametrize(("before", "findings"), [(6, 1), (5, 0)])
def test_six_other_hours_make_a_usual(before, findings):
    other = hourly([2] * 24, "203.0.113.9 10.0.0.4:443")  # so that its NIC wrote in every hour
    counts = [0] * 4 + [3] * before + [120]
    assert len(sudden_rises(logged(*hourly(counts), *other))) == findings


def test_denials_from_outside_are_counted_at_the_address_they_called():
    usual = [
        denied(hour * HOUR + n * 60, f"203.0.113.{n} 10.0.0.4:22") for hour in range(24) for n in range(9)
    ]
    flood = [denied(9 * HOUR + n * 5, f"203.0.113.{n % 90} 10.0.0.4:23") for n in range(300)]
    found = sudden_rises(logged(*usual, *flood)).iloc[0]
    assert pd.isna(found["src_ip"]) and found["dst_ip"] == "10.0.0.4"
    assert found[["measure", "seen", "expected"]].tolist() == ["denied", 309, 9]


def test_what_lasts_for_hours_is_told_from_a_week_on():
    flood = [5] * 9 + [300] * 4 + [5] * 11
    assert sudden_rises(logged(*hourly(flood + [5] * 72))).empty
    assert len(sudden_rises(logged(*hourly([5] * 9 + [300] * 3 + [5] * 84)))) == 1
    found = sudden_rises(logged(*hourly([5] * 144 + flood)))
    assert found[["seen", "hours"]].to_numpy().tolist() == [[300, 4]]


def test_one_finding_a_day_its_highest_hour():
    found = sudden_rises(logged(*hourly([5] * 9 + [200, 300] + [5] * 13)))
    assert found[["seen", "hours"]].to_numpy().tolist() == [[300, 2]]


def test_both_medians_computed_by_hand():
    counts = [7, 9, 30, 4, 6, 8, 5, 40, 60, 55, 70, 52, 48, 66, 71, 50, 44, 12, 9, 8, 7, 6, 5, 4] * 2
    counts[24 + 3] = 180
    found = sudden_rises(logged(*hourly(counts))).iloc[0]

    def z(others):
        median = statistics.median(others)
        mad = max(statistics.median(abs(x - median) for x in others), median**0.5, 1)
        return 0.6745 * (180 - median) / mad, median

    around = z(counts[27 - 6 : 27] + counts[28 : 27 + 7])
    same = z([max(counts[2:5])])
    assert (found["z"], found["expected"]) == (pytest.approx(min(around, same)[0]), min(around, same)[1])


def test_the_planted_sweep_and_nothing_else(stitched, truth):
    found = sudden_rises(stitched)
    planted = truth["horizontal-scan"]
    assert found["src_ip"].tolist() == planted["entities"]["src_ip"]
    assert found["hour"].tolist() == [pd.Timestamp(planted["first"]).floor("h")]


def test_a_day_at_the_clinic_has_none(internet):
    assert sudden_rises(internet).empty
