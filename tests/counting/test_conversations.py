"""Conversations: literal oddities, an independent stitcher, and what must hold for any rows at all."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit import schema
from nsgkit.counting.conversations import conversation_rows, conversations
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.counting import plain_stitch
from tests.engines import connection
from tests.examples import examples
from tests.frames import flows, typed

COUNTERS = list(plain_stitch.COUNTERS)
A, B = "10.0.0.4:50000 10.0.1.5:443 TCP", "203.0.113.7:4000 10.0.1.5:443 TCP"
HERE, THERE = "mac=00AA00000001", "mac=00AA00000002"


def brief(text, *columns, **everywhere):
    return conversations(flows(text, **everywhere))[list(columns)].values.tolist()


def test_begin_continuing_end_are_one_conversation():
    text = f"""
        09:00:00 {A} O A B
        09:05:00 {A} O A C 1021/588096 8005/4610880
        09:05:30 {A} O A E 52/29952 47/27072
    """
    (row,) = conversations(flows(text)).to_dict("records")
    assert (row["state"], row["rows"], row["duration"]) == ("closed", 3, 330.0)
    assert row["packets_src_to_dst"] + row["packets_dst_to_src"] == 9_125
    assert row["bytes_src_to_dst"] + row["bytes_dst_to_src"] == 5_256_000


def test_rows_are_stitched_over_blobs_whatever_their_order():
    text = f"""
        11:00:00 {A} O A E 3/30 2/20 blob=hour11
        09:59:00 {A} O A B           blob=hour09
        10:30:00 {A} O A C 3/30 2/20 blob=hour10
    """
    assert brief(text, "state", "rows", "blob", "bytes_src_to_dst") == [["closed", 3, "hour09", 60]]


def test_an_end_before_its_begin_at_the_same_millisecond_belongs_to_it():
    text = f"""
        09:00:00.123 {A} O A E 1/74 0/0
        09:00:00.123 {A} O A B
    """
    assert brief(text, "state", "rows", "tuple") == [["closed", 2, 1]]


def test_exact_duplicates_of_a_begin_are_two_conversations():
    text = f"""
        09:00:00.123 {A} O A B 0/0 0/0 version=4
        09:00:00.123 {A} O A E 1/74 0/0 version=4
        09:00:00.123 {A} O A B 0/0 0/0 version=4
    """
    assert brief(text, "state", "rows", "tuple") == [["closed", 2, 0], ["open", 1, 2]]


# Equal seconds: what stands at 09:01 alone, and what stands there after a begin at 09:00


@pytest.mark.parametrize(
    ("states", "alone", "after_a_begin"),
    [
        ("BE", ["closed 2"], ["closed 2", "open 1"]),  # the end closes what is open: not what begins there
        ("BEBE", ["closed 2", "closed 2"], ["closed 2", "closed 2", "open 1"]),
        ("BBEEE", ["closed 2", "closed 2", "orphan 1"], ["closed 2", "closed 2", "closed 2"]),
        ("BBE", ["closed 2", "open 1"], ["closed 2", "open 1", "open 1"]),
        ("EE", ["orphan 1", "orphan 1"], ["closed 2", "orphan 1"]),
        ("CE", ["orphan 2"], ["closed 3"]),
        ("CCEE", ["orphan 3", "orphan 1"], ["closed 4", "orphan 1"]),
        ("CC", ["orphan 2"], ["open 3"]),
        ("BC", ["open 2"], ["open 2", "open 1"]),
        ("BBCE", ["closed 2", "open 2"], ["closed 3", "open 1", "open 1"]),
        ("BBCEE", ["closed 2", "closed 3"], ["closed 3", "closed 2", "open 1"]),
    ],
)
@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_rows_of_one_second(states, alone, after_a_begin, engine):
    second = "\n".join(f"09:01:00 {A} O A {state}" for state in states)
    for text, said in ((second, alone), (f"09:00:00 {A} O A B\n{second}", after_a_begin)):
        table = flows(text)
        made = conversations(connection().from_df(table)).df() if engine == "duckdb" else conversations(table)
        assert sorted((made["state"].astype("str") + " " + made["rows"].astype("str")).tolist()) == sorted(
            said
        )


def test_what_a_second_left_open_or_closed_holds_for_the_next():
    text = f"""
        09:00:00 {A} O A B
        09:01:00 {A} O A B
        09:01:00 {A} O A E 1/100 -/-
        09:02:00 {A} O A E 1/7 -/-
        09:03:00 {A} O A E 1/9 -/-
    """
    said = [["closed", 100], ["closed", 7], ["orphan", 9]]
    assert brief(text, "state", "bytes_src_to_dst") == said


def test_a_begin_on_an_open_conversation_starts_another():
    text = f"""
        09:00:00 {A} O A B
        09:05:00 {A} O A C 1/100 -/-
        09:06:00 {A} O A B
        09:07:00 {A} O A E 2/200 -/-
    """
    assert brief(text, "state", "rows", "bytes_src_to_dst") == [["open", 2, 100], ["closed", 2, 200]]


def test_rows_without_a_begin_are_an_orphan():
    text = f"""
        09:00:00 {A} O A C 1/100 1/50
        09:05:00 {A} O A E 1/100 1/50
    """
    assert brief(text, "state", "rows", "bytes_dst_to_src") == [["orphan", 2, 100]]


def test_a_row_after_an_end_is_an_orphan_of_its_own():
    text = f"""
        09:00:00 {A} O A B
        09:01:00 {A} O A E 1/100 1/50
        09:02:00 {A} O A C 5/500 5/500
    """
    assert brief(text, "state", "bytes_src_to_dst") == [["closed", 100], ["orphan", 500]]


def test_a_denied_row_is_an_attempt_of_its_own_and_breaks_nothing():
    text = f"""
        09:00:00 {A} O A B
        09:00:01 {A} O D B
        09:00:01 {A} O D B
        09:01:00 {A} O A E 1/100 1/50
    """
    assert brief(text, "state", "rows") == [["closed", 2], ["denied", 1], ["denied", 1]]


def test_each_row_of_version_1_is_a_connection_of_its_own():
    text = f"""
        09:00:00 {A} O A -
        09:00:00 {A} O A -
    """
    table = conversations(flows(text, version=1))
    assert table["state"].isna().all()
    assert table["duration"].isna().all()
    assert len(table) == 2


def test_unknown_stays_unknown():
    assert brief(f"09:00:00 {A} O A B\n09:01:00 {A} O A E -/- 0/0", *COUNTERS) == [[pd.NA, pd.NA, 0, 0]]


def test_zeros_of_a_begin_row_are_not_counters():
    assert brief(f"09:00:00 {A} O A B 0/0 0/0", *COUNTERS, version=4) == [[pd.NA] * 4]


def test_a_decision_that_is_unknown_is_stitched_apart():
    text = f"""
        09:00:00 {A} O A B
        09:00:10 {A} O ? B
        09:01:00 {A} O A E 1/100 1/50
    """
    assert brief(text, "decision", "state") == [["allowed", "closed"], ["unknown", "open"]]


# Answered, and counted by which row


@pytest.mark.parametrize(
    ("end", "said"),
    [("1/60 1/60", True), ("1/60 0/0", False), ("1/60 -/60", True), ("1/60 -/0", False), ("1/60 -/-", pd.NA)],
)
def test_answered_tells_whether_packets_came_back(end, said):
    table = conversations(flows(f"09:00:00 {A} O A B\n09:01:00 {A} O A E {end}"))
    assert table["answered"].tolist() == [said]
    assert table["answered"].dtype == "boolean"


@pytest.mark.parametrize(
    "row", ["O A B", "O D B", "O D - 0/0 0/0 version=4", "O D E 1/1 1/1", "O A - version=1"]
)
def test_without_counters_an_answer_is_unknown(row):
    assert brief(f"09:00:00 {A} {row}", "answered") == [[pd.NA]]


def counted_by(text, **everywhere):
    return [row if isinstance(row, str) else None for (row,) in brief(text, "counted_by", **everywhere)]


VNET = {"version": 4, "flow_log": "/FL", "resource": "/VNET"}
NO_BEGINS = f"09:00:00 {A} O A C 1/1 1/1\n09:05:00 {A} O A E 1/1 1/1\n09:06:00 {B} I A C 1/1 1/1"


def test_a_flow_log_without_begin_rows_is_counted_by_its_end_rows():
    assert counted_by(NO_BEGINS, **VNET) == ["end", None]
    assert brief(NO_BEGINS, "state", **VNET) == [["orphan"], ["orphan"]]


@pytest.mark.parametrize(
    ("more", "first"),
    [
        (f"08:00:00 {B} I D -", "row"),  # a denied row began nothing
        (f"08:00:00 {B} I D B", "row"),
        (f"08:00:00 {B} I A B flow_log=/OTHER", "begin"),
        (f"08:00:00 {B} I A B flow_log=/FL resource=/NIC", "begin"),  # the same log, another target
    ],
)
def test_begin_rows_of_the_same_flow_log_alone_make_its_orphans_count_elsewhere(more, first):
    ends = None if "/NIC" in more else "end"
    assert counted_by(f"{more}\n{NO_BEGINS}", **VNET) == [first, ends, None]


def test_a_log_without_a_name_is_told_by_what_it_logs():
    unnamed = {**VNET, "flow_log": None}
    assert counted_by(f"08:00:00 {B} I A B resource=/NIC\n{NO_BEGINS}", **unnamed) == ["begin", "end", None]


def test_an_nsg_flow_log_always_writes_begin_rows_so_its_orphans_began_before():
    assert counted_by(NO_BEGINS) == [None, None]


@pytest.mark.parametrize(("row", "said"), [("O A B", "begin"), ("O D B", "row"), ("O A - version=1", "row")])
def test_one_row_counts_a_connection(row, said):
    assert counted_by(f"09:00:00 {A} {row}") == [said]


# Double capture


BOTH_ENDS = f"""
    09:00:00 {A} O A B {HERE}
    09:00:02 {A} I A B {THERE}
    09:01:00 {A} O A E 5/500 4/400 {HERE}
    09:01:02 {A} I A E 5/500 4/400 {THERE}
"""


def test_the_initiators_view_counts_and_the_other_says_where():
    out, into = conversations(flows(BOTH_ENDS)).to_dict("records")
    assert (out["direction"], out["folded"]) == ("outbound", False)
    assert (into["direction"], into["folded"]) == ("inbound", True)
    assert all(into[f"into_{name}"] == out[name] for name in ("blob", "record", "tuple"))


def test_clocks_may_differ_by_a_few_seconds_either_way():
    early = BOTH_ENDS.replace("09:00:02", "08:59:58")
    assert conversations(flows(early)).set_index("direction")["folded"].to_dict() == {
        "inbound": True,
        "outbound": False,
    }


@pytest.mark.parametrize(
    "apart",
    [
        BOTH_ENDS.replace("09:00:02", "09:00:06"),  # too late
        BOTH_ENDS.replace(THERE, HERE),  # the same NIC: forwarded, not seen at the other end
        BOTH_ENDS.replace(" I A ", " O A "),  # two outbound views: neither is the other end
        BOTH_ENDS.replace(" O A ", " I A "),  # two inbound views: a hop through an appliance
        BOTH_ENDS.replace("02 10.0.0.4:50000", "02 10.0.0.4:50001"),  # another port
        f"09:00:00 {A} O A B {HERE}\n09:00:00 {A} I D B {THERE}",  # let out, then denied at the door
        f"09:00:00 {A} O A B {HERE}\n09:00:01 {A} I A C 1/1 1/1 {THERE}",  # an orphan of an older one
    ],
)
def test_look_alikes_of_double_capture_are_not_folded(apart):
    assert not conversations(flows(apart))["folded"].any()


def test_two_inbound_views_are_two_connections_whichever_engine_holds_them():
    hop = flows(f"09:00:00 {A} I A B {HERE}\n09:00:00 {A} I A B {THERE}")
    relation = conversations(connection().from_df(hop))
    assert conversations(hop)["folded"].tolist() == [False, False]
    assert relation.select("folded").fetchall() == [(False,), (False,)]


def test_ports_used_again_within_seconds_are_folded_one_to_one():
    again = "\n".join(f"09:00:0{s} {A} {d}" for s in range(4) for d in (f"O A B {HERE}", f"I A B {THERE}"))
    table = conversations(flows(again))
    assert table["folded"].sum() == 4
    assert table.loc[table["folded"], ["into_record", "into_tuple"]].drop_duplicates().shape[0] == 4


def test_orphans_seen_at_both_ends_fold_though_their_rows_come_minutes_apart():
    text = f"""
        09:00:10 {A} O A C 5/500 4/400 {HERE}
        09:04:50 {A} I A C 5/500 4/400 {THERE}
    """
    assert brief(text, "direction", "folded") == [["outbound", False], ["inbound", True]]


def test_a_nic_that_both_families_log_counts_once_by_the_newer_format():
    text = f"""
        09:00:00     {B} I A B
        09:00:00.400 {B} I A B version=4 flow_log=/FL resource=/VNET encryption=not-encrypted
        09:01:00     {B} I A E 5/500 4/400
        09:01:00.400 {B} I A E 5/500 4/400 version=4 flow_log=/FL resource=/VNET
    """
    assert brief(text, "version", "folded", "state") == [[2, True, "closed"], [4, False, "closed"]]


def closed_twice(here, there):
    return BOTH_ENDS.replace(f"E 5/500 4/400 {HERE}", f"E {here} {HERE}").replace(
        f"E 5/500 4/400 {THERE}", f"E {there} {THERE}"
    )


@pytest.mark.parametrize(
    ("here", "there", "folds"),
    [
        ("1/2000 1/500", "1/12500 1/1", False),  # 10,001 bytes and more than 5 times apart
        ("1/1 1/12500", "1/2500 1/0", False),  # the larger view counts or does not: all the same
        ("1/2000 1/500", "1/12500 1/0", True),  # exactly 10,000 bytes and exactly 5 times
        ("1/1 1/1", "1/10000 1/2", True),  # 10,000 bytes
        ("1/100000 1/0", "1/500000 1/0", True),  # exactly 5 times
        ("1/1 1/1", "1/99999 1/-", True),  # unknown bytes contradict nothing
    ],
)
def test_two_complete_views_that_contradict_each_other_grossly_are_two_connections(here, there, folds):
    assert conversations(flows(closed_twice(here, there)))["folded"].any() == folds


def test_a_view_that_is_not_complete_contradicts_nothing():
    text = closed_twice("1/1 1/1", "1/99999 1/1").replace(f"E 1/1 1/1 {HERE}", f"C 1/1 1/1 {HERE}")
    assert conversations(flows(text))["folded"].tolist() == [False, True]


def test_two_inbound_views_at_two_nics_are_two_connections():
    assert not conversations(flows(BOTH_ENDS.replace(" O A ", " I A ")))["folded"].any()


def test_folding_can_be_made_stricter():
    assert not conversations(flows(BOTH_ENDS), fold_within=1.0)["folded"].any()


# Stateless rules


def stateless(text):
    return conversations(flows(text))["stateless"].tolist()


def test_a_rule_whose_connections_never_end_or_count_is_flagged():
    assert stateless(f"09:00:00 {B} I A B\n09:20:00 {B} I A B") == [True, True]


@pytest.mark.parametrize(
    "fine",
    [
        f"09:00:00 {B} I A B\n09:05:00 {B} I A B",  # too short to tell
        f"09:00:00 {B} I A B\n09:20:00 {B} I A B\n09:25:00 {B} I A E -/- -/-",  # one ended
        f"09:00:00 {B} I A B\n09:20:00 {B} I A B\n09:25:00 {B} I A C 1/1 1/1",  # one was counted
        f"09:00:00 {B} O A B\n09:20:00 {B} O A B",
        f"09:00:00 {B} I D B\n09:20:00 {B} I D B",
        f"09:00:00 {B} I A B rule=DefaultRule_X\n09:20:00 {B} I A B rule=DefaultRule_X",
        f"09:00:00 {B} I A B rule=AllowVnetInBound\n09:20:00 {B} I A B rule=AllowVnetInBound",
        f"09:00:00 {B} I A B version=4\n09:20:00 {B} I A B version=4",
        f"09:00:00 {B} I A -\n09:20:00 {B} I A -",
    ],
)
def test_look_alikes_of_stateless_rules_are_not_flagged(fine):
    assert not any(stateless(fine))


# Its rows


def test_all_rows_of_a_conversation_can_be_had():
    rows = flows(f"""
        09:00:00 {A} O A B
        09:01:00 {A} O A E 1/100 1/50
        09:02:00 {A} O A B
        09:03:00 {A} O A E 2/200 2/50
        09:02:00 {B} I A B
    """)
    second = conversations(rows).query("src_port == 50000").tail(1)
    got = conversation_rows(rows, second)
    assert got["time"].dt.strftime("%H:%M").tolist() == ["09:02", "09:03"]
    assert got["conversation"].unique().tolist() == second.index.tolist()


def test_the_rows_of_all_conversations_are_all_rows():
    rows = flows(BOTH_ENDS)
    got = conversation_rows(rows, conversations(rows))
    assert sorted(got["tuple"]) == sorted(rows["tuple"])
    assert got[list(schema.empty())].dtypes.astype(str).equals(rows.dtypes.astype(str))


# The table


def test_it_has_the_documented_columns_and_types():
    for table in (conversations(flows(BOTH_ENDS)), conversations(schema.empty())):
        assert table.dtypes.astype(str).equals(schema.empty(schema.CONVERSATIONS).dtypes.astype(str))


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="no column mac"):
        conversations(flows(BOTH_ENDS).drop(columns="mac"))


# Rows that cannot be counted


def held_by(engine, table):
    return table if engine == "pandas" else connection().from_df(table)


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_a_sum_that_64_bits_cannot_hold_names_the_row_with_the_largest_counter(engine):
    huge = 2**63 - 1
    table = flows(f"09:00:00 {A} O A B\n09:05:00 {A} O A C 1/{huge} 1/1\n09:06:00 {A} O A E 1/5 1/1")
    with pytest.raises(NsgkitError, match=f"{huge}: blob b1, record 0, tuple 1"):
        conversations(held_by(engine, table))


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_a_sum_that_64_bits_just_hold_is_exact(engine):
    half = 2**62
    table = flows(f"09:00:00 {A} O A B\n09:05:00 {A} O A C 1/{half} 1/1\n09:06:00 {A} O A E 1/{half - 1} 1/1")
    made = conversations(held_by(engine, table))
    sums = made["bytes_src_to_dst"] if engine == "pandas" else made.fetchdf()["bytes_src_to_dst"]
    assert sums.tolist() == [2**63 - 1]


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_a_row_without_a_time_is_named(engine):
    table = flows(f"09:00:00 {A} O A B\n09:05:00 {A} O A E 1/5 1/1")
    table.loc[1, "time"] = pd.NaT
    with pytest.raises(NsgkitError, match="no time: blob b1, record 0, tuple 1"):
        conversations(held_by(engine, table))


# Any rows at all

ENDS = [("10.0.0.4", 50000, "10.0.1.5", 443), ("10.0.0.4", 50001, "10.0.1.5", 443)]
LOGS = [(2, None, "/NSG"), (2, None, "/NSG"), (4, "/FL", "/VNET"), (4, "/FL", "/NIC"), (4, None, "/NIC")]
ROW = st.tuples(
    st.integers(0, 12),  # when, in units of 2.5 s: ties and folds happen
    st.sampled_from(ENDS),
    st.sampled_from(["inbound", "outbound"]),
    st.sampled_from(["allowed", "allowed", "allowed", "denied", "unknown"]),
    st.sampled_from(["begin", "begin", "continuing", "end", "end", None]),
    st.sampled_from(["00AA00000001", "00AA00000002"]),
    st.sampled_from([None, None, 0, 1, 7, 4_000, 90_000]),  # its counters
    st.sampled_from(LOGS),
    st.sampled_from(["R", "R", "DefaultRule_X", None]),
)
ROWS = st.lists(ROW, max_size=60)
FEW = examples(10)  # each example is some forty queries
START = pd.Timestamp("2024-12-19T09:00Z")


def table_of(rows):
    made = [
        {
            "time": START + pd.Timedelta(seconds=2.5 * when), "record_time": START, "src_ip": ends[0],
            "src_port": ends[1], "dst_ip": ends[2], "dst_port": ends[3], "protocol": "TCP",
            "direction": direction, "decision": decision, "state": state, "encryption": None,
            **dict.fromkeys(COUNTERS, counter if state in ("continuing", "end") else None),
            "rule": rule, "acl": "/NSG", "mac": mac, "version": log[0], "flow_log": log[1],
            "resource": log[2], "blob": "ab"[i % 2], "record": i // 7, "tuple": i,
        }
        for i, (when, ends, direction, decision, state, mac, counter, log, rule) in enumerate(rows)
    ]  # fmt: skip
    return typed(pd.DataFrame(made, columns=[c.name for c in schema.FLOWS]))


def content(table):
    """What conversations say, without where their rows stand and in a stable order."""
    plain = table.drop(columns=["blob", "record", "tuple", "into_blob", "into_record", "into_tuple"])
    return sorted(map(str, plain.astype(object).to_numpy().tolist()))


@FEW
@given(ROWS)
def test_an_independent_stitcher_agrees(rows):
    frame = table_of(rows)
    said = conversations(frame)
    plain = plain_stitch.summaries(plain_stitch.records(frame))
    names = ["first", "last", "state", "counted_by", "rows", *plain_stitch.KEY]
    assert sorted(map(str, said[names].astype(object).to_numpy().tolist())) == sorted(
        str([p[n] if p[n] is not None else float("nan") for n in names]) for p in plain
    )


@FEW
@given(ROWS)
def test_bytes_in_are_bytes_out(rows):
    frame = table_of(rows)
    said = conversations(frame)
    for name in COUNTERS:
        assert said[name].sum() == frame.loc[frame["state"].isin(["continuing", "end"]), name].sum()
    assert said["rows"].sum() == len(frame)


@FEW
@given(ROWS, st.randoms())
def test_the_order_of_rows_and_the_split_over_blobs_do_not_matter(rows, random):
    frame = table_of(rows)
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**31)).reset_index(drop=True)
    shuffled["blob"] = pd.Categorical([random.choice("xyz") for _ in range(len(frame))])
    shuffled["tuple"] = pd.Series(range(len(frame)), dtype="int32")
    assert content(conversations(shuffled)) == content(conversations(frame))


@FEW
@given(ROWS)
def test_a_begin_is_in_exactly_one_conversation(rows):
    frame = table_of(rows)
    got = conversation_rows(frame, conversations(frame))
    assert sorted(got["tuple"]) == frame["tuple"].tolist()
    begins = got[(got["state"] == "begin") & (got["decision"] != "denied")]
    assert not begins["conversation"].duplicated().any()


def plain_values(table):
    """Every value as a text, missing ones alike whatever the engine."""
    return table.astype("object").where(table.notna(), None).astype("str").to_numpy().tolist()


@examples(30)  # each example is a whole stitch in DuckDB's own way
@given(ROWS)
def test_the_quick_way_and_the_engines_way_say_the_same_of_every_column(rows):
    frame = table_of(rows)
    names = ["first", "src_ip", "src_port", "state", "mac", "rows", "folded", "blob", "record", "tuple"]
    relation = conversations(connection().from_df(frame))
    theirs = relation.order("first, blob, record, tuple").select(*names).to_arrow_table().to_pandas()
    ours = conversations(frame)[names]
    ours = ours.astype(theirs.dtypes)
    plain = [table.astype(str).where(table.notna(), "null").to_numpy().tolist() for table in (theirs, ours)]
    assert plain[0] == plain[1]


@FEW
@given(ROWS)
def test_a_folded_view_points_at_one_that_counts_and_no_two_of_a_capture_share_it(rows):
    table = conversations(table_of(rows))
    counting = set(table.loc[~table["folded"], "tuple"])
    views = table[table["folded"]]
    assert set(views["into_tuple"]) <= counting
    capture = ["mac", "acl", "resource", "flow_log", "direction"]
    assert not views.duplicated([*capture, "into_tuple"]).any()
