"""network.toml: what it may say, what it names, whom it corrects, and what is told of nonsense in it."""

import logging
import os

import pandas as pd
import pytest

from nsgkit.enrich import own_networks
from nsgkit.enrich.files import read_file
from nsgkit.errors import NsgkitError

TOML = """\
company = "Ours"
own = ["10.20.0.0/16", "10.20.300.0/24", "0.0.0.0/0"]
files = ["geofeed.csv", "nowhere.json"]
colour = "blue"

[[sites]]
name = "Depot"
kind = "vpn"
country = "GB"
city = "Leeds"
lat = 53.8
lon = -1.5

[[networks]]
prefix = "10.20.1.0/24"
name = "till"
site = "Depot"

[[networks]]
prefix = "10.20.2.0/24"
site = "Depto"
lat = 95
lon = 0

[[networks]]
prefix = "10.20.3.0/24"
name = ""
sensitivty = "high"
country = "IE"

[[hosts]]
addresses = ["10.20.1.4", "2001:db8::4", "10.20.1.400"]
name = "TILL1"
role = "till"
sensitivity = "high"
mac = "000D3AB1A114"

[[scanners]]
addresses = ["10.20.1.9"]
name = "ours"

[[places]]
country = "CL"
city = "Santiago"
lat = -33.4
lon = -70.7

[[feeds]]
path = "bad.txt"
name = "Bad ones"
date = 2024-12-17

[[feeds]]
path = "gone.txt"
"""


@pytest.fixture
def path(tmp_path):
    (tmp_path / "network.toml").write_text(TOML, "utf-8")
    (tmp_path / "geofeed.csv").write_text("192.0.2.0/24,CL,,santiago,\n", "utf-8")
    (tmp_path / "bad.txt").write_text("192.0.2.7\n", "utf-8")
    return tmp_path / "network.toml"


@pytest.fixture
def known(path):
    return {str(each.prefix): each for each in read_file(path).prefixes}


def test_a_network_takes_its_site_s_place_and_says_in_which_line_it_stands(known):
    till = known["10.20.1.0/24"]
    assert (till.name, till.kind, till.country, till.city, till.lat) == ("till", "vpn", "GB", "Leeds", 53.8)
    assert till.source == "network.toml, networks[0], line 14"


def test_where_own_is_listed_nothing_else_is_own(known):
    assert [prefix for prefix, each in known.items() if each.own] == ["10.20.0.0/16"]


def test_hosts_and_scanners_are_their_addresses(known):
    host = known["2001:db8::4/128"]
    assert (host.name, host.role, host.sensitivity) == ("TILL1", "till", "high")
    assert known["10.20.1.9/32"].role == "own scanner: ours"


def test_a_place_gives_the_geofeed_s_cities_their_coordinates(known):
    assert (known["192.0.2.0/24"].lat, known["192.0.2.0/24"].lon) == (-33.4, -70.7)


def test_a_feed_has_its_name_and_day(path):
    (feed,) = read_file(path).feeds
    assert (feed.path, feed.name, feed.date) == (path.parent / "bad.txt", "Bad ones", "2024-12-17")


def test_all_that_is_nonsense_is_told_with_its_key_and_line(path):
    told = [(p.where, p.what) for p in read_file(path).problems]
    assert [where for where, _ in told] == [
        "colour, line 4",
        "networks[2].sensitivty, line 28",
        "own[1], line 2",
        "own[2], line 2",
        "networks[1].lat, line 22",
        "networks[2].name, line 27",
        "hosts[0].addresses, line 32",
        "networks[1].site, line 21",
        "feeds[1].path, line 54",
        "files, line 3",
    ]
    assert [what for where, what in told if "sensitivty" in where or "site" in where] == [
        "'sensitivty' is no key that is known here. Do you mean sensitivity?",
        "'Depto' is none of the [[sites]]. Do you mean 'Depot'?",
    ]


def test_the_network_says_what_it_read_and_what_it_could_not_use(path):
    lines = repr(own_networks(None, path)).splitlines()
    assert lines[0] == "Network: 1 own network: 10.20.0.0/16."
    assert (
        lines[1]
        == "  3 names and 3 places of prefixes and addresses, from network.toml, geofeed.csv, nowhere.json."
    )
    assert lines[2] == "  10 problems: see .problems."
    assert lines[3].startswith("    network.toml, colour, line 4: ")
    assert len(lines) == 8


def test_one_warning_a_reading_and_it_is_read_again_when_a_named_file_changes(path, caplog):
    with caplog.at_level(logging.WARNING, "nsgkit.enrich"):
        read_file(path)
        first = read_file(path)
    assert len(caplog.records) == 1
    assert "10 entries are not used as written. The first: network.toml, colour, line 4" in caplog.text
    assert read_file(path) is first
    (path.parent / "nowhere.json").write_text('{"type": "bundle", "objects": []}', "utf-8")
    assert len(read_file(path).feeds) == 2
    os.utime(path.parent / "geofeed.csv", ns=(0, 0))
    assert read_file(path) is not first


def test_what_it_says_itself_corrects_the_files_that_it_names(tmp_path):
    (tmp_path / "prefixes.csv").write_text("prefix,name,city,own\n10.1.0.0/16,snet-1,Leeds,yes\n", "utf-8")
    text = 'files = ["prefixes.csv"]\n[[networks]]\nprefix = "10.1.0.0/16"\nname = "web"\n'
    (tmp_path / "network.toml").write_text(text, "utf-8")
    network = own_networks(None, tmp_path / "network.toml")
    assert network.problems == ()
    told = {what: network.told(pd.Index(["10.1.2.3"]), what)[0] for what in ("name", "city")}
    assert (told["name"].name, told["city"].city) == ("web", "Leeds")


@pytest.mark.parametrize("name", ["nowhere.csv", "~nobody-here/x.csv", "a\\u0000b", ".", ""])
def test_a_name_of_no_file_is_told(tmp_path, name):
    text = f'own = ["10.0.0.0/8"]\nfiles = ["{name}"]\n[[feeds]]\npath = "{name}"\n'
    (tmp_path / "network.toml").write_text(text, "utf-8")
    wheres = [problem.where for problem in read_file(tmp_path / "network.toml").problems]
    assert wheres == ["feeds[0].path, line 4", "files, line 2"]


@pytest.mark.parametrize("name", ["network.toml", "other.toml"])
def test_one_network_toml_names_no_other(tmp_path, name):
    (tmp_path / "other.toml").write_text('own = ["10.0.0.0/8"]\nfiles = ["network.toml"]\n', "utf-8")
    (tmp_path / "network.toml").write_text(f'own = ["10.0.0.0/8"]\nfiles = ["{name}"]\n', "utf-8")
    (problem,) = read_file(tmp_path / "network.toml").problems
    assert "one names no other" in problem.what


def test_one_bad_prefix_among_good_ones_is_a_problem_and_alone_an_error(tmp_path):
    path = tmp_path / "network.toml"
    path.write_text('own = ["10.20.0.0/16", "ten"]', "utf-8")
    assert [str(prefix) for prefix in own_networks(None, path).subnets] == ["10.20.0.0/16"]
    path.write_text('own = ["ten"]  # alone', "utf-8")
    with pytest.raises(NsgkitError, match=r"network\.toml, own\[0\], line 1: 'ten' is no prefix"):
        own_networks(None, path)


def test_machines_are_own_and_no_subnets(tmp_path):
    path = tmp_path / "hosts.csv"
    path.write_text("prefix,own,name\n10.1.0.0/16,yes,a\n10.1.0.4,yes,b\n10.2.0.4,yes,c\n", "utf-8")
    assert [str(prefix) for prefix in own_networks(None, path).subnets] == ["10.1.0.0/16", "10.2.0.4/32"]


DEEP = 100_000


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "says nothing"),
        (b"# only words\n", "says nothing"),
        (b"[]", "lists nothing"),
        (b'{"properties": {}}', "lists nothing"),
        (b'[{"addressSpace": ', "no JSON"),
        (b"[" * DEEP + b"{}" + b"]" * DEEP, "no JSON|nested|says nothing"),
        (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested too deeply"),
        (b"a = " + b"[" * DEEP, "says nothing"),
        (b"10.0.0.0/8,GB\0", "NUL"),
        (b"\x7fELF\x02\x01\xff\xfe", "no text"),
        ("äöü".encode("latin-1"), "no text"),
        (b"\xff\xfeA", "no text"),
        (b"hello\nworld\n", "says nothing"),
        (b"prefix,name\n", "says nothing"),
        (b'[{"name": "\xed\xa0\x80", "addressSpace": {}}]', "no text"),
        (b'[{"addressSpace": {"addressPrefixes": [{}, null, 3]}, "subnets": [null, 7]}]', "says nothing"),
    ],
)  # fmt: skip
def test_what_is_nothing_is_one_sentence(tmp_path, content, word):
    path = tmp_path / "file.txt"
    path.write_bytes(content)
    with pytest.raises(NsgkitError, match=word) as error:
        read_file(path)
    assert str(path) in str(error.value)
    assert len(str(error.value)) < 900


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("network.toml", b"a = " + b"[" * DEEP, "nested too deeply"),
        ("network.toml", b"own = [", "no TOML"),
        ("vnets.json", b"own = 3", "no JSON"),
        ("City.mmdb", b"not found", "no MaxMind database"),
    ],
)
def test_a_name_says_what_a_file_was_to_be(tmp_path, name, content, word):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NsgkitError, match=word):
        read_file(tmp_path / name)


def test_a_file_too_large_is_not_read(tmp_path):
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(NsgkitError, match="100,000,001 bytes"):
        read_file(tmp_path / "huge.csv")


def test_a_folder_is_none(tmp_path):
    with pytest.raises(NsgkitError, match="is a folder"):
        read_file(tmp_path)


def test_a_database_is_known_by_its_end_whatever_its_size(tmp_path):
    with (tmp_path / "City.mmdb").open("wb") as file:
        file.truncate(150_000_000)
        file.seek(0, 2)
        file.write(b"\xab\xcd\xefMaxMind.com\xe1")
    assert read_file(tmp_path / "City.mmdb").databases == (tmp_path / "City.mmdb",)


def test_hostile_names_are_spelled_out(tmp_path):
    path = tmp_path / "network.toml"
    path.write_text('own = ["10.0.0.0/8"]\n"a\\u202e{{7*7}}\\u0000" = 1\n', "utf-8")
    shown = repr(own_networks(None, path))
    assert "\u202e" not in shown and "\0" not in shown
    assert "{{7*7}}" in shown
