"""Neighbours: whom addresses dealt with, and whom those did; and the samples' story from one indicator."""

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import neighbours, timeline
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.schema import NEIGHBOURS, PLACE
from tests.frames import flows

LOGGED = """
    08:00:00 203.0.113.9:4000 10.0.0.4:22 TCP I D B
    08:30:00 203.0.113.9:4001 10.0.0.4:22 TCP I A B
    08:40:00 203.0.113.9:4001 10.0.0.4:22 TCP I A E 5/500 4/400
    09:00:00 10.0.0.4:50000 192.0.2.7:443 TCP O A B
    09:05:00 10.0.0.4:50000 192.0.2.7:443 TCP O A E 5/700 4/300
    12:00:00 10.0.0.4:50001 10.0.0.5:445 TCP O A B
    12:10:00 10.0.0.5:50001 203.0.113.9:443 TCP O A B
"""


def made(text=LOGGED):
    return nsgkit.conversations(flows(text))


def row(table, address):
    return table[table["address"] == address].iloc[0]


def test_hop_1_is_whom_it_dealt_with():
    found = neighbours(made(), "10.0.0.4")
    assert sorted(found["address"]) == ["10.0.0.5", "192.0.2.7", "203.0.113.9"] and set(found["hop"]) == {1}
    his = row(found, "203.0.113.9")
    assert his[["connections", "denied", "called", "was_called", "peers"]].tolist() == [1, 1, 2, 0, 2]
    assert his[["bytes_sent", "bytes_received", "first_contact"]].tolist() == [500, 400, "called (denied)"]
    assert his["ports"] == "22 TCP (2)" and not his["inside"]
    assert row(found, "192.0.2.7")[["bytes_sent", "first_contact"]].tolist() == [300, "was called"]


def test_hop_2_is_whom_those_dealt_with_but_for_what_was_asked_for():
    found = neighbours(made(), "192.0.2.7", hops=2)
    ways = sorted(zip(found["hop"], found["address"], found["via"], strict=True))
    assert ways == [
        (1, "10.0.0.4", "192.0.2.7"), (2, "10.0.0.5", "10.0.0.4"), (2, "203.0.113.9", "10.0.0.4"),
    ]  # fmt: skip
    assert found["expanded"].tolist() == ["yes", "no", "no"]


def test_within_keeps_what_began_near_the_contact_before_it_or_after():
    found = neighbours(made(), "192.0.2.7", hops=2, within="40min")
    assert found["address"].tolist() == ["10.0.0.4", "203.0.113.9"]
    assert row(found, "203.0.113.9")[["connections", "denied"]].tolist() == [1, 0]  # the denial was earlier


def test_a_hub_is_told_and_not_followed():
    found = neighbours(made(), "192.0.2.7", hops=2, hub=2)
    assert found[["address", "expanded", "peers"]].to_numpy().tolist() == [["10.0.0.4", "hub", 3]]
    assert found.attrs["not_followed"] == ["10.0.0.4"]


def test_azure_s_platform_is_not_followed():
    text = "09:00:00 10.0.0.4:5 168.63.129.16:53 UDP O A B\n09:01:00 10.0.0.5:5 168.63.129.16:53 UDP O A B"
    assert neighbours(made(text), "10.0.0.4", hops=2)["expanded"].tolist() == ["platform"]


def test_what_top_leaves_out_is_told():
    found = neighbours(made(), "10.0.0.4", top=1, measure="bytes")
    assert found[["address", "groups"]].to_numpy().tolist() == [["192.0.2.7", 3]]
    assert found.attrs["not_shown"] == {1: 2}


def test_a_filter_and_a_span_bound_the_contacts():
    assert neighbours(made(), "ip:10.0.0.4 denied")["address"].tolist() == ["203.0.113.9"]
    later = neighbours(made(), "10.0.0.4", start="2024-12-19 10:00")
    assert later["address"].tolist() == ["10.0.0.5"]


def test_of_conversations_and_findings_it_is_of_their_ends():
    table = made()
    assert neighbours(table, table.iloc[[2]])["address"].tolist() == ["203.0.113.9", "10.0.0.5"]
    rows = [tuple(table.iloc[2][[*PLACE]])]
    finding = pd.Series({"kind": "beacon", "src_ip": None, "dst_ip": "192.0.2.7", "rows": rows})
    assert neighbours(table, finding)["address"].tolist() == ["10.0.0.4"]


def test_a_text_that_is_no_address_is_on_neither_side():
    found = neighbours(made("09:00:00 xxx.xxx.xxx.xxx:5 10.0.0.4:443 TCP I A B"), "10.0.0.4")
    assert found["inside"].isna().all()


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from("AD")), max_size=25))
def test_hop_1_is_what_a_plain_loop_counts(calls):
    lines = [
        f"09:{n:02}:00 10.0.0.{a}:{n + 1} 10.0.0.{b}:22 TCP I {d} B" for n, (a, b, d) in enumerate(calls)
    ]
    found = neighbours(made("\n".join(lines)), "10.0.0.1")
    expected = {}
    for a, b, decision in calls:
        if a != b and 1 in (a, b):
            counted = expected.setdefault(f"10.0.0.{a if b == 1 else b}", [0, 0])
            counted["AD".index(decision)] += 1
    assert {r.address: [r.connections, r.denied] for r in found.itertuples()} == expected


def test_on_duckdb_and_in_any_order():
    plain = neighbours(made(), "10.0.0.4", hops=2)
    pd.testing.assert_frame_equal(neighbours(duckdb.connect().from_df(made()), "10.0.0.4", hops=2), plain)
    mixed = made().sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(neighbours(mixed, "10.0.0.4", hops=2), plain)


@pytest.mark.parametrize("hops", [1, 2])
def test_empty_tables_have_the_same_columns(hops):
    for table in (made(), made("")):
        empty = neighbours(table, "198.18.0.1", hops=hops)
        assert empty.empty and empty.dtypes.to_dict() == schema.empty(NEIGHBOURS).dtypes.to_dict()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"hops": 3}, "hops"), ({"within": "1 month"}, "takes no"), ({"hub": -1}, "hub"), ({"top": -1}, "top"),
     ({"measure": "rows"}, "measure"), ({"of": "port:22"}, "names none")],
)  # fmt: skip
def test_what_cannot_be_asked_is_one_clear_error(wrong, said):
    with pytest.raises(NsgkitError, match=said):
        neighbours(made(), **{"of": "10.0.0.4", **wrong})


def test_a_missing_column_names_its_remedy():
    with pytest.raises(MissingColumnError, match=r"nsgkit.conversations\(\)"):
        neighbours(flows(LOGGED), "10.0.0.4")


def test_from_the_beacon_s_destination_to_every_stage_of_the_story(stitched):
    # Who calls the indicator? One machine, from 09:12 on.
    calls = neighbours(stitched, "203.0.113.222")
    (jump,) = calls["address"]
    # Who got there shortly before? Of those outside, one that was denied and then let in.
    before = neighbours(stitched, jump, end=calls["first"].item(), measure="denied")
    outside = before[~before["inside"] & (before["called"] > 0) & (before["connections"] > 0)]
    intruder = outside["address"].iloc[0]
    assert (jump, intruder) == ("10.20.0.4", "203.0.113.199")
    # How did he get in? A rule was opened; the guess that was right stands out of 186 others.
    story = timeline(stitched, intruder)
    opened = story[(story["event"] == "rule change") & (story["decision"] == "allowed")].iloc[0]
    assert opened["rule"] == "UserRule_Temp-SSH-Contractor"
    guesses = story[story["event"] == "connection"]
    assert guesses["count"].tolist() == [186, 1] and f"{guesses['first'].iloc[1]:%H:%M:%S}" == "08:47:10"
    # Where did the jump host go on to? Of the inside machines that sent or got much after it, two.
    after = neighbours(stitched, jump, start=opened["first"], measure="bytes")
    inside = after[after["inside"] & (after["was_called"] > 0)]
    new = inside[inside["first"] > pd.Timestamp("2024-12-19", tz="UTC")]
    answered = new[new["bytes_sent"] > 400]
    desk, files = (
        answered["address"].iloc[0],
        answered[answered["ports"].str.contains("5985")]["address"].item(),
    )
    assert (desk, files) == ("10.20.3.4", "10.30.1.5")
    # What was collected, and what left? The largest contacts of these two from then on.
    moved = neighbours(stitched, [desk, files], start=row(after, desk)["first"], measure="bytes", top=2)
    assert row(moved, "198.51.100.240")[["via", "bytes_received"]].tolist() == [files, 1_742_301_171]
    assert row(moved, "10.30.1.4")["via"] == desk
    theft = timeline(stitched, "198.51.100.240")
    assert theft["blob"].dropna().str.contains("VNET-DATA", case=False).all()
