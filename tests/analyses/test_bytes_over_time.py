"""Bytes over time: spread over the span that they were counted in, and not a byte lost."""

from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import breakdown, over_time
from nsgkit.counting.conversations import conversations
from nsgkit.errors import NsgkitError
from tests.counting import plain_stitch
from tests.counting.test_conversations import FEW, ROWS, table_of
from tests.engines import connection
from tests.examples import examples
from tests.frames import flows

TALK = "10.0.0.4:50000 10.0.1.5:443 TCP"


def carried(rows, **options):
    return over_time(conversations(rows), flows=rows, **options)


def sent(text, freq="1min"):
    table = carried(flows(text), freq=freq).dropna(subset="bytes_src_to_dst")
    return {t.strftime("%H:%M"): b for t, b in zip(table["start"], table["bytes_src_to_dst"], strict=True)}


def test_a_five_minute_row_makes_no_spike():
    text = f"""
        09:00:00 {TALK} O A B
        09:05:00 {TALK} O A C 5/500 -/-
    """
    assert sent(text) == {f"09:0{m}": 100 for m in range(5)}


def test_spans_are_shared_out_in_proportion_and_to_the_byte():
    text = f"""
        09:00:30 {TALK} O A B
        09:02:00 {TALK} O A E 1/100 -/-
    """
    assert sent(text) == {"09:00": 33, "09:01": 67}


def test_a_row_covers_the_time_since_the_one_before_it():
    text = f"""
        09:00:00 {TALK} O A B
        09:01:00 {TALK} O A C 1/60 -/-
        09:03:00 {TALK} O A E 1/20 -/-
    """
    assert sent(text) == {"09:00": 60, "09:01": 10, "09:02": 10}


def test_an_orphans_first_row_covers_five_minutes():
    assert sent(f"09:05:00 {TALK} O A C 5/500 -/-") == {f"09:0{m}": 100 for m in range(5)}


def test_an_end_at_its_begins_millisecond_stays_in_its_bin():
    assert sent(f"09:00:00 {TALK} O A B\n09:00:00 {TALK} O A E 1/74 -/-") == {"09:00": 74}


def test_counters_beyond_any_product_of_64_bits_stay_exact():
    huge = 2**55 + 1
    text = f"""
        09:00:00 {TALK} O A B
        11:00:00 {TALK} O A E 1/{huge} -/-
    """
    assert sum(sent(text).values()) == huge


def test_a_row_that_covers_forty_days_is_shared_out_to_the_byte():
    text = f"""
        2024-01-01T00:00:00 {TALK} O A B
        2024-02-10T00:00:00 {TALK} O A E 1/2700000000 -/-
    """
    table = carried(flows(text), freq="20d")
    # 17, 20 and 3 of the 40 days: bins begin at whole multiples since 1970.
    assert table["bytes_src_to_dst"].tolist() == [1_147_500_000, 1_350_000_000, 202_500_000]


@pytest.mark.parametrize(
    "engine", [pd.DataFrame, lambda table: connection().from_df(table)], ids=["pandas", "duckdb"]
)
def test_a_row_that_covers_most_of_a_year_is_shared_out_to_the_byte(engine):
    sent = 2**40 - 1
    rows = flows(f"2024-01-01T00:00:00 {TALK} O A B\n2024-10-27T00:00:00 {TALK} O A E 1/{sent} -/-")
    days = carried(engine(rows), freq="1d")["bytes_src_to_dst"].dropna()
    assert (len(days), days.sum()) == (300, sent)
    assert days.max() - days.min() < sent // 300 // 1000


def test_unknown_is_null_not_zero():
    table = carried(flows(f"09:00:00 {TALK} O A B"))
    assert table[["connections", "bytes"]].to_numpy().tolist() == [[1, pd.NA]]


def test_double_capture_counts_once():
    text = f"""
        09:00:00 {TALK} O A B mac=00AA00000001
        09:00:01 {TALK} I A B mac=00AA00000002
        09:01:00 {TALK} O A E 5/500 4/400 mac=00AA00000001
        09:01:01 {TALK} I A E 5/500 4/400 mac=00AA00000002
    """
    table = carried(flows(text))
    assert table[["connections", "bytes"]].to_numpy().tolist() == [[1, 900]]


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_where_no_begin_rows_are_logged_the_end_rows_count(engine):
    text = f"08:59:00 {TALK} O A C 1/1 1/1\n09:05:00 {TALK} O A E 1/1 1/1\n09:06:00 {TALK} O A C 1/1 1/1"
    table = flows(text, version=4, flow_log="/FL", resource="/VNET")
    said = carried(table if engine == "pandas" else connection().from_df(table))
    assert said.loc[said["connections"] > 0, ["start", "connections"]].values.tolist() == [
        [pd.Timestamp("2024-12-19T08:00Z"), 1]
    ]


def test_denied_and_undecided_are_counted_apart():
    text = "\n".join(f"09:00:00 {TALK} O {said}" for said in ("D B", "D -", "? B", "A - version=1"))
    assert carried(flows(text))[["connections", "denied", "unknown"]].to_numpy().tolist() == [[1, 2, 1]]


def test_the_samples_counted_one_by_one(logs, plain):
    table = carried(logs.flows, freq="15min", by="mac")
    folded = plain_stitch.fold(plain)
    width = pd.Timedelta("15min")
    expected = Counter()
    counting = {(c["blob"], c["record"], c["tuple"]) for i, c in enumerate(plain) if i not in folded}
    for conversation in plain_stitch.stitch(plain_stitch.records(logs.flows)):
        first = conversation[0]
        if (first["blob"], first["record"], first["tuple"]) not in counting:
            continue
        for before, row in zip([None, *conversation], conversation, strict=False):
            if row["state"] in ("continuing", "end") and row["bytes_dst_to_src"] is not None:
                since = before["time"] if before else row["time"] - pd.Timedelta("5min")
                for start, part in spread(since, row["time"], row["bytes_dst_to_src"], width):
                    expected[start, row["mac"]] += part
    said = {(r.start, r.mac): r.bytes_dst_to_src for r in table.itertuples() if pd.notna(r.bytes_dst_to_src)}
    assert {k: v for k, v in said.items() if v} == {k: v for k, v in expected.items() if v}


def spread(since, until, total, width):
    """Share `total` out over bins, by exact fractions rounded down at each boundary."""
    start, done = since.floor(width), 0
    while True:
        upto = min(until, start + width)
        share = Fraction((upto - since) // pd.Timedelta("1ms"), (until - since) // pd.Timedelta("1ms") or 1)
        reached = total if upto == until else int(total * share)
        yield start, reached - done
        start, done = start + width, reached
        if start >= until:
            return


def held(rows):
    return connection().from_df(rows)


@pytest.mark.parametrize("by", [None, "mac", ["protocol", "direction"]])
def test_every_mix_of_engines_gives_the_same_table(logs, stitched, by):
    mine = over_time(stitched, by=by, flows=logs)
    relation = held(logs.flows)
    pd.testing.assert_frame_equal(over_time(nsgkit.conversations(relation), by=by, flows=relation), mine)
    pd.testing.assert_frame_equal(over_time(stitched, by=by, flows=relation), mine)
    pd.testing.assert_frame_equal(over_time(held(stitched), by=by, flows=logs), mine)


def test_tables_of_two_connections_say_what_to_do(logs, stitched):
    with pytest.raises(NsgkitError, match=r"two DuckDB connections.*nsgkit\.conversations\(flows\)"):
        over_time(held(stitched), flows=held(logs.flows))


def test_bytes_of_a_part_are_those_of_its_conversations(logs, stitched):
    part = nsgkit.query(stitched, "dst_port:443 nic:000D3AB1A114")
    assert over_time(part, flows=logs)["bytes"].sum() == breakdown(part, "mac")["bytes"].sum() > 0


def test_a_table_of_other_flows_says_so(stitched):
    with pytest.raises(NsgkitError, match="not made of these flow rows"):
        over_time(stitched, flows=flows(f"09:00:00 {TALK} O A B"))


COUNTED = ["connections", "denied", "unknown"]
BOTH = ["bytes", "packets", *plain_stitch.COUNTERS]


def totals_agree(made, rows, by):
    table, all_ = over_time(made, flows=rows, by=by, freq="15min"), breakdown(made, by, top=None)
    summed = table.groupby(by, dropna=False)[[*COUNTED, *BOTH]].sum(min_count=1)
    told = all_[all_[COUNTED].sum(axis=1).gt(0) | all_["bytes"].notna() | all_["packets"].notna()]
    told = told.set_index(by)[[*COUNTED, *BOTH]].sort_index()
    pd.testing.assert_frame_equal(summed.sort_index(), told, check_dtype=False, check_index_type=False)


@FEW
@given(ROWS)
def test_totals_are_those_of_a_breakdown_whatever_the_rows(rows):
    frame = table_of(rows)
    totals_agree(conversations(frame), frame, ["mac"])


@pytest.mark.parametrize("within", [5.0, 0.5])
@pytest.mark.parametrize("by", ["resource", "protocol", "src_ip"])
def test_totals_are_those_of_a_breakdown_however_views_are_folded(logs, by, within):
    made = conversations(logs.flows, fold_within=within)
    assert breakdown(made, "version")["connections"].sum() == (23_416 if within == 5.0 else 23_706)
    totals_agree(made, logs, [by])


def test_totals_without_begin_rows_are_those_of_a_breakdown():
    text = f"08:59:00 {TALK} O A C 1/1 1/1\n09:05:00 {TALK} O A E 1/1 1/1\n09:06:00 {TALK} O A C 1/1 1/1"
    rows = flows(text, version=4, flow_log="/FL", resource="/VNET")
    totals_agree(conversations(rows), rows, ["mac"])


@examples(10)
@given(st.lists(st.tuples(st.integers(0, 5_000_000), st.integers(0, 2**50)), max_size=40), st.integers(1, 90))
def test_whatever_the_bin_the_total_stays(rows, minutes):
    clock = pd.Timestamp("2024-12-19T00:00Z")
    text = "\n".join(
        f"{(clock + pd.Timedelta(ms, 'ms')).strftime('%Y-%m-%dT%H:%M:%S.%f')} {TALK} O A C 1/{n} -/-"
        for ms, n in rows
    )
    table = carried(flows(text), freq=f"{minutes}min")
    assert table["bytes_src_to_dst"].sum() == sum(n for _, n in rows)


def test_the_same_columns_without_rows():
    none = carried(schema.empty()).dtypes.astype(str)
    assert none.equals(carried(flows(f"09:00:00 {TALK} O A B")).dtypes.astype(str))


def test_a_bin_that_is_no_width_says_what_to_write():
    with pytest.raises(NsgkitError, match="1h"):
        carried(schema.empty(), freq="often")
