"""The outlines of countries: Natural Earth's, as they lie in `views/assets`."""

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any

ASSETS = files("nsgkit.views") / "assets"


@cache
def countries() -> dict[str, Any]:
    """Return the outlines as GeoJSON: a feature a country, with its ISO alpha-2 `code` and `name`.

    >>> len(countries()["features"])
    175
    """
    found: dict[str, Any] = json.loads(gzip.decompress((ASSETS / "countries.geojson.gz").read_bytes()))
    return found


@cache
def names() -> dict[str, str]:
    """Return ISO alpha-2 code -> name of each country that has an outline.

    >>> names()["FR"], "SG" in names()
    ('France', False)
    """
    found = (feature["properties"] for feature in countries()["features"])
    return {country["code"]: country["name"] for country in found}
