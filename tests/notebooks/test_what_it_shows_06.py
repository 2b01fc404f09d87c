"""Notebook 06: each figure under What it shows in the samples, and in the answer, counted from the rows."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import findings
from tests.reference import ROOT

CELLS = nbformat.read(ROOT / "notebooks" / "06-suspicious-patterns.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}
TEXTS = ["src_ip", "dst_ip", "mac", "decision", "rule", "state", "direction"]
BYTES = ["bytes_src_to_dst", "bytes_dst_to_src"]
GUESSER, JUMP, FILES, DATABASE, DESK = "203.0.113.199", "10.20.0.4", "10.30.1.5", "10.30.1.4", "10.20.3.4"
SCANNER, THIEF, HOME, LOOKOUT = "192.168.40.20", "198.51.100.240", "203.0.113.222", "198.51.100.201"
OPENED = "UserRule_Temp-SSH-Contractor"
ADMIN = {22, 135, 139, 445, 1433, 3389, 5985, 5986}


@pytest.fixture(scope="module")
def flows(logs):
    return logs.flows.assign(**{name: logs.flows[name].astype("object") for name in TEXTS})


@pytest.fixture(scope="module")
def made(logs):
    made = nsgkit.conversations(logs)
    made = made[~made["folded"]]
    return made.assign(**{name: made[name].astype("object") for name in TEXTS})


@pytest.fixture(scope="module")
def found(logs):
    samples = ROOT / "data" / "samples"
    return findings(
        nsgkit.conversations(logs), network=samples / "network.toml", known=samples / "known.toml"
    )


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]


def test_the_search_for_shares(made):
    said = SAID["scan-shows"]
    tried = made[(made["src_ip"] == JUMP) & (made["dst_port"] == 445)]
    silent = tried[tried["bytes_dst_to_src"] == 0]
    assert f"tried port 445 of {silent['dst_ip'].nunique()} addresses" in said
    assert (silent["first"].max() - silent["first"].min()) < pd.Timedelta("4min")
    assert f"{silent['first'].min():at %H:%M on %d December}" in said
    assert set(tried["dst_ip"]) - set(silent["dst_ip"]) == {FILES}


def test_the_scans_of_one_machine(made):
    said = SAID["ports-shows"]
    own = made[(made["src_ip"] == SCANNER) & (made["bytes_dst_to_src"] == 0)]
    ports = own.groupby("dst_ip")["dst_port"].nunique()
    assert (ports >= 15).sum() == 7 and "Seven of the eight rows" in said and "at seven machines" in said
    lookout = made[(made["src_ip"] == LOOKOUT) & (made["dst_ip"] == JUMP)]
    assert set(lookout["decision"]) == {"denied"}
    assert f"{lookout['dst_port'].nunique()} ports of the jump host, all denied" in said
    assert lookout["first"].min().strftime("%d %H") == "18 00"


def test_the_guesses(made):
    said = SAID["guess-shows"]
    let_in = made[(made["src_ip"] == GUESSER) & (made["dst_port"] == 22) & (made["decision"] == "allowed")]
    sizes = let_in[BYTES].sum(axis=1)
    assert f"made {(sizes < 10_000).sum()} small connections" in said
    assert f"from {let_in['first'].min():%H:%M} on 18 December" in said
    assert (
        f"one of {sizes.max():,} bytes, which lasted {let_in.at[sizes.idxmax(), 'duration'] // 60:.0f}"
        in said
    )


def test_the_open_door(flows):
    said = SAID["open-shows"]
    port = flows[(flows["dst_ip"] == JUMP) & (flows["dst_port"] == 22)]
    let_in = port[(port["rule"] == OPENED) & (port["decision"] == "allowed")]
    mine = port[port["src_ip"] == GUESSER]
    first = mine.loc[mine["decision"] == "allowed", "time"].min()
    before = mine[(mine["decision"] == "denied") & (mine["time"] < first)]
    assert f"denied {len(before)} times at the same port before 08:00" in said
    assert before["time"].max().hour == 7 and f"let in from {first:%H:%M} on" in said
    assert f"nobody in before {let_in['time'].min():%H:%M}" in said
    assert let_in["src_ip"].nunique() == 3 and "three addresses outside reached port 22" in said


def test_the_calls_home(flows, made):
    said = SAID["beacon-shows"]
    calls = made[(made["dst_ip"] == HOME) & (made["counted_by"].notna())]["first"].sort_values()
    seconds = calls.dt.floor("s").diff().dropna().dt.total_seconds()
    near = (seconds.sub(seconds.median()).abs() <= seconds.median() / 10).mean()
    assert f"{len(calls)} times, from {calls.min():%H:%M} on 18 December" in said
    assert f"Only {near:.0%} of the intervals lie within 10% of the median" in said
    assert set(flows.loc[flows["dst_ip"] == HOME, "src_ip"]) == {JUMP}


def test_the_new_edges(made):
    """By a plain set difference between the halves."""
    said = SAID["move-shows"]
    reached = made[
        (made["decision"] == "allowed") & (made["bytes_dst_to_src"] > 0) & (made["state"] != "orphan")
    ]
    reached = reached[reached["dst_port"].isin(ADMIN) & reached["src_ip"].str.startswith(("10.", "192.168."))]
    half = made["first"].min() + (made["last"].max() - made["first"].min()) / 2
    edges = [set(part[["src_ip", "dst_ip", "dst_port"]].itertuples(index=False, name=None))
             for part in (reached[reached["first"] < half], reached[reached["first"] >= half])]  # fmt: skip
    mine = {(JUMP, FILES, 445), (JUMP, FILES, 5985), (JUMP, DESK, 3389), (DESK, DATABASE, 1433)}
    assert edges[1] - edges[0] == mine | {(JUMP, DATABASE, 22)}
    assert "Four of the five edges are the intruder's" in said
    usual = {dst for src, dst, port in edges[0] if (src, port) == (JUMP, 22)}
    assert len(usual) == 2 and "reached port 22 of two others" in said


def test_the_theft(flows):
    said = SAID["theft-shows"]
    upload = flows[flows["dst_ip"] == THIEF]
    assert f"sent {upload['bytes_src_to_dst'].sum():,} bytes to `{THIEF}`" in said
    assert set(upload["src_ip"]) == {FILES} and upload["time"].dt.strftime("%d %H").min() == "19 22"
    assert "in a country that nobody else called at all" in said
    lines = (ROOT / "data" / "samples" / "geofeed.csv").read_text("utf-8").splitlines()
    iceland = [ip_network(line.split(",")[0]) for line in lines if ",IS," in line]
    there = {text for text in flows["dst_ip"] if any(ip_address(text) in prefix for prefix in iceland)}
    assert there == {THIEF}


def test_the_rest(made):
    said = SAID["rest-shows"]
    chat = made[(made["src_ip"] == "10.20.3.5") & (made["dst_ip"] == "192.0.2.240")]
    assert f"{chat['duration'].max() // 3600:.0f} hours" in said
    begun = made[(made["src_ip"] == JUMP) & (made["decision"] == "allowed") & made["counted_by"].notna()]
    hours = begun.groupby(begun["first"].dt.floor("h")).size()
    assert f"{hours['2024-12-19 10:00+00:00']} connections in one hour, where 18 were usual" in said
    assert 14 <= hours.median() <= 22


def test_all_together(found, flows):
    said = SAID["all-shows"]
    known = found["known"].notna()
    assert f"Of {len(found)} findings `known.toml` hides nine" in said and known.sum() == 9
    assert (found.loc[known, "src_ip"] == SCANNER).sum() == 8
    assert (found["incident"] == 1).sum() == 15 and "Fifteen of the other sixteen make one incident" in said
    assert found.loc[found["incident"] > 1, "src_ip"].tolist() == [LOOKOUT]


def test_the_answer(found, flows):
    said = SAID["answer"]
    first = found.loc[found["incident"] == 1].sort_values("first").iloc[0]
    assert first["src_ip"] == GUESSER and f"{first['first']:the row of %H:%M on %d December}" in said
    opened = flows.loc[flows["rule"] == OPENED, "time"].min()
    assert f"opened at {opened:%H:%M}" in said
    scanner = found[found["src_ip"] == SCANNER]
    assert scanner["kind"].value_counts().to_dict() == {"vertical scan": 7, "sequential test": 1}
    assert scanner["rank"].min() > found.loc[found["src_ip"] == LOOKOUT, "rank"].item()
