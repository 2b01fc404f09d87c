"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.line import denied_line
from nsgkit.detections.scans import horizontal_scans
from nsgkit.detections.triage import denied_triage

__all__ = ["denied_line", "denied_triage", "explain", "horizontal_scans", "proof"]
