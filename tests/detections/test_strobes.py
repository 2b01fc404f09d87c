"""Strobes: so many attempts in 24 hours, and not one fewer."""

import pandas as pd
import pytest

from nsgkit.detections import strobes
from tests.detections.calling import AWAY, DAY, HOST, conversations, denied, every, lines


@pytest.mark.parametrize(("times", "findings"), [(144, 1), (145, 0)])
def test_the_line(times, findings):
    assert len(strobes(conversations(lines(every(600))), times=times)) == findings


def test_its_figures():
    """40 of the first day, 60 of the second, of which 20 are denied; each day reaches 30."""
    calls = [*every(600, 0, 24_000), *every(600, DAY, DAY + 24_000)]
    found = strobes(
        conversations(lines(calls), denied(every(60, DAY + 40_000, DAY + 41_200))), times=30
    ).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port"]].tolist() == [HOST, AWAY, 443]
    assert found[["windows", "times", "denied", "answered", "unknown"]].tolist() == [2, 60, 20, 40, 0]
    assert found["window"] == pd.Timestamp("2024-12-20", tz="UTC") and len(found["rows"]) == 60
    assert found["score"] == 0.75


def test_windows_are_apart():
    """40 on each of two days are not 80."""
    calls = [*every(600, 0, 24_000), *every(600, DAY, DAY + 24_000)]
    assert strobes(conversations(lines(calls)), times=41).empty


def test_of_equal_windows_the_first():
    found = strobes(
        conversations(lines([*every(600, 0, 24_000), *every(600, DAY, DAY + 24_000)])), times=40
    ).iloc[0]
    assert found["window"] == pd.Timestamp("2024-12-19", tz="UTC") and len(found["rows"]) == 40


def test_what_two_nics_saw_differently_is_one_attempt():
    out = (line + " mac=00AA00000009" for line in lines(every(600), dst="10.0.1.5", back="0/0"))
    logs = conversations(out, denied(every(600), dst="10.0.1.5"))
    assert strobes(logs, times=144)["denied"].tolist() == [144]
    assert strobes(logs, times=145).empty


def test_many_ports_are_null():
    logs = conversations(lines(every(1200)), lines(every(1200, 600), port=8443))
    assert strobes(logs, times=144)["dst_port"].isna().all()


def test_a_visit_every_minute_is_none(stitched, internet):
    assert strobes(stitched).empty and strobes(internet).empty
