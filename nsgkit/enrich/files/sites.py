"""Sites and places of a network.toml: they lend what they are, and where, to prefixes that name them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, TypeAlias

from nsgkit.enrich.context import KnownPrefix, Problem
from nsgkit.enrich.files.entries import At, checked
from nsgkit.errors import shown

WHERE: Final = ("country", "region", "city", "lat", "lon")
SITE: Final = ("kind", *WHERE)
Table: TypeAlias = tuple[dict[str, Any], At]  # an entry of a table, and where it stands


def named_sites(tables: list[Table]) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Return what each of the `[[sites]]` is and where, by its name, and what of them cannot be used."""
    sites: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for part, at in tables:
        values, wrong = checked(part, at)
        problems += wrong
        name = values.pop("name", "")
        if not name:
            problems += [] if wrong else [at.problem("name", "A site needs a name, which networks refer to.")]
        elif name in sites and sites[name] != values:
            problems.append(
                at.problem("name", f"{shown(name)} is there twice, differently: the first counts.")
            )
        else:
            sites[name] = {key: value for key, value in values.items() if key in SITE}
    return sites, problems


def at_site(each: KnownPrefix, sites: Mapping[str, Mapping[str, Any]]) -> KnownPrefix:
    """Lend a network what its site is; where it says its own place, it is not the site's."""
    site = sites.get(each.site)
    if not site:
        return each
    placed = each.country or each.city or each.lat is not None
    lent = {key: value for key, value in site.items() if not (placed and key in WHERE)}
    return each._replace(**{key: value for key, value in lent.items() if getattr(each, key) in ("", None)})


def unlike_sites(tables: Mapping[str, list[Table]], sites: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield for a site that is not there, and looks like one that is, which one may be meant."""
    for part, at in (*tables["networks"], *tables["hosts"]):
        name = part.get("site")
        if isinstance(name, str) and name not in sites and (close := get_close_matches(name, sites, 1, 0.8)):
            yield at.problem(
                "site", f"{shown(name)} is none of the [[sites]]. Do you mean {shown(close[0])}?"
            )


def named_places(tables: list[Table]) -> tuple[dict[tuple[str, str], tuple[float, float]], list[Problem]]:
    """Return where each of the `[[places]]` is, by country and city, and what of them cannot be used."""
    places: dict[tuple[str, str], tuple[float, float]] = {}
    problems: list[Problem] = []
    for part, at in tables:
        values, wrong = checked(part, at)
        problems += wrong
        if {"country", "city", "lat", "lon"} <= values.keys():
            where = (values["lat"], values["lon"])
            earlier = places.setdefault((values["country"], values["city"].casefold()), where)
            if earlier != where:
                problems.append(
                    at.problem("city", f"{shown(values['city'])} is there twice: the first counts.")
                )
        elif not wrong:
            problems.append(at.problem("", "A place needs country, city, lat and lon."))
    return places, problems


def placed(each: KnownPrefix, places: Mapping[tuple[str, str], tuple[float, float]]) -> KnownPrefix:
    """Lend a prefix the coordinates of its city, where it has none."""
    where = places.get((each.country, each.city.casefold())) if each.lat is None and each.city else None
    return each._replace(lat=where[0], lon=where[1]) if where else each
