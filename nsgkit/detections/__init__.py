"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.findings import findings
from nsgkit.detections.form import proof
from nsgkit.detections.incidents import incidents
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, read_known, with_known
from nsgkit.detections.scans import horizontal_scans

__all__ = [
    "KnownEntry", "explain", "findings", "horizontal_scans", "incidents", "proof", "read_known", "with_known",
]  # fmt: skip
