"""Charts of result tables: a tidy table in, an altair chart out, at most 5,000 marks.

Importing this package sets the kit's look and renderer, so that a chart that stands last in a cell is
drawn without a network, and is still there when the notebook is opened again. `import nsgkit` alone
does neither.
"""

from nsgkit.views.doors import port_map
from nsgkit.views.findings import (
    attempts_picture,
    beacon_picture,
    brute_force_picture,
    finding_picture,
    rise_picture,
    scan_picture,
    transfer_picture,
)
from nsgkit.views.grids import coverage, heat_map, matrix
from nsgkit.views.maps import country_map, places_map
from nsgkit.views.ranking import change, top_bars
from nsgkit.views.ribbons import links
from nsgkit.views.theme import enable
from nsgkit.views.time_series import over_time
from nsgkit.views.timeline.picture import lanes

__all__ = [
    "attempts_picture", "beacon_picture", "brute_force_picture", "change", "country_map", "coverage",
    "finding_picture", "heat_map", "lanes", "links", "matrix", "over_time", "places_map", "port_map",
    "rise_picture", "scan_picture", "top_bars", "transfer_picture",
]  # fmt: skip

enable()
