"""Horizontal scans: counted another way, the planted one found, look-alikes silent."""

import nsgkit
from nsgkit.detections import horizontal_scans
from tests.frames import flows


def scan(count, seconds, line="10.0.0.4:5{n:04} 10.0.1.{n}:445 TCP O D B"):
    rows = (
        f"{9 + n * seconds // 3600:02}:{n * seconds // 60 % 60:02}:{n * seconds % 60:02} "
        for n in range(count)
    )
    return nsgkit.conversations(flows("\n".join(at + line.format(n=n) for n, at in enumerate(rows))))


def test_25_addresses_within_five_minutes():
    found = horizontal_scans(scan(25, 10)).iloc[0]
    assert found[["src_ip", "dst_port", "targets", "most_in_window", "pace", "denied"]].tolist() == [
        "10.0.0.4", 445, 25, 25, "minutes", 25,
    ]  # fmt: skip
    assert horizontal_scans(scan(24, 10)).empty


def test_slow_ones_within_a_day():
    found = horizontal_scans(scan(30, 900)).iloc[0]
    assert (found["pace"], found["most_in_day"], found["most_in_window"]) == ("day", 30, 1)


def test_the_planted_one_is_found_and_nothing_else(stitched, truth):
    found = horizontal_scans(stitched)
    planted = truth["horizontal-scan"]["entities"]
    assert found["src_ip"].tolist() == planted["src_ip"]
    targets = nsgkit.detections.proof(stitched, found.iloc[0])["dst_ip"]
    assert set(targets) == set(planted["dst_ip"]) - {"10.30.1.5"}, "the file server answered"
