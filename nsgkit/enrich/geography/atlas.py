"""The countries of the world: what each is called, and a point within it.

The asset itself says where its names and points are from.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Country(NamedTuple):
    """A country or territory; "several countries" lie nowhere."""

    name: str
    lat: float | None
    lon: float | None


def country_of(code: str) -> Country:
    """Return what a code of ISO 3166-1 stands for; one that is none is called as it is written.

    >>> country_of("LU").name, country_of("EU").lat, country_of("Q9").name
    ('Luxembourg', None, 'Q9')
    """
    return countries().get(code) or Country(code, None, None)


@cache
def countries() -> dict[str, Country]:
    """Return code -> country, all there are.

    >>> len(countries()) > 249
    True
    """
    text = (files("nsgkit.enrich.geography") / "assets" / "countries.csv").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {
        row["code"]: Country(row["name"], *(float(row[at]) if row[at] else None for at in ("lat", "lon")))
        for row in csv.DictReader(lines)
    }
