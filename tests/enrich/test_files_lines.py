"""Geofeeds and CSV of prefixes, line by line: what is good counts, what is not is told with its line."""

import csv
from ipaddress import ip_network

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.enrich import own_networks
from nsgkit.enrich.context import KnownPrefix
from nsgkit.enrich.files import read_file
from nsgkit.enrich.files.lines import read_lines

GEOFEED = """\
# prefix,country,region,city,postal

192.0.2.0/25,GB,GB-ENG,Leeds,LS1
192.0.2.128/25,fr,,Paris
2001:db8:f0::/48,NL,NL-NH,"Amsterdam, Zuid",,
198.51.100.7,,,,
198.51.100.8,ZZ,,,
203.0.113.0/24\r
"""


def split(text, file="feed.csv"):
    said = [*read_lines(text, file)]
    return [e for e in said if isinstance(e, KnownPrefix)], [
        e for e in said if not isinstance(e, KnownPrefix)
    ]


def test_a_geofeed_says_where_its_prefixes_are():
    known, problems = split(GEOFEED)
    assert problems == []
    assert [(str(e.prefix), e.country, e.region, e.city) for e in known[:3]] == [
        ("192.0.2.0/25", "GB", "GB-ENG", "Leeds"),
        ("192.0.2.128/25", "FR", "", "Paris"),
        ("2001:db8:f0::/48", "NL", "NL-NH", "Amsterdam, Zuid"),
    ]
    assert known[0].source == "feed.csv, line 3"
    assert not any(e.own for e in known)


def test_a_line_without_a_place_hides_the_wider_one(tmp_path):
    path = tmp_path / "feed.csv"
    path.write_text("198.51.100.0/24,GB,,Leeds,\n" + GEOFEED, "utf-8")
    network = own_networks(None, [path, "10.0.0.0/8"])
    told = network.told(pd.Index(["198.51.100.7", "198.51.100.8", "198.51.100.9"]), "country")
    assert [each.country for each in told] == ["unknown", "unknown", "GB"]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("10.1.2.3/8,GB,,,", "bits set behind its length"),
        ("10.0.0.0/8,GB,,,", "private"),
        ("0.0.0.0/0,GB,,,", "private"),
        ("192.0.2.0/33,GB,,,", "no prefix"),
        ("'192.0.2.0/24',GB,,,", "no prefix"),
        ("fe80::1%eth0,GB,,,", "zone"),
        ("192.0.2.0/24,GB,,,,six", "6 fields"),
        (",GB,,,", "no prefix"),
        ('"192.0.2.0/24,GB', "no line of CSV"),
    ],
)
def test_a_line_that_is_none_is_told_and_the_next_counts(line, word):
    known, (problem,) = split(f"192.0.2.1,GB,,,\n{line}\n192.0.2.9,GB,,,\n")
    assert [str(e.prefix) for e in known] == ["192.0.2.1/32", "192.0.2.9/32"]
    assert problem.where == "line 2"
    assert word in problem.what


@pytest.mark.parametrize(
    ("fields", "word"),
    [("UK,,Leeds,", "GB"), ("GB,London,Leeds,", "ISO 3166-2"), ("GB,FR-IDF,Leeds,", "no region of GB"),
     ("England,,Leeds,", "country code")],
)  # fmt: skip
def test_a_field_that_is_none_is_told_and_the_others_count(fields, word):
    (known,), (problem,) = split(f"192.0.2.0/24,{fields}\n")
    assert known.city == "Leeds"
    assert word in problem.what


CSV = """\
Name;own;Prefix;lat;lon;vlan;kind
WEB1;yes;10.20.1.4;;;7;vnet
Depot;no;192.168.40.0/24;53.8;-1.5;;vpn
Lost;;192.168.41.0/24;91;0;;moon
;;192.168.42.0/24;;;;
Half;x;192.168.43.0/24;53.8;;;
"""


def test_a_csv_is_read_by_its_header_in_any_order():
    known, problems = split(CSV, "prefixes.csv")
    assert [(str(e.prefix), e.name, e.own, e.kind, e.lat, e.lon) for e in known] == [
        ("10.20.1.4/32", "WEB1", True, "vnet", None, None),
        ("192.168.40.0/24", "Depot", False, "vpn", 53.8, -1.5),
        ("192.168.41.0/24", "Lost", False, "", None, None),
        ("192.168.43.0/24", "Half", True, "", None, None),
    ]
    assert [(p.where, p.what.partition(".")[0]) for p in problems] == [
        ("line 1", "'vlan' is no key that is known here"),
        ("line 4", "'91' is no number of degrees from -90 to 90"),
        ("line 4", "'moon' is no kind of network"),
        ("line 5", "It says nothing of its prefix"),
        ("line 6", "A place needs both lat and lon"),
    ]


def test_a_header_that_is_nearly_right_is_helped():
    _, (problem,) = split("prefix,nmae,site\n10.0.0.0/8,ours,HQ\n")
    assert "Do you mean name?" in problem.what


def test_a_header_without_a_prefix_says_which_columns_are_known():
    known, (problem,) = split("cidr,name\n10.0.0.0/8,ours\n")
    assert known == []
    assert problem.what.startswith("The header names no column prefix. Known are prefix, name, kind")


def test_addresses_alone_are_no_geofeed():
    known, (problem,) = split("192.0.2.1\n192.0.2.2\n")
    assert known == []
    assert "[[feeds]]" in problem.what


ADDRESSES = st.one_of(
    st.ip_addresses(v=4, network="198.18.0.0/15"), st.ip_addresses(v=6, network="2001:db8::/32")
)
PREFIXES = st.builds(
    lambda address, bits: str(
        ip_network((address, bits + (8 if address.version == 4 else 32)), strict=False)
        if bits < 24 else address
    ),
    ADDRESSES, st.integers(7, 40),
)  # fmt: skip
FIELDS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="#"), max_size=8)


@given(st.lists(st.tuples(PREFIXES, st.sampled_from(["GB", "cl", "", "ZZ"]), FIELDS), max_size=8))
def test_each_line_says_what_the_csv_module_and_ipaddress_say(rows):
    lines = []
    for prefix, country, city in rows:
        quoted = city.replace('"', '""')
        lines.append(f'{prefix},{country},,"{quoted}",')
    known, problems = split("\n".join(lines))
    assert problems == []
    expected = []
    for prefix, country, _, city, _ in csv.reader(lines):
        hidden = country == "ZZ" or not (country or city)
        place = ("unknown", "") if hidden else (country.upper(), city)
        expected.append((ip_network(prefix), *place))
    assert [(e.prefix, e.country, e.city) for e in known] == expected


@given(st.text())
def test_any_text_gives_entries_and_problems_and_never_an_exception(text):
    known, problems = split(text)
    lines = [line for line in text.split("\n") if line.strip() and not line.strip().startswith("#")]
    assert len({e.source for e in known} | {f"{p.file}, {p.where}" for p in problems}) <= len(lines)


def test_one_prefix_that_two_files_place_differently_is_told(tmp_path):
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text("192.0.2.0/24,GB,,Leeds,\n", "utf-8")
    other.write_text("# b\n192.0.2.0/24,GB,,York,\n", "utf-8")
    assert read_file(one).problems == read_file(other).problems == ()
    (problem,) = own_networks(None, [one, other, "10.0.0.0/8"]).problems
    assert problem.text() == (
        "b.csv, line 2: 192.0.2.0/24: city is 'York' here and 'Leeds' in a.csv, line 1: that counts, as the "
        "first."
    )
