"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.beacons import beacons
from nsgkit.detections.bursts import bursts
from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.long_connections import long_connections
from nsgkit.detections.scans import horizontal_scans
from nsgkit.detections.strobes import strobes

__all__ = ["beacons", "bursts", "explain", "horizontal_scans", "long_connections", "proof", "strobes"]
