"""The timeline: each conversation in one event, in order, told; changes, findings and holes beside them."""

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import denied_then_allowed, timeline
from nsgkit.analyses.forensics.runs import ALIKE, conversation_events
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.schema import COUNTED_EVENTS, PLACE, TIMELINE
from tests.frames import flows

IN, OUT = "mac=00AA00000001", "mac=00AA00000002"
LOGGED = """
    09:00:00 203.0.113.9:4000 10.0.0.4:22 TCP I D B rule=Deny
    09:05:00 203.0.113.9:4001 10.0.0.4:22 TCP I D B rule=Deny
    09:30:00 203.0.113.9:4002 10.0.0.4:22 TCP I A B rule=Temp
    09:50:00 203.0.113.9:4002 10.0.0.4:22 TCP I A E 5/500 4/400 rule=Temp
    10:00:00 203.0.113.9:4003 10.0.0.4:22 TCP I D B rule=Temp
    11:00:00 10.0.0.4:50000 192.0.2.7:443 TCP O A B rule=Out
"""


def made(text=LOGGED):
    return nsgkit.conversations(flows(text))


def of_kind(table, event):
    return table[table["event"] == event]


def test_the_events_of_an_address_in_order():
    events = timeline(made(), "203.0.113.9")
    told = [*zip(events["event"].astype("str"), events["first"].dt.strftime("%H:%M"), strict=True)]
    assert told == [
        ("first seen", "09:00"), ("denied attempt", "09:00"), ("rule change", "09:30"),
        ("connection", "09:30"), ("rule change", "10:00"), ("denied attempt", "10:00"),
        ("last seen", "10:00"),
    ]  # fmt: skip
    assert events["count"].tolist() == [pd.NA, 2, pd.NA, 1, pd.NA, 1, pd.NA]


def test_each_event_is_a_sentence():
    told = timeline(made(), "203.0.113.9")["told"].tolist()
    assert told[1] == "203.0.113.9 was denied at 10.0.0.4:22 (TCP, ssh) 2 times in 5 minutes by Deny."
    assert told[3] == (
        "203.0.113.9 connected to 10.0.0.4:22 (TCP, ssh), allowed by Temp; 20 minutes; 500 bytes sent and "
        "400 bytes received."
    )
    assert told[4].startswith(
        "203.0.113.9 at 10.0.0.4:22 (TCP, ssh) is now denied by Temp. Until 2024-12-19 09:30"
    )


def test_sentences_carry_names():
    network = nsgkit.enrich.Network.of(["10.0.0.0/8"], names={"10.0.0.4": "JUMP"})
    assert "10.0.0.4:22 (JUMP)" in timeline(made(), "203.0.113.9", network=network)["told"].iloc[1]


def test_a_rule_change_has_both_rules_and_its_place():
    change = of_kind(timeline(made(), "port:22"), "rule change").iloc[0]
    assert change[["rule_before", "rule", "decision", "tuple"]].tolist() == ["Deny", "Temp", "allowed", 2]


def test_what_one_nic_lets_out_and_the_other_turns_away_is_no_change():
    both = f"""
    09:00:00 10.0.0.5:4000 10.0.0.4:22 TCP O A B {OUT}
    09:00:02 10.0.0.5:4000 10.0.0.4:22 TCP I D B {IN}
    09:10:00 10.0.0.5:4001 10.0.0.4:22 TCP O A B {OUT}
    09:10:02 10.0.0.5:4001 10.0.0.4:22 TCP I D B {IN}
    """
    events = timeline(made(both), "10.0.0.4")
    assert of_kind(events, "rule change").empty
    assert events["count"].sum() == 4


def test_both_decisions_at_one_moment_are_no_change():
    same = "09:00:00 10.0.0.5:1 10.0.0.4:22 TCP I D B\n09:00:00 10.0.0.5:2 10.0.0.4:22 TCP I A B"
    assert of_kind(timeline(made(same), "port:22"), "rule change").empty


def test_first_and_last_seen_are_of_each_thing_that_is_named():
    events = timeline(made(), ["10.0.0.0/24", 443])
    seen = events[events["event"].isin(["first seen", "last seen"])]
    assert sorted(zip(seen["about"], seen["first"].dt.hour, strict=True)) == [
        ("10.0.0.0/24", 9), ("10.0.0.0/24", 11), ("port 443", 11), ("port 443", 11),
    ]  # fmt: skip


def test_a_span_keeps_what_touches_it_and_changes_no_first_seen():
    events = timeline(made(), "203.0.113.9", start="2024-12-19 09:40", end="2024-12-19 09:55")
    assert events["event"].tolist() == ["connection"]


def many(count, size=10, **more):
    """Return alike connections a minute apart, each of `size` bytes; `more` are other sizes, as n7=9."""
    lines = []
    for n in range(count):
        ends = f"10.0.0.4:{50_000 + n} 192.0.2.7:443 TCP O A"
        lines += [f"09:{n:02}:00 {ends} B", f"09:{n:02}:09 {ends} E 1/{more.get(f'n{n}', size)} 1/10"]
    return made("\n".join(lines))


def test_few_alike_connections_stand_alone_and_many_are_one_event():
    assert of_kind(timeline(many(ALIKE), "10.0.0.4"), "connection")["count"].tolist() == [1] * ALIKE
    run = of_kind(timeline(many(ALIKE + 1), "10.0.0.4"), "connection")
    assert run[["count", "bytes_src_to_dst"]].to_numpy().tolist() == [[ALIKE + 1, 10 * (ALIKE + 1)]]
    assert run["src_port"].isna().all() and run["state"].tolist() == ["closed"]


def test_one_that_carries_far_more_than_its_kind_stands_alone():
    found = of_kind(timeline(many(30, n7=90_000_000), "10.0.0.4"), "connection")
    assert found["count"].tolist() == [29, 1] and found["bytes_src_to_dst"].tolist()[1] == 90_000_000


def test_beyond_top_the_rest_is_counted_together():
    text = "\n".join(f"09:00:{n:02} 203.0.113.{n}:5 10.0.0.4:{n} TCP I D B" for n in range(10, 40))
    events = timeline(made(text), "10.0.0.4", top=5)
    counted = events[events["event"].isin(COUNTED_EVENTS)]
    assert len(counted) == 5 and counted["count"].sum() == 30
    assert of_kind(events, "others")["count"].tolist() == [26] and events.attrs["not_shown"] == 26


def test_findings_that_name_it_or_are_proven_by_it():
    table = made()
    proof = [*table[[*PLACE]].itertuples(index=False, name=None)]
    finding = {"kind": "a", "src_ip": None, "dst_ip": None, "first": table["first"].min(),
               "last": table["last"].max(), "told": "Seen.", "rows": proof[:1]}  # fmt: skip
    elsewhere = {**finding, "kind": "b", "rows": proof[-1:]}
    named = {**elsewhere, "kind": "c", "src_ip": "203.0.113.9"}
    events = of_kind(
        timeline(table, "203.0.113.9", found=pd.DataFrame([finding, elsewhere, named])), "finding"
    )
    assert events["about"].tolist() == ["a", "c"] and set(events["told"]) == {"Seen."}


def test_of_rows_and_of_a_finding_it_is_of_these_conversations():
    table = made()
    assert timeline(table, table.head(2))["count"].sum() == 2
    assert timeline(table, table.iloc[0])["count"].sum() == 1
    assert timeline(table, timeline(table, "203.0.113.9").tail(2))["count"].sum() == 1
    rows = [tuple(table.iloc[2][[*PLACE]])]
    finding = pd.Series({"kind": "a", "src_ip": "203.0.113.9", "dst_ip": None, "rows": rows})
    events = timeline(table, finding)
    assert of_kind(events, "connection")["count"].tolist() == [1] and events["count"].sum() == 1


def test_holes_are_those_of_the_nics_that_saw_it(logs, stitched):
    holes = timeline(stitched, "10.20.1.5", logs=logs, top=50)
    gap = of_kind(holes, "no logs")
    assert (gap["mac"] == "000D3AB1A115").all() and gap["first"].dt.hour.tolist() == [14]
    assert of_kind(holes, "silence").empty  # it is the same hole
    assert of_kind(timeline(stitched, "203.0.113.222", logs=logs), "no logs").empty


def test_what_was_never_seen_has_the_holes_of_all_nics(logs, stitched):
    events = timeline(stitched, "198.18.0.1", logs=logs)
    assert events["event"].tolist() == ["no logs"] and events.attrs["logs"]


def test_changes_to_allowed_are_those_of_denied_then_allowed(stitched):
    by = ["src_ip", "dst_ip", "protocol", "dst_port"]
    expected = denied_then_allowed(stitched, top=None)
    mine = timeline(stitched, "ip:0.0.0.0/0,::/0", top=10).query(
        "event == 'rule change' and decision == 'allowed'"
    )
    first = mine.astype({"protocol": "str"}).groupby(by)["first"].min().reset_index()
    both = first.merge(expected.astype({"protocol": "str"}), on=by, how="outer", indicator=True)
    assert (both["_merge"] != "left_only").all()
    assert {"203.0.113.199"} <= set(both.loc[both["_merge"] == "both", "src_ip"])


ATTEMPTS = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(1, 3), st.integers(1, 2), st.sampled_from("ADDA?")),
    max_size=40,
)


@settings(max_examples=12, deadline=None)
@given(attempts=ATTEMPTS, top=st.sampled_from([None, 1, 2, 5, 100]))
def test_each_conversation_is_in_exactly_one_event(attempts, top):
    clock = lambda s: f"{9 + s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"  # noqa: E731
    lines = [
        f"{clock(s)} 10.0.0.{a}:{1000 + n} 10.0.1.{p}:22 TCP I {d} B"
        for n, (s, a, p, d) in enumerate(attempts)
    ]
    table = made("\n".join(lines))
    events = timeline(table, "port:22", top=top)
    counted = events[events["event"].isin(COUNTED_EVENTS)]
    assert counted["count"].sum() == events["count"].sum() == int((~table["folded"]).sum())
    assert top is None or len(counted) <= top
    assert events["first"].is_monotonic_increasing and (events["first"] <= events["last"]).all()


def test_runs_of_denied_attempts_are_what_a_plain_loop_makes(stitched):
    denied = stitched[(stitched["decision"] == "denied") & ~stitched["folded"]]
    key = ["src_ip", "dst_ip", "protocol", "dst_port", "direction", "rule"]
    assert sorted(conversation_events(denied, None)["count"]) == sorted(plain_runs(denied, key))


def plain_runs(denied, key):
    runs, place, seen = [], {}, {}
    for row in denied.sort_values("first").itertuples():
        kind = tuple(str(getattr(row, name)) for name in key)
        if kind in seen and row.first - seen[kind] <= pd.Timedelta("10min"):
            runs[place[kind]] += 1
        else:
            place[kind] = len(runs)
            runs.append(1)
        seen[kind] = row.first
    return runs


def test_on_duckdb_and_in_any_order():
    table = made()
    plain = timeline(table, "10.0.0.0/24")
    pd.testing.assert_frame_equal(timeline(duckdb.connect().from_df(table), "10.0.0.0/24"), plain)
    pd.testing.assert_frame_equal(timeline(table.sample(frac=1, random_state=3), "10.0.0.0/24"), plain)


def test_an_empty_filter_asks_for_everything():
    events = timeline(made(), "")
    assert events["count"].sum() == 5
    assert events["told"].iloc[0] == "What was asked for is first seen in these logs."


def test_empty_tables_have_the_same_columns():
    for table in (made(), made("")):
        empty = timeline(table, "198.18.0.1")
        assert empty.empty and empty.dtypes.to_dict() == schema.empty(TIMELINE).dtypes.to_dict()


@pytest.mark.parametrize("of", [[], [None], ["no address"], 1.5, True], ids=repr)
def test_what_cannot_be_asked_for_is_one_clear_error(of):
    with pytest.raises(NsgkitError, match=r"^of "):
        timeline(made(), of)


def test_a_missing_column_names_its_remedy():
    with pytest.raises(MissingColumnError, match=r"nsgkit.conversations\(\)"):
        timeline(flows(LOGGED), "203.0.113.9")
