"""Literal flow tables for tests: one line a row, as an analyst would write it on a whiteboard."""

from typing import Any

import pandas as pd

from nsgkit import schema

# time src:port dst:port protocol direction decision state p>/b> p</b< and then name=value for the rest.
DEFAULTS: dict[str, Any] = {
    "encryption": None, "rule": "UserRule_Web", "acl": "/RG/A/NSG/WEB-NSG", "mac": "00AA00000001",
    "resource": "/RG/A/NSG/WEB-NSG", "flow_log": None, "version": 2, "blob": "b1", "record": 0,
}  # fmt: skip
DAY = "2024-12-19T"
DIRECTION = {"I": "inbound", "O": "outbound"}
DECISION = {"A": "allowed", "D": "denied", "?": "unknown"}
STATE = {"B": "begin", "C": "continuing", "E": "end", "-": None}
COUNTERS = ("packets_src_to_dst", "bytes_src_to_dst", "packets_dst_to_src", "bytes_dst_to_src")


def flows(text: str, **everywhere: Any) -> pd.DataFrame:
    """Return the flow table of `text`, one row a line; `everywhere` overrides the defaults.

    A line: `09:00:05 10.0.0.4:50000 10.0.1.5:443 TCP O A E 3/300 2/200 mac=00AA00000002`.
    Ports may be left out with the counters ("-" is an unknown counter).
    """
    rows = [_row(line, i, everywhere) for i, line in enumerate(filter(str.strip, text.splitlines()))]
    # As objects: numbers beside a missing one would become floats, and lose their last digits.
    return typed(pd.DataFrame(rows, columns=[c.name for c in schema.FLOWS], dtype=object))


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` in the dtypes of the schema."""
    for c in schema.FLOWS:
        if c.closed:
            frame[c.name] = pd.Categorical(frame[c.name], categories=c.values)
        elif c.dtype == schema.TIME:
            frame[c.name] = pd.to_datetime(frame[c.name], utc=True).astype(schema.TIME)
        else:
            frame[c.name] = frame[c.name].astype(c.dtype)
    return frame.reset_index(drop=True)


def _row(line: str, number: int, everywhere: dict[str, Any]) -> dict[str, Any]:
    words = line.split()
    extra = dict(w.split("=", 1) for w in words if "=" in w)
    clock, src, dst, protocol, direction, decision, state, *counters = [w for w in words if "=" not in w]
    sent, back = (*counters, "-/-", "-/-")[:2]
    time = pd.Timestamp(clock if "T" in clock else DAY + clock, tz="UTC")
    row = {
        **DEFAULTS, "tuple": number, **everywhere, "time": time, "record_time": time, "protocol": protocol,
        "direction": DIRECTION[direction], "decision": DECISION[decision], "state": STATE[state],
        **_ends(src, "src"), **_ends(dst, "dst"),
        **dict(zip(COUNTERS, map(_counter, (*sent.split("/"), *back.split("/"))), strict=True)),
        **extra,
    }  # fmt: skip
    return {k: int(v) if k in ("version", "record", "tuple") else v for k, v in row.items()}


def _ends(text: str, side: str) -> dict[str, Any]:
    address, port = text.rsplit(":", 1)
    return {f"{side}_ip": address, f"{side}_port": int(port)}


def _counter(text: str) -> int | None:
    return None if text == "-" else int(text)
