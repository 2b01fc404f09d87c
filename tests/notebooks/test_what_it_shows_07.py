"""Notebook 07: each figure under What it shows in the samples, and in the answer, counted from the rows."""

import csv
from ipaddress import ip_address, ip_network
from pathlib import Path

import nbformat
import pytest

import nsgkit
from nsgkit.detections import findings
from tests.reference import ROOT

SAMPLES = ROOT / "data" / "samples"
CELLS = nbformat.read(ROOT / "notebooks" / "07-where-in-the-world.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}
TEXTS = ["src_ip", "dst_ip", "mac", "decision", "rule", "state", "direction"]
FILES, DROP, HOME, JUMP = "10.30.1.5", "198.51.100.240", "203.0.113.222", "10.20.0.4"


def lines_of(name):
    with (SAMPLES / name).open(encoding="utf-8") as file:
        lines = [line for line in csv.reader(file) if line and not line[0].startswith(("#", "prefix"))]
    return {ip_network(prefix): rest for prefix, *rest in lines}


GEOFEED, OTHER = lines_of("geofeed.csv"), lines_of("places.csv")


def said_by(source, text):
    """What a file says of an address: its longest prefix, looked for one by one."""
    address = ip_address(text)
    holding = [p for p in source if p.version == address.version and address in p]
    return source[max(holding, key=lambda p: p.prefixlen)] if holding else None


@pytest.fixture(scope="module")
def made(logs):
    """Conversations, each counted once, with the city and country of the end that a geofeed knows."""
    made = nsgkit.conversations(logs)
    made = made[~made["folded"]]
    made = made.assign(**{name: made[name].astype("object") for name in TEXTS})
    outside = {text: said_by(GEOFEED, text) for text in {*made["src_ip"], *made["dst_ip"]}}
    ends = zip(made["src_ip"], made["dst_ip"], strict=True)
    told = [outside[src] or outside[dst] for src, dst in ends]
    return made.assign(country=[t and t[0] for t in told], city=[t and t[2] for t in told])


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]


def test_where_the_two_sources_differ(made):
    said = SAID["differ-shows"]
    outside = {text for text in {*made["src_ip"], *made["dst_ip"]} if said_by(GEOFEED, text)}
    pairs = {text: (said_by(GEOFEED, text)[0], said_by(OTHER, text)[0]) for text in outside}
    differing = {text: pair for text, pair in pairs.items() if pair[0] != pair[1]}
    assert "all but six addresses" in said
    assert len(differing) == 6
    assert "Four of them the geofeed puts into the Netherlands, and the other list into Ireland" in said
    assert [*differing.values()].count(("NL", "IE")) == 4
    assert (differing[HOME], differing[DROP]) == (("LU", "DE"), ("IS", "NL"))
    assert {text for text, pair in differing.items() if pair != ("NL", "IE")} == {HOME, DROP}


def test_what_stands_on_the_map(made):
    said = SAID["map-shows"]
    denied = made[made["decision"] == "denied"]
    noisy = ["New York", "Rotterdam", "Sao Paulo", "Singapore"]
    assert ", ".join(noisy[:3]) + " and Singapore" in said
    count = denied["city"].isin(noisy).sum()
    assert "Nearly all of the denied attempts come from there" in said
    assert count > 0.95 * len(denied)
    opened = made[made["city"].isin(noisy) & (made["decision"] == "allowed")]
    assert "with them a single connection" in said
    assert opened["counted_by"].notna().sum() == 1
    assert "three connections" in said
    assert (made["country"] == "IS").sum() == 3


def test_where_the_bytes_went(made):
    said = SAID["country-shows"]
    sent = made.loc[made["src_ip"].map(lambda text: said_by(GEOFEED, text) is None), :]
    out = sent.groupby("country")["bytes_src_to_dst"].sum()
    back = made.drop(sent.index).groupby("country")["bytes_dst_to_src"].sum()
    total = out.add(back, fill_value=0)
    assert "1.7 GB went to Iceland" in said
    assert 1.7e9 < total["IS"] < 1.75e9
    assert "less than half of that to all the others together" in said
    assert total.drop("IS").sum() < total["IS"] / 2


def test_the_place_that_one_machine_knows(made):
    said = SAID["rare-shows"]
    there = made[made["country"] == "IS"]
    assert {*zip(there["src_ip"], there["dst_ip"], strict=True)} == {(FILES, DROP)}
    assert "three times, between 22:03 and 22:58 on 19 December" in said
    assert f"{there['first'].min():%H:%M}" == "22:03"
    assert f"{there['last'].max():%H:%M %d}" == "22:58 19"
    assert f"{there['bytes_src_to_dst'].sum():,} bytes" in said
    calls = made[(made["src_ip"] == JUMP) & (made["dst_ip"] == HOME)]
    assert f"{len(calls)} connections are more than one in a thousand" in said


def test_the_answer(made, logs):
    said = SAID["answer"]
    there = made[made["city"] == "Reykjavik"]
    assert f"`{FILES}` (FILES1), to Reykjavik, at 22:00 on 19 December" in said
    assert {*there["src_ip"]} == {FILES}
    assert {*there["first"].dt.floor("h")} == {there["first"].min().floor("h")}
    found = findings(nsgkit.conversations(logs), known=SAMPLES / "known.toml")
    kinds = found.loc[found["dst_ip"] == DROP, ["kind", "incident"]]
    assert {*kinds["kind"]} == {"large transfer out", "first-seen external peer"}
    assert kinds["incident"].nunique() == 1
