"""What the events of a story are known by, and how often there is one: without making a company for it."""

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pandas as pd
import pytest

from nsgkit import query
from nsgkit.training.exercise import Case
from nsgkit.training.triage import break_in, told, whole_story


@pytest.fixture(scope="module")
def truth():
    facts = json.loads(Path("data/samples/truth.json").read_text("utf-8"))["facts"]
    return {fact["id"]: fact for fact in facts}


@pytest.fixture(scope="module")
def events(truth):
    kinds = (whole_story._in_story, whole_story._everyday)
    return [fact for fact in truth.values() for fits in kinds if fits(fact)]


def test_an_event_is_told_by_what_it_is_known_by(truth):
    said = {name: whole_story._sentence(truth[name]) for name in ("denied-ssh", "ssh-success", "upload")}
    assert said == {
        "denied-ssh": "203.0.113.199 is first denied at port 22 of 10.20.0.4",
        "ssh-success": "203.0.113.199 begins its first connection to 10.20.0.4 that lasts more than a minute",
        "upload": "10.30.1.5 first calls 198.51.100.240",
    }
    assert whole_story._sentence(truth["horizontal-scan"]) == "10.20.0.4 first calls port 445 of any address"


def test_the_first_that_an_event_s_filter_keeps_is_the_event(events, stitched):
    assert len(events) > 12
    for fact in events:
        kept = query(stitched, whole_story._filter(fact))["first"].min()
        assert kept.floor("s") == pd.Timestamp(fact["first"]).floor("s"), fact["id"]


def test_events_that_are_chosen_lie_apart(events):
    chosen = whole_story._apart(events, len(events), [])
    times = sorted(pd.Timestamp(fact["first"]) for fact in chosen)
    assert 7 < len(times) <= len(events)
    assert min(b - a for a, b in pairwise(times)) >= pd.Timedelta("2min")


def test_in_about_half_of_the_companies_nobody_got_in(monkeypatch):
    monkeypatch.setattr(told, "made", lambda _seed: (None, {}))  # only the world is looked at
    drawn = [break_in._toss(Random(seed)) for seed in range(200)]
    assert all(isinstance(case, Case) for case in drawn)
    assert 80 < sum(told.world_of(case).plot.entered for case in drawn) < 120
