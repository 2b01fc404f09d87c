"""FlowLogs leads with its coverage, in text and as a picture, and nothing in a name is code."""

import pandas as pd

import nsgkit
from nsgkit.flows.coverage import hours_covered
from nsgkit.flows.display import as_html, as_text
from nsgkit.schema import BLOBS, FLOWS, REJECTS, empty, typed

NO_FLOWS, NO_REJECTS = empty(FLOWS), empty(REJECTS)


def blobs(*rows):
    usual = {c.name: 0 for c in BLOBS} | {
        "name": "b",
        "resource": "R",
        "family": "NSG",
        "sha256": "0",
        "note": None,
    }
    table = [usual | {"hour": hour, "mac": mac, "complete": True} | more for hour, mac, more in rows]
    return typed(pd.DataFrame(table), BLOBS)


HOURS = [f"2024-12-19 {hour:02d}:00" for hour in range(9, 13)]
FOUR = blobs(
    (HOURS[0], "A", {}),
    (HOURS[1], "A", {"rejects": 2}),
    (HOURS[3], "A", {"complete": False}),
    (HOURS[0], "B", {}),
)


def said(table, *notes, mirror=None):
    return hours_covered(table, mirror=mirror), list(notes)


def statuses(table, nic, **options):
    hours = hours_covered(table, **options)
    return hours[hours["mac"] == nic]["status"].tolist()


def test_hours_covered():
    assert statuses(FOUR, "A") == ["present", "with rejects", "missing", "growing"]
    assert statuses(FOUR, "B") == ["present", "after the last", "after the last", "after the last"]


def test_the_worst_of_two_blobs_of_an_hour_counts():
    assert statuses(blobs((HOURS[0], "A", {}), (HOURS[0], "A", {"unread": 1})), "A") == ["with rejects"]


def test_a_mirror_tells_not_asked_for_from_missing_and_what_is_gone():
    mirror = pd.DataFrame({"resource": "r", "mac": "A", "hour": pd.to_datetime(HOURS, utc=True)})
    mirror["state"] = pd.Categorical(["gone", "complete", "not asked for", "growing"])
    assert statuses(FOUR, "A", mirror=mirror) == [
        "no longer in Azure",
        "with rejects",
        "not asked for",
        "growing",
    ]


def test_text_leads_with_coverage():
    lines = as_text(NO_FLOWS, NO_REJECTS, FOUR, said(FOUR)).splitlines()
    states = "2 present, 1 with rejects, 1 growing, 1 missing, 3 after the last"
    assert lines[0] == f"FlowLogs: coverage 2 NICs × 4 hours: {states}."
    assert [line for line in lines if line.startswith("  A ")] == ["  A  R █▒○▄"]


def test_blobs_without_an_hour_are_told():
    table = blobs((None, None, {}), (HOURS[0], "A", {}))
    assert "1 blob without an hour: not in the picture." in as_text(NO_FLOWS, NO_REJECTS, table, said(table))


def test_what_the_picture_leaves_out_is_said():
    table = blobs(*((HOURS[0], f"{i:012X}", {}) for i in range(30)))
    text = as_text(NO_FLOWS, NO_REJECTS, table, said(table))
    assert "The picture leaves out 6 more NICs." in text
    assert text.count("█") == 24 + 1  # and the legend's own


def test_picture_has_a_cell_for_each_hour_and_nic():
    html = as_html(NO_FLOWS, NO_REJECTS, FOUR, said(FOUR))
    assert html.count("<title>") == 2 * 4
    assert "A  R, 2024-12-19 11:00 UTC: missing" in html


def test_names_are_inert():
    hostile = '"><img src=x onerror=alert(1)>{{7*7}}${alert(1)}`\u202e'
    table = blobs((HOURS[0], hostile, {"resource": hostile}))
    html = as_html(NO_FLOWS, NO_REJECTS, table, said(table, hostile))
    assert not any(part in html for part in ("<img", "{{", "${", "`", "\u202e"))


def test_the_samples(capsys):
    text = repr(nsgkit.read_logs("data/samples"))
    assert "coverage 8 NICs × 48 hours" in text
    assert "NSG, VNet flow logs" in text
