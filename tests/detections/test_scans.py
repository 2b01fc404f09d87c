"""Scans: counted another way, the planted ones found, look-alikes silent."""

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import block_scans, horizontal_scans, proof, vertical_scans
from nsgkit.times import DAY, MINUTE
from tests.detections.plain import failed_by, most
from tests.frames import flows

SCANNER = "192.168.40.20"  # the company's own, which is a scan and harmless
OWN = ["10.0.0.0/8"]
DENIED, UNANSWERED = ("TCP O D B",), ("TCP O A B", "TCP O A E 3/180 0/0")
REFUSED, ANSWERED = ("TCP O A B", "TCP O A E 1/60 1/40"), ("TCP O A B", "TCP O A E 3/180 3/900")


def tried(targets, seconds=10, ended=DENIED, source="10.0.0.4", begin="09:00:00"):
    """The conversations of one try of each (address, port), `seconds` apart."""
    start = pd.Timestamp(f"2024-12-19T{begin}")
    lines = [
        f"{start + pd.Timedelta(seconds=n * seconds + later):%Y-%m-%dT%H:%M:%S} "
        f"{source}:{20_000 + n} {address}:{port} {words}"
        for n, (address, port) in enumerate(targets)
        for later, words in enumerate(ended)
    ]
    return nsgkit.conversations(flows("\n".join(lines)))


def addresses(count, port=445):
    return [(f"10.0.1.{n}", port) for n in range(1, count + 1)]


def ports(count, address="10.0.1.5"):
    return [(address, port) for port in range(1, count + 1)]


def block(targets, count):
    return [(f"10.0.1.{n}", port) for n in range(1, targets + 1) for port in range(1, count + 1)]


def figures(seen, keys, value, enough):
    """{group: (distinct in all, most in five minutes, most in a day, denied, unanswered, refused)}."""
    found = {}
    for group, events in failed_by(seen, keys, value).items():
        times, values, ended = zip(*events, strict=True)
        if len(set(values)) >= enough:
            windows = (most(times, values, width) for width in (5 * MINUTE, DAY))
            outcomes = (ended.count(name) for name in ("denied", "unanswered", "refused"))
            found[group] = (len(set(values)), *windows, *outcomes)
    return found


def table_figures(table, keys, value):
    names = [value, "most_in_window", "most_in_day", "denied", "unanswered", "refused"]
    return {tuple(row[k] for k in keys): tuple(row[n] for n in names) for _, row in table.iterrows()}


# -- one port of many addresses


def test_25_addresses_within_five_minutes():
    found = horizontal_scans(tried(addresses(25))).iloc[0]
    assert found[["src_ip", "dst_port", "targets", "most_in_window", "pace", "denied"]].tolist() == [
        "10.0.0.4", 445, 25, 25, "minutes", 25,
    ]  # fmt: skip


def test_slow_ones_within_a_day():
    found = horizontal_scans(tried(addresses(30), 900)).iloc[0]
    assert (found["pace"], found["most_in_day"], found["most_in_window"]) == ("day", 30, 1)


@pytest.mark.parametrize(
    "seen",
    [
        tried(addresses(24)),
        tried(addresses(25), ended=ANSWERED),
        tried(addresses(1) * 100),
        tried(addresses(25), 3_600),  # 24 of them within a day
        tried([(address, n) for n, (address, _) in enumerate(addresses(25))]),
    ],
    ids=["24 addresses", "answered", "one address many times", "over more than a day", "25 ports"],
)
def test_no_horizontal_scan(seen):
    assert horizontal_scans(seen).empty


def test_the_planted_one_is_found_and_nothing_else(stitched, truth):
    found = horizontal_scans(stitched)
    planted = truth["horizontal-scan"]["entities"]
    assert found["src_ip"].tolist() == planted["src_ip"]
    targets = proof(stitched, found.iloc[0])["dst_ip"]
    assert set(targets) == set(planted["dst_ip"]) - {"10.30.1.5"}, "the file server answered"


def test_horizontal_figures_counted_another_way(stitched, plain_attempts):
    keys = ["src_ip", "dst_port"]
    found = table_figures(horizontal_scans(stitched, targets=5), keys, "targets")
    expected = figures(plain_attempts, keys, "dst_ip", 5)
    assert found == {group: told for group, told in expected.items() if told[2] >= 5}


# -- many ports of one address


def test_15_ports_within_five_minutes():
    found = vertical_scans(tried(ports(15))).iloc[0]
    assert found[["src_ip", "dst_ip", "ports", "most_in_window", "pace", "score"]].tolist() == [
        "10.0.0.4", "10.0.1.5", 15, 15, "minutes", 0.5,
    ]  # fmt: skip
    assert pd.isna(found["dst_port"])


def test_a_slow_one_from_inside_within_a_day():
    found = vertical_scans(tried(ports(15), 900)).iloc[0]
    assert (found["pace"], found["most_in_day"], found["most_in_window"]) == ("day", 15, 1)


def test_a_slow_one_from_outside_needs_more():
    slow = tried(ports(100), 800, source="192.0.2.7", begin="00:00:00")
    found = vertical_scans(slow, network=OWN).iloc[0]
    assert (found["pace"], found["most_in_day"], found["score"]) == ("day", 100, 0.5)
    assert vertical_scans(slow, network=OWN, outside_in_day=101).empty


@pytest.mark.parametrize(
    "seen",
    [
        tried(ports(14)),
        tried(ports(15), ended=ANSWERED),
        tried(ports(1) * 100),
        tried(ports(15), 6_200),  # 14 of them within a day
        tried([(f"10.0.1.{port}", port) for _, port in ports(15)]),
        tried(ports(99), 800, source="192.0.2.7", begin="00:00:00"),
    ],
    ids=[
        "14 ports",
        "answered",
        "one port many times",
        "over more than a day",
        "of many addresses",
        "the internet's noise",
    ],
)
def test_no_vertical_scan(seen):
    assert vertical_scans(seen, network=OWN).empty


@pytest.mark.parametrize(
    ("ended", "name"), [(DENIED, "denied"), (UNANSWERED, "unanswered"), (REFUSED, "refused")]
)
def test_how_they_ended_is_counted_apart(ended, name):
    found = vertical_scans(tried(ports(15), ended=ended)).iloc[0]
    assert found[["denied", "unanswered", "refused", "answered", "unknown"]].sum() == found[name] == 15


def test_one_packet_more_than_a_refusal_is_an_answer():
    assert vertical_scans(tried(ports(15), ended=("TCP O A B", "TCP O A E 1/60 1/45"))).empty
    assert vertical_scans(tried(ports(15), ended=("TCP O A B", "TCP O A E 1/60 3/132"))).empty


def test_the_planted_vertical_scan_and_the_own_scanner_alone(stitched, truth):
    found = vertical_scans(stitched)
    others = found[found["src_ip"] != SCANNER]
    planted = truth["vertical-scan"]["entities"]
    assert others[["src_ip", "dst_ip"]].to_numpy().tolist() == [[*planted["src_ip"], *planted["dst_ip"]]]
    assert others["ports"].item() == truth["vertical-scan"]["tuples"]


def test_vertical_figures_counted_another_way(stitched, plain_attempts):
    keys = ["src_ip", "dst_ip"]
    found = table_figures(vertical_scans(stitched, ports=12, outside_in_day=12), keys, "ports")
    expected = figures(plain_attempts, keys, "dst_port", 12)
    assert found == {group: told for group, told in expected.items() if told[2] >= 12}
    assert len(found) > 100


# -- many ports of many addresses


def test_a_block_of_10_addresses_and_10_ports():
    found = block_scans(tried(block(10, 10))).iloc[0]
    assert found[["src_ip", "targets", "ports", "pairs", "density", "denied"]].tolist() == [
        "10.0.0.4", 10, 10, 100, 1.0, 100,
    ]  # fmt: skip


def test_a_block_that_straddles_the_full_hour():
    assert block_scans(tried(block(10, 10), begin="09:50:00"))["pairs"].item() == 100


def test_the_hour_with_the_most_pairs_is_shown():
    early = [*block(10, 9), *block(1, 10)]
    seen = tried([*early, *block(10, 10)], 36)  # a hundred an hour
    found = block_scans(seen).iloc[0]
    assert found["pairs"] == len(proof(seen, found)) == 100
    assert (found["first"], found["last"]) == (pd.Timestamp("2024-12-19T10:00Z"), seen["first"].max())


def test_half_of_the_pairs_are_enough():
    half = [(address, port) for n, (address, port) in enumerate(block(10, 10)) if (n + n // 10) % 2]
    assert block_scans(tried(half))[["pairs", "density", "score"]].to_numpy().tolist() == [[50, 0.5, 0.5]]
    assert block_scans(tried(half[1:])).empty


@pytest.mark.parametrize(
    "seen",
    [
        tried(block(9, 20)),
        tried(block(20, 9)),
        tried(block(10, 10), ended=ANSWERED, seconds=20),
        tried(block(10, 10), 360),  # ten an hour
        tried([*addresses(50), *ports(50)]),  # a cross is no block
    ],
    ids=["9 addresses", "9 ports", "answered", "slowly", "a horizontal and a vertical scan"],
)
def test_no_block_scan(seen):
    assert block_scans(seen).empty


def test_the_own_scanner_fills_no_block(stitched):
    assert block_scans(stitched).empty, "it tries 519 ports of one address, and 36 of the others"
    assert block_scans(stitched, targets=5, density=0.1)["src_ip"].tolist() == [SCANNER]


@pytest.mark.parametrize("find", [horizontal_scans, vertical_scans, block_scans])
def test_the_noise_of_5000_outsiders_is_none(find, internet):
    assert find(internet).empty


def test_let_out_here_and_denied_there_is_one_denial():
    """The source's NIC lets it out, the destination's turns it away within five seconds."""
    lines = [
        f"09:00:{n:02} 10.0.0.4:{20_000 + n} 10.0.1.5:{n} TCP {way}"
        for n in range(1, 16)
        for way in ("O A B", "I D B mac=00AA00000002")
    ]
    found = vertical_scans(nsgkit.conversations(flows("\n".join(lines)))).iloc[0]
    assert (found["denied"], found["unknown"], len(found["rows"])) == (15, 0, 15)
