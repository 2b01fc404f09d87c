"""The filter language: what is written, what it keeps, and what it says of a slip."""

import ipaddress
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.analyses import breakdown
from nsgkit.analyses.filters.completion import complete, term_start
from nsgkit.analyses.filters.grammar import EXAMPLES, FIELDS, beside, parse, quoted
from nsgkit.analyses.filters.parts import can_turn, parts_of, turned
from nsgkit.analyses.filters.select import query
from nsgkit.analyses.filters.words import SAYINGS, WORDS, terms_in
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.schema.columns import as_text
from nsgkit.schema.ports import SERVICES
from tests.engines import connection
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
    "src:outside": [2, 3, 4, 5],
    "-src:inside": [2, 3, 4, 5],
    "dst:Inside": [0, 1, 2, 3, 4, 5],
    "dst:outside": [],
    "ip:outside denied": [2, 3],
    "src:inside,203.0.113.9": [0, 1, 2],
    "dst_port:22 or dst_port:3389": [2, 3],
    "udp OR denied inbound": [2, 3, 4],
    "(udp or denied) dst_port:22,53": [2, 4],
    "not denied tcp": [0, 1, 5],
    "not (denied or tcp)": [4],
    "-(denied or tcp)": [4],
    "not not denied": [2, 3],
    "not -denied": [2, 3],
    "tcp not(inbound)": [0, 1],
    "(((udp)))": [4],
    "ssh": [2],
    "dst_port:ssh,RDP": [2, 3],
    "port:ssh": [2, 5],
    "dst_port=22": [2],
    "src_port>=50000": [0, 1],
    "bytes>499": [1],
    "bytes>500": [],
    "bytes>=0.5k": [1],
    "-bytes>0": [0, 2, 3, 4, 5],
    "bytes_src_to_dst<1KiB": [1],
    "bytes:500": [1],
    "packets:4-6": [1],
    "packets_dst_to_src:1,2": [1],
    'rule:="UserRule_Web"': [0, 1, 4],
    "rule:=Web": [],
    'rule:="UserRule_*"': [],
    'rule:=""': [],
    'rule:="x","UserRule_Web"': [0, 1, 4],
    'src:="203.0.113.9"': [2],
    "udp or from:2024-12-19T09:20": [3, 4, 5],
    "not (from:2024-12-19T09:05 until:2024-12-19T09:20)": [0, 3, 4, 5],
}


@pytest.mark.parametrize("text", KEPT)
def test_a_filter_keeps_what_it_says(text):
    rule = LOGGED["rule"].replace("", None).astype("category")
    assert query(LOGGED.assign(rule=rule), text).index.tolist() == KEPT[text]


@pytest.mark.parametrize("text", KEPT)
def test_duckdb_keeps_the_same_rows(text):
    table = LOGGED.assign(rule=LOGGED["rule"].replace("", None).astype("category"))
    relation = query(connection().from_df(table), text)
    assert sorted(relation.to_arrow_table()["tuple"].to_pylist()) == KEPT[text]


@pytest.mark.parametrize("text", KEPT)
def test_a_filter_taken_apart_and_put_together_keeps_the_same(text):
    assert query(LOGGED, beside(*parts_of(text))).equals(query(LOGGED, text))


@pytest.mark.parametrize("text", [text for text in KEPT if text])
def test_a_part_that_is_turned_round_keeps_the_others_and_turned_again_the_same(text):
    for part in filter(can_turn, parts_of(text)):
        others = LOGGED.drop(index=query(LOGGED, part).index)
        assert query(LOGGED, turned(part)).equals(others)
        assert query(LOGGED, turned(turned(part))).equals(query(LOGGED, part))


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
        ("tcp (ssh or rdp", "parenthesis is not closed .character 5 .*Write [)]"),
        ("tcp (", "parenthesis is not closed .character 5 "),
        ("ssh)", "closed that was never opened .character 4 "),
        ("tcp ()", "nothing in the parentheses .character 5 "),
        ("ssh or", "nothing behind 'or' .character 5 "),
        ("or ssh", "nothing before 'or' .character 1 "),
        ("ssh or or rdp", "nothing behind 'or' .character 5 "),
        ("tcp not", "nothing behind 'not' .character 5 "),
        ("ssh AND tcp", "from 'AND' on .character 5 .*Write a space"),
        ("ssh && tcp", "from '&&' on .character 5 .*Write a space"),
        ("ssh || tcp", r"from '\|\|' on .character 5 .*Write or"),
        ("!denied", "from '!' on .character 1 .*Write not"),
        ("dst_port==22", "knows no '==' .character 9 .*Write dst_port:value"),
        ("rule!=Web", "knows no '!=' .character 5 .*Write -rule:value"),
        ("bytes>many", "bytes: takes no 'many' .character 1 .*1MB"),
        ("bytes>5m", "takes no '5m'"),
        ("bytes>1,000", "takes one number after > .*without commas"),
        ("bytes > 5", "what 'bytes' is .*without a space"),
        ("duration>5m", "takes no '5m' .*5min"),
        ("bytes:9e99", "takes no '9e99'"),
        ("rule>5", "rule: cannot be compared by > "),
        ("byte>5", "Did you mean bytes:"),
        ("dst_port:shh", "takes no 'shh' .*ssh, rdp"),
        ("answered:maybe", "knows no 'maybe' .*yes, no, unknown"),
        ("rule:Allow(web)", "parenthesis stands inside a word .character 11 .*quotes"),
        (r'rule:="a\q"', r"knows no \\q .character 7 "),
        ("src: 10.0.0.4", "src has no value in the filter .character 4 "),
        ("(" * 31 + "tcp" + ")" * 31, "too deep .character 31 "),
    ],
)
def test_a_slip_is_told_with_its_place_and_its_remedy(text, said):
    with pytest.raises(NsgkitError, match=said):
        parse(text)


def test_a_filter_names_the_column_that_is_missing():
    with pytest.raises(MissingColumnError, match=r"no column rule.*nsgkit\.read_logs"):
        query(LOGGED.drop(columns="rule"), "rule:Web")


SIGNS = [
    "(",
    ")",
    "or",
    "not",
    "-",
    " ",
    "denied",
    "bytes>",
    "5",
    "k",
    ":",
    "=",
    '"',
    "\\",
    "rule",
    ",",
    "and",
    "ssh",
]


@given(st.text(max_size=60) | st.lists(st.sampled_from(SIGNS), max_size=25).map("".join))
def test_any_text_is_read_or_refused_in_our_own_words(text):
    try:
        assert all(term.field in FIELDS for term in terms_in(parse(text)))
    except NsgkitError as error:
        assert "filter" in str(error)


@pytest.mark.parametrize("field", ["rule", "nsg", "nic", "flow_log"])
@pytest.mark.parametrize("engine", ["pandas", "DuckDB"])
@given(names=st.lists(NAMES, min_size=1, max_size=4))
def test_a_value_that_is_picked_keeps_the_rows_that_have_it_and_no_other(field, engine, names):
    column = {"rule": "rule", "nsg": "acl", "nic": "mac", "flow_log": "flow_log"}[field]
    table = pd.DataFrame({column: pd.Series([*names, None], dtype="str"), "row": range(len(names) + 1)})
    given = table if engine == "pandas" else connection().from_arrow(pa.Table.from_pandas(table))
    kept = query(given, f"{field}:{quoted(names[0])}")
    found = kept if engine == "pandas" else kept.to_arrow_table().to_pandas()
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
    made = nsgkit.conversations(TWICE if engine == "pandas" else connection().from_df(TWICE))
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


# Conversations of few values, so that random terms often match; None is unknown.
COLUMNS = {
    "src_ip": ["10.0.0.4", "203.0.113.9"], "dst_port": [22, 443, 3389], "decision": ["allowed", "denied"],
    "rule": ["Web", "UserRule_Web", "a b", None], "mac": ["A", "B"], "acl": ["/RG/X", "/RG/Y", None],
    "bytes_src_to_dst": [0, 60, 2**62, None], "bytes_dst_to_src": [0, 40, 2**62, None], "rows": [1, 2],
    "packets_dst_to_src": [0, 1, None], "duration": [0.0, 60.0, 60.5, None], "answered": [True, False, None],
}  # fmt: skip
TYPES = {
    "bytes_src_to_dst": "Int64", "bytes_dst_to_src": "Int64", "packets_dst_to_src": "Int64",
    "answered": "boolean", "rule": "str", "acl": "str", "duration": "float64",
}  # fmt: skip
FIRST = [pd.Timestamp("2024-12-19T09:00", tz="UTC"), pd.Timestamp("2024-12-19T10:00", tz="UTC")]


def _bytes(row):
    known = [row[name] for name in ("bytes_src_to_dst", "bytes_dst_to_src") if row[name] is not None]
    return sum(known) if known else None


def _known(value, test):
    return value is not None and test(value)


# A term -> what it asks of a row, written out by hand.
ASKS = {
    "src:203.0.113.0/24": lambda r: r["src_ip"] == "203.0.113.9",
    "dst_port:22,3389": lambda r: r["dst_port"] in (22, 3389),
    "https": lambda r: r["dst_port"] == 443,
    "dst_port<443": lambda r: r["dst_port"] < 443,
    "denied": lambda r: r["decision"] == "denied",
    "rule:web": lambda r: r["rule"] in ("Web", "UserRule_Web"),
    'rule:="Web"': lambda r: r["rule"] == "Web",
    'rule:""': lambda r: r["rule"] is None,
    "nic:A": lambda r: r["mac"] == "A",
    "nsg:x": lambda r: r["acl"] == "/RG/X",
    "bytes>=100": lambda r: _known(_bytes(r), lambda n: n >= 100),
    "bytes<100": lambda r: _known(_bytes(r), lambda n: n < 100),
    "bytes:100": lambda r: _known(_bytes(r), lambda n: n == 100),
    "packets_dst_to_src:0": lambda r: _known(r["packets_dst_to_src"], lambda n: n == 0),
    "duration>1min": lambda r: _known(r["duration"], lambda n: n > 60),
    "duration<=60": lambda r: _known(r["duration"], lambda n: n <= 60),
    "rows>1": lambda r: r["rows"] > 1,
    "answered": lambda r: r["answered"] is True,
    "unanswered": lambda r: r["answered"] is False,
    "answered:unknown": lambda r: r["answered"] is None,
    "folded": lambda r: r["folded"],
    "(from:2024-12-19T09:30 or until:2000-01-01)": lambda r: r["first"] > FIRST[0],
}
OF_A_VIEW = ("rule", "nic", "nsg")
TREES = st.recursive(
    st.sampled_from(sorted(ASKS)).map(lambda text: (text, ASKS[text])),
    lambda inner: st.one_of(
        inner.map(lambda p: (f"not ({p[0]})", lambda r: not p[1](r))),
        st.lists(inner, min_size=2, max_size=3).map(
            lambda ps: (_spread(" ", ps), lambda r: all(p[1](r) for p in ps))
        ),
        st.lists(inner, min_size=2, max_size=3).map(
            lambda ps: (_spread(" or ", ps), lambda r: any(p[1](r) for p in ps))
        ),
    ),
    max_leaves=6,
)


def _spread(between, parts):
    return between.join(f"({text})" for text, _ in parts)


@st.composite
def tables(draw):
    """Draw conversations of which some are folded into the one before."""
    rows = [{n: draw(st.sampled_from(v)) for n, v in COLUMNS.items()} for _ in range(draw(st.integers(1, 6)))]
    for i, row in enumerate(rows):
        into = i > 0 and not rows[i - 1]["folded"] and draw(st.booleans())
        row |= {"folded": into, "first": draw(st.sampled_from(FIRST)), "blob": "b", "record": 0, "tuple": i}
        row |= {"into_blob": "b" if into else None, "into_record": 0 if into else None}
        row |= {"into_tuple": i - 1 if into else None}
    return rows


def _plainly(rows, text, holds, *, timed):
    """Return the tuple and folded of each row that is kept; a time beside it comes after the folding."""
    kept = [row for row in rows if holds(row)]
    there = {row["tuple"] for row in kept}
    of_view = any(term.field in OF_A_VIEW for term in terms_in(parse(text)))
    kept = [row for row in kept if not timed or row["first"] > FIRST[0]]
    return [(r["tuple"], r["folded"] and (not of_view or r["into_tuple"] in there)) for r in kept]


@pytest.mark.parametrize("engine", ["pandas", "DuckDB"])
@given(rows=tables(), tree=TREES, timed=st.booleans())
def test_a_tree_keeps_what_a_plain_evaluation_of_each_row_keeps(engine, rows, tree, timed):
    text, holds = tree
    types = {**TYPES, "into_record": "Int32", "into_tuple": "Int32", "into_blob": "str"}
    texts = [name for name, dtype in types.items() if dtype == "str"]
    made = pd.DataFrame(rows).astype({name: types[name] for name in types if name not in texts})
    made = made.assign(**{name: as_text(made[name]) for name in texts})
    made["first"] = made["first"].astype("datetime64[ms, UTC]")
    given = made if engine == "pandas" else connection().from_arrow(pa.Table.from_pandas(made))
    kept = query(given, beside(text, "from:2024-12-19T09:30" if timed else ""))
    kept = kept if engine == "pandas" else kept.to_arrow_table().to_pandas()
    found = sorted(zip(kept["tuple"], kept["folded"], strict=True))
    assert found == _plainly(rows, text, holds, timed=timed)


@pytest.mark.parametrize("text", ["nic:00AA00000002 or udp", "not nic:00AA00000001"])
def test_an_or_folds_anew_as_well(text):
    table = breakdown(query(nsgkit.conversations(TWICE), text), ["dst_port"])
    assert (table["connections"].item(), table["bytes"].item()) == (1, 500)


def test_folded_keeps_the_second_view_and_leaves_it_folded():
    assert query(nsgkit.conversations(TWICE), "folded")["folded"].tolist() == [True]


@pytest.mark.parametrize(("text", "meaning"), EXAMPLES)
def test_each_example_keeps_some_of_the_samples_and_not_all(text, meaning, stitched):
    assert meaning
    assert 0 < len(query(stitched, text)) < len(stitched)


def test_a_word_means_one_thing():
    assert not SERVICES.keys() & (WORDS.keys() | SAYINGS.keys() | FIELDS.keys())


@pytest.mark.parametrize("count", [1000, 3000])
def test_very_many_ports_are_read(count):
    assert query(LOGGED, f"dst_port:{','.join(map(str, range(count)))}").index.tolist()[0] == 0


def test_many_alternatives_are_not_too_deep():
    assert query(LOGGED, " or ".join(f"dst_port:{n}" for n in range(300))).index.tolist() == [2, 4]


def test_parts_stand_where_the_text_says():
    text = "denied -(ssh or rdp) not  rule:Web"
    assert [text[part.start : part.end] for part in parse(text)] == [
        "denied",
        "-(ssh or rdp)",
        "not  rule:Web",
    ]


def test_filters_side_by_side_must_both_hold():
    assert beside("udp or denied", "", "dst_port:22,53") == "(udp or denied) dst_port:22,53"


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("dst_po", [("dst_port:", "Destination port")]),
        ("tcp (-unans", [("-unanswered", "Whether packets came back: yes, no, unknown")]),
        ("rule:", [('rule:="UserRule_Web"', "3 rows"), ('rule:="DefaultRule_DenyAllInBound"', "2 rows")]),
        ("-rule:deny", [('-rule:="DefaultRule_DenyAllInBound"', "2 rows")]),
        ('rule:="User', [('rule:="UserRule_Web"', "3 rows")]),
        ("dst_port:443,33", [("dst_port:443,3389", "rdp, 1 row")]),
        ("dst_port:ss", [("dst_port:22", "ssh, 1 row")]),
        ("denied nsg:db", [("nsg:DB-NSG", "1 row")]),
        ("state:e", [("state:end", "1 row")]),
        ("bytes>", []),
        ("nothing:", []),
    ],
)
def test_what_can_stand_there_is_offered(text, offered):
    table = LOGGED[LOGGED["rule"] != ""]
    assert complete(text, len(text), table)[: len(offered) or None] == offered


def test_at_most_twenty_values_are_offered():
    table = pd.DataFrame({"dst_port": range(100)})
    assert len(complete("dst_port:", 9, table)) == 20


def test_values_are_offered_without_a_table():
    assert complete("direction:", 10) == [
        ("direction:inbound", "Direction"),
        ("direction:outbound", "Direction"),
    ]


@pytest.mark.parametrize(
    ("text", "start"), [("tcp ru", 4), ('a:"b c', 0), ("(ssh or r", 8), (r'rule:="a\" b', 0)]
)
def test_a_term_that_is_being_typed_begins_where_its_first_letter_stands(text, start):
    assert term_start(text, len(text)) == start


@given(NAMES)
def test_every_value_that_is_offered_can_be_read(name):
    for text, _ in complete("rule:", 5, pd.DataFrame({"rule": [name, None]})):
        assert len(parse(text)) == 1


def _inside(ip, prefix):
    address, network = ipaddress.ip_address(ip), ipaddress.ip_network(prefix)
    return address.version == network.version and address in network
