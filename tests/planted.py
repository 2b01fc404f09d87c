"""Findings of every kind, put together by hand from what is planted in the samples: for the explorer's tests.

Their figures say what the rows say, but no detection made them.
"""

import pandas as pd

import nsgkit
from nsgkit import schema

# Kind, the filter that keeps what proves it, rank, and incident; 0 is known.
PLANTED = (
    ("vertical scan", "src:198.51.100.201 dst:10.20.0.4", 0.2, 2),
    ("allowed after denied", "src:203.0.113.199 dst:10.20.0.4 dst_port:22", 0.5, 1),
    ("brute force", "src:203.0.113.199 dst:10.20.0.4 dst_port:22 allowed", 0.8, 1),
    ("beacon", "src:10.20.0.4 dst:203.0.113.222", 0.9, 1),
    ("horizontal scan", "src:10.20.0.4 dst_port:445 unanswered", 0.55, 1),
    ("new internal edge", "src:10.20.0.4 dst:10.20.3.4 dst_port:3389", 0.4, 1),
    ("large transfer out", "src:10.30.1.5 dst:198.51.100.240", 0.85, 1),
    ("long connection", "src:10.20.3.5 dst:192.0.2.240", 0.3, 3),
    ("block scan", "src:192.168.40.20", 0.6, 0),
)
MORE = {
    "brute force": {"success_at": pd.Timestamp("2024-12-18T08:47:10Z")},
    "large transfer out": {"median": 40_000, "mad": 1.1},
}


def planted_findings(conversations: pd.DataFrame) -> pd.DataFrame:
    """Return what `nsgkit.detections.findings` may give of the samples."""
    rows = [_finding(conversations, *told) for told in PLANTED]
    table = pd.DataFrame(rows).sort_values("rank", ascending=False, kind="stable")
    known = table[table["incident"] > 0], table[table["incident"] == 0]
    return schema.typed(pd.concat(known, ignore_index=True), schema.FINDINGS)


def _finding(conversations, kind, filter, rank, incident):
    proof = nsgkit.query(conversations, f"{filter} -folded").sort_values("first")
    ends = {name: _one(proof[name]) for name in ("src_ip", "dst_ip", "dst_port")}
    return {
        "kind": kind, **ends, "first": proof["first"].min(), "last": proof["last"].max(), "score": rank,
        "rank": rank, "incident": incident, "known": None if incident else "our own scanner (IT)",
        "told": f"{ends['src_ip']} was seen {len(proof):,} times ({kind}).",
        "figures": {"targets": proof["dst_ip"].nunique(), "pace": "minutes"} | MORE.get(kind, {}),
        "rows": [*zip(*(proof[name].tolist() for name in schema.PLACE), strict=True)],
    }  # fmt: skip


def _one(values):
    return values.iloc[0] if values.nunique() == 1 else None
