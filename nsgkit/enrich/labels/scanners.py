"""Who scans the internet and says so: companies and projects that publish the addresses they scan from.

The lists are those of MISP, as the package `pymispwarninglists` carries them: nothing is fetched. A label
says whose the address is. It does not say that what came from there is harmless.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from nsgkit.counting.frame import Native
from nsgkit.enrich.facts import facts_of, with_facts
from nsgkit.enrich.prefixes import NOWHERE, PrefixIndex, spans_of

_ENDINGS = ("-scanning", "-scanner", "shadowserver")  # of the folders of their lists
_SENSORS = "tenable-cloud-ipv"


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
    return with_facts(table, _names)


def scanners_of(addresses: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return of each address who publishes to scan from there; null where nobody does, or it is no address.

    >>> scanners_of(pd.Series(["71.6.135.131", "masked"])).tolist()[0]
    'Shodan'
    """
    return facts_of(pd.Series(addresses), _names)["scanner"]


def _names(texts: "pd.Index[Any]") -> dict[str, list[str | None]]:
    index, names = _published()
    return {"scanner": [names[place] if place != NOWHERE else None for place in index.find(texts).tolist()]}


@cache
def _published() -> tuple[PrefixIndex, list[str]]:
    """Return the published prefixes, and whose each of them is."""
    lists = files("pymispwarninglists") / "data" / "misp-warninglists" / "lists"
    texts, names = list[str](), list[str]()
    for folder in sorted(lists.iterdir(), key=lambda each: each.name):
        if folder.name.endswith(_ENDINGS) or folder.name.startswith(_SENSORS):
            told = json.loads((folder / "list.json").read_text("utf-8"))["list"]
            texts += told
            names += [_called(folder.name)] * len(told)
    known = [(span, name) for span, name in zip(spans_of(texts), names, strict=True) if span]
    return PrefixIndex.of_spans(span for span, _ in known), [name for _, name in known]


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
