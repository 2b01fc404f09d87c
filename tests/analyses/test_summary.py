"""Eight facts, each against plain Python over the rows; unknown is null, and never 0."""

from collections import Counter, defaultdict
from ipaddress import ip_address, ip_network

import pandas as pd
import pytest

import nsgkit
from nsgkit import analyses, schema
from tests.counting.plain_stitch import fold, records, summaries
from tests.engines import connection
from tests.frames import flows
from tests.internet import ADMIN_EDGE, INTRUDER, UPLOAD, UPLOADED, big_internet

COMPANY = ["10.0.0.0/8", "192.168.0.0/16", "168.63.129.16/32", "2001:db8:30::/48"]
CLINIC = ["172.28.0.0/16"]
FACTS = [
    "machines", "span", "connections", "denied from outside", "denied from inside",
    "ports open to the internet", "largest upload", "new from inside",
]  # fmt: skip


class Told:
    """The same facts by a loop over plain conversations."""

    def __init__(self, logs, own):
        self.networks = [ip_network(text) for text in own]
        plain = summaries(records(logs.flows))
        folded = fold(plain)
        self.views = plain
        self.once = [c for place, c in enumerate(plain) if place not in folded]
        self.began = [c for c in self.once if c["decision"] == "allowed" and c["state"] != "orphan"]

    def inside(self, text):
        return any(ip_address(text) in network for network in self.networks)

    def denied(self, *, inside):
        denied = [c for c in self.once if c["decision"] == "denied"]
        return Counter(c["src_ip"] for c in denied if self.inside(c["src_ip"]) is inside)

    def open_ports(self):
        reached = [c for c in self.views if c["direction"] == "inbound" and c["decision"] == "allowed"]
        here = [c for c in reached if c["state"] != "orphan" and not self.inside(c["src_ip"])]
        return Counter(f"{c['protocol']} {c['dst_port']}" for c in here)

    def uploads(self):
        sent = defaultdict(int)
        for c in self.once:
            if self.inside(c["src_ip"]) and not self.inside(c["dst_ip"]):
                sent[c["src_ip"], c["dst_ip"]] += c["bytes_src_to_dst"] or 0
        return sent

    def new(self):
        times = [c["first"] for c in self.once]
        middle = min(times) + (max(times) - min(times)) / 2
        seen = [set(), set()]
        for c in self.began:
            if self.inside(c["src_ip"]):
                seen[c["first"] > middle].add(f"{c['src_ip']} to {c['dst_port']}")
        return seen[1] - seen[0]


@pytest.fixture(scope="module", params=["samples", "second network"])
def case(request, logs):
    if request.param == "samples":
        return logs, Told(logs, COMPANY)
    other = big_internet()
    return other, Told(other, CLINIC)


@pytest.fixture(scope="module")
def facts(case):
    return analyses.summary(nsgkit.conversations(case[0])).set_index("fact")


def test_machines_and_span_are_those_of_the_rows(case, facts):
    rows = case[0].flows
    assert facts.loc["machines", "value"] == len({*rows["mac"]})
    assert facts.loc["machines", "detail"].split(", ") == sorted({r.split("/")[-1] for r in rows["resource"]})
    assert facts.loc["span", "value"] == len({*rows["time"].dt.floor("h")})  # no hour of these is quiet
    first, last = (f"{time:%Y-%m-%d %H:%M}" for time in (rows["time"].min(), rows["time"].max()))
    assert facts.loc["span", "detail"] == f"{first} to {last} UTC"


def test_connections_and_denials_are_counted_once(case, facts):
    told = case[1]
    assert facts.loc["connections", "value"] == len(told.began)
    unknown = sum(c["bytes_src_to_dst"] is None and c["bytes_dst_to_src"] is None for c in told.began)
    assert facts.loc["connections", "detail"].endswith(f"{unknown:,} of unknown size")
    for side in ("outside", "inside"):
        sources = told.denied(inside=side == "inside")
        assert facts.loc[f"denied from {side}", "value"] == sources.total()
        detail = facts.loc[f"denied from {side}", "detail"]
        if sources:
            assert f"{len(sources):,} sources" in detail
            assert detail.endswith(f"({max(sources.values()):,})")
        else:
            assert pd.isna(detail)


def test_open_ports_the_most_used_first(case, facts):
    ports = case[1].open_ports()
    assert facts.loc["ports open to the internet", "value"] == len(ports)
    assert facts.loc["ports open to the internet", "detail"].split(", ") == [
        p for p, _ in ports.most_common()
    ]


def test_the_largest_upload_is_that_of_a_pair(case, facts):
    uploads = case[1].uploads()
    pair = max(uploads, key=uploads.get)
    assert facts.loc["largest upload", "value"] == uploads[pair]
    assert facts.loc["largest upload", "detail"] == " to ".join(pair)


def test_new_from_inside(case, facts):
    new = case[1].new()
    named = facts.loc["new from inside", "detail"].split(", ")
    assert facts.loc["new from inside", "value"] == len(new)
    assert set(named[:4]) <= new
    assert (len(new) <= 4) is (named[-1] in new)


def test_what_is_planted_in_the_second_network_is_told():
    facts = analyses.summary(nsgkit.conversations(big_internet())).set_index("fact")
    assert facts.loc["new from inside", "detail"] == f"{ADMIN_EDGE[0]} to {ADMIN_EDGE[2]}"
    assert facts.loc["largest upload", ["value", "detail"]].tolist() == [UPLOADED, " to ".join(UPLOAD[:2])]
    assert "TCP 3389" in facts.loc["ports open to the internet", "detail"]
    assert INTRUDER in facts.loc["denied from outside", "detail"]


def test_duckdb_says_the_same(stitched):
    held = connection().from_df(stitched)
    pd.testing.assert_frame_equal(analyses.summary(held), analyses.summary(stitched))
    pd.testing.assert_frame_equal(analyses.summary(held.limit(0)), analyses.summary(stitched.head(0)))


def test_without_a_row_all_is_unknown(stitched):
    table = analyses.summary(stitched.head(0))
    assert table["fact"].tolist() == FACTS
    assert table[["value", "detail"]].isna().all(axis=None)
    assert table.dtypes.to_dict() == {c.name: pd.Series(dtype=c.pandas_type).dtype for c in schema.SUMMARY}


ONE = flows("""
    09:00:00 10.0.0.4:50000 203.0.113.7:443 TCP O A B
    09:10:00 10.0.0.4:50001 203.0.113.7:443 TCP O A B
    09:20:00 masked:1 10.0.0.4:22 TCP I D B
""")


def facts_of(rows, **options):
    return analyses.summary(nsgkit.conversations(rows), **options).set_index("fact")["value"]


def test_an_upload_that_nobody_counted_is_unknown_and_a_counted_one_of_nothing_is_0():
    counted = "09:00:05 10.0.0.4:50000 203.0.113.7:443 TCP O A E 1/0 0/0"
    assert facts_of(ONE)["largest upload"] is pd.NA
    both = flows("09:00:00 10.0.0.4:50000 203.0.113.7:443 TCP O A B\n" + counted)
    assert facts_of(both)["largest upload"] == 0


def test_a_source_that_is_no_address_is_on_neither_side():
    facts = facts_of(ONE)
    assert facts[["denied from outside", "denied from inside"]].tolist() == [0, 0]


def test_a_single_moment_has_no_later_part():
    assert facts_of(ONE.head(1))["new from inside"] is pd.NA
    assert facts_of(ONE)["new from inside"] == 0


def test_own_networks_and_the_moment_can_be_given():
    assert facts_of(ONE, since="2024-12-19 09:05")["new from inside"] == 0
    inverted = facts_of(ONE, own="203.0.113.0/24")
    assert inverted["new from inside"] == 0 and inverted["largest upload"] is pd.NA
    with pytest.raises(nsgkit.NsgkitError, match="must begin after"):
        facts_of(ONE, since="2025-01-01")
