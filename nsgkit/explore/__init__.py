"""Explorers: widgets that connect controls to one analysis and one picture."""

from nsgkit.explore.download import download_explorer
from nsgkit.explore.enable import enable_explorer
from nsgkit.explore.evidence import coverage_explorer, verify_explorer
from nsgkit.explore.fields import field_explorer
from nsgkit.explore.folded import folded
from nsgkit.explore.sources import list_source
from nsgkit.explore.traffic.explorer import traffic_explorer

__all__ = [
    "coverage_explorer", "download_explorer", "enable_explorer", "field_explorer", "folded",
    "list_source", "traffic_explorer", "verify_explorer",
]  # fmt: skip
