"""What rows look like that a newcomer reads or counts wrongly: counted here once more, row by row."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from nsgkit import analyses, schema
from nsgkit.errors import MissingColumnError
from tests.engines import connection
from tests.frames import flows

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
ASKED = [analyses.counter_forms, analyses.equal_rows, analyses.version_changes, analyses.late_answers]
A = "10.0.0.4:50000 203.0.113.9:443 TCP"
LATE = "203.0.113.9:443 10.0.0.4:50001 TCP"


def tuples():
    """Every tuple of the samples with its NIC, version, blob and record's time, by the json module alone."""
    for path in sorted(SAMPLES.glob("insights-logs-*/**/PT1H.json")):
        text = path.read_text("utf-8")
        try:
            records = json.loads(text)["records"]
        except ValueError:  # the blob that was still growing
            records = json.loads(text[: text.rindex(',{"time"')] + "]}")["records"]
        seen = []
        for record in records:
            if record in seen:
                continue
            seen.append(record)
            old = record.get("properties")
            groups = [g["flows"][0] for g in old["flows"]] if old else []
            groups += [g for f in record.get("flowRecords", {"flows": []})["flows"] for g in f["flowGroups"]]
            for group in groups:
                for text in group["flowTuples"]:
                    yield record["macAddress"], old["Version"] if old else 4, path, record["time"], text


@cache
def malformed():
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    return {odd["raw"] for odd in truth["oddities"] if odd["kind"].startswith("malformed")}


def form(fields, version):
    """The version, decision and state of a tuple, and what its counters look like."""
    decisions = {"A": "allowed", "D": "denied"} if version < 4 else {"D": "denied"}
    decision = decisions.get(fields[7], "unknown" if version < 4 else "allowed")
    place = {1: None, 2: 8, 4: 7}[version]
    state = {"B": "begin", "C": "continuing", "E": "end"}.get(fields[place]) if place else None
    counters = [int(c) for c in fields[9:13] if c]
    if not counters:
        return version, decision, state, "empty"
    if not any(counters):
        return version, decision, state, "zeros"
    return version, decision, state, "counted" if any(counters[:2]) and any(counters[2:]) else "one_way"


def test_the_forms_of_counters_are_those_of_the_tuples_as_they_stand(logs):
    bad = malformed()
    expected = Counter(form(t.split(","), version) for _, version, _, _, t in tuples() if t not in bad)
    table = analyses.counter_forms(logs).set_index(["version", "decision", "state"])
    found = table[["empty", "zeros", "one_way", "counted"]].stack()
    mine = {(v, d, None if pd.isna(s) else s, f): n for (v, d, s, f), n in found.items() if n}
    assert mine == expected
    assert (table.drop(columns="rows").sum(axis=1) == table["rows"]).all()


@pytest.mark.parametrize(
    ("counters", "expected"),
    [
        ("", "empty"),
        ("0/0 0/0", "zeros"),
        ("-/0 -/-", "zeros"),
        ("1/74 0/0", "one_way"),
        ("0/0 1/74", "one_way"),
        ("1/74 -/-", "counted"),
        ("1/74 1/60", "counted"),
        (f"{2**63 - 1}/{2**63 - 1} {2**63 - 1}/{2**63 - 1}", "counted"),
    ],
)
def test_unknown_is_neither_zero_nor_one_way(counters, expected):
    row = analyses.counter_forms(flows(f"09:00:00 {A} O A E {counters}")).iloc[0]
    assert [name for name in ("empty", "zeros", "one_way", "counted") if row[name]] == [expected]


def test_equal_rows_are_those_that_stand_in_one_record_twice(logs):
    found = analyses.equal_rows(logs)
    expected = Counter((mac, time, text) for mac, _, _, time, text in tuples())
    several = {(mac, text): n for (mac, _, text), n in expected.items() if n > 1}
    assert {(row.mac, logs.raw(row._asdict())): row.times for row in found.itertuples()} == several


def test_a_row_that_differs_in_one_field_is_not_equal():
    other = flows(f"09:00:00 {A} O A B\n09:00:00 {A} O A B rule=UserRule_Other\n09:00:00 {A} O A B record=1")
    assert analyses.equal_rows(other).empty
    assert analyses.equal_rows(flows(f"09:00:00 {A} O A B\n" * 3))["times"].tolist() == [3]


def test_the_blobs_whose_version_changes(logs):
    found = analyses.version_changes(logs)
    seen = {}
    for mac, version, path, time, text in tuples():
        if text not in malformed():
            seen.setdefault((mac, path.relative_to(SAMPLES).as_posix()), {}).setdefault(version, []).append(
                time
            )
    expected = {
        (mac, blob, version): (len(times), min(times)[:23], max(times)[:23])
        for (mac, blob), versions in seen.items()
        if len(versions) > 1
        for version, times in versions.items()
    }
    stamp = "%Y-%m-%dT%H:%M:%S.%f"
    assert expected == {
        (row.mac, row.blob, row.version): (
            row.rows,
            row.first_record.strftime(stamp)[:23],
            row.last_record.strftime(stamp)[:23],
        )
        for row in found.itertuples()
    }


def test_late_answers_are_inbound_from_where_the_machine_called(logs):
    found = analyses.late_answers(logs)
    rows = [(mac, text.split(",")) for mac, version, _, _, text in tuples() if version < 4]
    called = Counter(
        (mac, f[1], f[2], f[4]) for mac, f in rows if f[6:8] == ["O", "A"] and (len(f) == 8 or f[8] == "B")
    )
    back = Counter(
        (mac, f[2], f[1], f[3]) for mac, f in rows if f[6] == "I" and int(f[3]) < 1024 <= int(f[4])
    )
    expected = {key: (n, called[key]) for key, n in back.items() if called[key]}
    assert {
        (row.mac, row.dst_ip, row.src_ip, str(row.src_port)): (row.rows, row.calls)
        for row in found.itertuples()
    } == expected
    assert (found["denied"] == found["rows"]).all()


@pytest.mark.parametrize(
    ("call", "answers"),
    [
        (f"08:00:00 {A} O A B", 1),
        (f"08:00:00 {A} O A -", 1),
        (f"08:00:00 {A} O A E 1/60 1/60", 0),  # no begin: it did not call in these logs
        (f"08:00:00 {A} O D B", 0),
        ("08:00:00 10.0.0.4:50000 203.0.113.9:80 TCP O A B", 0),
        ("08:00:00 10.0.0.5:50000 203.0.113.9:443 TCP O A B", 0),
        (f"08:00:00 {A} O A B mac=00AA00000002", 0),
    ],
)
def test_an_answer_needs_a_call_of_the_same_machine(call, answers):
    table = analyses.late_answers(flows(f"{call}\n09:00:00 {LATE} I D B"))
    assert len(table) == answers
    assert (table["first_call"] == pd.Timestamp("2024-12-19 08:00", tz="UTC")).all()


def test_a_call_from_a_high_port_is_no_answer():
    rows = f"08:00:00 {A} O A B\n09:00:00 203.0.113.9:4430 10.0.0.4:50001 TCP I D B\n09:00:00 {A} I D B"
    assert analyses.late_answers(flows(rows)).empty


@pytest.mark.parametrize("ask", ASKED)
def test_duckdb_gives_the_same_table(ask, logs):
    pd.testing.assert_frame_equal(ask(connection().from_df(logs.flows)), ask(logs.flows))


@pytest.mark.parametrize("ask", ASKED)
def test_the_same_columns_without_rows(ask, logs):
    assert ask(schema.empty()).dtypes.astype(str).equals(ask(logs.flows).dtypes.astype(str))


@pytest.mark.parametrize("ask", ASKED)
def test_a_missing_column_names_what_makes_it(ask):
    with pytest.raises(MissingColumnError, match=r"nsgkit\.read_logs\(\)"):
        ask(pd.DataFrame({"time": []}))
