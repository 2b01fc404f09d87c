"""Pictures of result tables: a table in, an altair chart out.

Importing this package sets the kit's look and renderer, so that a chart that stands last in a cell is
drawn without a network, and is still there when the notebook is opened again. `import nsgkit` alone
does neither.
"""

from nsgkit.views.theme import enable

enable()
