"""Bursts: a tool that was there for 46 minutes is found; people who browse, and longer contacts, are not."""

import statistics
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import beacons, bursts, explain
from tests.detections.calling import AWAY, DAY, HOST, conversations, denied, every, lines
from tests.examples import examples

MINUTE = 60
CONTACT = [n * 20 + (0, 1, -1, 2)[n % 4] for n in range(46 * 3)]  # every 20 seconds or so, for 46 minutes


def test_46_minutes():
    found = bursts(conversations(lines(CONTACT, sent=lambda i: 500 + i % 3 * 20))).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port", "outcome"]].tolist() == [HOST, AWAY, 443, "answered"]
    assert found[["bursts", "times", "lasting", "interval"]].tolist() == [1, 138, CONTACT[-1], 21]
    assert found[["size", "alike"]].tolist() == [520, 1.0]
    assert found["regular"] == 1.0 and len(found["rows"]) == 138


@pytest.mark.parametrize(("times", "findings"), [(19, 0), (20, 1)])
def test_so_many_calls(times, findings):
    assert len(bursts(conversations(lines(every(60, 0, times * 60))))) == findings


@pytest.mark.parametrize(("lasting", "findings"), [(599, 0), (600, 1)])
def test_so_long(lasting, findings):
    assert len(bursts(conversations(lines([*every(25, 0, 595), lasting])))) == findings


@pytest.mark.parametrize(("until", "findings"), [(22 * 3600, 1), (22 * 3600 + 240, 0)])
def test_22_hours_are_a_question_of_beacons(until, findings):
    """The last call is four minutes before the end, and exactly there."""
    assert len(bursts(conversations(lines(every(240, 0, until))))) == findings


def test_office_hours_are_none_of_beacons():
    logs = conversations(lines(every(240, 8 * 3600, 17 * 3600)), lines([0, DAY - 60], dst="192.0.2.9"))
    assert beacons(logs).empty and bursts(logs)["times"].tolist() == [135]


def test_a_gap_ends_a_run():
    halves = [*every(60, 0, 15 * MINUTE), *every(60, 20 * MINUTE, 35 * MINUTE)]
    assert bursts(conversations(lines(halves))).empty, "15 calls each"
    assert len(bursts(conversations(lines(halves)), gap="6min")) == 1


def test_two_bursts_are_one_finding():
    found = bursts(
        conversations(lines([*CONTACT, *every(30, 7200, 9000), *every(500, 20_000, 30_000)]))
    ).iloc[0]
    assert found[["bursts", "times"]].tolist() == [2, 138] and len(found["rows"]) == 138 + 60


def test_over_midnight():
    """The windows of beacons are none of bursts."""
    logs = conversations(lines([0], dst="192.0.2.9"), lines(every(60, DAY - 600, DAY + 600)))
    assert bursts(logs)["times"].tolist() == [20]


@pytest.mark.parametrize("first", [0, 5100, 5700])
def test_wherever_it_lies(first):
    """The engine looks for candidates in bins of 5,700 seconds: half of one lies before the second bin."""
    assert len(bursts(conversations(lines([0], dst="192.0.2.9"), lines(every(60, first, first + 1200))))) == 1


@pytest.mark.parametrize(("odd", "findings"), [(6, 1), (7, 0)])
def test_nine_of_ten_sizes_are_alike(odd, findings):
    calls = lines(every(20, 0, 1200), sent=lambda i: 111 if i < odd else 100)
    assert len(bursts(conversations(calls))) == findings


@pytest.mark.parametrize(("odd", "findings"), [(20, 1), (21, 0)])
def test_eight_of_ten_intervals_are_alike(odd, findings):
    """Of 101 calls: those out of step come back after 27 seconds instead of 20."""
    seconds = pd.Series([27 if n < odd else 20 for n in range(100)]).cumsum()
    assert len(bursts(conversations(lines([0, *seconds])))) == findings


def test_who_browses_is_silent():
    """Pages of six pictures, read for half a minute."""
    pages = [page * 31 + picture // 3 for page in range(40) for picture in range(6)]
    assert bursts(conversations(lines(pages, sent=lambda i: 300 + i * 37 % 500))).empty
    assert bursts(conversations(lines(pages))).empty, "sizes alone make none"


def test_denied_ones_have_no_sizes():
    found = bursts(conversations(denied(every(30, 0, 1800)))).iloc[0]
    assert found["outcome"] == "denied" and pd.isna(found["size"]) and pd.isna(found["alike"])
    assert "bytes" not in explain(found)


def test_inside_where_it_is_asked_for():
    logs = conversations(lines(CONTACT, dst="10.0.1.5"))
    assert bursts(logs).empty and len(bursts(logs, to="anywhere")) == 1


@pytest.mark.parametrize("options", [{}, {"times": 10, "gap": "10min"}])
def test_the_samples_and_the_other_network_have_none(stitched, internet, options):
    assert bursts(stitched, **options).empty
    assert bursts(internet, **options).empty


def test_inside_the_samples_the_load_balancer_alone(stitched, truth):
    """It probes every three minutes; a hole in the logs makes it shorter than 22 hours."""
    found = bursts(stitched, to="anywhere")
    assert found["src_ip"].tolist() == truth["load-balancer-probes"]["entities"]["src_ip"]


def test_what_is_no_width(stitched):
    with pytest.raises(nsgkit.NsgkitError, match="month"):
        bursts(stitched, gap="1M")


@examples(20)
@given(
    st.lists(
        st.tuples(st.integers(1, 9) | st.sampled_from([60, 60, 299, 300, 301]), st.integers(95, 106)),
        max_size=50,
    )
)
def test_any_calls_against_a_loop(calls):
    seconds = [DAY - 900 + sum(apart for apart, _ in calls[: n + 1]) for n in range(len(calls))]
    table = conversations(lines(seconds, sent=lambda i: calls[i][1]))
    found = bursts(table, times=4, lasting="10s")
    assert [*zip(found["bursts"], found["times"], strict=True)] == by_hand(
        seconds, [size for _, size in calls]
    )


def by_hand(seconds, sizes):
    runs, before = [], None
    for second, size in zip(seconds, sizes, strict=True):
        if before is None or second - before > 300:
            runs.append([])
        runs[-1].append((second, size))
        before = second
    good = [len(run) for run in runs if len(run) >= 4 and run[-1][0] - run[0][0] >= 10 and alike(run)]
    return [(len(good), max(good))] if good else []


def alike(run):
    apart = [b - a for (a, _), (b, _) in pairwise(run)]
    middle = statistics.median(apart)
    near = [abs(a - middle) <= max(middle / 4, 1) for a in apart]
    size = statistics.median(size for _, size in run)
    same = [abs(s - size) * 10 <= size for _, s in run]
    return sum(near) / len(near) >= 0.8 and sum(same) / len(same) >= 0.9
