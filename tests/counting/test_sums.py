"""Counters up to 2^63 - 1 are rows: what does not add up in 64 bits is our error, and never wraps around."""

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nsgkit import analyses
from nsgkit.counting.conversations import conversations
from nsgkit.errors import NsgkitError
from tests.engines import connection
from tests.examples import examples
from tests.frames import flows

A, B = "10.0.0.4:50000 10.0.1.5:443 TCP", "10.0.0.4:50001 10.0.2.5:443 TCP"
HUGE = 2**63 - 1
# Each of the conversations can be counted; all together cannot.
ROWS = flows(f"09:00:00 {A} O A C 1/5 1/1\n09:00:01 {B} O A C 1/{HUGE} -/- record=3\n09:00:03 {A} O A B")


def carried(rows, table):
    return analyses.over_time(table, flows=rows, freq="1d")


@pytest.mark.parametrize(
    "held", [lambda frame: frame, lambda frame: connection().from_df(frame)], ids=["pandas", "duckdb"]
)
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
    table = analyses.matrix(conversations(connection().from_df(rows)), measure="bytes")
    assert table["share"].tolist() == [0.5, 0.5]


def by_hand(since, until, counted, width):
    """What RULE 2 of `nsgkit.counting.spread` gives each bin, in Python's whole numbers."""
    begun, parts, span = since - since % width, {}, until - since

    def up_to(time):
        return counted * max(0, min(time - since, span)) // span

    for start in range(begun, until, width):
        parts[start] = up_to(start + width) - up_to(start)
    return {start: part for start, part in parts.items() if part}


@given(st.integers(0, HUGE), st.integers(1, 40 * 86_400), st.sampled_from(["1min", "1h", "1D"]))
@examples(30)
def test_what_falls_into_a_bin_is_exact_to_the_byte(counted, seconds, freq):
    start = pd.Timestamp("2024-12-19 09:00:13", tz="UTC")
    end = start + pd.Timedelta(seconds=seconds)
    width = int(pd.Timedelta(freq) / pd.Timedelta("1ms"))
    assume(seconds * 1000 // width < 2000 and seconds * 1000 <= 2**31)
    rows = flows(f"{start:%Y-%m-%dT%H:%M:%S} {A} O A B\n{end:%Y-%m-%dT%H:%M:%S} {A} O A E 1/{counted} 1/0")
    table = analyses.over_time(conversations(rows), flows=rows, freq=freq)
    since, until = (int(time.timestamp() * 1000) for time in (start, end))
    got = {int(s.timestamp() * 1000): int(b) for s, b in zip(table["start"], table["bytes"], strict=True)}
    assert {s: b for s, b in got.items() if b} == by_hand(since, until, counted, width)


TABLES = {
    "over_time": carried,
    "rankings": lambda _, table: analyses.top_talkers(table, measure="bytes"),
    "matrix": lambda _, table: analyses.matrix(table, subnets=["10.0.0.0/8"]),
}


@pytest.mark.parametrize(
    "held", [lambda frame: frame, lambda frame: connection().from_df(frame)], ids=["pandas", "duckdb"]
)
@pytest.mark.parametrize("ask", TABLES.values(), ids=TABLES)
@given(st.lists(st.tuples(st.integers(0, HUGE), st.integers(0, HUGE)), min_size=1, max_size=4))
@examples(8)
def test_a_sum_is_exact_or_refused(held, ask, counted):
    text = "".join(
        f"09:00:0{i} 10.0.0.4:5000{i} 10.0.1.5:443 TCP O A C 1/{there} 1/{back}\n"
        for i, (there, back) in enumerate(counted)
    )
    rows, exact = flows(text), sum(map(sum, counted))
    try:
        given_rows = held(rows)
        table = ask(given_rows, conversations(given_rows))
    except NsgkitError as refused:
        assert exact >= 2**63, refused
    else:
        assert sum(map(int, table["bytes"])) == exact
