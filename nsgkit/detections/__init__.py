"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.findings import findings
from nsgkit.detections.form import proof
from nsgkit.detections.incidents import incidents
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, read_known, with_known
from nsgkit.detections.line import denied_line
from nsgkit.detections.scans import horizontal_scans
from nsgkit.detections.triage import denied_triage
from nsgkit.detections.verdicts import append_verdict, read_verdicts, with_verdicts

__all__ = [
    "KnownEntry", "append_verdict", "denied_line", "denied_triage", "explain", "findings", "horizontal_scans",
    "incidents", "proof", "read_known", "read_verdicts", "with_known", "with_verdicts",
]  # fmt: skip
