"""Charts of result tables: a tidy table in, an altair chart out, at most 5,000 marks."""

from nsgkit.views.grids import coverage, heat_map, matrix
from nsgkit.views.ranking import change, top_bars
from nsgkit.views.ribbons import links
from nsgkit.views.time_series import over_time, spoken, volume_over_time

__all__ = [
    "change", "coverage", "heat_map", "links", "matrix", "over_time", "spoken", "top_bars",
    "volume_over_time",
]  # fmt: skip
