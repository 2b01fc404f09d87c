"""The life of an address or port, and who was denied and later allowed, each counted again one by one."""

from collections import defaultdict
from itertools import product

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit import schema
from nsgkit.analyses import denied_then_allowed, life
from nsgkit.analyses.filters.select import query
from nsgkit.analyses.traffic.life import terms_of_life
from nsgkit.counting.conversations import conversations
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.counting.plain_stitch import COUNTERS, records
from tests.engines import connection
from tests.examples import examples
from tests.frames import flows
from tests.internet import APP, GATE, INTRUDER, OPENED_RULE, RECORDS, big_internet

OTHER = {"src": "dst", "dst": "src"}
DEFAULT = ["src_ip", "dst_ip", "protocol", "dst_port"]
GROUPINGS = [DEFAULT, ["src_ip"], ["dst_ip", "dst_port"], ["dst_port"], ["protocol", "src_ip"]]
# Missing counters, a machine that calls itself, two ports alike, a drop, two views of one connection.
ODD = """
    09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B mac=00AA00000001
    09:00:01 10.0.0.4:50000 10.0.1.5:443 TCP I A B mac=00AA00000002 rule=UserRule_In
    09:01:00 10.0.0.4:50000 10.0.1.5:443 TCP O A E 5/500 0/0 mac=00AA00000001
    09:01:01 10.0.0.4:50000 10.0.1.5:443 TCP I A E 5/500 0/0 mac=00AA00000002 rule=UserRule_In
    09:02:00 10.0.0.4:123 10.0.0.4:123 UDP O A B
    09:02:05 10.0.0.4:123 10.0.0.4:123 UDP O A E 2/200 1/80
    09:03:00 10.0.0.9:123 10.0.0.4:123 UDP I ? B rule=
    09:04:00 10.0.1.5:443 10.0.0.4:50001 TCP I D B rule=DefaultRule_DenyAllInBound
    09:05:00 10.0.0.4:50002 10.0.1.6:443 TCP O A C 4/400 -/-
    09:06:00 10.0.0.4:50003 10.0.1.6:443 TCP O A B encryption=NX_NOT_ACCEPTED
    09:07:00 xxx.xxx.xxx.xxx:50003 10.0.1.6:443 TCP I A B
"""


@pytest.fixture(scope="module")
def internet():
    return nsgkit.conversations(big_internet())


@pytest.fixture(scope="module")
def networks(stitched, internet):
    """Each network's conversations, as a table and one by one."""
    odd = conversations(flows(ODD))
    return {n: (t, records(t)) for n, t in (("samples", stitched), ("internet", internet), ("odd", odd))}


def lived(rows, name, value):
    """Return what `life` is to say of the rows that have `value` at an end, as dictionaries."""
    found = []
    for seen_as, ends in (("either", ["src", "dst"]), ("source", ["src"]), ("destination", ["dst"])):
        his = [row for row in rows if value in [row[f"{end}_{name}"] for end in ends]]
        seen = [(row, end) for row in his for end in ends if row[f"{end}_{name}"] == value]
        found.append({"seen_as": seen_as, **told(his, seen)})
    return found


def told(rows, ends):
    """Return the figures of rows, and of each end at which they are seen: a row may have it at both."""
    once = [row for row in rows if not row["folded"]]
    connections = [row for row in once if row["decision"] == "allowed" and row["counted_by"]]
    said = {
        "connections": len(connections),
        "denied": sum(row["decision"] == "denied" for row in once),
        "unknown": sum(row["decision"] == "unknown" and row["counted_by"] is not None for row in once),
        "unanswered": sum(row["answered"] is False for row in connections),
        "dropped": sum(row["encryption"] in schema.DROPPED for row in connections),
        "orphans": sum(row["counted_by"] is None for row in once),
        "uncounted": sum(all(row[name] is None for name in COUNTERS) for row in connections),
        "folded": len(rows) - len(once),
        "first": min((row["first"] for row in rows), default=None),
        "last": max((row["last"] for row in rows), default=None),
    }  # fmt: skip
    for decision, (way, most) in product(("allowed", "denied"), {"first": min, "last": max}.items()):
        times = [row["first"] for row in rows if row["decision"] == decision]
        said[f"{way}_{decision}"] = most(times, default=None)
    mine = [(row, end) for row, end in ends if not row["folded"]]
    for unit in ("bytes", "packets"):
        said[f"{unit}_sent"] = total(row[f"{unit}_{end}_to_{OTHER[end]}"] for row, end in mine)
        said[f"{unit}_received"] = total(row[f"{unit}_{OTHER[end]}_to_{end}"] for row, end in mine)
    return said | {
        "sources": len({row["src_ip"] for row in once}),
        "destinations": len({row["dst_ip"] for row in once}),
        "peers": len({row[f"{OTHER[end]}_ip"] for row, end in mine}),
        "ports": len({(row["protocol"], row["dst_port"]) for row in once}),
        "rules": len({(row["acl"], row["rule"]) for row in rows if row["rule"] is not None}),
    }


def total(values):
    known = [value for value in values if value is not None]
    return sum(known) if known else None


OF = [
    *[("samples", "ip", ip) for ip in ("203.0.113.199", "10.20.0.4", "10.20.1.4", "2001:db8:30:1::5")],
    *[("samples", "port", port) for port in (22, 53, 443, 123, 60_000)],
    *[("internet", "ip", ip) for ip in (INTRUDER, GATE.ip, RECORDS.ip, APP.ip)],
    *[("internet", "port", port) for port in (22, 443, 3389, 8443)],
    *[("odd", "ip", ip) for ip in ("10.0.0.4", "10.0.1.5", "10.0.0.9", "10.0.1.6", "xxx.xxx.xxx.xxx")],
    *[("odd", "port", port) for port in (123, 443, 50_000)],
    *[("samples", "ip", "192.0.2.1"), ("odd", "port", 9)],  # never seen
]


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
@pytest.mark.parametrize(("network", "name", "value"), OF)
def test_a_life_is_what_is_counted_one_by_one(networks, network, name, value, engine):
    table, rows = networks[network]
    asked = table if engine == "pandas" else connection().from_df(table)
    found = life(asked, **{"address" if name == "ip" else "port": value})
    assert found.columns.tolist() == [column.name for column in schema.LIFE]
    assert records(found) == lived(rows, name, value)


def test_what_is_odd_is_there_to_be_counted(networks):
    rows = networks["odd"][1]
    either, source, destination = lived(rows, "ip", "10.0.0.4")
    assert min(either[n] for n in ("unknown", "denied", "unanswered", "dropped", "orphans", "folded")) == 1
    assert either["connections"] == source["connections"] + destination["connections"] - 1  # with itself
    assert (either["bytes_sent"], either["bytes_received"]) == (500 + 200 + 80 + 400, 200 + 80)


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_of_no_conversations_nothing_is_said(stitched, engine):
    none = stitched.head(0)
    asked = none if engine == "pandas" else connection().from_df(none)
    for ask in (lambda table: life(table, port=22), denied_then_allowed):
        assert ask(asked).empty
        assert ask(asked).dtypes.astype(str).equals(ask(stitched).dtypes.astype(str))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "one address or of one port"),
        ({"address": "10.0.0.4", "port": 22}, "one address or of one port"),
        ({"address": "10.0.0.0/24"}, "For a prefix"),
        ({"address": ""}, "takes one address"),
        ({"address": 7}, "takes one address"),
        ({"port": 65_536}, "0 to 65535"),
        ({"port": -1}, "0 to 65535"),
        ({"port": "22"}, "0 to 65535"),
        ({"port": True}, "0 to 65535"),
    ],
)
def test_what_is_no_address_and_no_port_is_told(stitched, asked, said):
    for ask in (lambda: life(stitched, **asked), lambda: terms_of_life(**asked)):
        with pytest.raises(NsgkitError, match=said):
            ask()


@pytest.mark.parametrize("ask", [denied_then_allowed, lambda table: life(table, port=443)])
def test_rows_in_place_of_conversations_name_what_makes_them(ask):
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        ask(flows(ODD))


ADDRESSES = ["10.0.0.4", "10.0.0.40", "203.0.113.9", "2001:db8::9", "xxx.xxx.xxx.xxx"]
ENDS = st.tuples(st.sampled_from(ADDRESSES), st.sampled_from([0, 2, 22, 2222, 65_535])).map(
    lambda end: f"{end[0]}:{end[1]}"
)
LINES = st.builds(
    "09:{:02}:00 {} {} {} {} 3/300 {}".format,
    st.integers(0, 59), ENDS, ENDS, st.sampled_from(["TCP", "UDP"]),
    st.sampled_from(["O A B", "I A B", "I A E", "I D B", "O A C", "I ? B"]),
    st.sampled_from(["2/200", "0/0", "-/-"]),
)  # fmt: skip


@examples(10)  # each example is three filters, and a life
@given(st.lists(LINES, min_size=1, max_size=12), st.sampled_from([*ADDRESSES, 0, 2, 22, 2222, 65_535]))
def test_what_the_terms_of_a_life_choose_is_what_it_counts(lines, value):
    made = conversations(flows("\n".join(lines)))
    asked = {"address" if isinstance(value, str) else "port": value}
    name = "ip" if isinstance(value, str) else "port"
    found = records(life(made, **asked))
    for number, (terms, said) in enumerate(zip(terms_of_life(**asked), found, strict=True)):
        chosen = records(query(made, terms))
        assert said == lived(chosen, name, value)[number]
        counted = ("connections", "denied", "unknown", "orphans", "folded")
        assert sum(said[each] for each in counted) == len(chosen)


# Denied, and later allowed

SECONDS = pd.Timedelta("5s")
HE = "203.0.113.9:4000 10.0.0.4:22 TCP I"
OPENED = f"09:00:00 {HE} D B rule=Deny\n09:01:00 {HE} D B rule=Deny\n09:10:00 {HE} A B rule=Opened"


def turned(rows, by):
    """Return what `denied_then_allowed` is to say, by a plain loop over the groups."""
    denials, groups = defaultdict(list), defaultdict(lambda: ([], []))
    for row in rows:
        if row["decision"] == "denied":
            denials[attempt(row)].append(row["first"])
            groups[tuple(row[name] for name in by)][0].append(row)
    for row in rows:
        near = any(abs(row["first"] - time) <= SECONDS for time in denials[attempt(row)])
        if row["decision"] == "allowed" and row["counted_by"] and not near:
            groups[tuple(row[name] for name in by)][1].append(row)
    found = [(key, turn(*both)) for key, both in groups.items() if all(both)]
    found = [(key, said) for key, said in found if said]
    found.sort(key=lambda one: (one[1]["allowed_before"] > 0, -one[1]["denied_before"], one[0]))
    return [{**dict(zip(by, key, strict=True)), **said, "groups": len(found)} for key, said in found]


def attempt(row):
    return tuple(row[name] for name in ("src_ip", "dst_ip", "src_port", "dst_port", "protocol"))


def turn(denied, allowed):
    """Return what is said of one group; None where it was not allowed after it was denied."""
    first = min(row["first"] for row in denied)
    start = min((row["first"] for row in allowed if row["first"] > first), default=None)
    if start is None:
        return None
    last = max(row["first"] for row in denied if row["first"] < start)
    way = max(row["direction"] for row in denied if row["first"] == last)
    here = [r for r in allowed if r["direction"] == way and start <= r["first"] <= start + SECONDS]
    return {
        "denied_before": sum(row["first"] < start and not row["folded"] for row in denied),
        "first_denied": first,
        "last_denied_before": last,
        "first_allowed_after": start,
        "allowed_after": sum(row["first"] >= start and not row["folded"] for row in allowed),
        "allowed_before": sum(row["first"] <= first and not row["folded"] for row in allowed),
        "denied_by": rule(row for row in denied if row["first"] == last and row["direction"] == way),
        "allowed_by": rule(here) or rule(row for row in allowed if row["first"] == start),
    }


def rule(rows):
    return min((row["rule"] for row in rows if row["rule"] is not None), default=None)


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
@pytest.mark.parametrize("by", GROUPINGS, ids=" ".join)
@pytest.mark.parametrize("network", ["samples", "internet"])
def test_who_was_denied_and_later_allowed_is_what_a_plain_loop_finds(networks, network, by, engine):
    table, rows = networks[network]
    asked = table if engine == "pandas" else connection().from_df(table)
    expected = turned(rows, by)
    assert records(denied_then_allowed(asked, by=by, top=None)) == expected
    assert records(denied_then_allowed(asked, by=by, top=1)) == expected[:1]


def test_the_intruder_of_the_second_network_is_the_only_one(internet):
    (found,) = records(denied_then_allowed(internet))
    assert (found["src_ip"], found["dst_ip"], found["dst_port"]) == (INTRUDER, GATE.ip, 3389)
    assert (found["denied_before"], found["allowed_after"], found["allowed_before"]) == (40, 6, 0)
    assert found["allowed_by"] == OPENED_RULE


def asked(text, **how):
    return records(denied_then_allowed(conversations(flows(text)), **how))


def test_a_rule_that_is_opened_is_found():
    (found,) = asked(OPENED)
    assert (found["denied_by"], found["allowed_by"]) == ("Deny", "Opened")
    assert (found["denied_before"], found["allowed_after"], found["allowed_before"]) == (2, 1, 0)
    assert f"{found['last_denied_before']:%H:%M} {found['first_allowed_after']:%H:%M}" == "09:01 09:10"


SILENT = {
    "allowed, then denied": f"09:00:00 {HE} A B\n09:10:00 {HE} D B",
    "only denied": f"09:00:00 {HE} D B\n09:10:00 {HE} D B",
    "in the same second": f"09:00:00 {HE} D B\n09:00:00 {HE} A B",
    "another port": f"09:00:00 {HE} D B\n09:10:00 203.0.113.9:4000 10.0.0.4:23 TCP I A B",
    "another protocol": f"09:00:00 {HE} D B\n09:10:00 203.0.113.9:4000 10.0.0.4:22 UDP I A B",
    "another target": f"09:00:00 {HE} D B\n09:10:00 203.0.113.9:4000 10.0.0.5:22 TCP I A B",
    "another source": f"09:00:00 {HE} D B\n09:10:00 203.0.113.10:4000 10.0.0.4:22 TCP I A B",
    "the other way round": f"09:00:00 {HE} D B\n09:10:00 10.0.0.4:22 203.0.113.9:4000 TCP O A B",
    "began before the data": f"09:00:00 {HE} D B\n09:10:00 {HE} A C 1/1 1/1",
    "undecided": f"09:00:00 {HE} D B\n09:10:00 {HE} ? B",
    "let out here, turned away there": f"09:00:00 {HE} D B mac=00AA00000002\n"
    "09:00:04 203.0.113.9:4000 10.0.0.4:22 TCP O A B mac=00AA00000001",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT)
def test_what_only_looks_like_it_is_silent(text):
    assert asked(text) == []


def test_with_less_asked_to_be_the_same_more_is_found():
    assert [row["denied_before"] for row in asked(SILENT["another port"], by="src_ip")] == [1]
    assert [row["src_ip"] for row in asked(SILENT["another protocol"], by="src_ip")] == ["203.0.113.9"]


def test_what_was_allowed_before_as_well_stands_last():
    again = OPENED.replace("203.0.113.9", "203.0.113.8")
    found = asked(f"08:00:00 {HE} A B rule=Old\n{OPENED}\n{again.splitlines()[0]}\n{again.splitlines()[2]}")
    assert [(row["src_ip"][-1], row["denied_before"], row["allowed_before"]) for row in found] == [
        ("8", 1, 0),
        ("9", 2, 1),
    ]


@pytest.mark.parametrize("how", [{"by": "colour"}, {"by": []}, {"top": -1}])
def test_a_question_that_is_none_says_so(stitched, how):
    with pytest.raises(NsgkitError):
        denied_then_allowed(stitched, **how)
