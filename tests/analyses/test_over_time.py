"""Connections over time: each counted once, whichever engine holds the rows."""

from collections import Counter

import duckdb
import pandas as pd
import pytest

from nsgkit import schema
from nsgkit.analyses import connections_over_time
from nsgkit.errors import MissingColumnError, NsgkitError
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


def rows(table):
    return [(t.strftime("%H:%M"), g, d, n) for t, g, d, n, _ in table.itertuples(index=False)]


def test_each_connection_counts_once():
    assert rows(connections_over_time(LOGGED)) == [
        ("09:00", "DB-NSG", "allowed", 1),
        ("09:00", "WEB-NSG", "allowed", 1),
        ("09:00", "WEB-NSG", "denied", 2),
        ("10:00", "WEB-NSG", "allowed", 1),
        ("10:00", "WEB-NSG", "unknown", 1),
    ]


def test_a_bin_says_when_it_ends():
    table = connections_over_time(LOGGED, freq="6h")
    assert set(table["until"] - table["time"]) == {pd.Timedelta("6h")}


def test_duckdb_and_an_independent_count_agree_with_pandas():
    relation = duckdb.connect().from_df(LOGGED)
    table = connections_over_time(relation, freq="5min", by="direction")
    assert table.equals(connections_over_time(LOGGED, freq="5min", by="direction"))
    plain = Counter(
        (r.time.floor("5min").strftime("%H:%M"), r.direction, r.decision)
        for r in LOGGED.itertuples()
        if r.decision == "denied" or r.state not in ("continuing", "end")
    )
    assert rows(table) == sorted((*key, n) for key, n in plain.items())


def test_the_table_has_the_same_columns_without_rows():
    none = connections_over_time(schema.empty())
    assert len(none) == 0
    assert none.dtypes.astype(str).equals(connections_over_time(LOGGED).dtypes.astype(str))


def test_an_acl_that_was_not_logged_is_a_group_of_its_own():
    assert connections_over_time(LOGGED, by="flow_log")["group"].unique().tolist() == ["not logged"]


def test_two_groups_with_the_same_last_segment_stay_apart():
    alike = flows("""
        09:00:05 10.0.0.4:1 10.0.1.5:443 TCP O A B acl=/RG/A/NSG/WEB
        09:00:05 10.0.0.4:1 10.0.1.5:443 TCP O A B acl=/RG/B/NSG/WEB
    """)
    assert connections_over_time(alike)["group"].tolist() == ["A/NSG/WEB", "B/NSG/WEB"]


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match=r"no column state.*nsgkit\.read_logs"):
        connections_over_time(LOGGED.drop(columns="state"))


@pytest.mark.parametrize("width", ["a while", "0h", "-1h", ""])
def test_a_bin_that_is_no_width_says_what_to_write(width):
    with pytest.raises(NsgkitError, match="1h"):
        connections_over_time(LOGGED, freq=width)
