"""What flow logs left out, what was allowed and not delivered, what was never answered: said and counted."""

import pytest

from nsgkit import FlowLogs, analyses, conversations, schema
from nsgkit.analyses import breakdown, record_types, top_talkers, traffic_links
from nsgkit.analyses.filters.select import query
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.views import links, matrix, top_bars
from tests.engines import connection
from tests.frames import flows

A = "10.0.0.4:50000 10.0.1.5:443 TCP"
VNET = {"version": 4, "flow_log": "/FL/VNETLOG", "resource": "/VNET", "encryption": "NX"}
WHOLE = f"""
    09:00:00 {A} O A B
    09:05:00 {A} O A C 1/100 1/50
    09:06:00 {A} O A E 1/100 1/50
    09:07:00 {A} I D -
"""


def meaning(text):
    return record_types(flows(text, **VNET))["meaning"].item()


def test_a_flow_log_with_all_kinds_of_rows_has_nothing_to_say():
    table = record_types(flows(WHOLE, **VNET))
    assert table["meaning"].isna().all()
    assert table[["begin", "continuing", "end", "denied"]].to_numpy().tolist() == [[1, 1, 1, 1]]


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("O A B", "counted by their end rows"),
        (" C ", "lower bound"),
        (" E ", "never close"),
        (" D ", "not logged"),
    ],
)
def test_what_is_left_out_is_named_with_what_follows(left_out, said):
    kept = "\n".join(line for line in WHOLE.splitlines() if left_out not in line)
    assert said in meaning(kept)


def test_nsg_flow_logs_write_all_kinds_and_are_left_out():
    assert record_types(flows(f"09:00:00 {A} O A B")).empty


def test_duckdb_says_the_same():
    frame = flows(WHOLE, **VNET)
    theirs = record_types(connection().from_df(frame))
    assert theirs.astype("str").equals(record_types(frame).astype("str"))


def test_it_has_the_same_columns_and_types_when_empty():
    assert record_types(schema.empty()).dtypes.equals(record_types(flows(WHOLE, **VNET)).dtypes)


def test_what_a_flow_log_left_out_stands_in_the_first_summary():
    logs = FlowLogs(
        flows(WHOLE.replace("I D -", "I A B"), **VNET),
        schema.empty(schema.REJECTS),
        schema.empty(schema.BLOBS),
    )
    assert "VNETLOG (/VNET): no denied rows" in repr(logs)


CODES = {
    code: code.startswith("NX_") and code.endswith(("_NOT_READY", "_NOT_ACCEPTED", "NX_NOT_SUPPORTED"))
    for code in schema.ENCRYPTION
}


@pytest.mark.parametrize(("code", "dropped"), CODES.items())
def test_what_encryption_dropped_is_counted_beside_what_was_allowed(code, dropped):
    table = conversations(flows(f"09:00:00 {A} O A B", **{**VNET, "encryption": code}))
    row = breakdown(table, ["direction"]).iloc[0]
    assert (row["connections"], row["dropped"]) == (1, int(dropped))


@pytest.mark.parametrize(
    "draw",
    [
        lambda table: top_bars(top_talkers(table, measure="connections"), measure="connections"),
        lambda table: matrix(analyses.matrix(table, measure="connections"), measure="connections"),
        lambda table: links(traffic_links(table)),
    ],
)
def test_pictures_of_allowed_connections_say_what_was_dropped(draw):
    table = conversations(flows(f"09:00:00 {A} O A B", **{**VNET, "encryption": "NX_NOT_ACCEPTED"}))
    said = " ".join(draw(table).title.subtitle)
    assert "Allowed is not delivered: 1 of these 1 connections were dropped by encryption." in said


def test_dropped_rows_stand_in_the_first_summary():
    rows = flows(f"09:00:00 {A} O A B", **{**VNET, "encryption": "NX_NOT_ACCEPTED"})
    logs = FlowLogs(rows, schema.empty(schema.REJECTS), schema.empty(schema.BLOBS))
    assert "1 rows are allowed by a rule and dropped by encryption" in repr(logs)


ANSWERS = """
    09:00:00 10.0.0.4:1 10.0.1.5:443 TCP O A E 1/100 1/50
    09:00:00 10.0.0.4:2 10.0.1.5:443 TCP O A E 1/100 0/0
    09:00:00 10.0.0.4:3 10.0.1.5:443 TCP O A B
"""


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("answered:yes", [1]),
        ("answered:no", [2]),
        ("answered:unknown", [3]),
        ("answered:yes,NO", [1, 2]),
        ("-answered:yes", [2, 3]),
    ],
)
def test_conversations_are_chosen_by_whether_they_were_answered(text, ports):
    table = conversations(flows(ANSWERS))
    assert sorted(query(table, text)["src_port"]) == ports
    relation = conversations(connection().from_df(flows(ANSWERS)))
    assert sorted(row[0] for row in query(relation, text).select("src_port").fetchall()) == ports


def test_unanswered_connections_are_counted_and_unknown_ones_are_not():
    ended = flows(f"09:00:00 {A} O A B\n09:01:00 {A} O A E 3/300 0/0")
    row = breakdown(conversations(ended), ["direction"]).iloc[0]
    assert (row["connections"], row["unanswered"]) == (1, 1)
    assert breakdown(conversations(flows(f"09:00:00 {A} O A B")), ["direction"])["unanswered"].item() == 0


def test_an_answer_that_is_none_is_an_error():
    with pytest.raises(NsgkitError, match="Choose one of yes, no, unknown"):
        query(conversations(flows(ANSWERS)), "answered:maybe")


def test_flow_rows_have_no_answer():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        query(flows(ANSWERS), "answered:yes")
