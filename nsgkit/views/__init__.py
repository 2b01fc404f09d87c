"""Charts of result tables: a tidy table in, an altair chart out, at most 5,000 marks.

Importing this package sets the kit's look and renderer, so that a chart that stands last in a cell is
drawn without a network, and is still there when the notebook is opened again. `import nsgkit` alone
does neither.
"""

from nsgkit.views.doors import port_map
from nsgkit.views.grids import coverage, heat_map, matrix
from nsgkit.views.ranking import change, top_bars
from nsgkit.views.ribbons import links
from nsgkit.views.theme import enable
from nsgkit.views.time_series import over_time

__all__ = ["change", "coverage", "heat_map", "links", "matrix", "over_time", "port_map", "top_bars"]

enable()
