"""All findings in one table: ranked, grouped, explained, and nothing left out."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import schema
from nsgkit.detections import findings, incidents
from nsgkit.detections.kinds import BY_NAME, KINDS
from nsgkit.detections.stories import numbered
from nsgkit.schema.findings import FINDINGS, INCIDENTS

OWN = nsgkit.enrich.Network.of(["10.0.0.0/8"])


@pytest.fixture(scope="module")
def found(stitched):
    return findings(stitched, known="data/samples/known.toml")


def test_every_finding_of_every_detection_is_there(found, stitched):
    assert len(found) == sum(len(kind.find(stitched)) for kind in KINDS)


def test_its_form(found):
    assert found.dtypes.astype(str).to_dict() == schema.empty(FINDINGS).dtypes.astype(str).to_dict()


def test_what_is_known_stands_last_and_in_no_incident(found):
    known = found["known"].notna()
    assert known.is_monotonic_increasing
    assert (found["incident"] == 0).tolist() == known.tolist()


def test_the_figures_are_those_of_its_detection(found, stitched):
    for kind, group in found.groupby("kind"):
        table = BY_NAME[kind].find(stitched)
        names = [c.name for c in BY_NAME[kind].table if c.name not in found.columns]
        by_proof = {tuple(rows): place for place, rows in enumerate(table["rows"])}
        for _, finding in group.iterrows():
            figures = table.iloc[by_proof[tuple(finding["rows"])]][names].dropna()
            assert figures.to_dict() == finding["figures"]


def test_no_findings_in_no_logs():
    none = findings(nsgkit.conversations(schema.empty()))
    assert none.empty and none.columns.tolist() == [c.name for c in FINDINGS]
    assert incidents(none).columns.tolist() == [c.name for c in INCIDENTS]


def test_only_some_kinds(stitched):
    assert set(findings(stitched, kinds="horizontal scan")["kind"]) == {"horizontal scan"}
    with pytest.raises(nsgkit.NsgkitError, match="no kind 'party'"):
        findings(stitched, kinds=["party"])


def told(*lines):
    """Return findings, each `kind src dst first-hour last-hour rank`."""
    start = pd.Timestamp("2024-12-18", tz="UTC")
    rows = []
    for place, line in enumerate(lines):
        kind, src, dst, first, last, rank = line.split()
        rows.append(
            {
                "kind": kind.replace("_", " "), "src_ip": None if src == "-" else src,
                "dst_ip": None if dst == "-" else dst, "first": start + pd.Timedelta(hours=float(first)),
                "last": start + pd.Timedelta(hours=float(last)), "rank": float(rank), "known": None,
                "told": f"finding {place}.",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def groups(*lines):
    return numbered(told(*lines), OWN)["incident"].tolist()


def test_related_by_an_address_within_a_day():
    assert groups("beacon 10.0.0.4 192.0.2.1 0 9 .9", "new_edge 10.0.0.4 10.0.1.5 30 31 .5") == [1, 1]
    assert groups("beacon 10.0.0.4 192.0.2.1 0 9 .9", "new_edge 10.0.0.4 10.0.1.5 34 35 .5") == [1, 2]


def test_related_through_others():
    lines = ["brute_force 192.0.2.1 10.0.0.4 0 1 .9", "new_edge 10.0.0.4 10.0.1.5 2 3 .5"]
    assert groups(*lines, "large_transfer 10.0.1.5 192.0.2.9 4 5 .8") == [1, 1, 1]


def test_a_long_one_reaches_further_than_the_one_after_it():
    lines = ["beacon 10.0.0.4 192.0.2.1 0 90 .9", "new_edge 10.0.0.4 10.0.1.5 2 3 .5"]
    assert groups(*lines, "new_edge 10.0.0.4 10.0.1.6 80 81 .5") == [1, 1, 1]


def test_strangers_at_the_same_door_are_not_one():
    scans = [f"vertical_scan 192.0.2.{n} 10.0.0.4 {n} {n} .2" for n in range(1, 4)]
    assert sorted(groups(*scans)) == [1, 2, 3]
    assert groups(*(line.replace("192.0.2", "10.9.0") for line in scans)) == [1, 1, 1]


def test_the_more_kinds_the_worse():
    lines = ["beacon 10.0.0.4 192.0.2.1 0 9 .8", "new_edge 10.0.0.5 10.0.1.5 1 2 .7"]
    assert groups(*lines, "long_connection 10.0.0.5 192.0.2.8 1 2 .5") == [2, 1, 1]
    same = told("beacon 10.0.0.4 - 0 9 .8", "burst 10.0.0.4 - 0 9 .5", "burst 10.0.0.4 - 1 2 .5")
    assert incidents(numbered(same, OWN))["rank"].tolist() == [0.9]


def test_the_story_is_in_order():
    table = incidents(numbered(told("new_edge 10.0.0.4 - 5 6 .9", "beacon 10.0.0.4 192.0.2.1 0 9 .8"), OWN))
    assert table["story"].iloc[0] == [
        "2024-12-18 00:00:00 UTC: finding 1.", "2024-12-18 05:00:00 UTC: finding 0.",
    ]  # fmt: skip
    assert table["kinds"].item() == "new edge, beacon" and table["hosts"].item() == "10.0.0.4, 192.0.2.1"
