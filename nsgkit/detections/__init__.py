"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.edges import first_seen_peers, new_edges
from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.scans import block_scans, horizontal_scans, sequential_scanners, vertical_scans

__all__ = [
    "block_scans", "explain", "first_seen_peers", "horizontal_scans", "new_edges", "proof",
    "sequential_scanners", "vertical_scans",
]  # fmt: skip
