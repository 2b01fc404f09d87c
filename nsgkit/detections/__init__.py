"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.beacons import beacons
from nsgkit.detections.bursts import bursts
from nsgkit.detections.edges import first_seen_peers, new_edges
from nsgkit.detections.findings import findings
from nsgkit.detections.form import proof
from nsgkit.detections.incidents import incidents
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, read_known, with_known
from nsgkit.detections.long_connections import long_connections
from nsgkit.detections.scans import block_scans, horizontal_scans, sequential_scanners, vertical_scans
from nsgkit.detections.strobes import strobes

__all__ = [
    "KnownEntry",
    "beacons",
    "block_scans",
    "bursts",
    "explain",
    "findings",
    "first_seen_peers",
    "horizontal_scans",
    "incidents",
    "long_connections",
    "new_edges",
    "proof",
    "read_known",
    "sequential_scanners",
    "strobes",
    "vertical_scans",
    "with_known",
]
