"""What a map leaves in a saved notebook: a picture of the same points on the same outlines."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from nsgkit.palette import ALLOWED, DENIED, LINES, UNKNOWN
from nsgkit.views.maps.outlines import countries
from nsgkit.views.theme import titled

_WIDTH, _NORTH, _SOUTH = 960, 84, -58
_DEGREE = _WIDTH / 360  # pixels
_HEIGHT = round((_NORTH - _SOUTH) * _DEGREE)
_LAND = "land"  # the outlines, in the spec
_GROUND = "#dfe3e8"
_INK = "#59636e"


def drawn(title: str, said: Sequence[str], layers: Sequence[alt.Chart]) -> bytes:
    """Return layers on the outlines, as a PNG on white."""
    chart = alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT)
    flat = chart.project(
        type="equirectangular", scale=_DEGREE * math.degrees(1), translate=[_WIDTH / 2, _NORTH * _DEGREE]
    )
    spec = titled(flat, title, [line for line in said if line]).to_dict()
    spec |= {"background": "white", "config": spec.get("config", {}) | {"font": "Arial, sans-serif"}}
    spec["datasets"] = spec.get("datasets", {}) | {_LAND: countries()["features"]}
    png: bytes = vl_convert.vegalite_to_png(spec, scale=1)
    return png


def land(shades: Mapping[str, float], colour: str) -> list[alt.Chart]:
    """Return the outlines, those in `shades` in `colour` and as opaque as it says."""
    shapes = alt.Chart(alt.NamedData(_LAND))  # set in afterwards: altair would check each number of it
    layers = [shapes.mark_geoshape(fill=_GROUND, stroke="white", strokeWidth=0.5, clip=True)]
    for opacity in sorted(set(shades.values())):
        here = [code for code, shade in shades.items() if shade == opacity]
        look: dict[str, Any] = {"fill": colour, "fillOpacity": opacity, "stroke": _INK, "strokeWidth": 0.4}
        chosen = shapes.transform_filter(alt.FieldOneOfPredicate("properties.code", here))
        layers.append(chosen.mark_geoshape(clip=True, **look))
    return layers


def bubbles(points: Sequence[Mapping[str, Any]], colour: str = "") -> list[alt.Chart]:
    """Return circles at `lat` and `lon`, with their `radius` in pixels, as their `kind` is drawn."""
    layers = []
    for kind, look in _looks(colour).items():
        rows = [point for point in points if point["kind"] == kind]
        if rows:
            table = pd.DataFrame(rows).assign(area=lambda t: math.pi * t["radius"] ** 2)
            marks = alt.Chart(table[["lat", "lon", "area"]]).mark_circle(clip=True, **look)
            size = alt.Size("area:Q", scale=None, legend=None)
            layers.append(marks.encode(longitude="lon:Q", latitude="lat:Q", size=size))
    return layers


def _looks(colour: str) -> dict[str, dict[str, Any]]:
    hollow = {"fillOpacity": 0.06, "strokeWidth": 2}
    return {
        "allowed": {"fill": ALLOWED, "fillOpacity": 0.55, "stroke": ALLOWED},
        "denied": {"fill": DENIED, "stroke": DENIED, **hollow},
        "undecided": {"fill": UNKNOWN, "fillOpacity": 0.4, "stroke": UNKNOWN},
        "uncounted": {"fill": UNKNOWN, "stroke": UNKNOWN, "strokeDash": [1, 3], **hollow},
        "small": {"fill": colour or LINES, "fillOpacity": 0.8, "stroke": colour or LINES},
    }


def ways(lines: Sequence[tuple[bool, Sequence[tuple[float, float]]]]) -> list[alt.Chart]:
    """Return lines of latitudes and longitudes; the first of each pair says whether all was denied."""
    layers = []
    for denied, colour, dash in ((False, ALLOWED, [1, 0]), (True, DENIED, [5, 5])):
        here = [line for was_denied, line in lines if was_denied == denied]
        if here:
            shape = {"type": "MultiLineString", "coordinates": [[(x, y) for y, x in line] for line in here]}
            marks = alt.Chart({"values": [{"type": "Feature", "geometry": shape}]})
            layers.append(
                marks.mark_geoshape(filled=False, stroke=colour, strokeOpacity=0.5, strokeDash=dash)
            )
    return layers
