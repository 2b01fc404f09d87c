"""Findings and incidents in sentences."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import explain, findings, incidents
from nsgkit.detections.kinds import NOTHING
from nsgkit.errors import MissingColumnError
from nsgkit.explore import told


@pytest.fixture(scope="module")
def found():
    logs = nsgkit.read_logs("data/samples", start="2024-12-18", end="2024-12-18 12:00")
    return findings(nsgkit.conversations(logs.flows))


def test_each_finding_is_a_paragraph(found):
    shown = told(found)
    assert repr(shown).split("\n\n") == [explain(row) for _, row in found.iterrows()]
    assert shown._repr_html_().count("<p ") == shown._repr_html_().count("<i>Harmless if ") == len(found)


def test_what_is_not_shown_is_counted(found):
    assert repr(told(found, top=1)).endswith(f"\n\n{len(found) - 1} more are not shown here.")


def test_the_story_of_an_incident(found):
    worst = incidents(found).head(1)
    lines = repr(told(worst)).split("\n\n")
    assert lines[0].startswith("Incident 1: ") and lines[1:] == worst["story"].item()


def test_of_none_it_says_so(found):
    assert repr(told(found.head(0))) == repr(told(incidents(found.head(0)))) == NOTHING


def test_a_hostile_text_is_shown_as_text(found):
    row = found[found["kind"] == "allowed after denied"].assign(src_ip="<img src=x>")
    story = pd.DataFrame(
        [{"incident": 1, "rank": 1.0, "findings": 1, "story": ["<script>alert(1)</script>"]}]
    )
    assert "<script" not in told(story)._repr_html_()
    assert "<img" not in told(row)._repr_html_()


def test_another_table():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.detections\.findings"):
        told(pd.DataFrame({"a": [1]}))
