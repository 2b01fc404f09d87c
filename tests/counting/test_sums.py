"""Counters up to 2^63 - 1 are rows: what does not add up in 64 bits is our error, and never wraps around."""

import duckdb
import pytest

from nsgkit import analyses
from nsgkit.counting.conversations import conversations
from nsgkit.errors import NsgkitError
from tests.frames import flows

A, B = "10.0.0.4:50000 10.0.1.5:443 TCP", "10.0.0.4:50001 10.0.2.5:443 TCP"
HUGE = 2**63 - 1
# Each of the conversations can be counted; all together cannot.
ROWS = flows(f"09:00:00 {A} O A C 1/5 1/1\n09:00:01 {B} O A C 1/{HUGE} -/- record=3\n09:00:03 {A} O A B")


def carried(rows, table):
    return analyses.over_time(table, flows=rows, freq="1d")


@pytest.mark.parametrize("held", [lambda frame: frame, lambda frame: duckdb.connect().from_df(frame)])
@pytest.mark.parametrize(
    "ask",
    [
        lambda _, table: analyses.matrix(table, subnets=["10.0.0.0/20"]),
        lambda _, table: analyses.change(table, measure="bytes", by=["src_ip"]),
        carried,
    ],
)
def test_a_sum_beyond_64_bits_names_the_conversation(held, ask):
    rows = held(ROWS)
    with pytest.raises(NsgkitError, match=f"{HUGE}: blob b1, record 3, tuple 1"):
        ask(rows, conversations(rows))


def test_both_ways_of_one_conversation_do_not_wrap_around():
    rows = flows(f"09:00:00 {A} O A C 1/{HUGE} 1/50")
    with pytest.raises(NsgkitError, match="64 bits"):
        carried(rows, conversations(rows))


def test_shares_of_a_total_beyond_64_bits_are_shares():
    rows = flows(f"09:00:00 {A} O A C 1/{2**62} -/-\n09:00:01 {B} O A C 1/{2**62} -/-")
    table = analyses.matrix(conversations(duckdb.connect().from_df(rows)), measure="bytes")
    assert table["share"].tolist() == [0.5, 0.5]
