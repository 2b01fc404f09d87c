"""The question: where are the addresses outside that the own network talks to."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from nsgkit import schema
from nsgkit.analyses.geography.far_ends import FAR, far_ends, together, total
from nsgkit.counting.arguments import check_measure, check_top, columns_of
from nsgkit.enrich.geography.atlas import country_of
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.names import with_names
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError
from nsgkit.schema import INSIDE_ONLY, PLACES, SEVERAL_PLACES, SPAN, UNKNOWN_PLACE
from nsgkit.times import bin_width

_MEASURES = ("connections", "denied", "bytes", "packets", "addresses", "hosts")
_LOCATED = ("place", "country")
_KNOWN = (*_LOCATED, "operator")
_SHOWN, _NAMED, _SOURCES = 5, 5, 3  # the largest addresses, cities and sources that are named


def places(  # noqa: PLR0913
    conversations: object,
    network: Own = None,
    *,
    measure: str = "connections",
    top: int | None = None,
    freq: Any = None,
    by: str = "place",
) -> pd.DataFrame:
    """Return the traffic of each place outside the own networks, the largest first.

    Counting rule: as for `breakdown`, each connection once. The end outside says the place. Between two ends
    inside nothing is at a place: `attrs["inside_only"]` of the answer says what was counted there, and with
    it the places add up to everything. Of a conversation between two ends outside, the far one is the end
    whose NIC did not log: the source of what is inbound, the destination of what is outbound. What no source
    can place, or is no address, is the place "unknown", without coordinates. With `freq`, all of a
    conversation is in the bin in which it was first seen, its bytes too.

    A place is a city where its coordinates are known, else the country; see `nsgkit.enrich.located`.

    Harmless look-alikes: a registered country is that of a company's seat, a content network is
    everywhere, and knocking from all over the world is the internet's background noise.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell where addresses are, as for `nsgkit.enrich.own_networks`.
    measure : str
        What to order by: connections, denied, bytes, packets, addresses or hosts.
    top : int or None
        How many places; None gives all of them.
    freq : str, pandas.Timedelta, pandas offset or None
        The width of a bin, such as "1h"; None counts all the time together.
    by : str
        "place", "country" or "operator", or a column of the table, like a flow type: then the place of a
        group that lies in more than one is "several places", without coordinates.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.PLACES`; before them start and end of the bin (UTC) where `freq` is given, and
        the column of `by` where it is neither place nor country. share is the part of the measure's total
        over all places; groups says how many there are. Ties are in the order of the places' names.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where an option is none, a file cannot be read, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = places(conversations)
    >>> found["place"].tolist()  # documentation addresses, which no registry places, and a few others
    ['unknown', 'Bulgaria', 'United States']
    >>> int(found["denied"].sum()) + found.attrs["inside_only"]["denied"]  # all that `breakdown` counts
    9388

    Source: own.
    """
    check_top(top)
    check_measure(measure, _MEASURES)
    width = None if freq is None else bin_width(freq)
    beside = _beside(by, conversations)
    own = own_networks(conversations, network)
    ends = far_ends(conversations, own, beside, width)
    away = ends[~ends["inside_only"]]
    named = [] if by in _LOCATED else [by]
    table = _counted(away, own, by)
    answer = _in_form(_in_order(table, measure, top), named, width)
    answer.attrs[INSIDE_ONLY] = total(ends[ends["inside_only"]])
    return with_names(answer, conversations)


def _counted(away: pd.DataFrame, own: Network, by: str) -> pd.DataFrame:
    """Return what was counted in each group (and bin) of pairs, and where it is."""
    where = _where(away[FAR], own, by)
    at = where.index.get_indexer(pd.Index(away[FAR]))
    told = where["operator" if by == "operator" else "place"].iloc[at].set_axis(away.index)
    away = away.assign(_key=told if by in _KNOWN else away[by])
    keys = ["_start", "_key"] if "_start" in away else ["_key"]
    found = together(away, keys).join(_largest(away, keys))
    return found.reset_index().merge(_described(away, where), on="_key")


def _beside(by: object, conversations: object) -> list[str]:
    """Return the column of the table that makes the groups, where it is one."""
    if not isinstance(by, str):
        raise NsgkitError(f"by takes 'place', 'country', 'operator' or the name of a column, not {by!r}.")
    if by in _KNOWN:
        return []
    return columns_of(by, conversations, [c.name for c in (*SPAN, *PLACES)])


def _where(addresses: "pd.Series[Any]", own: Network, by: str) -> pd.DataFrame:
    """Return where each distinct address is, the addresses as index."""
    distinct = pd.Index(addresses.unique())
    where = located(distinct, own).set_axis(distinct)
    where["operator"] = where["operator"].fillna(UNKNOWN_PLACE)
    if by == "country":
        lands = {code: country_of(code) for code in where["country"].unique()}
        for column, field in (("place", "name"), ("lat", "lat"), ("lon", "lon")):
            told = {code: getattr(land, field) for code, land in lands.items()}
            where[column] = where["country"].map(told).astype(where[column].dtype)
    return where


def _largest(away: pd.DataFrame, keys: Sequence[str]) -> "pd.Series[Any]":
    """Return the addresses of each group with the most connections and denied attempts, with how many."""
    tries = away["connections"] + away["denied"] + away["unknown"]
    each = away.assign(_tries=tries).groupby([*keys, FAR], dropna=False, observed=True)["_tries"].sum()
    first = each.reset_index().sort_values(["_tries", FAR], ascending=[False, True])
    first = first.groupby([*keys], sort=False, dropna=False, observed=True).head(_SHOWN)
    pairs = zip(first[FAR], first["_tries"], strict=True)
    said = [f"{address if isinstance(address, str) else 'no address'} ({n:,})" for address, n in pairs]
    groups = first.assign(largest=said).groupby([*keys], sort=False, dropna=False, observed=True)
    told: pd.Series[Any] = groups["largest"].agg(", ".join)
    return told


def _described(away: pd.DataFrame, where: pd.DataFrame) -> pd.DataFrame:
    """Return of each group where its addresses are, and who says so."""
    each = away[["_key", FAR]].drop_duplicates()
    told = where.iloc[where.index.get_indexer(pd.Index(each[FAR]))].assign(_key=each["_key"].array)
    groups = told.groupby("_key", sort=False, dropna=False, observed=True)
    found = groups[["place", "country"]].first()
    for name, words in (("place", SEVERAL_PLACES), ("country", "several")):
        found.loc[groups[name].nunique() > 1, name] = words
    found["city"] = groups["city"].agg(_listed, _NAMED, ", ")
    found["place_source"] = groups["place_source"].agg(_listed, _SOURCES, "; ")
    found = found.reset_index().merge(_points(told), on="_key")
    several = found["place"] == SEVERAL_PLACES
    return found.assign(**{name: found[name].mask(several) for name in ("lat", "lon")})


def _points(told: pd.DataFrame) -> pd.DataFrame:
    """Return the coordinates of most addresses of each group: a database may have several of one city."""
    counted = (
        told.assign(_size=1).groupby(["_key", "lat", "lon"], dropna=False, observed=True)[["_size"]].sum()
    )
    first = counted.reset_index().sort_values(["_size", "lat", "lon"], ascending=[False, True, True])
    return first.drop_duplicates("_key")[["_key", "lat", "lon"]]


def _listed(values: "pd.Series[Any]", most: int, between: str) -> str | None:
    """Return distinct texts as one, or None where there is none.

    >>> _listed(pd.Series(["Leeds", "Hull", None, "York"]), 2, ", ")
    'Hull, Leeds and 1 more'
    """
    names = sorted({*values.dropna()})
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more if names else None


def _in_order(found: pd.DataFrame, measure: str, top: int | None) -> pd.DataFrame:
    """Return the groups with the most of a measure, over all the time, the largest first within each bin."""
    value = found[measure].astype("float64")
    whole = value.sum()
    sizes = found.assign(_size=value).groupby("_key", dropna=False, observed=True)["_size"].sum(min_count=1)
    order = sizes.reset_index().sort_values(["_size", "_key"], ascending=[False, True])
    kept = found.merge(order.head(len(order) if top is None else top)[["_key"]], on="_key")
    kept["share"] = kept[measure].astype("float64") / whole if whole > 0 else float("nan")
    kept["groups"] = len(sizes)
    kept["_less"] = -kept[measure].astype("float64")
    return kept.sort_values([*(["_start"] if "_start" in kept else []), "_less", "_key"], ignore_index=True)


def _in_form(table: pd.DataFrame, named: Sequence[str], width: int | None) -> pd.DataFrame:
    """Return the table in its form, the bin and the column that made the groups in front."""
    if width:
        edges = {"start": table["_start"], "end": table["_start"] + width}
        table = table.assign(**{name: pd.to_datetime(at, unit="ms", utc=True) for name, at in edges.items()})
    answer = schema.typed(table, (*(SPAN if width else ()), *PLACES))
    for place, name in enumerate(named, start=2 if width else 0):
        answer.insert(place, name, table["_key"])
    return answer
