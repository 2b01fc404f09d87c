"""Who scans the internet and says so: companies and projects that publish the addresses they scan from.

The lists are those of MISP, as the package `pymispwarninglists` carries them: nothing is fetched. A label
says whose the address is. It does not say that what came from there is harmless.
"""

import json
from functools import cache
from importlib.resources import files
from ipaddress import ip_address, ip_network
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.columns import categories
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.addresses import NO_IPV4, ipv4_numbers
from nsgkit.enrich.network import ENDS

_ENDINGS = ("-scanning", "-scanner", "shadowserver")  # of the folders of their lists
_SENSORS = "tenable-cloud-ipv"
_BITS = {4: 32, 6: 128}


def scanner(table: Any) -> Native:
    """Return `table` with `src_scanner` and `dst_scanner`: who publishes to scan from that address, or null.

    Each distinct address is looked up once. Of several prefixes the longest counts.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["162.142.125.10", "192.0.2.7"], "dst_ip": ["10.0.0.4", None]})
    >>> scanner(table)["src_scanner"].tolist()[0]
    'Censys'

    Source: the MISP warning lists.
    """
    held = as_table(table)
    require_columns(ENDS, held)
    if isinstance(held, pd.DataFrame):
        return held.assign(**{_column(end): scanners_of(held[end]) for end in ENDS})
    rows = Rows.of(held)
    for end in ENDS:
        texts = rows.select(end).unique().collect({end: "str"})[end].dropna()
        told = scanners_of(texts).astype("object")
        named: Any = nw.lit(None, dtype=nw.String)
        for name in sorted(told.dropna().unique()):
            its = texts[(told == name).to_numpy()].tolist()
            named = nw.when(nw.col(end).is_in(its)).then(nw.lit(name)).otherwise(named)
        rows = rows.with_columns(**{_column(end): named})
    return rows.select(*held.columns, *map(_column, ENDS)).frame.to_native()


def scanners_of(addresses: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return of each address who publishes to scan from there; null where nobody does, or it is no address.

    >>> scanners_of(pd.Series(["71.6.135.131", "masked"])).tolist()[0]
    'Shodan'
    """
    coded = categories(pd.Series(addresses))
    told = _names(coded.categories)
    distinct = sorted({name for name in told if name is not None})
    places = {name: place for place, name in enumerate(distinct)}
    codes = np.array([*(places.get(name, -1) if name else -1 for name in told), -1])[coded.codes]
    made = pd.Categorical.from_codes(codes, pd.Index(distinct, dtype="str"))
    return pd.Series(made, index=pd.Series(addresses).index)


def _column(end: str) -> str:
    return f"{end.removesuffix('_ip')}_scanner"


def _names(texts: "pd.Index[Any]") -> list[str | None]:
    numbers = ipv4_numbers(texts)
    known = numbers != NO_IPV4
    found = pd.Series(None, index=range(len(texts)), dtype="object")
    for bits, prefixes in _published()[4].items():  # the longest first
        told = pd.Series(numbers >> (32 - bits)).map(prefixes).where(known)
        found = found.where(found.notna(), told)
    names: list[str | None] = [name if isinstance(name, str) else None for name in found]
    for place in np.flatnonzero(~known).tolist():
        names[place] = _of_ipv6(str(texts[place]))
    return names


def _of_ipv6(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    bits_of = _BITS[address.version]
    every = _published()[address.version].items()
    told = (prefixes.get(int(address) >> (bits_of - bits)) for bits, prefixes in every)
    return next((name for name in told if name), None)


@cache
def _published() -> dict[int, dict[int, dict[int, str]]]:
    """Return version -> length of the prefix, the longest first -> the prefix as a number -> whose it is."""
    found: dict[int, dict[int, dict[int, str]]] = {4: {}, 6: {}}
    lists = files("pymispwarninglists") / "data" / "misp-warninglists" / "lists"
    for folder in sorted(lists.iterdir(), key=lambda each: each.name):
        if folder.name.endswith(_ENDINGS) or folder.name.startswith(_SENSORS):
            told = json.loads((folder / "list.json").read_text("utf-8"))["list"]
            for network in (ip_network(text, strict=False) for text in told):
                number = int(network.network_address) >> (_BITS[network.version] - network.prefixlen)
                found[network.version].setdefault(network.prefixlen, {})[number] = _called(folder.name)
    return {version: dict(sorted(by.items(), reverse=True)) for version, by in found.items()}


def _called(folder: str) -> str:
    """Return whose list a folder is.

    >>> _called("internet-census-nt-scanning"), _called("tenable-cloud-ipv4")
    ('Internet census', 'Tenable cloud')
    """
    words = folder
    for end in ("-scanning", "-scanner", "-nt", "-ipv4", "-ipv6"):
        words = words.removesuffix(end)
    words = words.replace("-", " ")
    return words[:1].upper() + words[1:]
