"""A closer look: sources of denied rows, sizes, both ends of a connection, what two sources say, threats."""

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, schema
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
from tests.frames import flows

ENGINES = pytest.mark.parametrize(
    "held", [lambda t: t, lambda t: connection().from_df(t)], ids=["pandas", "duckdb"]
)
TRIED = flows("""
    09:00:00 203.0.113.9:1 10.0.0.4:22 TCP I D B
    09:00:01 203.0.113.9:2 10.0.0.4:22 TCP I D B
    09:59:59 203.0.113.9:3 10.0.0.5:25 TCP I D B
    09:00:00 198.51.100.7:1 10.0.0.4:22 TCP I D B
    11:00:00 198.51.100.7:1 10.0.0.4:22 TCP I D B
    11:00:00 192.0.2.1:1 10.0.0.4:22 TCP I D B
    11:00:00 192.0.2.2:1 10.0.0.4:22 TCP I A B
""")
TWO_NICS = flows("""
    09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B mac=00AA00000001
    09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP I A B mac=00AA00000002 blob=b2
    09:00:05 10.0.0.4:50000 10.0.1.5:443 TCP O A E 3/300 2/200 mac=00AA00000001
    09:00:05 10.0.0.4:50000 10.0.1.5:443 TCP I A E 3/300 2/200 mac=00AA00000002 blob=b2
    09:01:00 10.0.0.4:50001 10.0.1.5:443 TCP O A B mac=00AA00000001
    09:01:05 10.0.0.4:50001 10.0.1.5:443 TCP O A E 1/10 1/20 mac=00AA00000001
    09:02:00 10.0.0.4:50002 10.0.1.5:443 TCP O A B mac=00AA00000001
""")


@ENGINES
def test_a_source_is_counted_by_attempts_machines_ports_and_hours(held):
    table = analyses.denied_sources(held(TRIED), least=2)
    assert table[["src_ip", "attempts", "hours", "machines", "ports"]].to_numpy().tolist() == [
        ["203.0.113.9", 3, 1, 2, 2],
        ["198.51.100.7", 2, 2, 1, 1],
    ]


@ENGINES
def test_who_tried_hardest_at_one_machine_in_one_hour_comes_first(held):
    table = analyses.denied_sources(held(TRIED), least=1)
    assert table["each"].tolist() == [1.5, 1.0, 1.0]
    assert table["src_ip"].tolist() == ["203.0.113.9", "192.0.2.1", "198.51.100.7"]


@ENGINES
def test_its_ports_are_named_the_most_tried_first(held):
    assert analyses.denied_sources(held(TRIED), least=3)["which"].tolist() == ["22 (2), 25 (1)"]


def test_of_many_ports_the_rest_is_counted():
    lines = "\n".join(f"09:00:00 203.0.113.9:1 10.0.0.4:{port} TCP I D B" for port in range(1, 10))
    which = analyses.denied_sources(flows(lines), least=1)["which"].item()
    assert which == "1 (1), 2 (1), 3 (1), 4 (1), 5 (1), 6 (1), and 3 more"


@ENGINES
def test_sizes_are_those_of_single_connections_each_once(held):
    conversations = held(nsgkit.conversations(TWO_NICS))
    sizes = analyses.connection_sizes(conversations, "dst_port")
    assert sizes.to_dict("records") == [{"dst_port": 443, "count": 2, "min": 30, "median": 265.0, "max": 500}]


@ENGINES
def test_a_size_that_is_unknown_is_no_size(held):
    conversations = held(nsgkit.conversations(TWO_NICS.tail(1)))
    assert analyses.connection_sizes(conversations, ["src_ip", "dst_port"]).empty


@ENGINES
def test_both_ends_are_two_rows_the_one_that_counts_first(held):
    both = analyses.both_ends(held(nsgkit.conversations(TWO_NICS)), top=None)
    told = both[["mac", "direction", "src_port", "bytes_src_to_dst", "folded"]].astype("object")
    assert told.to_numpy().tolist() == [
        ["00AA00000001", "outbound", 50000, 300, False],
        ["00AA00000002", "inbound", 50000, 300, True],
    ]


def test_both_ends_of_two_connections_stay_apart():
    later = TWO_NICS.assign(time=TWO_NICS["time"] + pd.Timedelta("1h"), record=1)
    both = analyses.both_ends(nsgkit.conversations(pd.concat([TWO_NICS, later], ignore_index=True)), top=2)
    assert both["first"].dt.hour.tolist() == [9, 9, 10, 10]
    assert both["folded"].tolist() == [False, True] * 2


@pytest.fixture
def lists(tmp_path):
    """Two lists of places, and a network with a threat feed."""
    (tmp_path / "one.csv").write_text("prefix,country\n198.51.100.0/24,IS\n203.0.113.0/24,GB\n")
    (tmp_path / "two.csv").write_text("prefix,country\n198.51.100.0/24,NL\n203.0.113.0/24,GB\n")
    (tmp_path / "feed.txt").write_text("198.51.100.7 # bad\n")
    (tmp_path / "network.toml").write_text(
        'own = ["10.0.0.0/8"]\n[[feeds]]\npath = "feed.txt"\nname = "Feed"\ndate = 2024-12-17\n'
    )
    return tmp_path


@ENGINES
def test_two_sources_differ_by_address(held, lists):
    own = ["10.0.0.0/8", lists / "one.csv"]
    table = analyses.place_differences(held(TRIED), own, other=lists / "two.csv")
    assert table[["country", "country_other", "addresses", "which"]].to_numpy().tolist() == [
        ["IS", "NL", 1, "198.51.100.7"]
    ]


def test_more_addresses_than_are_named_are_counted(lists):
    lines = "\n".join(f"09:00:00 198.51.100.{n}:1 10.0.0.4:22 TCP I D B" for n in range(1, 8))
    own = ["10.0.0.0/8", lists / "one.csv"]
    table = analyses.place_differences(flows(lines), own, other=lists / "two.csv")
    assert table["which"].item().endswith("198.51.100.5 and 2 more")
    assert table["addresses"].item() == 7


@ENGINES
def test_what_a_feed_names_is_counted(held, lists):
    table = analyses.threats(held(nsgkit.conversations(TRIED)), lists / "network.toml")
    assert table[["src_ip", "dst_ip", "denied"]].to_numpy().tolist() == [["198.51.100.7", "10.0.0.4", 2]]
    assert "Feed" in table["src_threat"].item()
    assert table["dst_threat"].isna().all()


@ENGINES
@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        (analyses.denied_sources, schema.DENIED_SOURCES),
        (analyses.both_ends, schema.BOTH_ENDS),
        (analyses.threats, schema.THREATS),
        (analyses.place_differences, schema.PLACE_DIFFERENCES),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_where_nothing_is_found_the_columns_are_the_same(held, asked, columns):
    rows = TWO_NICS.tail(3)  # one connection, logged once
    table = asked(held(rows if asked is analyses.denied_sources else nsgkit.conversations(rows)))
    assert table.empty
    assert table.columns.tolist() == [column.name for column in columns]


@pytest.mark.parametrize(
    "asked",
    [
        analyses.denied_sources,
        analyses.both_ends,
        analyses.threats,
        analyses.place_differences,
        lambda table: analyses.connection_sizes(table, "rule"),
    ],
)
def test_a_column_that_is_missing_is_named(asked):
    with pytest.raises(MissingColumnError, match="no column"):
        asked(pd.DataFrame({"rule": ["Web"]}))


def test_a_list_of_values_keeps_what_has_one_of_them():
    found = nsgkit.query(TRIED, analyses.term("src", ["192.0.2.1", "192.0.2.2"]))
    assert found["src_ip"].tolist() == ["192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize("field", ["src", "ip", "rule", "dst_port"])
def test_no_values_keep_nothing(field):
    assert nsgkit.query(TRIED, analyses.term(field, [])).empty


def test_names_are_meant_to_the_letter():
    rows = TRIED.assign(rule=pd.Categorical(["A*", 'say "x"', "AB", None, "AB", "AB", "a*"]))
    kept = nsgkit.query(rows, analyses.term("rule", ["A*", 'say "x"', None]))
    assert kept["rule"].astype("object").fillna("none").tolist() == ["A*", 'say "x"', "none"]


def test_a_term_of_prefixes_and_of_masked_addresses():
    rows = TRIED.assign(src_ip=pd.Categorical(["xxx.xxx.xxx.xxx", *TRIED["src_ip"].tolist()[1:]]))
    kept = nsgkit.query(rows, analyses.term("src", ["xxx.xxx.xxx.xxx", "192.0.2.0/24"]))
    assert kept["src_ip"].tolist() == ["xxx.xxx.xxx.xxx", "192.0.2.1", "192.0.2.2"]


@pytest.mark.parametrize(("field", "values"), [("srx", []), ("srx", ["10.0.0.4"]), ("dst_port", ["x"])])
def test_a_term_that_is_none_is_refused(field, values):
    with pytest.raises(NsgkitError):
        analyses.term(field, values)
