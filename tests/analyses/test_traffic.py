"""Traffic tables: pandas in, DuckDB in and an independent count say the same."""

from functools import partial

import pandas as pd
import pytest

from nsgkit import analyses
from nsgkit.analyses import breakdown
from nsgkit.counting.conversations import conversations
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.counting import plain_stitch
from tests.engines import connection
from tests.frames import flows

COUNTS = ("connections", "denied", "unknown", "orphans", "uncounted", *plain_stitch.COUNTERS)
OURS, THEIRS = "10.0.0.4:50000 10.0.1.5:443 TCP", "203.0.113.7:4000 10.0.0.4:22 TCP"
TALK = conversations(
    flows(f"""
    09:00:00 {OURS} O A B mac=00AA00000001
    09:00:01 {OURS} I A B mac=00AA00000002 rule=UserRule_In
    09:01:00 {OURS} O A E 5/500 4/400 mac=00AA00000001
    09:01:01 {OURS} I A E 5/500 4/400 mac=00AA00000002 rule=UserRule_In
    09:02:00 10.0.0.4:50001 10.0.1.6:443 TCP O A B
    09:03:00 {THEIRS} I D B
    09:03:01 {THEIRS} I D B
    09:04:00 10.0.0.9:53000 10.0.1.6:53 UDP O ? B
""")
)

QUESTIONS = [
    (analyses.top_talkers, {}, ["src_ip"]),
    (analyses.top_talkers, {"end": "destination"}, ["dst_ip"]),
    (analyses.top_pairs, {}, ["src_ip", "dst_ip"]),
    (analyses.top_services, {}, ["protocol", "dst_port"]),
    (analyses.top_rules, {}, ["acl", "rule", "direction"]),
    (analyses.traffic_links, {"internet": "each"}, ["src_ip", "rule", "dst_ip", "decision"]),
]
ALL = {"top": None}


def counts(table, key):
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return {tuple(r[k] for k in key): {c: r[c] for c in COUNTS if r[c] is not None} for r in rows}


@pytest.mark.parametrize(("ask", "options", "key"), QUESTIONS)
def test_the_samples_counted_one_by_one(stitched, plain, ask, options, key):
    table = ask(stitched, **options, **ALL)
    assert counts(table, key) == plain_stitch.measures(plain, key, count_every_view=ask is analyses.top_rules)


@pytest.mark.parametrize("by", ["protocol", "direction", "decision"])
def test_the_samples_by_protocol_direction_and_decision(stitched, plain, by):
    assert counts(breakdown(stitched, by), [by]) == plain_stitch.measures(plain, [by])


def test_what_is_folded_in_the_samples_is_what_a_plain_search_finds(stitched, plain):
    folded = plain_stitch.fold(plain)
    places = {(plain[i]["blob"], plain[i]["record"], plain[i]["tuple"]) for i in folded}
    views = stitched[stitched["folded"]]
    assert set(zip(views["blob"], views["record"], views["tuple"], strict=True)) == places
    assert len(places) > 100


@pytest.mark.parametrize(("ask", "options", "key"), QUESTIONS)
def test_duckdb_gives_the_same_table(stitched, ask, options, key):
    relation = connection().from_df(stitched)
    pd.testing.assert_frame_equal(ask(relation, **options), ask(stitched, **options))


@pytest.mark.parametrize(("ask", "options", "key"), QUESTIONS)
def test_the_same_columns_without_rows(ask, options, key):
    assert ask(TALK.head(0), **options).dtypes.astype(str).equals(ask(TALK, **options).dtypes.astype(str))


def test_double_capture_counts_once_and_says_so():
    (first, *_) = analyses.top_pairs(TALK).to_dict("records")
    assert (first["connections"], first["bytes"], first["folded"]) == (1, 900, 1)


def test_a_rule_at_the_other_end_counts_what_it_saw():
    rules = analyses.top_rules(TALK, measure="bytes").set_index("rule")
    assert rules.loc["UserRule_In", ["connections", "bytes"]].tolist() == [1, 900]


def test_unknown_bytes_are_null_and_last():
    table = analyses.top_pairs(TALK, measure="bytes")
    assert table["bytes"].tolist() == [900, pd.NA, pd.NA, pd.NA]
    assert table["uncounted"].tolist() == [0, 1, 0, 0]


def test_denied_attempts_and_undecided_are_no_connections():
    by_port = analyses.top_services(TALK).set_index("dst_port")
    assert by_port.loc[22, ["connections", "denied", "unknown"]].tolist() == [0, 2, 0]
    assert by_port.loc[53, ["connections", "denied", "unknown"]].tolist() == [0, 0, 1]


def test_where_no_begin_rows_are_logged_the_end_rows_count():
    text = f"09:00:00 {OURS} O A C 1/1 1/1\n09:05:00 {OURS} O A E 1/1 1/1\n09:06:00 {THEIRS} I A C 1/1 1/1"
    made = conversations(flows(text, version=4, flow_log="/FL", resource="/VNET"))
    table = breakdown(made, "protocol")
    assert table[["connections", "orphans", "uncounted"]].to_numpy().tolist() == [[1, 1, 0]]


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_a_sum_of_conversations_that_64_bits_cannot_hold_names_the_row(engine):
    huge = 2**63 - 1
    rows = [
        f"09:0{m}:00 {OURS} O A {row}" for m, row in enumerate(("B", f"E 1/{huge} -/-", "B", "E 1/5 -/-"))
    ]
    made = conversations(flows("\n".join(rows)))
    table = made if engine == "pandas" else connection().from_df(made)
    with pytest.raises(NsgkitError, match=f"{huge}: blob b1, record 0, tuple 0"):
        breakdown(table, "protocol")


def test_peers_are_distinct_addresses_at_the_other_end():
    table = analyses.top_talkers(TALK, measure="peers")
    assert table.loc[0, ["src_ip", "peers"]].tolist() == ["10.0.0.4", 2]
    taken = analyses.top_talkers(TALK, end="destination", measure="peers").set_index("dst_ip")
    assert taken.loc["10.0.1.6", "peers"] == 2


def test_share_and_groups_tell_what_was_left_out():
    table = analyses.top_services(TALK, measure="denied", top=1)
    assert table[["dst_port", "share", "groups"]].to_numpy().tolist() == [[22, 1.0, 3]]


def test_ties_are_in_the_order_of_names():
    assert analyses.top_talkers(TALK, measure="denied", top=None)["src_ip"].tolist() == [
        "203.0.113.7",
        "10.0.0.4",
        "10.0.0.9",
    ]


@pytest.mark.parametrize("measure", ["connections", "denied", "bytes", "packets", "peers"])
@pytest.mark.parametrize("by", [["src_ip"], ["src_ip", "dst_ip"], ["src_ip", "rule", "dst_ip", "decision"]])
def test_those_that_are_shown_are_the_first_of_all(stitched, by, measure):
    told = {"measure": measure, "peers": "dst_port"}
    few, all_ = (breakdown(stitched, by, top=top, **told) for top in (7, None))
    pd.testing.assert_frame_equal(few, all_.head(7))
    relation = connection().from_df(stitched)
    pd.testing.assert_frame_equal(breakdown(relation, by, top=7, **told), few)


def test_a_group_of_a_rule_that_was_not_logged_is_shown():
    rows = flows(f"09:00:00 {OURS} O A B\n09:00:00 {THEIRS} I A B", rule=None)
    table = analyses.traffic_links(conversations(rows), top=1)
    assert table["rule"].isna().tolist() == [True, False]
    assert table.loc[0, ["connections", "groups"]].tolist() == [1, 2]


def test_a_measure_that_is_none_lists_those_that_are():
    with pytest.raises(NsgkitError, match="connections, denied, bytes, packets"):
        analyses.top_pairs(TALK, measure="peers")


def test_an_end_that_is_none_says_which_there_are():
    with pytest.raises(NsgkitError, match="'source' or 'destination'"):
        analyses.top_talkers(TALK, end="middle")


def test_rows_in_place_of_conversations_name_the_function_that_makes_them():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        analyses.top_talkers(flows(f"09:00:00 {OURS} O A B"))


# The internet is one

ENGINES = {"pandas": lambda table: table, "duckdb": lambda table: connection().from_df(table)}
ADDED = ["connections", "denied", "unknown", "orphans", "bytes", "packets"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("measure", ["connections", "denied", "bytes"])
def test_links_and_others_are_everything(engine, measure, stitched, plain):
    table = analyses.traffic_links(ENGINES[engine](stitched), measure=measure, top=5)
    everything = plain_stitch.measures(plain, [])[()]
    assert table[list(everything)].sum().to_dict() == everything
    assert table["share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_matrix_of_one_internet_is_that_of_each_added_up(engine, stitched):
    table = ENGINES[engine](stitched)
    one, each = (analyses.matrix(table, top=None, internet=how) for how in ("one", "each"))
    known = set(one["source"]) | set(one["destination"])
    for end in ("source", "destination"):
        each[end] = each[end].where(each[end].isin(known), "internet")
    added = each.groupby(["source", "destination"])[ADDED].sum()
    pd.testing.assert_frame_equal(added, one.groupby(["source", "destination"])[ADDED].sum())


@pytest.mark.parametrize("ask", [analyses.matrix, analyses.traffic_links])
def test_what_is_inside_can_be_given(ask):
    table = ask(TALK, own=["192.0.2.0/24"])
    assert set(table.iloc[:, 0]) == {"internet"}


def test_a_subnet_that_the_analyst_names_stays_in_sight_though_it_is_outside():
    outside = conversations(flows("09:00:00 203.0.113.7:50000 10.0.1.5:443 TCP I A B"))
    assert analyses.matrix(outside, subnets=["203.0.113.0/28"])["source"].tolist() == ["203.0.113.0/28"]


def test_an_internet_that_is_neither_one_nor_each_says_so():
    with pytest.raises(NsgkitError, match="'one'"):
        analyses.traffic_links(TALK, internet="closed")


# The matrix


def test_hosts_are_gathered_into_their_networks():
    table = analyses.matrix(TALK, measure="connections")
    assert table.loc[0, ["source", "destination", "connections", "bytes"]].tolist() == [
        "10.0.0.0/24",
        "10.0.1.0/24",
        2,
        900,
    ]


def test_known_subnets_go_before_the_default_and_the_longest_wins():
    table = analyses.matrix(TALK, subnets=["10.0.0.0/8", "10.0.1.6/32"], measure="connections")
    assert set(table["destination"]) == {"10.0.0.0/8", "10.0.1.6/32"}


def test_hosts_by_hosts_and_other_families_and_masked_addresses():
    odd = conversations(
        flows("""
        09:00:00 2001:db8:1:2::5:50000 10.0.1.5:443 TCP O A B
        09:00:00 xxx.xxx.xxx.xxx:50000 10.0.1.5:443 TCP I A B
    """)
    )
    assert analyses.matrix(odd)["source"].tolist() == ["2001:db8:1:2::/64", "xxx.xxx.xxx.xxx"]
    assert analyses.matrix(odd, prefix=32)["source"].tolist() == [
        "2001:db8:1:2::5",
        "xxx.xxx.xxx.xxx",
    ]


def test_the_matrix_adds_up_to_the_pairs(stitched):
    cells = analyses.matrix(stitched, top=None, internet="each")
    pairs = analyses.top_pairs(stitched, top=None)
    assert (
        cells[["connections", "denied", "bytes"]]
        .sum()
        .equals(pairs[["connections", "denied", "bytes"]].sum())
    )
    assert cells["share"].sum() == pytest.approx(1)
    relation = connection().from_df(stitched)
    pd.testing.assert_frame_equal(cells, analyses.matrix(relation, top=None, internet="each"))


ODD_ADDRESSES = """
    09:00:00 10.0.0.4:50000 10.0.17.5:443 TCP O A B
    09:00:01 10.0.0.9:50000 10.0.18.5:443 TCP O A B
    09:00:02 2001:db8:1:2::5:50000 10.0.17.5:443 TCP I D B
    09:00:03 ::ffff:10.0.0.4:50000 10.0.17.5:443 TCP I D B
    09:00:04 xxx.xxx.xxx.xxx:50000 10.0.17.6:443 TCP I A B
"""


@pytest.mark.parametrize(
    "networks",
    [
        {"prefix": 20},
        {"prefix": 8},
        {"prefix": 32},
        {"subnets": ["10.0.17.4/30"]},
        {"prefix": 16, "subnets": ["::ffff:10.0.0.4/128"]},
        {"subnets": ["10.0.0.0/8"], "top": 2},
    ],
)
def test_a_relation_is_gathered_into_the_same_networks(networks):
    table = conversations(flows(ODD_ADDRESSES))
    relation = connection().from_df(table)
    told = {"measure": "connections", **networks}
    pd.testing.assert_frame_equal(analyses.matrix(relation, **told), analyses.matrix(table, **told))


def test_a_network_is_that_of_the_python_library():
    table = analyses.matrix(conversations(flows(ODD_ADDRESSES)), prefix=20, top=None, internet="each")
    assert set(table["destination"]) == {"10.0.16.0/20"}
    assert set(table["source"]) == {"10.0.0.0/20", "2001:db8:1:2::/64", "::/64", "xxx.xxx.xxx.xxx"}


def test_the_cells_that_are_shown_are_the_first_of_all(stitched):
    few, all_ = (analyses.matrix(stitched, prefix=32, top=top, internet="each") for top in (9, None))
    pd.testing.assert_frame_equal(few, all_.head(9))


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_of_cells_that_are_equal_no_more_are_shown_than_were_asked_for(engine):
    table = TALK if engine == "pandas" else connection().from_df(TALK)
    ask = partial(analyses.matrix, table, prefix=32, measure="connections")
    assert ask(top=None)["connections"].tolist()[:2] == [1, 1]
    assert ask(top=1)[["source", "destination"]].to_numpy().tolist() == [["10.0.0.4", "10.0.1.5"]]


def test_a_subnet_that_is_none_says_how_it_is_written():
    with pytest.raises(NsgkitError, match=r"10\.20\.0\.0/16"):
        analyses.matrix(TALK, subnets=["10.0.0.1/8"])


# Change


# Outsiders call port 22 in both hours, a machine inside only in the second.
CALLED = conversations(
    flows("""
    09:00:00 192.0.2.1:50000 10.0.0.4:22 TCP I A B
    09:00:01 192.0.2.2:50000 10.0.0.4:22 TCP I A B
    09:00:02 10.0.0.9:50000 10.0.0.4:443 TCP I A B
    10:30:00 192.0.2.3:50000 10.0.0.4:22 TCP I A B
    10:30:01 192.0.2.1:50001 10.0.0.4:22 TCP I A B
    10:30:02 10.0.0.5:50000 10.0.0.4:22 TCP I A B
    11:00:00 10.0.0.9:50000 10.0.0.4:443 TCP I A B
""")
)


def spans(before, after, port=443):
    """Return conversations: so many before ten o'clock, so many after it, from nine to eleven."""
    edges = "09:00:00 10.9.9.9:1 10.9.9.8:9 TCP O A B\n11:00:00 10.9.9.9:2 10.9.9.8:9 TCP O A B"
    made = [f"09:30:00 10.0.0.4:{40000 + i} 10.0.1.5:{port} TCP O A B" for i in range(before)]
    made += [f"10:30:00 10.0.0.4:{41000 + i} 10.0.1.5:{port} TCP O A B" for i in range(after)]
    return conversations(flows("\n".join([edges, *made])))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (0, 1, "new"),
        (1, 0, "gone"),
        (10, 40, "risen"),
        (40, 10, "fallen"),
        (10, 12, "steady"),
        (1, 4, "risen"),
    ],
)
def test_what_changed(before, after, change):
    table = analyses.change(spans(before, after), since="2024-12-19T10:00", by=["dst_port"])
    assert table.set_index("dst_port").loc[443, ["change", "earlier", "later"]].tolist() == [
        change,
        before,
        after,
    ]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(0, 9, "small"), (0, 10, "new"), (9, 0, "small"), (10, 0, "gone"), (1, 4, "steady"), (3, 14, "risen")],
)
def test_what_is_less_than_at_least_is_no_change_whether_it_came_or_went(before, after, change):
    table = analyses.change(spans(before, after), since="2024-12-19T10:00", by="dst_port", at_least=10)
    assert table.set_index("dst_port").loc[443, "change"] == change


def counted_in_each_span(plain, key):
    """Return {(port, whether key holds): [before, after]} of the samples, by a plain loop."""
    middle, folded = pd.Timestamp("2024-12-19", tz="UTC"), plain_stitch.fold(plain)
    seen = {}
    for i, c in enumerate(plain):
        if i not in folded and c["decision"] == "allowed" and c["state"] != "orphan":
            seen.setdefault((c["dst_port"], key(c["src_ip"])), [0, 0])[c["first"] >= middle] += 1
    return seen


def of_the_company(address):
    return address.startswith(("10.", "192.168.", "2001:db8:30:1:", "168.63.129.16"))


def test_change_counts_the_samples_as_a_plain_count_does(stitched, plain):
    table = analyses.change(stitched, since="2024-12-19", by=["dst_port"], top=None)
    said = {(r.dst_port, r.from_inside): [r.earlier, r.later] for r in table.itertuples()}
    assert said == counted_in_each_span(plain, of_the_company)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_port_that_outsiders_call_is_new_when_a_machine_inside_calls_it(engine):
    table = analyses.change(ENGINES[engine](CALLED), since="2024-12-19T10:00", by="dst_port")
    asked = table[table["dst_port"] == 22]
    assert asked[["from_inside", "change", "earlier", "later"]].to_numpy().tolist() == [
        [True, "new", 0, 1],
        [False, "steady", 2, 2],
    ]


def test_what_is_new_stands_before_what_is_gone_however_much_that_was():
    made = spans(40, 0), spans(0, 1, port=22)
    table = analyses.change(pd.concat(made, ignore_index=True), since="2024-12-19T10:00", by="dst_port")
    assert table["change"].tolist()[:2] == ["new", "gone"]


def test_change_says_how_many_changes_it_cuts_on_each_side():
    table = analyses.change(CALLED, since="2024-12-19T10:00", by=["src_ip"], top=1, internet="each")
    assert table[["from_inside", "changes", "groups"]].to_numpy().tolist() == [[True, 1, 2], [False, 2, 3]]


@pytest.mark.parametrize("engine", ENGINES)
def test_changes_add_up_whether_the_internet_is_one_or_each(engine, stitched):
    table = ENGINES[engine](stitched)
    one, each = (analyses.change(table, top=None, internet=how) for how in ("one", "each"))
    sums = [t.groupby("from_inside")[["earlier", "later"]].sum() for t in (one, each)]
    pd.testing.assert_frame_equal(*sums)
    assert len(one) < len(each)


def test_change_is_the_same_in_duckdb(stitched):
    relation = connection().from_df(stitched)
    pd.testing.assert_frame_equal(analyses.change(relation), analyses.change(stitched))


def test_change_without_rows_has_the_same_columns():
    none = analyses.change(TALK.head(0)).dtypes.astype(str)
    assert none.equals(analyses.change(TALK).dtypes.astype(str))


@pytest.mark.parametrize("since", ["2024-12-19T12:00", "2024-12-19T08:00"])
def test_a_moment_outside_the_data_says_what_is_inside(since):
    with pytest.raises(NsgkitError, match="2024-12-19T09:00"):
        analyses.change(TALK, since=since)


def test_a_moment_is_an_iso_time():
    with pytest.raises(NsgkitError, match="since takes no '03/04/2024'"):
        analyses.change(TALK, since="03/04/2024")
