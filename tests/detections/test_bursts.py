"""Bursts: a tool that was there for 46 minutes is found; people who browse, and longer contacts, are not."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import bursts, explain
from tests.detections.calling import AWAY, DAY, HOST, conversations, denied, every, lines

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


@pytest.mark.parametrize(("until", "findings"), [(6 * 3600, 1), (6 * 3600 + 60, 0)])
def test_six_hours_are_a_question_of_beacons(until, findings):
    """The last call is a minute before the end, and exactly there."""
    assert len(bursts(conversations(lines(every(60, 0, until))))) == findings


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


@pytest.mark.parametrize("options", [{}, {"to": "anywhere"}, {"times": 10, "gap": "10min"}])
def test_the_samples_and_the_other_network_have_none(stitched, internet, options):
    assert bursts(stitched, **options).empty
    assert bursts(internet, **options).empty


def test_what_is_no_width(stitched):
    with pytest.raises(nsgkit.NsgkitError, match="month"):
        bursts(stitched, gap="1M")
