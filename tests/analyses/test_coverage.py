"""Coverage: what was logged, where it falls silent, and what is logged in a misleading way."""

import pandas as pd
import pytest

from nsgkit import analyses, schema
from nsgkit.counting.conversations import conversations
from nsgkit.errors import MissingColumnError
from nsgkit.flows.logging_stops import stops_in_words
from tests.engines import connection
from tests.frames import flows

TALK = "203.0.113.7:4000 10.0.0.4:443 TCP"


def blob(hour, mac="00AA00000001", resource="/NSG", **more):
    return {
        "name": f"resourceId=/PATH{resource}/y=2024/m=12/d=19/h={hour:02d}/m=00/PT1H.json",
        "hour": pd.Timestamp(f"2024-12-19T{hour:02d}:00Z"), "mac": mac, "resource": resource,
        "complete": True, "begins_in_middle": False, "asked": True, "records": 1, "tuples": 5, "rows": 5,
        "rejects": 0, "repeats": 0, "unread": 0, "note": None, **more,
    }  # fmt: skip


def blobs(*rows):
    table = pd.DataFrame(rows)
    return table.assign(hour=table["hour"].astype(schema.TIME))


def statuses(*rows):
    table = analyses.coverage(blobs(*rows))
    return [(r.mac[-1], r.hour.hour, r.status) for r in table.itertuples()]


def test_every_hour_of_every_nic_has_a_status():
    assert statuses(blob(9), blob(11), blob(10, "00AA00000002")) == [
        ("1", 9, "present"),
        ("1", 10, "missing"),
        ("1", 11, "present"),
        ("2", 9, "before the first"),
        ("2", 10, "present"),
        ("2", 11, "after the last"),
    ]


def test_a_growing_blob_and_one_with_rejects_say_so():
    assert statuses(blob(9, rejects=1), blob(10, unread=1), blob(11, complete=False)) == [
        ("1", 9, "with rejects"),
        ("1", 10, "with rejects"),
        ("1", 11, "growing"),
    ]


def test_no_rows_differs_from_no_blob():
    table = analyses.coverage(blobs(blob(9, rows=0), blob(11)))
    assert table["rows"].tolist() == [0, pd.NA, 5]


def test_gaps_are_stretches():
    gaps = analyses.coverage_gaps(blobs(blob(1), blob(4), blob(5), blob(7)))
    assert [(r.start.hour, r.end.hour, r.hours) for r in gaps.itertuples()] == [(2, 4, 2), (6, 7, 1)]


def test_the_gap_planted_in_the_samples_is_found(logs):
    gaps = analyses.coverage_gaps(logs.blobs)
    assert gaps[["mac", "hours"]].to_numpy().tolist() == [["000D3AB1A115", 2]]


def test_without_blobs_the_columns_stay():
    none = blobs(blob(9)).head(0)
    for ask in (analyses.coverage, analyses.coverage_gaps, analyses.logging_stops):
        assert ask(none).dtypes.astype(str).equals(ask(blobs(blob(9), blob(11))).dtypes.astype(str))


def test_flows_in_place_of_blobs_are_named():
    with pytest.raises(MissingColumnError, match="hour"):
        analyses.coverage(schema.empty())


def test_gaps_of_years_are_told_without_their_hours():
    far = blobs(*(blob(0) | {"hour": pd.Timestamp(f"{year}-01-01T00Z")} for year in (2012, 2024)))
    assert analyses.coverage_gaps(far)["hours"].tolist() == [105_191]


# Logging that stops


def stops(*rows):
    table = analyses.logging_stops(blobs(*rows)).astype(object)
    table = table.where(table.notna(), None)
    return [(r.resource, r.mac, r.last_hour.hour, r.hours_since, r.together_with) for r in table.itertuples()]


ON = blob(12, "00AA00000009", resource="/ON")


def test_a_nic_that_stops_while_others_go_on_is_found():
    assert stops(ON, blob(8), blob(9)) == [("/NSG", "00AA00000001", 9, 3, None)]


def test_a_whole_flow_log_that_stops_is_one_row():
    later = blob(8, "00AA00000003")
    assert stops(ON, blob(9), blob(9, "00AA00000002"), later, blob(9, "00AA00000004", resource="/DB")) == [
        ("/NSG", "00AA00000003", 8, 4, None),
        ("/DB", "00AA00000004", 9, 3, "1: NSG (whole)"),
        ("/NSG", None, 9, 3, "1: DB 00AA00000004"),
    ]


def test_two_hours_without_a_blob_are_a_stop():
    assert stops(ON, blob(10)) == [("/NSG", "00AA00000001", 10, 2, None)]
    assert analyses.logging_stops(blobs(ON, blob(10)), at_least=3).empty


def test_of_many_that_stop_together_five_are_named():
    many = [blob(9, f"00AA0000000{n}", resource="/SUB/DB") for n in range(7)]
    (first, *_, last) = stops(ON, *many, blob(12, "F", resource="/SUB/DB"))
    assert first[-1] == "6: " + ", ".join(f"DB 00AA0000000{n}" for n in (1, 2, 3, 4, 5)) + ", …"
    assert last[-1] == "6: " + ", ".join(f"DB 00AA0000000{n}" for n in (0, 1, 2, 3, 4)) + ", …"


@pytest.mark.parametrize(
    ("stopped", "said"),
    [
        ([blob(8)], "1 NIC while others went on, most lately after 2024-12-19 08:00"),
        (
            [blob(9), blob(9, "00AA00000002"), blob(7, "B", resource="/X"), blob(8, "C", resource="/Y")],
            "1 whole flow log and 2 NICs while others went on, most lately after 2024-12-19 09:00",
        ),
    ],
)
def test_a_stop_is_said_in_a_sentence(stopped, said):
    assert stops_in_words(blobs(ON, *stopped), None) == [
        f"Logging stopped for {said}: see nsgkit.analyses.logging_stops."
    ]
    assert stops_in_words(blobs(ON), None) == []


def test_a_nic_of_a_resource_that_goes_on_stops_by_itself():
    together = [blob(9, "00AA00000002"), blob(9, "00AA00000003")]
    assert [row[:2] for row in stops(*together, blob(12))] == [
        ("/NSG", "00AA00000002"),
        ("/NSG", "00AA00000003"),
    ]


@pytest.mark.parametrize(
    "harmless", [blob(11), blob(9, asked=False), blob(12), blob(12, unread=1, records=0, complete=False)]
)
def test_look_alikes_of_a_stop_are_not_listed(harmless):
    assert stops(ON, harmless) == []


def told(*states, mac="00AA00000001"):
    """Return what an evidence folder tells of a NIC's hours from 9 on."""
    hours = pd.to_datetime([f"2024-12-19T{9 + n:02}:00Z" for n in range(len(states))])
    return pd.DataFrame(
        {"resource": "/PATH/NSG", "mac": mac, "hour": hours, "state": states, "reason": "closed"}
    )


@pytest.mark.parametrize(
    ("evidence", "stopped"),
    [
        (told("complete", "no blob", "no blob", "no blob"), True),
        (told("complete", *["not asked for"] * 3), False),
        (pd.concat([told("complete", "not asked for"), told("growing", *["no blob"] * 3, mac="B")]), True),
        (told("complete", "no blob", "no blob", "could not be read"), False),
        (told(), True),
        (told("complete", mac=None), True),
    ],
)
def test_an_evidence_folder_tells_a_stop_from_what_was_not_asked_for_or_not_got(evidence, stopped):
    table = analyses.logging_stops(blobs(ON, blob(9)), evidence=evidence.reset_index(drop=True))
    assert table["mac"].tolist() == ["00AA00000001"] * stopped


def test_hours_not_asked_for_or_not_got_are_no_gap():
    evidence = told(
        "complete", "no blob", "not asked for", "no blob", "could not be read", "no blob", "complete"
    )
    gaps = analyses.coverage_gaps(blobs(blob(9), blob(15)), evidence=evidence)
    assert gaps["start"].dt.hour.tolist() == [10, 12, 14] and gaps["hours"].tolist() == [1, 1, 1]


# Silence


def steady(*minutes, each=4):
    return flows("\n".join(f"09:{m:02d}:{5 * s:02d} {TALK} I D B" for m in minutes for s in range(each)))


def test_a_steady_nic_that_falls_silent_is_found():
    (row,) = analyses.silences(steady(*range(20), *range(40, 60))).to_dict("records")
    assert (row["start"].minute, row["end"].minute, row["minutes"]) == (20, 40, 20)
    assert row["expected_rows"] == pytest.approx(20 * 160 / 60)


@pytest.mark.parametrize(
    "quiet",
    [
        steady(*range(20), *range(29, 60)),  # nine minutes
        steady(*range(0, 60, 15), each=1),  # seldom speaks at all
        steady(*range(20)),  # ends, and nothing follows
    ],
)
def test_look_alikes_of_silence_are_not_listed(quiet):
    assert analyses.silences(quiet).empty


def test_the_silence_in_the_samples_is_the_gap(logs):
    assert analyses.silences(logs.flows)["mac"].tolist() == ["000D3AB1A115"]


# Logged twice, stateless, heavy


def test_a_nic_that_both_families_log_is_found():
    both = flows(f"""
        09:00:00 {TALK} I A B
        09:00:00 {TALK} I A B version=4
        10:00:00 {TALK} I A B version=4
        10:00:00 {TALK} I A B mac=00AA00000002
    """)
    (row,) = analyses.doubly_logged(both).to_dict("records")
    assert (row["nsg_rows"], row["vnet_rows"], row["hours_both"], row["first_both"].hour) == (1, 2, 1, 9)


def test_a_nic_that_moved_to_the_other_family_shares_no_hour():
    (row,) = analyses.doubly_logged(flows(f"09:00:00 {TALK} I A B\n10:00:00 {TALK} I A B version=4")).to_dict(
        "records"
    )
    assert row["hours_both"] == 0


def test_the_stateless_rule_of_the_samples_is_found(stitched, logs):
    table = analyses.stateless_rules(stitched)
    rows = logs.flows.query(
        "decision == 'allowed' and direction == 'inbound' and protocol == 'TCP' and version == 2"
    )
    own = rows[~rows["rule"].astype("str").str.startswith("DefaultRule_")].groupby(
        ["acl", "rule"], observed=True
    )
    silent = [
        key for key, part in own if not part["state"].isin(["continuing", "end"]).any() and len(part) > 1
    ]
    assert table[["acl", "rule"]].apply(tuple, axis=1).tolist() == silent


def test_the_heaviest_machine_and_its_busiest_minute(logs):
    table = analyses.busiest_nics(logs.flows)
    per_minute = logs.flows.groupby(["mac", logs.flows["time"].dt.floor("min")], observed=True).size()
    for row in table.itertuples():
        own = per_minute[row.mac]
        assert (row.rows, row.minutes, row.peak_rows_per_minute) == (own.sum(), len(own), own.max())
        assert row.peak == own.idxmax()
    assert table["share"].sum() == pytest.approx(1)


FLOWS = [analyses.silences, analyses.doubly_logged, analyses.busiest_nics]


@pytest.mark.parametrize("ask", FLOWS)
def test_duckdb_gives_the_same_table(ask, logs):
    pd.testing.assert_frame_equal(ask(connection().from_df(logs.flows)), ask(logs.flows))


@pytest.mark.parametrize("ask", FLOWS)
def test_the_same_columns_without_rows(ask, logs):
    assert ask(schema.empty()).dtypes.astype(str).equals(ask(logs.flows).dtypes.astype(str))


def test_stateless_rules_in_duckdb_and_without_rows(stitched):
    table = analyses.stateless_rules(stitched)
    pd.testing.assert_frame_equal(analyses.stateless_rules(connection().from_df(stitched)), table)
    none = analyses.stateless_rules(conversations(schema.empty()))
    assert none.dtypes.astype(str).equals(table.dtypes.astype(str))
