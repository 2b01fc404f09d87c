"""The country and the network operator of each end, beside any table of addresses."""

from typing import Any

import pandas as pd

from nsgkit.counting.frame import Native
from nsgkit.enrich.facts import with_facts
from nsgkit.enrich.geography.locating import told_of
from nsgkit.enrich.network import Own, as_given
from nsgkit.schema import UNKNOWN_PLACE


def country(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `src_country` and `dst_country`, and beside each of them who says so.

    Which source tells: as for `nsgkit.enrich.located`. Without files it is the country in which the address
    is registered, which is not where a machine stands. Each distinct address is looked up once.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.
    network : Network, iterable of str or path, str, path or None
        The files that tell, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    table
        As `table` is, with the same rows and four columns more: `src_country`, `src_country_source`,
        `dst_country` and `dst_country_source`. A country is its code (ISO 3166-1 alpha-2), or "unknown".

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        Where a file cannot be read.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["8.8.8.8"], "dst_ip": ["10.0.0.4"]})
    >>> country(table)[["src_country", "dst_country"]].to_numpy().tolist()
    [['US', 'unknown']]

    Source: the regional Internet registries, by `iptocc`.
    """
    given = as_given(network)

    def lookup(texts: "pd.Index[Any]") -> dict[str, list[str | None]]:
        told = told_of(texts.to_numpy(dtype=object), given)
        codes = [code or UNKNOWN_PLACE for code in told["country"]]
        return {"country": codes, "country_source": told["source"].tolist()}

    return with_facts(table, lookup)


def operator(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `src_operator` and `dst_operator`: who announces the address, or null.

    A file tells, or a database of autonomous systems (.mmdb); without either, nothing does.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`.
    network : Network, iterable of str or path, str, path or None
        The files that tell, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        Where a file cannot be read.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["8.8.8.8"], "dst_ip": ["10.0.0.4"]})
    >>> operator(table)["src_operator"].isna().item()
    True

    Source: own.
    """
    given = as_given(network)

    def lookup(texts: "pd.Index[Any]") -> dict[str, list[str | None]]:
        told = told_of(texts.to_numpy(dtype=object), given)["operator"]
        return {"operator": [each or None for each in told]}

    return with_facts(table, lookup)
