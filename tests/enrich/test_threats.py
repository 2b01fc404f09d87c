"""Which feeds name an address: each form of a feed, what of it does not count, and by whom it is told."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.enrich import Network, feed_problems, threat
from nsgkit.enrich.context import Context, FeedFile
from nsgkit.enrich.files.feed import read_feed
from nsgkit.enrich.files.indicators import indicators
from nsgkit.enrich.labels.threats import threats_of
from nsgkit.errors import NsgkitError
from tests.engines import connection


def feed(path: Path, text: str | dict, name="abuse feed", date="2024-12-17"):
    path.write_text(text if isinstance(text, str) else json.dumps(text), "utf-8")
    return FeedFile(path, name, date)


def told(feeds, *texts, own=()):
    network = Network((), Network.of(own).own, Context(feeds=tuple(feeds)))
    return threats_of(pd.Index(texts, dtype="str"), network)


LINES = """# abuse feed, made up
45.1.1.1
  45.2.0.0/16   # a whole network
45.2.3.0/24 ; SBL123
2001:4860::/32
45[.]3[.]3[.]3:8080

// the end
"""
CSV = """# seen lately
IP,Type,Date
45.1.1.1,botnet,2024-12-11 08:00:00
"45.2.0.0/16","C2, known",
198.51.100.7,,not a day
"""
ABUSE = """# Generated 2024-12-17
# "first_seen_utc","dst_ip","dst_port","malware"
"2024-12-01 10:00:00","45.1.1.1","443","Dridex"
"""
MISP = {"Event": {
    "info": "Dridex C2", "date": "2024-12-01",
    "Attribute": [
        {"type": "ip-dst", "value": "45.1.1.1", "timestamp": "1734425000", "to_ids": True},
        {"type": "ip-src|port", "value": "45.1.1.2|443", "to_ids": True},
        {"type": "domain", "value": "example.com", "to_ids": True},
        {"type": "ip-dst", "value": "45.1.1.9", "to_ids": False},
        {"type": "ip-dst", "value": "45.1.1.8", "to_ids": True, "deleted": True},
    ],
    "Object": [{"name": "domain-ip", "Attribute": [{"type": "domain|ip", "value": "example.com|45.1.1.3"}]}],
}}  # fmt: skip


def indicator(pattern, **more):
    return {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix", "pattern": pattern,
            "valid_from": "2024-12-02T08:00:00Z",
            "indicator_types": ["malicious-activity"]} | more  # fmt: skip


STIX = {"type": "bundle", "id": "bundle--1", "objects": [
    {"type": "identity", "name": "somebody"},
    indicator("[ipv4-addr:value = '45.1.1.1']", valid_until="2025-01-01T00:00:00Z"),
    indicator("[ipv4-addr:value ISSUBSET '45.2.0.0/16' OR ipv6-addr:value = '2001:4860::8']"),
    indicator("[ipv4-addr:value IN ('45.1.1.4', '45.1.1.5')]", indicator_types=[], name="two of them"),
    indicator("[network-traffic:dst_ref.value = '45.1.1.6']"),
    indicator("[ipv4-addr:value = '45.9.0.1' AND network-traffic:dst_port = 443]"),
    indicator("[ipv4-addr:value != '45.9.0.2']"),
    indicator("[ipv4-addr:value = '45.9.0.3']", revoked=True),
    indicator("[domain-name:value = 'example.com']"),
]}  # fmt: skip


def test_lines_with_comments(tmp_path):
    found = told(
        [feed(tmp_path / "a.txt", LINES)], "45.1.1.1", "45.2.3.4", "2001:4860::1", "45.3.3.3", "45.3.3.4"
    )
    assert found == ["abuse feed, 2024-12-17"] * 4 + [None]


def test_csv_with_a_header(tmp_path):
    found = told([feed(tmp_path / "a.csv", CSV)], "45.1.1.1", "45.2.9.9", "198.51.100.7")
    assert found == [
        "abuse feed (botnet), 2024-12-11", "abuse feed (C2, known), 2024-12-17", "abuse feed, 2024-12-17",
    ]  # fmt: skip


def test_csv_whose_header_is_a_comment(tmp_path):
    assert told([feed(tmp_path / "a.csv", ABUSE)], "45.1.1.1") == ["abuse feed (Dridex), 2024-12-01"]


def test_a_misp_event(tmp_path):
    for told_so in (MISP, {"response": [MISP]}, [MISP]):
        given_feed = feed(tmp_path / "misp.json", json.dumps(told_so))
        found = told([given_feed], "45.1.1.1", "45.1.1.2", "45.1.1.3", "45.1.1.9", "45.1.1.8")
        assert found == [
            "abuse feed (Dridex C2), 2024-12-17",
            *["abuse feed (Dridex C2), 2024-12-01"] * 2,
            None,
            None,
        ]
    whys = [problem.what for problem in read_feed(given_feed).problems]
    assert "context and no indicator" in whys[0] and "deleted" in whys[1] and len(whys) == 2


def test_a_stix_bundle(tmp_path):
    given_feed = feed(tmp_path / "stix.json", STIX)
    found = told([given_feed], "45.1.1.1", "45.2.0.9", "2001:4860::8", "45.1.1.5", "45.1.1.6", "45.9.0.1",
                 "45.9.0.2", "45.9.0.3")  # fmt: skip
    said = "abuse feed (malicious-activity), 2024-12-02"
    assert found == [f"{said}, valid until 2025-01-01", said, said,
                     "abuse feed (two of them), 2024-12-02", said, None, None, None]  # fmt: skip
    problems = read_feed(given_feed).problems
    assert [problem.where for problem in problems] == ["objects[5]", "objects[6]", "objects[7]"]
    assert "more than an address" in problems[0].what and "revoked" in problems[2].what


def test_the_longest_prefix_of_a_feed_counts_and_all_feeds(tmp_path):
    wide = feed(tmp_path / "a.csv", "ip,type\n45.2.0.0/16,wide\n45.2.3.0/24,narrow\n45.2.3.0/24,also\n")
    other = feed(tmp_path / "b.txt", "45.2.3.4", name="other", date=None)
    assert told([wide, other], "45.2.3.4", "45.2.4.4") == [
        "abuse feed (narrow), 2024-12-17; abuse feed (also), 2024-12-17; other, date unknown",
        "abuse feed (wide), 2024-12-17",
    ]


@pytest.mark.parametrize(("text", "why"), [
    ("10.0.0.0/8", "it is private"), ("0.0.0.0/0", "so wide"), ("::/0", "so wide"), ("2000::/3", "so wide"),
    ("45.0.0.0/7", "so wide"), ("100.64.1.1", "it is shared"), ("168.63.129.16", "Azure platform"),
    ("172.0.0.0/8", "not all of it"), ("fe80::1", "link-local"), ("example.com", "no address or prefix"),
    ("45.1.1.1/33", "no address or prefix"), ("127.0.0.1", "loopback"), ("224.0.0.0/4", "so wide"),
    ("192.0.0.0/16", "not all of it"),
])  # fmt: skip
def test_what_would_mark_everything_does_not_count_and_is_told(tmp_path, text, why):
    given_feed = feed(tmp_path / "a.txt", f"45.1.1.1\n{text}\n")
    problem = read_feed(given_feed).problems[0]
    assert problem.where == "line 2" and text in problem.what and why in problem.what
    assert told([given_feed], "10.0.0.1", "8.8.8.8", "172.20.0.1", "45.1.1.1")[:3] == [None] * 3


@pytest.mark.parametrize("text", ["45.0.0.0/8", "2001::/16", "203.0.113.0/24"])
def test_the_widest_that_counts_and_documentation(tmp_path, text):
    problems = read_feed(feed(tmp_path / "a.txt", f"45.1.1.1\n{text}\n")).problems
    assert ("not all of it" in problems[0].what) if text == "2001::/16" else problems == ()


def test_an_own_address_has_no_mark_and_is_told(tmp_path):
    given_feed = feed(tmp_path / "a.txt", "45.1.0.0/16\n45.2.0.1\n45.3.3.3\n")
    own = ["45.1.1.0/24", "45.2.0.0/16"]
    assert told([given_feed], "45.1.1.9", "45.1.2.9", "45.2.0.1", own=own) == [
        None,
        "abuse feed, 2024-12-17",
        None,
    ]
    network = Network((), Network.of(own).own, Context(feeds=(given_feed,)))
    assert len(feed_problems(network)) == 2


def test_very_many_problems_are_counted(tmp_path):
    given_feed = feed(tmp_path / "a.txt", "45.1.1.1\n" + "no address\n" * 1_020)
    problems = read_feed(given_feed).problems
    assert len(problems) == 21 and problems[-1].what.startswith("1,000 more")


@pytest.mark.parametrize("text", ["", "# nothing\n", "example.com\n", json.dumps({"type": "bundle"})])
def test_a_feed_without_an_address_is_told(tmp_path, text):
    given_feed = feed(tmp_path / "a.txt", text)
    assert told([given_feed], "45.1.1.1") == [None]
    assert read_feed(given_feed).problems[0].what == "The feed names no address that counts."


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1, 2]", "[" * 100_000])
def test_a_broken_feed_is_one_error_that_names_it(tmp_path, text):
    with pytest.raises(NsgkitError, match=r"bad\.json is no feed"):
        read_feed(feed(tmp_path / "bad.json", text))


def test_bytes_that_are_no_text_are_one_error(tmp_path):
    (tmp_path / "bad.txt").write_bytes(b"45.1.1.1\n\xff\xfe\x00")
    with pytest.raises(NsgkitError, match=r"bad\.txt is no feed"):
        read_feed(FeedFile(tmp_path / "bad.txt", "bad"))


def test_no_file_is_one_error(tmp_path):
    with pytest.raises(NsgkitError, match=r"gone\.txt cannot be read"):
        read_feed(FeedFile(tmp_path / "gone.txt", "gone"))


@given(
    st.text()
    | st.lists(st.sampled_from(["45.1.1.1", "{", "[", ",", "ip", "\n", '"', "#", "'", "/"])).map("".join)
)
def test_any_text_is_read_or_refused(text):
    try:
        found = [*indicators(text)]
    except ValueError:
        return
    assert all(isinstance(one.text, str) and one.where for one in found)


PREFIXES = st.lists(st.builds(
    lambda n, bits: str(ip_network((45 << 24 | n << 20, bits), strict=False)),
    st.integers(0, 15), st.integers(8, 14),
), min_size=1, max_size=6)  # fmt: skip


@given(
    PREFIXES, st.lists(st.integers(0, 2**24 - 1).map(lambda n: str(ip_address((45 << 24) + n))), max_size=8)
)
def test_one_by_one(tmp_path_factory, prefixes, texts):
    given_feed = feed(tmp_path_factory.mktemp("feed") / "a.txt", "\n".join(prefixes))
    named = [any(ip_address(text) in ip_network(prefix) for prefix in prefixes) for text in texts]
    assert [said is not None for said in told([given_feed], *texts)] == named


HOSTILE = "{{7*7}} ${alert(1)} `x` </script> \u202e"


def test_hostile_text_stays_text(tmp_path):
    given_feed = feed(tmp_path / "a.csv", f'ip,type\n45.1.1.1,"{HOSTILE}"\n', name="</b>")
    assert told([given_feed], "45.1.1.1") == [f"</b> ({HOSTILE.strip()}), 2024-12-17"]


def test_without_a_feed_nothing_is_known():
    assert threat(pd.DataFrame({"src_ip": ["45.1.1.1"], "dst_ip": ["45.1.1.1"]}))["src_threat"].isna().all()


def test_duckdb_says_what_pandas_says(tmp_path):
    network = Network((), (), Context(feeds=(feed(tmp_path / "a.txt", LINES),)))
    table = pd.DataFrame({"src_ip": ["45.1.1.1", "masked", None], "dst_ip": "45.2.0.1", "n": range(3)})
    held = connection()
    held.register("given", table)
    engine = threat(held.sql("SELECT * FROM given"), network=network).df().sort_values("n")
    assert engine["src_threat"].fillna("").tolist() == ["abuse feed, 2024-12-17", "", ""]
    assert engine["dst_threat"].tolist() == threat(table, network=network)["dst_threat"].tolist()
