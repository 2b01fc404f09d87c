"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.scans import horizontal_scans

__all__ = ["explain", "horizontal_scans", "proof"]
