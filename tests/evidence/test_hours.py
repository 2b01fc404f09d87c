"""Which hours have no blob, and what an evidence folder knows of each hour."""

from datetime import timedelta

import pytest

from nsgkit.evidence.hours import COLUMNS, Gaps, evidence_hours
from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import MAC, NSG, OTHER_MAC, SEEN, hours, name

NINE, TEN, ELEVEN, TWELVE = hours(4)


def told(gaps, start=NINE, end=TWELVE + timedelta(hours=1)):
    return [(gap["resource"], gap["mac"], gap["hours"]) for gap in gaps.missing(start, end)]


def test_a_nic_that_is_silent_in_between():
    gaps = Gaps([NSG])
    for hour in (NINE, TWELVE):
        gaps.saw(name(hour))
    assert told(gaps) == [(NSG, MAC, [["2024-12-19T10:00Z", "2024-12-19T12:00Z"]])]


def test_each_nic_on_its_own():
    gaps = Gaps([NSG])
    gaps.saw(name(NINE, MAC))
    gaps.saw(name(TEN, OTHER_MAC))
    assert told(gaps, NINE, ELEVEN) == [
        (NSG, MAC, [["2024-12-19T10:00Z", "2024-12-19T11:00Z"]]),
        (NSG, OTHER_MAC, [["2024-12-19T09:00Z", "2024-12-19T10:00Z"]]),
    ]


def test_a_resource_without_any_blob_is_told_once():
    gaps = Gaps([NSG, SEEN])
    gaps.saw(name(NINE))
    assert told(gaps, NINE, TEN) == [(SEEN, None, [["2024-12-19T09:00Z", "2024-12-19T10:00Z"]])]


def test_a_nic_that_was_asked_for_and_has_no_blob_is_told_once():
    gaps = Gaps([NSG, SEEN], frozenset({MAC, OTHER_MAC}))
    gaps.saw(name(NINE))
    assert told(gaps, NINE, TEN) == [(None, OTHER_MAC, [["2024-12-19T09:00Z", "2024-12-19T10:00Z"]])]


def test_nothing_is_missing():
    gaps = Gaps([NSG])
    gaps.saw(name(NINE))
    assert told(gaps, NINE, TEN) == []


@pytest.mark.parametrize("known", [[], ["no blob"]])
def test_an_evidence_folder_that_holds_nothing_gives_the_same_columns(tmp_path, known):
    with open_writer(tmp_path / "e") as writer:
        for event in known:
            writer.manifest.add(
                event, resource=NSG, mac=MAC, hours=[["2015-01-01T00:00Z", "2024-01-01T00:00Z"]]
            )
    table = evidence_hours(tmp_path / "e")
    assert (len(table), table.columns.tolist()) == (0, COLUMNS)
    assert table.dtypes["hour"] == "datetime64[ms, UTC]"
