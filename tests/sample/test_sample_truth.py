"""What truth.json says is what stands in the logs, by an independent count."""

import json
import tomllib
from collections import Counter
from ipaddress import ip_address, ip_network

import pytest

from tests.sample.reader import FACTS, SAMPLES, TRUTH, blobs, planted, read, tuples, whole_records

TOTALS = TRUTH["totals"]
LAB = [
    "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,",
    "1734601435,35.203.211.18,10.0.0.4,53572,5555,T,I,D,B,,,",
    "1734601440,35.203.211.207,10.0.0.4,55256,49803,T,I,D,B,,,",
    "1734601440,162.216.149.105,10.0.0.4,52309,16209,T,I,D,B,,,",
    "1734601441,205.210.31.22,10.0.0.4,54994,10001,T,I,D,B,,,",
    "1734601443,65.49.20.83,10.0.0.4,39090,4081,T,I,D,B,,,",
    "1734601453,147.185.133.56,10.0.0.4,57057,36015,T,I,D,B,,,",
    "1734601459,194.55.186.235,10.0.0.4,22531,37020,U,I,D,B,,,",
    "1734601462,162.216.150.38,10.0.0.4,55716,47389,T,I,D,B,,,",
    "1734601464,147.185.133.12,10.0.0.4,56762,992,T,I,D,B,,,",
    "1734601467,162.216.150.119,10.0.0.4,55726,2307,T,I,D,B,,,",
    "1734601468,205.210.31.46,10.0.0.4,57260,111,T,I,D,B,,,",
]
OUTSIDERS = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]


def oddities(kind):
    return [oddity for oddity in TRUTH["oddities"] if oddity["kind"].startswith(kind)]


def record_at(oddity):
    return json.loads(whole_records(blobs()[oddity["blob"]])[oddity["record"]])


def inside(address, prefixes):
    return any(ip_address(address) in ip_network(prefix) for prefix in prefixes)


def test_the_totals_are_those_of_an_independent_count():
    records = [json.loads(piece) for text in blobs().values() for piece in whole_records(text)]
    assert len(blobs()) == TOTALS["blobs"]
    assert len(records) == TOTALS["records"]
    assert sum(len(list(tuples(record))) for record in records) == TOTALS["tuples"]


def test_rows_and_rejects_are_all_tuples():
    table, malformed = read()
    assert len(table) == TOTALS["rows"]
    assert len(malformed) == TOTALS["malformed"]
    assert TOTALS["rows"] + TOTALS["rejects"] == TOTALS["tuples"]
    assert TOTALS["rejects"] == TOTALS["malformed"] + TOTALS["repeated"]


@pytest.mark.parametrize("name", FACTS)
def test_each_planted_fact_is_in_the_logs(name):
    fact, rows = FACTS[name], planted(name)
    assert len(rows) == fact["tuples"] > 0
    assert f"{rows['time'].min():%FT%T}" == fact["first"][:19]
    assert f"{rows['time'].max():%FT%T}" == fact["last"][:19]


def test_the_labs_own_record_is_there_word_for_word():
    text = next(t for name, t in blobs().items() if "DEMOVM-NSG" in name and "d=19/h=09" in name)
    first = json.loads(whole_records(text)[0])
    assert first["time"] == "2024-12-19T09:44:35.0475109Z"
    assert first["systemId"] == "de8f6437-2996-457d-8317-7d499ded2d74"
    assert [raw for *_, raw in tuples(first)] == LAB


def test_outsiders_use_documentation_ranges_but_for_the_labs_probes():
    table, _ = read()
    toml = tomllib.loads((SAMPLES / "network.toml").read_text("utf-8"))
    known = [network["prefix"] for network in toml["networks"]] + OUTSIDERS + ["168.63.129.16/32"]
    strangers = {a for a in {*table["src_ip"], *table["dst_ip"]} if not inside(a, known)}
    assert strangers == {line.split(",")[1] for line in LAB}


def test_every_outsider_has_a_place():
    table, _ = read()
    feed = (SAMPLES / "geofeed.csv").read_text("utf-8").splitlines()[1:]
    places = [line.split(",")[0] for line in feed]
    own = ["2001:db8:30::/48"]
    outside = {a for a in {*table["src_ip"], *table["dst_ip"]} if inside(a, OUTSIDERS) and not inside(a, own)}
    assert {a for a in outside if not inside(a, places)} == set()
    assert all(line.count(",") == 4 for line in feed)


def test_every_rule_in_the_logs_is_in_nsg_json():
    table, _ = read()
    nsgs = json.loads((SAMPLES / "nsg.json").read_text("utf-8"))
    known = {f"DefaultRule_{rule['name']}" for nsg in nsgs for rule in nsg["defaultSecurityRules"]}
    own = {rule["name"] for nsg in nsgs for rule in nsg["securityRules"]}
    known |= own | {f"UserRule_{name}" for name in own} | {"PlatformRule"}
    assert set(table["rule"]) <= known


def test_the_gap_is_two_hours_of_one_nic_and_every_other_hour_has_a_blob():
    (gap,), (late,) = oddities("gap"), oddities("switched on late")
    hours = Counter(name.split("macAddress=")[1][:12] for name in blobs())
    assert hours.pop(gap["mac"]) == 48 - len(gap["hours"]) == 46
    assert hours.pop(late["mac"]) == 15
    assert sorted(hours.values()) == [48] * 6


def test_the_growing_blob_ends_within_a_record():
    (growing,) = oddities("growing")
    text = blobs()[growing["blob"]]
    tail = text[-growing["cut_record_bytes"] :]
    assert tail.startswith('{"time":')
    assert text[: -growing["cut_record_bytes"]].endswith("]}},")
    with pytest.raises(json.JSONDecodeError):
        json.loads(tail)


def test_the_repeated_record_is_word_for_word_the_one_before_it():
    (repeated,) = oddities("repeated")
    pieces = whole_records(blobs()[repeated["blob"]])
    assert pieces[repeated["record"]] == pieces[repeated["record"] - 1]
    assert len(list(tuples(record_at(repeated)))) == repeated["tuples"] == TOTALS["repeated"]
    again = sum(len(those := whole_records(text)) - len(set(those)) for text in blobs().values())
    assert again == 1


def test_each_malformed_tuple_is_where_truth_says_and_there_is_no_other():
    _, malformed = read()
    stated = oddities("malformed")
    assert Counter(malformed) == Counter(oddity["raw"] for oddity in stated)
    assert len({oddity["kind"] for oddity in stated}) == len(stated)


def test_every_odd_tuple_is_where_truth_says():
    for oddity in (o for o in TRUTH["oddities"] if "tuple" in o):
        assert list(tuples(record_at(oddity)))[oddity["tuple"]][-1] == oddity["raw"]


def test_the_version_switches_inside_one_blob():
    text = next(t for name, t in blobs().items() if "OFFICE-NSG" in name and "d=18/h=05" in name)
    records = [json.loads(piece) for piece in whole_records(text)]
    versions = [(record["time"][:16], record["properties"]["Version"]) for record in records]
    assert {version for time, version in versions if time < "2024-12-18T05:22"} == {1}
    assert {version for time, version in versions if time >= "2024-12-18T05:22"} == {2}


def test_an_exact_duplicate_is_real_and_not_a_repeated_record():
    denials = oddities("the same denial three times")
    assert len({oddity["raw"] for oddity in denials}) == 1
    assert [oddity["tuple"] - denials[0]["tuple"] for oddity in denials] == [0, 1, 2]


def test_a_full_minute_is_written_as_several_records():
    times = Counter(
        (name, json.loads(piece)["time"]) for name, text in blobs().items() for piece in whole_records(text)
    )
    split = {key: count for key, count in times.items() if count > 1}
    assert any("flowlogflowevent" in name for name, _ in split)
