"""Literal connections for tests of detections: one call each, as rows of an NSG flow log."""

import pandas as pd

import nsgkit
from tests.frames import flows

START = pd.Timestamp("2024-12-16T00:00:00")  # a Monday
HOUR, DAY = 3_600, 86_400


def talk(
    second, ends, out="12/1400", back="11/1700", *, lasts=2, way="I", protocol="TCP", more="", port=None
):
    """Return the begin and the end row of a connection: `ends` is "10.0.0.4 10.0.1.5:22"."""
    first, last = line(second, ends, protocol, way, more), line(second + lasts, ends, protocol, way, more)
    port = port or _port(second, ends)
    return f"{first.format(port=port)} A B\n{last.format(port=port)} A E {out} {back}"


def denied(second, ends, *, way="I", protocol="TCP", more="", port=None):
    """Return the row of a denied attempt."""
    return line(second, ends, protocol, way, more).format(port=port or _port(second, ends)) + " D B"


def line(second, ends, protocol, way, more):
    src, dst = ends.split()
    at = (START + pd.Timedelta(seconds=second)).isoformat()
    return f"{at} {src}:{{port}} {dst} {protocol} {way} {more}"


def logged(*lines, **everywhere):
    return nsgkit.conversations(flows("\n".join(lines), **everywhere))


def _port(second, ends):
    return 1_024 + (second * 7 + len(ends)) % 60_000
