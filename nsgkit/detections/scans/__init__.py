"""The question: who looked for open doors. One kind of scan a module."""

from nsgkit.detections.scans.block import BLOCK_SCAN, block_scans
from nsgkit.detections.scans.horizontal import HORIZONTAL_SCAN, horizontal_scans
from nsgkit.detections.scans.sequential import SEQUENTIAL_SCANNER, sequential_scanners
from nsgkit.detections.scans.vertical import VERTICAL_SCAN, vertical_scans

__all__ = [
    "BLOCK_SCAN", "HORIZONTAL_SCAN", "SEQUENTIAL_SCANNER", "VERTICAL_SCAN", "block_scans", "horizontal_scans",
    "sequential_scanners", "vertical_scans",
]  # fmt: skip
