"""New edges and first-seen peers: what makes one known, what makes one new, the planted ones and no more."""

from functools import cache

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import explain, first_seen_peers, new_edges
from nsgkit.errors import NsgkitError
from tests.frames import flows
from tests.internet import ADMIN_EDGE, UPLOAD

NOON = "2024-12-19 12:00"  # the baseline's end, everywhere here
OWN = ["10.0.0.0/8"]
OPEN_ALL_DAY = "00:00:00 10.0.0.4:40000 10.0.9.9:443 TCP O A B"  # the NIC is logged from midnight
EDGE = "10.0.0.4:50001 10.0.1.5:3389 TCP O"
NEW = f"15:00:00 {EDGE} A B\n15:00:09 {EDGE} A E 9/900 8/2000"
PEER = "10.0.0.4:50001 192.0.2.7:443 TCP O"


def edges(*lines, since=NOON, **options):
    text = "\n".join([OPEN_ALL_DAY, *lines])
    return new_edges(nsgkit.conversations(flows(text)), network=OWN, since=since, **options)


def peers(*lines, **options):
    text = "\n".join([OPEN_ALL_DAY, *lines])
    return first_seen_peers(nsgkit.conversations(flows(text)), network=OWN, since=NOON, **options)


def upload(size, ends=PEER, begin="15:00:00"):
    return f"{begin} {ends} A B\n{begin[:6]}40 {ends} A E 9000/{size} 90/9000"


# -- edges


def test_a_new_edge():
    found = edges(NEW).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port", "connections", "answered"]].tolist() == [
        "10.0.0.4", "10.0.1.5", 3389, 1, 1,
    ]  # fmt: skip
    assert found[["bytes_src_to_dst", "bytes_dst_to_src", "baseline_hours"]].tolist() == [900, 2000, 12.0]
    assert found["score"] == 0.75, "new to both ends, after half a day"


@pytest.mark.parametrize(
    "before",
    [
        f"09:00:00 {EDGE} A B\n09:00:09 {EDGE} A E 9/900 8/2000",
        f"09:00:00 {EDGE} A B",
        f"11:59:00 {EDGE} A B\n12:04:00 {EDGE} A C 9/900 8/2000\n14:00:00 {EDGE} A E 9/900 8/2000",
        f"09:00:00 {EDGE} A C 9/900 0/0",
        f"14:00:00 {EDGE} A C 9/900 8/2000\n14:30:00 {EDGE} A E 9/900 8/2000",
    ],
    ids=["answered", "nothing tells", "began before", "orphan", "an orphan seen later"],
)
def test_what_makes_an_edge_known(before):
    assert edges(before, NEW).empty


@pytest.mark.parametrize(
    "before",
    [
        "",
        f"09:00:00 {EDGE} D B",
        f"09:00:00 {EDGE} A B\n09:00:09 {EDGE} A E 3/180 0/0",
        f"09:00:00 {EDGE} A B\n09:00:09 {EDGE} A E 1/60 1/40",
        f"09:00:00 {EDGE} A B\n09:00:01 {EDGE.replace(' O', ' I')} D B mac=00AA00000002",
        f"09:00:00 {EDGE.replace('3389', '22')} A B",
        f"09:00:00 {EDGE.replace('10.0.1.5', '10.0.1.6')} A B",
        f"09:00:00 {EDGE.replace('10.0.0.4', '10.0.0.5')} A B",
    ],
    ids=[
        "nothing",
        "denied",
        "unanswered",
        "refused",
        "let out and denied there",
        "port",
        "target",
        "source",
    ],
)
def test_what_leaves_it_new(before):
    assert len(edges(before, NEW)) == 1


@pytest.mark.parametrize(
    "later",
    [
        f"15:00:00 {EDGE} D B",
        f"15:00:00 {EDGE} A B\n15:00:09 {EDGE} A E 3/180 0/0",
        f"15:00:00 {EDGE} A B\n15:00:09 {EDGE} A E 1/60 1/40",
        f"15:00:00 {EDGE} A B\n15:00:01 {EDGE.replace(' O', ' I')} D B mac=00AA00000002",
        f"15:00:00 {EDGE} ? B",
        NEW.replace("3389", "443"),
        NEW.replace(EDGE, "192.0.2.7:50001 10.0.0.4:3389 TCP I"),
    ],
    ids=["denied", "unanswered", "refused", "denied there", "undecided", "no admin port", "from outside"],
)
def test_what_is_no_edge(later):
    assert edges(later).empty


def test_how_often_it_failed_stands_beside():
    failed = f"14:00:00 {EDGE} D B\n14:10:00 {EDGE} A B\n14:10:09 {EDGE} A E 3/180 0/0"
    found = edges(failed, NEW).iloc[0]
    assert found[["denied", "unanswered", "answered", "connections"]].tolist() == [1, 1, 1, 1]
    assert f"{found['first']:%H:%M}" == "15:00" and len(found["rows"]) == 1


def test_where_nothing_tells_that_it_was_answered():
    found = edges(f"15:00:00 {EDGE} A B").iloc[0]
    assert (found["unknown"], found["answered"], found["score"]) == (1, 0, 0.525)
    assert pd.isna(found["bytes_src_to_dst"])


def test_a_sweep_of_which_nothing_tells_ranks_last(as_version_1, stitched):
    """In version 1 nobody knows which of 140 addresses answered the sweep for port 445."""
    told = new_edges(stitched).query("dst_port != 445")
    found = new_edges(as_version_1)
    ends = ["src_ip", "dst_ip", "dst_port"]
    assert {*map(tuple, found.head(4)[ends].to_numpy())} == {*map(tuple, told[ends].to_numpy())}
    assert set(found.iloc[4:]["dst_port"]) == {445} and found["score"].iloc[4] < 0.01


def test_what_both_ends_did_before():
    others = [
        "09:00:00 10.0.0.4:50009 10.0.1.6:3389 TCP O A B",
        "09:00:00 10.0.0.4:50009 10.0.1.7:3389 TCP O A B",
        "09:00:00 10.0.0.8:50009 10.0.1.5:3389 TCP O A B",
    ]
    found = edges(*others, NEW).iloc[0]
    assert found[["source_before", "target_before", "score"]].tolist() == [2, 1, 0.375]


@pytest.mark.parametrize(("first", "hours", "score"), [("2024-12-17T12:00:00", 48, 1), ("13:00:00", 0, 0.5)])
def test_how_long_the_nic_was_logged_before(first, hours, score):
    late = "mac=00AA00000009"
    row = f"{first} 10.0.0.4:40001 10.0.9.9:443 TCP O A B {late}"
    found = edges(row, *(f"{line} {late}" for line in NEW.splitlines())).iloc[0]
    assert found[["baseline_hours", "score"]].tolist() == [hours, score]
    assert ("which is weak" in explain(found)) == (hours < 24)


@pytest.mark.parametrize(("at", "count"), [("04:59:59", 0), ("05:00:01", 1)])
def test_the_baseline_is_the_first_half_of_the_time(at, count):
    last = "10:00:00 10.0.0.4:40002 10.0.9.9:443 TCP O A B"
    assert len(edges(NEW.splitlines()[0].replace("15:00:00", at), last, since=None)) == count


def test_other_ports_on_request():
    other = NEW.replace("3389", "2222")
    assert edges(other).empty and len(edges(other, ports=[2222])) == 1


def test_the_planted_edges_rank_before_the_one_other(stitched, truth):
    found = new_edges(stitched)
    planted = {
        tuple(truth[name]["entities"][key][0] for key in ("src_ip", "dst_ip", "dst_port"))
        for name in ("lateral-to-files", "lateral-to-desk", "collection", "remote-command")
    }
    listed = [*found[["src_ip", "dst_ip", "dst_port"]].itertuples(index=False, name=None)]
    assert {*listed[:4]} == planted
    assert listed[4:] == [("10.20.0.4", "10.30.1.4", 22)], "the jump host's work"
    assert found["score"].iloc[4] < found["score"].iloc[3]


def test_the_planted_edge_of_the_second_network(internet):
    found = new_edges(internet)
    assert found[["src_ip", "dst_ip", "dst_port"]].to_numpy().tolist() == [[*ADMIN_EDGE]]


def test_new_edges_counted_another_way(logs, stitched, plain_attempts):
    ports, end = (22, 53, 80, 443, 445, 1433), pd.Timestamp("2024-12-18 12:00", tz="UTC")
    holds = cache(nsgkit.enrich.own_networks(logs).holds)
    old, late = set(), set()
    for a in plain_attempts:
        edge = (a["src_ip"], a["dst_ip"], a["dst_port"])
        through = a["decision"] == "allowed" and a["outcome"] in ("answered", "unknown")
        if a["counted_by"] is None or (through and a["first"] < end):
            old.add(edge)
        elif through and a["dst_port"] in ports and holds(a["src_ip"]):
            late.add(edge)
    found = new_edges(stitched, ports=ports, since=end)
    assert {*found[["src_ip", "dst_ip", "dst_port"]].itertuples(index=False, name=None)} == late - old
    assert len(late - old) > 10


# -- peers


def test_a_first_seen_peer():
    found = peers(upload(10_000_000)).iloc[0]
    assert found[["src_ip", "dst_ip", "dst_port"]].tolist() == ["10.0.0.4", "192.0.2.7", 443]
    figures = ["hosts", "active_hosts", "prevalence", "connections", "bytes_src_to_dst", "baseline_hours"]
    assert found[figures].tolist() == [1, 1, 1, 1, 10_000_000, 12]
    assert found["score"] == 0.188, "half: at the line; half: every host; three quarters: half a day"


def test_a_rare_peer_ranks_before_a_common_one():
    other = upload(10_000_000, "10.0.0.5:50001 192.0.2.8:443 TCP O", "16:00:00")
    both = [upload(20_000_000, f"10.0.0.{n}:50003 192.0.2.9:8443 TCP O", f"17:0{n}:00") for n in (4, 5)]
    found = peers(upload(100_000_000), other, *both).set_index("dst_ip")
    assert found["prevalence"].to_dict() == {"192.0.2.7": 0.5, "192.0.2.9": 1.0, "192.0.2.8": 0.5}
    assert found.index.tolist() == ["192.0.2.7", "192.0.2.9", "192.0.2.8"]
    assert pd.isna(found["src_ip"]["192.0.2.9"]) and found["bytes_src_to_dst"]["192.0.2.9"] == 40_000_000


def test_several_ports_are_no_port():
    two = upload(9_000_000, PEER.replace("443", "8443"), "16:00:00")
    found = peers(upload(9_000_000), two).iloc[0]
    assert pd.isna(found["dst_port"]) and found["connections"] == 2


@pytest.mark.parametrize(
    "lines",
    [
        [upload(9_999_999)],
        [upload(10_000_000, PEER.replace("192.0.2.7", "10.7.7.7"))],
        [upload(10_000_000, "192.0.2.7:50001 10.0.0.4:443 TCP I")],
        [f"15:00:00 {PEER} A B"],
        [upload(10_000_000, begin="09:00:00"), upload(10_000_000)],
        [upload(1, PEER.replace("0.4", "0.5"), "09:00:00"), upload(10_000_000)],
        [f"11:59:00 {PEER} A B\n15:00:00 {PEER} A E 9000/10000000 90/9000"],
        [f"15:00:00 {PEER} A C 9000/10000000 90/9000"],
        [f"15:00:00 {PEER} A B\n15:00:09 {PEER} A E 9000/10000000 0/0"],
        [upload(9_000_000), f"16:00:00 {PEER} A B\n16:00:09 {PEER} A E 9000/9000000 0/0"],
    ],
    ids=[
        "small", "inside", "called in", "size unknown", "called before", "another host called it before",
        "began before", "orphan", "unanswered", "half unanswered",
    ],
)  # fmt: skip
def test_no_first_seen_peer(lines):
    assert peers(*lines).empty


@pytest.mark.parametrize(
    "before",
    [f"09:00:00 {PEER} D B", "09:00:00 192.0.2.7:50001 10.0.0.4:22 TCP I A B"],
    ids=["denied", "it called in"],
)
def test_what_leaves_a_peer_new(before):
    assert len(peers(before, upload(10_000_000))) == 1


def test_the_upload_alone(stitched, truth):
    found = first_seen_peers(stitched)
    planted = truth["upload"]["entities"]
    assert found[["src_ip", "dst_ip"]].to_numpy().tolist() == [[*planted["src_ip"], *planted["dst_ip"]]]
    outgoing = stitched[(stitched["dst_ip"] == planted["dst_ip"][0]) & ~stitched["folded"]]
    assert found["bytes_src_to_dst"].item() == outgoing["bytes_src_to_dst"].sum()


def test_the_upload_of_the_second_network(internet):
    found = first_seen_peers(internet)
    assert found[["src_ip", "dst_ip", "dst_port"]].to_numpy().tolist() == [[*UPLOAD]]


@pytest.mark.parametrize("find", [new_edges, first_seen_peers])
def test_a_baseline_that_ends_at_no_time(find, stitched):
    with pytest.raises(NsgkitError, match="since takes no"):
        find(stitched, since="03/04/2024")
