"""Notebook 05: each figure under What it shows in the samples, and in the answer, counted from the rows."""

from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tests.reference import ROOT

CELLS = nbformat.read(ROOT / "notebooks" / "05-denied-flow-triage.ipynb", 4).cells
SAID = {cell.id: cell.source for cell in CELLS if cell.source.startswith("<details>")}
TEXTS = ["src_ip", "dst_ip", "mac", "decision", "rule"]
INSIDE = ("10.", "192.168.", "2001:db8:30:")
GUESSER, JUMP, SCANNED = "203.0.113.199", "10.20.0.4", "198.51.100.88"
OPENED = "UserRule_Temp-SSH-Contractor"


@pytest.fixture(scope="module")
def flows(logs):
    return logs.flows.assign(**{name: logs.flows[name].astype("object") for name in TEXTS})


@pytest.fixture(scope="module")
def denied(flows):
    return flows[flows["decision"] == "denied"]


@pytest.fixture(scope="module")
def late(flows, denied):
    """Late packets: from a port below 1024 that the machine itself had called at that address before."""
    low = denied[(denied["src_port"] < 1024) & (denied["dst_port"] >= 1024)]
    called = flows[flows["decision"] == "allowed"].groupby(["src_ip", "dst_ip", "dst_port"])["time"].min()
    back = zip(low["dst_ip"], low["src_ip"], low["src_port"], low["time"], strict=True)
    return low[[(a, b, c) in called.index and called[a, b, c] <= at for a, b, c, at in back]]


def test_every_part_that_is_folded_is_tested():
    source = Path(__file__).read_text("utf-8")
    assert not [name for name in SAID if f'SAID["{name}"]' not in source]


def test_the_line(flows, denied, late):
    said = SAID["line-shows"]
    outside = denied[~denied["src_ip"].str.startswith(INSIDE) & ~denied.index.isin(late.index)]
    let_in = set(flows.loc[flows["decision"] == "allowed", "src_ip"])
    again = outside.groupby(["src_ip", "dst_ip", "dst_port"]).size()
    aimed = {"198.51.100.44"}  # 14 attempts at one door; everything else of it is noise
    noise = outside[~outside["src_ip"].isin(let_in)]
    at_telnet = again["198.51.100.44", "10.0.0.4", 23]
    assert f"{len(denied):,} attempts were denied, from {denied['src_ip'].nunique()} addresses" in said
    assert f"{len(noise) - at_telnet:,} of them are noise, and {len(late)} are late packets" in said
    inside = denied.loc[denied["src_ip"].str.startswith(INSIDE), "src_ip"].unique()
    others = set(outside["src_ip"]) & let_in | aimed
    assert (len(inside), len(others)) == (2, 3) and "Five sources are left to look at, two of them" in said


def test_the_rules(flows, denied):
    said = SAID["rules-shows"]
    rules = denied.groupby("rule").agg(
        n=("time", "size"), sources=("src_ip", "nunique"), first=("time", "min")
    )
    default = rules[rules.index.str.startswith("DefaultRule_")]
    assert f"stopped all but {len(denied) - default['n'].sum()} attempts; these were stopped by three" in said
    assert len(rules) - len(default) == 3
    mail = denied[denied["rule"] == "UserRule_Deny-SMTP-Out"]
    assert f"stopped {len(mail)} attempts, all from inside" in said
    assert mail["src_ip"].str.startswith(INSIDE).all() and mail["src_ip"].nunique() == 2
    opened = rules.loc[OPENED]
    assert f"stopped {opened['n']} from {opened['sources']} addresses" in said
    assert f"{opened['first']:the first at %H:%M on %d December}" in said
    before = flows[(flows["rule"] == OPENED) & (flows["time"] < opened["first"])]
    assert len(before) and set(before["decision"]) == {"allowed"}


def test_the_step(denied):
    said = SAID["time-shows"]
    hours = denied.groupby(denied["time"].dt.floor("h")).size()
    assert f"at least {hours['2024-12-19 10:00+00:00':].min()} an hour" in said
    assert f"at most {hours[:'2024-12-19 08:59+00:00'].max()} an hour until 09:00" in said
    demo = denied[denied["mac"] == "000D3AB17875"]
    assert demo["time"].min().strftime("%d %H") == "19 09"
    assert f"{len(demo):,} of the {len(denied):,}" in said


def test_the_doors(denied):
    said = SAID["doors-shows"]
    ports = denied.groupby("dst_ip")["dst_port"].nunique().sort_values(ascending=False)
    assert "The first four machines" in said and "hundreds of ports each" in said
    assert ports.iloc[3] > 400 and ports.iloc[4] < 30
    mail = denied[(denied["dst_port"] == 25) & ~denied["dst_ip"].str.startswith(INSIDE)]
    assert len(mail) == mail["dst_ip"].nunique() == 8 and "over eight addresses outside, one attempt" in said


def test_the_purposes(denied, late):
    said = SAID["purpose-shows"]
    outside = denied[~denied["src_ip"].str.startswith(INSIDE) & ~denied.index.isin(late.index)]
    doors = outside.drop_duplicates(["src_ip", "dst_ip", "dst_port", "protocol"]).groupby("src_ip").size()
    sweeping = outside[outside["src_ip"].isin(doors[doors >= 3].index)]
    telnet = (sweeping["src_ip"] == "198.51.100.44") & (sweeping["dst_ip"] == "10.0.0.4")
    telnet &= sweeping["dst_port"] == 23
    assert f"{sweeping['src_ip'].nunique()} addresses outside swept over doors" in said
    assert f"made {len(sweeping) - telnet.sum():,} of the attempts" in said
    inside = denied[denied["src_ip"].str.startswith(INSIDE)]
    assert f"with {len(inside)} attempts together" in said


def test_what_needs_a_look(flows, denied):
    said = SAID["look-shows"]
    mail = denied[denied["dst_port"].eq(25) & denied["src_ip"].isin(["10.20.3.5", "10.20.3.4"])]
    counts = mail.groupby("src_ip").agg(n=("time", "size"), targets=("dst_ip", "nunique"))
    assert counts["n"].eq(counts["targets"]).all()
    assert f"{counts.at['10.20.3.5', 'n']} and {counts.at['10.20.3.4', 'n']} attempts at port 25" in said
    guesser = flows[(flows["src_ip"] == GUESSER) & (flows["dst_ip"] == JUMP) & (flows["dst_port"] == 22)]
    refused = guesser.loc[guesser["decision"] == "denied", "time"]
    let_in = guesser.loc[guesser["decision"] == "allowed", "time"].min()
    assert f"denied {len(refused)} times at port 22 of the jump host, and let in from {let_in:%H:%M}" in said
    closed = denied.loc[denied["rule"] == OPENED, "time"].min()
    assert (
        f"{(refused < let_in).sum()} of the denials lie before that, and {(refused >= closed).sum()}" in said
    )
    aimed = denied[(denied["src_ip"] == "198.51.100.44") & (denied["dst_port"] == 23)]
    assert f"`198.51.100.44`, {(aimed['dst_ip'] == '10.0.0.4').sum()} times at port 23 of the demo" in said
    assert "allowed" not in set(flows.loc[flows["src_ip"] == "198.51.100.44", "decision"])
    port = flows[(flows["src_ip"] == SCANNED) & (flows["dst_ip"] == JUMP) & (flows["dst_port"] == 22)]
    began = port[port["state"].eq("begin")].sort_values("time")
    assert began["decision"].tolist() == ["allowed", "denied"]


def test_the_answer(flows, denied):
    said = SAID["answer"]
    guesser = denied.loc[
        (denied["src_ip"] == GUESSER) & (denied["time"] < pd.Timestamp("2024-12-18T08:05Z")), "time"
    ]
    assert f"every {guesser.diff().median().total_seconds() // 60:.0f} minutes (by the median)" in said
    assert flows.loc[flows["rule"] == OPENED, "time"].min() > pd.Timestamp("2024-12-18T08:05Z")
    assert "eight attempts in two days" in said
