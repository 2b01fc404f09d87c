"""Brute force: the planted one, counted another way; administration, jobs and applications stay silent."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import brute_force
from tests.detections.conftest import without_counters
from tests.detections.talks import DAY, HOUR, START, logged, talk
from tests.examples import examples
from tests.frames import flows

OUTSIDE, INSIDE = "203.0.113.9 10.0.0.4:22", "10.0.9.9 10.0.0.4:22"
WINS = {"out": "900/90000", "back": "900/400000", "lasts": 600}


def guesses(count, ends=OUTSIDE, *, begin=0, every=20, **sizes):
    return [talk(begin + n * every, ends, **sizes) for n in range(count)]


def test_15_guesses_within_an_hour():
    found = brute_force(logged(*guesses(15))).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port", "guesses", "most_in_window", "pace"]].tolist() == [
        "203.0.113.9", "10.0.0.4", 22, 15, 15, "burst",
    ]  # fmt: skip
    assert (found["score"], found["mean_packets"], found["median_bytes"]) == (0.5, 12, 3_100)
    assert not found["success"] and pd.isna(found["success_at"])
    assert brute_force(logged(*guesses(14))).empty


def test_exactly_an_hour_apart_are_in_no_window_together():
    assert brute_force(logged(*guesses(15, every=257))).iloc[0]["most_in_window"] == 15  # 3,598 seconds
    assert brute_force(logged(*guesses(15, every=258))).empty


def test_a_window_over_the_full_hour():
    assert brute_force(logged(*guesses(15, begin=HOUR - 140))).iloc[0]["most_in_window"] == 15


@pytest.mark.parametrize("packets", [8, 31])
def test_connections_of_another_size_are_no_guesses(packets):
    assert brute_force(logged(*guesses(40, out=f"{packets}/3000"))).empty


def test_copies_of_files_are_not_alike():
    copies = [talk(n * 20, INSIDE, out=f"{12 + n % 9}/{1_200 + n * 350}") for n in range(40)]
    assert brute_force(logged(*copies)).empty


@pytest.mark.parametrize(("other", "found"), [(1_600, 1), (1_700, 0)])  # spread 300 / 1300 and 350 / 1350
def test_alike_is_within_a_quarter_of_the_median(other, found):
    sizes = [talk(n * 20, OUTSIDE, out=f"12/{1_000 if n % 2 else other}") for n in range(40)]
    assert len(brute_force(logged(*sizes))) == found


def test_a_success_comes_after_the_guesses():
    rows = logged(*guesses(20), talk(500, OUTSIDE, **WINS))
    found = brute_force(rows).iloc[0]
    assert found["success"] and found["success_at"] == (START + pd.Timedelta("500s")).tz_localize("UTC")
    assert (found["success_bytes"], found["success_duration"]) == (490_000, 600)
    assert found["score"] == round((1 + (1 - 0.5 * 15 / 20)) / 2, 3)
    assert len(found["rows"]) == 21 and len(nsgkit.detections.proof(rows, found)) == 21


@pytest.mark.parametrize(
    ("begin", "wins"),
    [
        (110, WINS),  # before the line was reached: a session that was there all along
        (500, WINS | {"lasts": 60}),
        (500, WINS | {"out": "40/7000", "back": "40/8500"}),  # five times the median, and no more
        (DAY + 400, WINS),
    ],
)  # fmt: skip
def test_no_success(begin, wins):
    assert not brute_force(logged(*guesses(20), talk(begin, OUTSIDE, **wins))).iloc[0]["success"]


def test_without_counters_the_number_alone_speaks():
    rows = flows("\n".join(guesses(30)))
    found = brute_force(nsgkit.conversations(without_counters(rows[rows["state"] == "begin"]))).iloc[0]
    assert (found["uncounted"], found["score"]) == (30, 0.375)
    assert found[["mean_packets", "median_bytes", "spread", "success"]].isna().all()


def test_administrators_have_few_long_sessions():
    day = [talk(7 * HOUR + n * 1_800, INSIDE, **WINS) for n in range(20)]
    assert brute_force(logged(*day)).empty


def test_a_monitoring_that_logs_on_every_ten_minutes():
    assert brute_force(logged(*guesses(144, every=600), *guesses(144, OUTSIDE, every=600))).empty


def test_a_job_at_the_same_pace_all_day_is_silent_from_inside():
    assert brute_force(logged(*guesses(480, INSIDE, every=60))).empty


def test_and_told_with_half_the_score_from_outside():
    found = brute_force(logged(*guesses(480, every=60))).iloc[0]
    assert (found["pace"], found["usual"], found["most_in_window"]) == ("steady", 60, 60)
    assert found["score"] == round((1 - 0.5 * 15 / 60) / 2, 3)


@pytest.mark.parametrize(("hours", "pace"), [(6, "burst"), (7, "steady")])
def test_six_other_hours_make_a_pace(hours, pace):
    calls = guesses(hours * 60, every=60)
    assert brute_force(logged(*calls))["pace"].tolist() == [pace]


@pytest.mark.parametrize(("nights", "pace"), [(3, "burst"), (4, "steady")])
def test_three_other_nights_make_a_pace(nights, pace):
    job = [talk(night * DAY + 2 * HOUR + n * 60, OUTSIDE) for night in range(nights) for n in range(30)]
    assert brute_force(logged(*job))["pace"].tolist() == [pace]


@pytest.mark.parametrize(("count", "pace"), [(60, "steady"), (61, "burst")])
def test_three_times_the_usual_is_the_same_pace(count, pace):
    usual = [talk(hour * HOUR + n * 180, OUTSIDE) for hour in range(7) for n in range(20)]
    more = guesses(count, begin=9 * HOUR, every=50)
    assert brute_force(logged(*usual, *more))["pace"].tolist() == [pace]


def test_a_burst_among_a_steady_pace_is_found():
    burst = guesses(200, INSIDE, begin=4 * HOUR + 7, every=15)
    found = brute_force(logged(*guesses(40, INSIDE, every=600), *burst)).iloc[0]
    assert found["pace"] == "burst" and found["usual"] == 6


@pytest.mark.parametrize("port", [445, 1433, 3306, 5432])
def test_applications_call_their_database_all_the_time(port):
    inside, outside = INSIDE.replace(":22", f":{port}"), OUTSIDE.replace(":22", f":{port}")
    assert brute_force(logged(*guesses(60, inside))).empty
    assert len(brute_force(logged(*guesses(60, outside)))) == 1


@pytest.mark.parametrize("back", ["0/0", "2/80"])
def test_nobody_guesses_where_nothing_or_a_refusal_comes_back(back):
    assert brute_force(logged(*guesses(60, back=back))).empty


def test_the_planted_one_and_nothing_else(stitched, truth):
    found = brute_force(stitched)
    fact, won = truth["ssh-brute-force"], truth["ssh-success"]
    planted = fact["entities"]
    assert found["src_ip"].tolist() == planted["src_ip"] and found["dst_ip"].tolist() == planted["dst_ip"]
    assert found.iloc[0]["guesses"] * 2 == fact["tuples"], "a begin and an end row each"
    assert found.iloc[0]["success"] and found.iloc[0]["success_at"] == pd.Timestamp(won["first"])


def test_the_second_network_has_none(internet):
    assert brute_force(internet).empty


@examples(15)
@given(st.lists(st.integers(0, 3 * HOUR), min_size=1, max_size=60, unique=True))
def test_the_most_in_a_window_counted_one_by_one(seconds):
    most = max(sum(begin <= other < begin + HOUR for other in seconds) for begin in seconds)
    found = brute_force(logged(*(talk(second, OUTSIDE) for second in sorted(seconds))))
    assert found["most_in_window"].tolist() == ([most] if most >= 15 else [])
