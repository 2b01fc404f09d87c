"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.beacons import beacons
from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.scans import horizontal_scans

__all__ = ["beacons", "explain", "horizontal_scans", "proof"]
