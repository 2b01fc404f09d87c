"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.edges import first_seen_peers, new_edges
from nsgkit.detections.findings import findings
from nsgkit.detections.form import proof
from nsgkit.detections.incidents import incidents
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, read_known, with_known
from nsgkit.detections.line import denied_line
from nsgkit.detections.scans import block_scans, horizontal_scans, sequential_scanners, vertical_scans
from nsgkit.detections.triage import denied_triage
from nsgkit.detections.verdicts import append_verdict, read_verdicts, with_verdicts

__all__ = [
    "KnownEntry", "append_verdict", "block_scans", "denied_line", "denied_triage", "explain", "findings",
    "first_seen_peers", "horizontal_scans", "incidents", "new_edges", "proof", "read_known",
    "read_verdicts", "sequential_scanners", "vertical_scans", "with_known", "with_verdicts",
]  # fmt: skip
