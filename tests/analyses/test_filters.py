"""The filter language: what is written, what it keeps, and what it says of a slip."""

import ipaddress
from datetime import UTC, datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.analyses import breakdown
from nsgkit.analyses.filters.grammar import FIELDS, parse, quoted
from nsgkit.analyses.filters.select import query
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.frames import flows

LOGGED = flows("""
    09:00:05 10.0.0.4:50000 10.0.1.5:443 TCP O A B
    09:05:05 10.0.0.4:50000 10.0.1.5:443 TCP O A E 3/300 2/200
    09:10:00 203.0.113.9:4000 10.0.0.4:22 TCP I D B rule=DefaultRule_DenyAllInBound
    09:20:00 203.0.113.77:4001 10.0.0.4:3389 TCP I D B rule=DefaultRule_DenyAllInBound
    09:30:00 2001:db8::9:0 2001:db8:1::4:53 UDP I A B acl=/RG/B/NSG/DB-NSG mac=00AA00000002
    10:00:00 198.51.100.7:22 10.0.0.4:8080 TCP I ? B rule=
""")
# One connection, logged at both ends; the initiator's view counts.
TWICE = flows("""
    09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B mac=00AA00000001 rule=UserRule_Out blob=b1
    09:00:01 10.0.0.4:50000 10.0.1.5:443 TCP I A B mac=00AA00000002 rule=UserRule_In blob=b2
    09:00:09 10.0.0.4:50000 10.0.1.5:443 TCP O A E 3/300 2/200 mac=00AA00000001 rule=UserRule_Out blob=b1
    09:00:09 10.0.0.4:50000 10.0.1.5:443 TCP I A E 3/300 2/200 mac=00AA00000002 rule=UserRule_In blob=b2
""")
# Names as an attacker may choose them: what the language itself uses, and any character.
ODD = [
    "any",
    "",
    "*",
    "Web*",
    'a"b',
    "a\\b",
    "a\nb",
    "or",
    "x) or (y",
    "UserRule_Web",
    "web",
    "Web",
    "/A/Web",
    "\u202e",
]
NAMES = st.sampled_from(ODD) | st.text(max_size=12)

KEPT = {
    "": [0, 1, 2, 3, 4, 5],
    "denied": [2, 3],
    "dst_port:22 denied": [2],
    "dst_port:22,3389": [2, 3],
    "dst_port:1-1023 inbound": [2, 4],
    "port:22": [2, 5],
    "src:203.0.113.0/24": [2, 3],
    "src:203.0.113.0/26": [2],
    "ip:10.0.1.5": [0, 1],
    "203.0.113.9": [2],
    "2001:db8::/32": [4],
    "2001:db8::9": [4],
    "-src:203.0.113.0/24 tcp": [0, 1, 5],
    "udp": [4],
    "rule:DenyAllInBound": [2, 3],
    "rule:deny*": [2, 3],
    "rule:Web": [0, 1, 4],
    'rule:""': [5],
    "-rule:Web": [2, 3, 5],
    "nsg:db-nsg": [4],
    "nsg:B/NSG/DB-NSG": [4],
    "nic:00-AA-00-00-00-02": [4],
    "state:end": [1],
    "unknown": [5],
    "from:2024-12-19T09:20": [3, 4, 5],
    "until:2024-12-19T09:20": [0, 1, 2],
    "from:2024-12-19T10:50:00+01:00": [5],
    "from:2024-12-19T09:10 until:2024-12-19T09:20 denied": [2],
    "src:198.51.100.0/24 denied": [],
}


@pytest.mark.parametrize("text", KEPT)
def test_a_filter_keeps_what_it_says(text):
    rule = LOGGED["rule"].replace("", None).astype("category")
    assert query(LOGGED.assign(rule=rule), text).index.tolist() == KEPT[text]


@pytest.mark.parametrize("text", KEPT)
def test_duckdb_keeps_the_same_rows(text):
    table = LOGGED.assign(rule=LOGGED["rule"].replace("", None).astype("category"))
    relation = query(duckdb.connect().from_df(table), text)
    assert sorted(relation.to_arrow_table()["tuple"].to_pylist()) == KEPT[text]


def test_rows_keep_their_columns_types_and_labels():
    kept = query(LOGGED, "denied")
    assert kept.equals(LOGGED.loc[[2, 3]])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dst_port:70000", "dst_port: takes no '70000' .character 1 .*from 0 to 65535"),
        ("denied src:10.0.0.300", "src: takes no '10.0.0.300' .character 8 .*203.0.113.0/24"),
        ("dst_prt:22", "no field 'dst_prt' .character 1.*Did you mean dst_port:"),
        ("22", "does not say what '22' is .*dst_port:22"),
        ("tcp allow", "does not say what 'allow' is .character 5"),
        ("decision:no", "decision: knows no 'no' .*allowed, denied, unknown"),
        ("from:yesterday", "from: .character 1 of the filter. takes no 'yesterday'"),
        ("denied until:10:00", "until: .character 8 of the filter. takes no '10:00'"),
        ("from:", "from"),
        ('rule:"Allow web', "close every double quote"),
        ("-until:2024-12-19", "without a minus"),
    ],
)
def test_a_slip_is_told_with_its_place_and_its_remedy(text, said):
    with pytest.raises(NsgkitError, match=said):
        parse(text)


def test_a_filter_names_the_column_that_is_missing():
    with pytest.raises(MissingColumnError, match=r"no column rule.*nsgkit\.read_logs"):
        query(LOGGED.drop(columns="rule"), "rule:Web")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_our_own_words(text):
    try:
        assert all(term.field in FIELDS for term in parse(text))
    except NsgkitError as error:
        assert "filter" in str(error)


@pytest.mark.parametrize("field", ["rule", "nsg", "nic", "flow_log"])
@pytest.mark.parametrize("engine", ["pandas", "DuckDB"])
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_a_value_that_is_picked_keeps_the_rows_that_have_it_and_no_other(field, engine, names):
    column = {"rule": "rule", "nsg": "acl", "nic": "mac", "flow_log": "flow_log"}[field]
    table = pd.DataFrame({column: pd.Series([*names, None], dtype="str"), "row": range(len(names) + 1)})
    given = table if engine == "pandas" else duckdb.connect().from_arrow(pa.Table.from_pandas(table))
    kept = query(given, f"{field}:{quoted(names[0])}")
    found = kept if engine == "pandas" else kept.to_df()
    assert sorted(found["row"]) == [i for i, name in enumerate(names) if name == names[0]]


@given(st.ip_addresses(), st.integers(0, 32))
def test_a_prefix_keeps_what_python_says_lies_in_it(address, bits):
    prefix = str(ipaddress.ip_network((address, bits), strict=False))
    plain = [i for i, ip in enumerate(LOGGED["src_ip"]) if _inside(ip, prefix)]
    assert query(LOGGED, f"src:{prefix}").index.tolist() == plain


def test_a_filter_of_conversations_asks_when_they_began():
    made = nsgkit.conversations(LOGGED)
    assert len(query(made, "dst_port:443 until:2024-12-19T09:05")) == 1
    assert query(made, "dst_port:443 from:2024-12-19T09:05").empty


@pytest.mark.parametrize(
    "text", ["", "dst_port:443", "nic:00AA00000001", "nic:00AA00000002", "rule:In", "inbound"]
)
@pytest.mark.parametrize("engine", ["pandas", "DuckDB"])
def test_a_connection_counts_once_from_whichever_end_it_is_asked_for(text, engine):
    made = nsgkit.conversations(TWICE if engine == "pandas" else duckdb.connect().from_df(TWICE))
    table = breakdown(query(made, text), ["dst_port"])
    assert (table["connections"].item(), table["bytes"].item()) == (1, 500)


def test_a_second_view_on_the_other_side_of_a_moment_does_not_count_again():
    made = nsgkit.conversations(TWICE)
    assert breakdown(query(made, "from:2024-12-19T09:00:01"), ["dst_port"])["connections"].sum() == 0


def test_on_the_samples_a_filter_keeps_what_a_plain_loop_keeps():
    table = nsgkit.read_logs("data/samples", start="2024-12-18 01:00", end="2024-12-18 08:00").flows
    begin = datetime(2024, 12, 18, 2, tzinfo=UTC)
    plain = [
        i
        for i, row in enumerate(table.itertuples())
        if row.dst_port == 22
        and row.decision == "denied"
        and row.time >= begin
        and row.src_ip.startswith("203.0.113.")
    ]
    text = "dst_port:22 src:203.0.113.0/24 denied from:2024-12-18T02:00"
    assert query(table, text).index.tolist() == plain
    assert plain


def _inside(ip, prefix):
    address, network = ipaddress.ip_address(ip), ipaddress.ip_network(prefix)
    return address.version == network.version and address in network
