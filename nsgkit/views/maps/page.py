"""A map as a page of its own: Leaflet, outlines and data inside, and a picture of it beside.

folium and branca run what they are given as Jinja2 templates, twice. What comes here is numbers and inert
HTML; as JSON it has no `<`, and no two braces that begin a template stand beside each other in it.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, cast

import folium
from folium.template import Template

from nsgkit.errors import NsgkitError
from nsgkit.html import escape, png_image
from nsgkit.views.maps.outlines import ASSETS, countries
from nsgkit.views.maps.words import head

HEIGHT = 560  # pixels, at least
_SIZE = f"position:relative;min-height:{HEIGHT}px"
_OVER = "position:absolute;left:0;top:0;width:100%;height:100%;border:0"


class OfflineMap(folium.Map):
    """A folium map that loads nothing, and leaves a picture where a notebook is not trusted."""

    def __init__(self, picture: Callable[[], bytes], words: str, tiles: Any) -> None:
        crs = "EPSG4326" if tiles is None else "EPSG3857"  # tiles are drawn in Mercator's projection
        try:
            super().__init__(tiles=tiles, crs=crs, zoom_snap=0.25, control_scale=True, font_size="12px")
        except ValueError as error:
            raise NsgkitError(
                f"tiles: folium says {str(error).rstrip('.')}. Give one of its names, or a folium.TileLayer."
            ) from error
        leaflet, jquery = (files(f"xstatic.pkg.{name}") / "data" for name in ("leaflet", "jquery"))
        self.default_js = [
            ("leaflet", _inside(leaflet / "leaflet.js", "text/javascript")),
            ("jquery", _inside(jquery / "jquery.slim.min.js", "text/javascript")),
            ("nsgkit_js", _inside(ASSETS / "map.js", "text/javascript")),
        ]
        self.default_css = [
            ("leaflet_css", _inside(leaflet / "leaflet.css", "text/css")),
            ("nsgkit_css", _inside(ASSETS / "map.css", "text/css")),
        ]
        cast(folium.Figure, self.get_root()).title = escape(words)
        self._words = words
        self._picture = picture
        self._drawn = b""

    def _repr_html_(self, **_options: Any) -> str:
        """Return the picture, and over it the map: of an untrusted notebook the picture is left."""
        page = self.get_root().render().replace("&", "&amp;").replace('"', "&quot;")
        frame = f'<iframe title="{escape(self._words)}" srcdoc="{page}" style="{_OVER}"></iframe>'
        return f'<div style="{_SIZE}">{png_image(self._repr_png_(), self._words)}{frame}</div>'

    def _repr_png_(self) -> bytes:
        """Return the picture, for what shows no HTML."""
        self._drawn = self._drawn or self._picture()
        return self._drawn


class Drawing(folium.MacroElement):
    """What the kit puts on a map: the words above it, the bar of time below it, the data."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="nsgkit-head">{{ this.head }}</div>
        {% if this.bins %}
        <div class="nsgkit-time">
          <button type="button">▶ Play</button>
          <input type="range" aria-label="Time" min="-1" max="{{ this.bins - 1 }}" value="-1" step="1">
          <output class="nsgkit-when">{{ this.whole }}</output>
        </div>
        {% endif %}
        <div class="nsgkit-legend">{{ this.legend }}</div>
        <script type="application/json" id="{{ this.get_name() }}">{{ this.data }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        nsgkitMap({{ this._parent.get_name() }},
                  JSON.parse(document.getElementById("{{ this.get_name() }}").textContent));
        {% endmacro %}
        """
    )

    def __init__(self, head: str, legend: str, data: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Drawing"
        self.head = head
        self.legend = legend
        self.bins = len(data["bins"])
        self.whole = data["whole"]
        self.data = json.dumps({**data, "outlines": countries()}, allow_nan=False).replace("<", r"\u003c")


def page_of(  # noqa: PLR0913
    title: str,
    said: Sequence[str],
    nothing: str,
    *,
    legend: str,
    data: Mapping[str, Any],
    picture: Callable[[], bytes],
    tiles: Any,
) -> OfflineMap:
    """Return the map: its words above, what `data` draws, its legend below, and the picture of it."""
    made = OfflineMap(picture, f"{title}. {nothing}", tiles)
    Drawing(head(title, said, nothing), legend, {**data, "tiles": tiles is not None}).add_to(made)
    return made


def _inside(file: Traversable, kind: str) -> str:
    """Return a file as an address that holds all of it."""
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"
