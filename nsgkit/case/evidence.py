"""What a case rests on: the logs as they were read, blob by blob, and what they cannot show."""

from typing import Any

import narwhals as nw

from nsgkit.analyses.logging.coverage import coverage_gaps, silences
from nsgkit.analyses.logging.record_types import record_types
from nsgkit.case.plain import plain, records
from nsgkit.counting.frame import Rows
from nsgkit.flows.logging_stops import logging_stops
from nsgkit.flows.logs import FlowLogs
from nsgkit.schema import BLOBS, GAPS, RECORD_TYPES, SET_ASIDE, SILENCES, STOPS, TIME

_OF_SOURCE = ("account", "container", "state", "etag", "md5", "created", "modified")


def evidence_of(logs: FlowLogs) -> dict[str, Any]:
    """Return what the logs are, and what they cannot show, in tables of plain values.

    `blobs` has a row for each, with its SHA-256 and, of an evidence folder, where it came from; `gaps`,
    `stops`, `silences` and `record_types` are what the analyses of these names say; `said` is what the logs
    themselves display.
    """
    evidence = logs.evidence_hours
    tables: dict[str, tuple[Any, Any]] = {
        "blobs": (logs.blobs, BLOBS),
        "set_aside": (logs.set_aside, SET_ASIDE),
        "gaps": (coverage_gaps(logs.blobs, evidence=evidence), GAPS),
        "stops": (logging_stops(logs.blobs, evidence=evidence), STOPS),
        "silences": (silences(logs.flows), SILENCES),
        "record_types": (record_types(logs.flows), RECORD_TYPES),
    }
    told: dict[str, Any] = {name: records(held, [c.name for c in of]) for name, (held, of) in tables.items()}
    for blob in told["blobs"]:
        held = logs.files[blob["name"]].evidence
        blob["source"] = held and {name: plain(getattr(held, name)) for name in _OF_SOURCE}
    times = Rows.of(logs.flows, ["time"]).select(
        rows=nw.len(), first=nw.col("time_ms").min(), last=nw.col("time_ms").max()
    )
    rows, *ends = times.collect({"rows": "int64", "first": TIME, "last": TIME}).iloc[0]
    span = dict(zip(("first", "last"), map(plain, ends), strict=True))
    return {"rows": int(rows), "asked": logs.asked, **span, "said": repr(logs).splitlines(), **told}


def evidence_told(evidence: dict[str, Any]) -> str:
    """Return in a sentence what the evidence is.

    >>> evidence_told({"rows": 2, "blobs": [{"rejects": 1}], "first": "2024-12-19T09:00:00.000Z",
    ...     "last": "2024-12-19T09:05:00.000Z"})
    '2 flow rows of 1 blobs, 2024-12-19 09:00:00 to 2024-12-19 09:05:00 UTC; 1 rejected tuples.'
    """
    rejects = sum(blob["rejects"] for blob in evidence["blobs"])
    rows, blobs = f"{evidence['rows']:,} flow rows", f"{len(evidence['blobs']):,} blobs"
    if evidence["first"] is None:
        return f"No flow rows, of {blobs}; {rejects:,} rejected tuples."
    first, last = (evidence[name][:19].replace("T", " ") for name in ("first", "last"))
    return f"{rows} of {blobs}, {first} to {last} UTC; {rejects:,} rejected tuples."
