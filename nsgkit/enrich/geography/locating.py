"""Where addresses are: by the analyst's files, by the analyst's databases, by the registries, in this order.

A *place* is a city where its coordinates are known, and else the country. A geofeed (RFC 8805) names cities
but has no coordinates: to draw its cities apart, their coordinates would have to be made up. So all of one
country that have none are one place, at a point within the country, and the city's name stays in `city`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.counting.columns import categories
from nsgkit.enrich.addresses import address_keys
from nsgkit.enrich.context import KnownPrefix
from nsgkit.enrich.geography.atlas import country_of
from nsgkit.enrich.geography.databases import Where, told_by_databases
from nsgkit.enrich.geography.registries import Texts, plainly, registered
from nsgkit.enrich.network import Network, Own, as_given
from nsgkit.schema import PLACED, UNKNOWN_PLACE

_PLACE = ("country", "region", "city", "lat", "lon", "source")
_OPERATOR = ("operator",)


def located(
    addresses: "Sequence[str | None] | pd.Series[Any] | pd.Index[Any]", network: Own = None
) -> pd.DataFrame:
    """Return where each address is, who says so, and who announces it.

    Which source tells, the first that knows: the analyst's sites and geofeeds, of which the longest prefix
    wins; the analyst's .mmdb databases, of several the first that tells a city, else the first that tells
    a country; the registries, which tell the country in which a block is registered and not where a machine
    stands. Country, region, city and coordinates are those of one source. Each distinct address is looked up
    once, and IPv4 written as IPv6 is IPv4.

    Harmless look-alikes: a content network announces one address in many countries (anycast), and a company's
    addresses are registered at its seat. "unknown" is a value: private and documentation addresses
    have no country, and `place_source` says why.

    Parameters
    ----------
    addresses : sequence of str, pandas.Series or pandas.Index
        Any texts; one that is no address is at no place.
    network : Network, iterable of str or path, str, path or None
        The files that tell, as for `nsgkit.enrich.own_networks`; None leaves the registries alone.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.PLACED`, a row for each of `addresses`, with their index. lat and lon are
        degrees.

    Raises
    ------
    NsgkitError
        Where a file cannot be read, or what reads it is not installed.

    Examples
    --------
    >>> found = located(["8.8.8.8", "10.0.0.4"])
    >>> found["place"].tolist(), found["place_source"].tolist()[1]
    (['United States', 'unknown'], 'private address: no registry places it')

    Source: RFC 8805 on geofeeds; Natural Earth for the points.
    """
    given = pd.Series(addresses, dtype=None if len(addresses) else "str")
    coded = categories(given)
    # Behind the last stands what a missing address is: nowhere. Code -1 points to it.
    texts = np.array([*coded.categories, ""], dtype=object)
    return _placed(told_of(texts, as_given(network))).take(coded.codes).set_axis(given.index)


def told_of(texts: Texts, network: Network) -> dict[str, Texts]:
    """Return of each text what its source tells, and which one that is, under the names of `Where`.

    >>> told_of(np.array(["8.8.8.8", "10.0.0.4"], dtype=object), Network.of([]))["country"].tolist()
    ['US', None]
    """
    told = {name: np.full(len(texts), None, dtype=object) for name in Where._fields}
    told["country"], told["source"] = registered(texts)
    if network.context.databases:
        _, is_address = address_keys(pd.Index(texts, dtype=object))
        asked = [text if real else None for text, real in zip(plainly(texts), is_address, strict=True)]
        of_each = told_by_databases(asked, network.context.databases)
        _write(told, [*map(_best, of_each)], _PLACE)
        _write(told, [next((each for each in all_ if each.operator), None) for all_ in of_each], _OPERATOR)
    if network.context.prefixes:
        index = pd.Index(texts, dtype=object)
        known = [network.told(index, what) for what in ("country", "city", "lat")]
        _write(told, [_by_files(*each) for each in zip(*known, strict=True)], _PLACE)
        _write(told, network.told(index, "operator"), _OPERATOR)
    return told


def _write(told: dict[str, Texts], by_one: Sequence[Any], names: Sequence[str]) -> None:
    """Let what one source tells of `names` replace all that others told of them."""
    places = [place for place, each in enumerate(by_one) if each is not None]
    for name in names if places else ():
        told[name][places] = [getattr(by_one[place], name) for place in places]


def _best(told: Sequence[Where]) -> Where | None:
    placed = [where for where in told if where.country]
    return next((where for where in placed if where.city), placed[0] if placed else None)


def _by_files(
    country: KnownPrefix | None, city: KnownPrefix | None, point: KnownPrefix | None
) -> Where | None:
    """Return where the files say that an address is.

    A longer prefix that names another country takes a shorter one's city with it, and another city its
    coordinates.
    """
    if city and country and _length(city) < _length(country):
        city = None
    first = city or country
    if first is None:  # coordinates alone are those of a site, and name no place
        return None
    if point and _length(point) < _length(first):
        point = None
    return Where(
        country=country.country if country else "",
        region=first.region,
        city=city.city if city else "",
        lat=point.lat if point else None,
        lon=point.lon if point else None,
        source=first.source.partition(", ")[0],  # the file, without its line
    )


def _length(known: KnownPrefix) -> int:
    return known.prefix.prefixlen


def _placed(told: dict[str, Texts]) -> pd.DataFrame:
    """Return the table in its form: each place named, and at its point."""
    table = pd.DataFrame({name: values for name, values in told.items() if name not in ("lat", "lon")})
    table = table.replace({"": None})
    drawn = (table["city"].notna() & pd.notna(told["lat"]) & pd.notna(told["lon"])).to_numpy()
    codes, distinct = pd.factorize(table["country"])
    lands = [*map(country_of, distinct), country_of(UNKNOWN_PLACE)]
    for name in ("lat", "lon"):
        points = np.array([getattr(land, name) for land in lands], dtype="float64")[codes]
        table[name] = np.where(drawn, told[name], points).astype("float64")
    table["place"] = np.array([land.name for land in lands], dtype=object)[codes]
    table["country"] = table["country"].where(codes >= 0, UNKNOWN_PLACE)
    if drawn.any():
        table.loc[drawn, "place"] = _cities(table[drawn])
    return schema.typed(table.rename(columns={"source": "place_source"}), PLACED)


def _cities(table: pd.DataFrame) -> "pd.Series[Any]":
    """Return what cities are called: two of one name in a country by their region as well."""
    regions = table.groupby(["city", "country"])["region"].transform("nunique")
    beside = (" (" + table["region"] + ")").where(regions > 1).fillna("")
    land = ", " + table["place"]
    return table["city"] + beside + land.where(table["country"] != UNKNOWN_PLACE, "")
