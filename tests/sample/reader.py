"""An independent reading of the samples: the standard library and plain loops, nothing of nsgkit's parser."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
TRUTH = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
FACTS = {fact["id"]: fact for fact in TRUTH["facts"]}


@cache
def blobs():
    """Return every PT1H.json: its path below the samples and its text."""
    return {
        p.relative_to(SAMPLES).as_posix(): p.read_text("utf-8") for p in sorted(SAMPLES.rglob("PT1H.json"))
    }


def whole_records(text):
    """Return the text of each whole record; every one begins with its time."""
    starts = text.removesuffix("]}").split('{"time":')[1:]
    pieces = ['{"time":' + piece.removesuffix(",") for piece in starts]
    return pieces if text.endswith("]}") else pieces[:-1]


def tuples(record):
    """Yield mac, version, rule and text of each tuple in a parsed record, in its order."""
    for flow in record.get("properties", {}).get("flows", []):
        for nic in flow["flows"]:
            for text in nic["flowTuples"]:
                yield nic["mac"], record["properties"]["Version"], flow["rule"], text
    for flow in record.get("flowRecords", {}).get("flows", []):
        for group in flow["flowGroups"]:
            for text in group["flowTuples"]:
                yield record["macAddress"], record["flowLogVersion"], group["rule"], text


@cache
def read():
    """Return a table of all sound tuples, and the malformed ones, but for the second copy of any record."""
    rows, malformed = [], []
    for text in blobs().values():
        for piece in dict.fromkeys(whole_records(text)):
            for mac, version, rule, raw in tuples(json.loads(piece)):
                try:
                    rows.append((mac, version, rule, *fields(version, raw)))
                except ValueError:
                    malformed.append(raw)
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["time"] = pd.to_datetime(table["time"], unit="ms", utc=True)
    return table, malformed


COLUMNS = [
    "mac",
    "version",
    "rule",
    "time",
    "src_ip",
    "dst_ip",
    "src_port",
    "dst_port",
    "protocol",
    "direction",
]
COLUMNS += ["decision", "state", "packets", "bytes", "packets_back", "bytes_back"]


def fields(version, raw):
    """Return a tuple's fields; ValueError where it is malformed."""
    parts = raw.split(",")
    if len(parts) not in {1: (8,), 2: (12, 13), 4: (13,)}[version]:
        raise ValueError(raw)
    time, src, dst, *ports = parts[:5]
    if max(map(int, ports)) > 65535 or any(ip.endswith(".999") for ip in (src, dst)):
        raise ValueError(raw)
    counters = [int(n) if n else None for n in parts[9:13]] if len(parts) == 13 else [None] * 4
    if min((n for n in counters if n is not None), default=0) < 0:
        raise ValueError(raw)
    denied = parts[7] == "D"
    decision = "denied" if denied else "allowed" if version == 4 or parts[7] == "A" else "unknown"
    state = None if version == 1 else parts[7] if version == 4 else parts[8]
    millis = int(time) if version == 4 else int(time) * 1000
    return millis, src, dst, *map(int, ports), parts[5], parts[6], decision, state, *counters


def planted(name):
    """Return the rows of a planted fact, found by what truth.json says about it."""
    fact, (table, _) = FACTS[name], read()
    hits = table[table["time"].between(fact["first"], fact["last"])]
    for column, values in fact["entities"].items():
        hits = hits[hits[column].isin(values)]
    return hits
