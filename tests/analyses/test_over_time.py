"""Connections over time: each counted once, whichever engine holds the rows."""

from collections import Counter

import pandas as pd
import pytest

from nsgkit.analyses import over_time
from nsgkit.counting.conversations import conversations
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
from tests.frames import flows

LOGGED = flows("""
    09:00:05 10.0.0.4:50000 10.0.1.5:443 TCP O A B
    09:05:05 10.0.0.4:50000 10.0.1.5:443 TCP O A C 3/300 2/200
    10:00:01 10.0.0.4:50000 10.0.1.5:443 TCP O A E 3/300 2/200
    09:10:00 203.0.113.9:4000 10.0.0.4:22 TCP I D B
    09:10:01 203.0.113.9:4001 10.0.0.4:22 TCP I D -
    09:59:59.999 10.0.0.4:50001 10.0.1.5:443 TCP O A B acl=/RG/A/NSG/DB-NSG
    10:00:00 10.0.0.4:50002 10.0.1.5:443 TCP O A - version=1
    10:30:00 10.0.0.4:50003 10.0.1.5:443 TCP O ? B
""")


MADE = conversations(LOGGED)


def rows(table, by="acl"):
    counts = table[["start", by, "connections", "denied", "unknown", "peers"]]
    return [(t.strftime("%H:%M"), *rest) for t, *rest in counts.itertuples(index=False, name=None)]


WEB, DB = "/RG/A/NSG/WEB-NSG", "/RG/A/NSG/DB-NSG"


def test_each_connection_counts_once_under_its_groups_full_name():
    assert rows(over_time(MADE, by="acl")) == [
        ("09:00", DB, 1, 0, 0, 1),
        ("09:00", WEB, 1, 2, 0, 2),
        ("10:00", WEB, 1, 0, 1, 1),
    ]


def test_the_samples_add_up_to_what_all_others_say(stitched):
    """A count of begin rows says 24,009: 593 connections were logged twice."""
    assert over_time(stitched)["connections"].sum() == 23_416


def test_a_bin_says_when_it_ends():
    table = over_time(MADE, freq="6h")
    assert set(table["end"] - table["start"]) == {pd.Timedelta("6h")}


def test_without_flows_there_are_no_bytes():
    names = ["start", "end", "connections", "denied", "unknown", "peers"]
    assert over_time(MADE).columns.tolist() == names


def test_duckdb_and_an_independent_count_agree_with_pandas():
    relation = connection().from_df(MADE)
    table = over_time(relation, freq="5min", by=["direction", "src_ip"])
    assert table.equals(over_time(MADE, freq="5min", by=["direction", "src_ip"]))
    plain = Counter(
        (r.time.floor("5min").strftime("%H:%M"), r.direction, r.decision)
        for r in LOGGED.itertuples()
        if r.decision == "denied" or r.state not in ("continuing", "end")
    )
    said = over_time(MADE, freq="5min", by="direction").melt(
        ["start", "direction"], ["connections", "denied", "unknown"], "decision", "n"
    )
    said = said[said["n"] > 0].replace({"decision": {"connections": "allowed"}})
    counted = zip(said["start"].dt.strftime("%H:%M"), said["direction"], said["decision"], strict=True)
    assert dict(zip(counted, said["n"], strict=True)) == plain


@pytest.mark.parametrize("given", [{}, {"flows": LOGGED}])
def test_the_table_has_the_same_columns_without_rows(given):
    none = over_time(MADE.head(0), by=["acl", "dst_port"], **given)
    assert len(none) == 0
    full = over_time(MADE, by=["acl", "dst_port"], **given)
    assert none.dtypes.astype(str).equals(full.dtypes.astype(str))


def test_what_was_not_logged_is_a_group_of_its_own():
    assert over_time(MADE, by="flow_log")["flow_log"].isna().all()
    assert over_time(MADE, by="flow_log", flows=LOGGED)["connections"].sum() == 3


def test_flow_rows_name_the_function_that_makes_conversations():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        over_time(LOGGED)


@pytest.mark.parametrize("width", ["a while", "0h", "-1h", "", "1M", "MS", None, 3])
def test_a_bin_that_is_no_width_says_what_to_write(width):
    with pytest.raises(NsgkitError, match=r"freq takes no .*'1h'"):
        over_time(MADE, freq=width)


@pytest.mark.parametrize(
    ("freq", "same"),
    [
        ("1H", "1h"),
        (pd.Timedelta("1h"), "1h"),
        (pd.offsets.Minute(5), "5min"),
        ("1W", "7d"),
        ("90min", "1h30min"),
    ],
)
def test_a_width_is_written_as_in_pandas(freq, same):
    pd.testing.assert_frame_equal(over_time(MADE, freq=freq), over_time(MADE, freq=same))
