"""Maps that ask nobody for anything: a table of places in, a folium map out.

`points` says what is drawn of a table and what is left out, `words` says it in words, `page` puts both on
Leaflet, and `picture` draws what stays in a saved notebook. folium is imported when a map is made.
"""

from nsgkit.views.maps.countries import country_map
from nsgkit.views.maps.places import places_map

__all__ = ["country_map", "places_map"]
