"""FlowLogs leads with its coverage, in text and as a picture, and nothing in a name is code."""

import base64
import re
import time
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.flows.coverage import coverage, coverage_of
from nsgkit.flows.summary import Extent, as_html, as_text
from nsgkit.palette import COVERAGE
from nsgkit.schema import BLOBS, REJECTS, empty, typed
from tests.examples import examples

NO_ROWS, NO_REJECTS = Extent(0, None, None), empty(REJECTS)


def blobs(*rows):
    usual = {c.name: 0 for c in BLOBS} | {
        "name": "resourceId=/PATH/y=2024/m=12/d=19/h=09/m=00/PT1H.json",
        "resource": "R",
        "family": "NSG",
        "sha256": "0",
        "note": None,
    }
    usual |= {"complete": True, "asked": True, "begins_in_middle": False}
    table = [usual | {"hour": hour, "mac": mac} | more for hour, mac, more in rows]
    return typed(pd.DataFrame(table), BLOBS)


HOURS = [f"2024-12-19 {hour:02d}:00" for hour in range(9, 13)]
FOUR = blobs(
    (HOURS[0], "A", {}),
    (HOURS[1], "A", {"rejects": 2}),
    (HOURS[3], "A", {"complete": False}),
    (HOURS[0], "B", {}),
)


def said(table, *notes, evidence=None):
    return coverage_of(table, evidence=evidence), list(notes)


def statuses(table, nic, **options):
    hours = coverage(table, **options)
    return hours[hours["mac"] == nic]["status"].tolist()


def test_hours_covered():
    assert statuses(FOUR, "A") == ["present", "with rejects", "missing", "growing"]
    assert statuses(FOUR, "B") == ["present", "after the last", "after the last", "after the last"]


def test_the_worst_of_two_blobs_of_an_hour_counts():
    assert statuses(blobs((HOURS[0], "A", {}), (HOURS[0], "A", {"unread": 1})), "A") == ["with rejects"]


def test_an_evidence_folder_tells_not_asked_for_from_missing_and_what_is_gone():
    evidence = pd.DataFrame({"resource": "/PATH", "mac": "A", "hour": pd.to_datetime(HOURS, utc=True)})
    evidence["state"] = pd.Categorical(["gone", "complete", "not asked for", "growing"])
    assert statuses(FOUR, "A", evidence=evidence) == [
        "no longer in Azure",
        "with rejects",
        "not asked for",
        "growing",
    ]


def test_what_an_evidence_folder_could_not_get_is_an_hour_too():
    failed = {"resource": "/PATH", "mac": ["A", "C"], "hour": pd.to_datetime([HOURS[2]] * 2, utc=True)}
    evidence = pd.DataFrame(failed | {"state": "could not be read", "reason": "archived"})
    table = coverage(FOUR, evidence=evidence)
    unread = table[table["status"] == "could not be read"]
    assert unread[["mac", "reason"]].to_numpy().tolist() == [["A", "archived"], ["C", "archived"]]
    text = as_text(NO_ROWS, NO_REJECTS, FOUR, said(FOUR, evidence=evidence))
    assert "Could not be read: archived (2)." in text
    assert "  C  R ··×·" in text


def test_a_nic_of_two_flow_logs_has_the_hours_of_each_that_could_not_be_read():
    vnet = {"resource": "VNET", "name": "flowLogResourceID=/LOG/y=2024/m=12/d=19/h=09/m=00/PT1H.json"}
    table = blobs((HOURS[0], "A", {}), (HOURS[1], "A", {}), (HOURS[0], "A", vnet))
    evidence = pd.DataFrame({"resource": ["/LOG", "/NEW"], "hour": pd.to_datetime([HOURS[1]] * 2, utc=True)})
    evidence = evidence.assign(mac="A", state="could not be read", reason="archived")
    hours = coverage(table, evidence=evidence).set_index(["resource", "hour"])["status"].unstack()
    assert hours.astype(str).apply(list, axis=1).to_dict() == {
        "R": ["present", "present"],
        "VNET": ["present", "could not be read"],
        "/NEW": ["before the first", "could not be read"],
    }


def test_before_the_mac_was_in_the_path_an_evidence_folder_s_hours_are_those_of_the_only_nic():
    evidence = pd.DataFrame({"resource": "/PATH", "mac": None, "hour": pd.to_datetime(HOURS[:1], utc=True)})
    table = blobs((HOURS[0], "A", {}))
    assert statuses(table, "A", evidence=evidence.assign(state="gone", reason=None)) == ["no longer in Azure"]


def test_what_is_gone_in_azure_and_changed_in_the_folder_could_not_be_read():
    evidence = pd.DataFrame({"resource": "/PATH", "mac": "A", "hour": pd.to_datetime(HOURS[:1], utc=True)})
    table = blobs((HOURS[0], "A", {"unread": 1, "complete": False, "note": "its SHA-256 differs"}))
    assert statuses(table, "A", evidence=evidence.assign(state="gone", reason=None)) == ["could not be read"]


def test_what_could_not_be_read_says_why():
    table = blobs(
        (HOURS[0], "A", {"unread": 1, "complete": False, "note": "torn"}),
        (HOURS[1], "A", {"begins_in_middle": True, "tuples": 3, "rows": 3}),
    )
    assert statuses(table, "A") == ["could not be read", "begins in the middle"]
    text = as_text(NO_ROWS, NO_REJECTS, table, said(table))
    assert "A  R ×▐" in text and "Could not be read: torn (1)." in text


def test_a_whole_copy_of_an_hour_heals_a_partial_one():
    part = {"complete": False, "tuples": 9, "rejects": 9, "repeats": 9}
    assert statuses(blobs((HOURS[0], "A", {}), (HOURS[0], "A", part)), "A") == ["present"]


def test_hours_not_asked_for_are_not_in_the_picture():
    table = blobs((HOURS[0], "A", {}), (HOURS[1], "A", {"asked": False}))
    assert statuses(table, "A") == ["present"]


@pytest.mark.parametrize("late", ["0001-01-01 05:00", "1970-01-01 00:00", "9999-12-31 23:00"])
def test_hours_of_no_flow_log_are_not_in_the_picture(late):
    table = blobs((HOURS[0], "A", {}), (HOURS[1], "A", {}))
    table.loc[1, "hour"] = pd.Timestamp(late, tz="UTC").as_unit("ms")
    failed = {"resource": "/PATH", "mac": "A", "hour": table["hour"][1:], "reason": "archived"}
    evidence = pd.DataFrame(failed | {"state": "could not be read"})
    assert statuses(table, "A") == statuses(table, "A", evidence=evidence) == ["present"]
    assert "coverage 1 NIC × 1 hour" in as_text(NO_ROWS, NO_REJECTS, table, said(table))


def test_years_between_hours_are_counted_and_not_drawn():
    table = blobs(*((hour, f"{i:012X}", {}) for i in range(400) for hour in ("2012-01-01", "2024-01-01")))
    began = time.process_time()
    text = as_text(NO_ROWS, NO_REJECTS, table, said(table))
    assert time.process_time() - began < 1.5
    assert f"coverage 400 NICs × 105,193 hours: 800 present, {400 * 105_191:,} missing." in text
    assert "The picture leaves out 105,025 earlier hours." in text


places = st.tuples(st.integers(0, 30), st.sampled_from("AB"))
states = st.sampled_from(["complete", "gone", "no blob", "not asked for", "could not be read"])


@examples(60)
@given(st.dictionaries(places, st.booleans(), min_size=1), st.dictionaries(places, states))
def test_counts_are_those_of_the_hours(held, manifest):
    first = pd.Timestamp("2024-12-19", tz="UTC")
    table = blobs(*((first + pd.Timedelta(h, "h"), mac, {"complete": c}) for (h, mac), c in held.items()))
    told = [("/PATH", mac, first + pd.Timedelta(h, "h"), s, None) for (h, mac), s in manifest.items()]
    evidence = pd.DataFrame(told, columns=["resource", "mac", "hour", "state", "reason"])
    evidence["hour"] = evidence["hour"].astype("datetime64[ms, UTC]")
    hours = coverage(table, evidence=evidence)
    counts = {status: n for status, n in coverage_of(table, evidence=evidence).counts.items() if n}
    assert counts == hours["status"].astype(str).value_counts().to_dict()
    assert not hours.duplicated(["resource", "mac", "hour"]).any()


def test_where_no_blob_has_an_hour_there_is_no_picture():
    table = blobs((None, None, {}))
    text = as_text(NO_ROWS, NO_REJECTS, table, said(table))
    assert text.startswith("FlowLogs: coverage 0 NICs × 0 hours: none is told.") and "Hours ×" not in text
    assert "<img" not in as_html(NO_ROWS, NO_REJECTS, table, said(table))


def test_text_leads_with_coverage():
    lines = as_text(NO_ROWS, NO_REJECTS, FOUR, said(FOUR)).splitlines()
    states = "2 present, 1 with rejects, 1 growing, 1 missing, 3 after the last"
    assert lines[0] == f"FlowLogs: coverage 2 NICs × 4 hours: {states}."
    assert [line for line in lines if line.startswith("  A ")] == ["  A  R █▒○▄"]


def test_blobs_without_an_hour_are_told():
    table = blobs((None, None, {}), (HOURS[0], "A", {}))
    assert "1 blob without an hour: not in the picture." in as_text(NO_ROWS, NO_REJECTS, table, said(table))


def test_what_the_picture_leaves_out_is_said():
    table = blobs(*((HOURS[0], f"{i:012X}", {}) for i in range(30)))
    text = as_text(NO_ROWS, NO_REJECTS, table, said(table))
    assert "The picture leaves out 6 more NICs." in text
    assert text.count("█") == 24 + 1  # and the legend's own


def images(html):
    """The SVG of each image, the picture first and then the signs of the legend."""
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    return [base64.b64decode(data).decode() for data in found]


def test_picture_has_a_cell_for_each_hour_and_nic():
    picture, *signs = images(as_html(NO_ROWS, NO_REJECTS, FOUR, said(FOUR)))
    cells = Counter(re.findall(r'<(rect|circle) [^>]*(?:fill|stroke)="(#\w+)"', picture))
    assert cells["rect", COVERAGE["present"].colour] == 2
    assert cells["circle", COVERAGE["after the last"].colour] == 3
    assert len(signs) == 5


def test_the_picture_has_the_colours_of_the_palette():
    picture, *_ = images(as_html(NO_ROWS, NO_REJECTS, FOUR, said(FOUR)))
    for status in ("present", "with rejects", "missing", "growing"):
        assert f'"{COVERAGE[status].colour}"' in picture


def test_names_are_inert():
    hostile = '"><img src=x onerror=alert(1)>{{7*7}}${alert(1)}`\u202e'
    table = blobs((HOURS[0], hostile, {"resource": hostile}))
    html = as_html(NO_ROWS, NO_REJECTS, table, said(table, hostile))
    drawn, *_ = images(html)
    assert not any(part in html + drawn for part in ("<img src=x", "{{", "${", "`", "\u202e"))


def test_the_samples(capsys):
    text = repr(nsgkit.read_logs("data/samples"))
    assert "coverage 8 NICs × 48 hours" in text
    assert "NSG, VNet flow logs" in text


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (None, None, "FlowLogs: coverage"),
        ("2024-12-19 10:00+01:00", "2024-12-19 10:00", "from 2024-12-19 09:00 to 2024-12-19 10:00 UTC"),
        ("2024-12-19T23:00:30", None, "from 2024-12-19 23:00:30 to the end UTC"),
        (None, "2024-12-18 01:00", "from the beginning to 2024-12-18 01:00 UTC"),
    ],
)
def test_the_first_line_says_how_the_span_was_understood(start, end, words):
    logs = nsgkit.read_logs("data/samples", start=start, end=end)
    first = repr(logs).splitlines()[0]
    assert words in first and first.startswith("FlowLogs")
    assert words.removesuffix(": coverage") in logs._repr_html_().partition("</div>")[0]
