"""Explorers: widgets that connect controls to one analysis and one picture."""

from nsgkit.explore.download import get_explorer
from nsgkit.explore.enable import enable_form
from nsgkit.explore.fields import field_explorer
from nsgkit.explore.traffic.explorer import traffic_explorer

__all__ = ["enable_form", "field_explorer", "get_explorer", "traffic_explorer"]
