"""What rows added to their conversations, and when: for an explorer that asks again and again."""

import pandas as pd
import pytest

from nsgkit.counting.conversations import conversations, stitched_once
from nsgkit.counting.spread import added_over_time, increments
from tests.counting.test_conversations import FEW, ROWS, given, table_of
from tests.engines import connection
from tests.frames import flows

A, B = "10.0.0.4:50000 10.0.1.5:443 TCP", "203.0.113.7:4000 10.0.1.5:443 TCP"
HOUR = 3_600_000
ADDED = ["conversation", "until", "since", "bytes_src_to_dst"]


def in_order(table):
    return table.sort_values(ADDED, ignore_index=True)


@FEW
@given(ROWS)
def test_what_rows_added_is_what_their_conversations_have(rows):
    frame = table_of(rows)
    table = conversations(frame)
    added = increments(frame, table).groupby("conversation")["bytes_src_to_dst"].sum()
    known = table["bytes_src_to_dst"].dropna().astype("int64")
    assert added.to_dict() == known.to_dict()


def test_a_relation_gives_the_same_increments(logs, stitched):
    relation = connection().from_df(logs.flows)
    ours, theirs = (in_order(increments(rows, stitched)) for rows in (logs.flows, relation))
    pd.testing.assert_frame_equal(ours, theirs)


def test_what_was_stitched_once_need_not_be_stitched_again(logs):
    table, rows = stitched_once(logs.flows)
    again = in_order(increments(logs.flows, table))
    pd.testing.assert_frame_equal(in_order(increments(logs.flows, table, stitched_rows=rows)), again)


def test_increments_of_some_conversations_alone():
    table = conversations(ROWS_OF_TWO)
    some = table[table["src_port"] == 4000]
    assert increments(ROWS_OF_TWO, some)[["conversation", "bytes_src_to_dst"]].values.tolist() == [
        [some.index.item(), 7]
    ]


ROWS_OF_TWO = flows(f"""
    09:00:00 {A} O A B rule=R
    09:01:00 {A} O A E 1/100 1/50 rule=R
    09:00:00 {B} I A B rule=
    09:01:00 {B} I A E 1/7 1/3 rule=
""")
ROWS_OF_TWO["rule"] = ROWS_OF_TWO["rule"].cat.remove_categories("")


@pytest.mark.parametrize(("src", "told"), [(50000, [["R", 150]]), (4000, [["", 10]])])
def test_bytes_of_some_conversations_alone(src, told):
    table = conversations(ROWS_OF_TWO)
    some = added_over_time(increments(ROWS_OF_TWO, table), table[table["src_port"] == src], HOUR, ["rule"])
    assert some[["rule", "bytes"]].fillna({"rule": ""}).values.tolist() == told


def test_bytes_of_no_conversation_at_all():
    table = conversations(ROWS_OF_TWO)
    assert added_over_time(increments(ROWS_OF_TWO, table), table.head(0), HOUR).empty
