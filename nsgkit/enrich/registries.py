"""What registries know of an address: the country in which its block is registered, which needs no key.

The regional Internet registries say to whom in which country they gave a block. Where a machine stands they
do not know. The package `iptocc` carries their data: nothing is fetched.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import distribution
from ipaddress import IPv6Address, ip_network
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from nsgkit.enrich.addresses import address_keys
from nsgkit.enrich.prefixes import NOWHERE, PrefixIndex

Texts: TypeAlias = npt.NDArray[np.object_]
NO_ADDRESS = "no address: nothing can place it"
# Whose addresses no registry gives to anyone in a country.
_NOBODYS = {
    "private": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    "shared": ("100.64.0.0/10",),
    "link-local": ("169.254.0.0/16", "fe80::/10"),
    "loopback": ("127.0.0.0/8", "::1/128"),
    "documentation": ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    "benchmarking": ("198.18.0.0/15", "2001:2::/48"),
    "multicast": ("224.0.0.0/4", "ff00::/8"),
    "reserved": ("0.0.0.0/8", "240.0.0.0/4", "::/128"),
    # Registered to its owner, and the same in every virtual network of the world.
    "Azure platform": ("168.63.129.16/32",),
}
_ONES = [(ip_network(prefix), kind) for kind, prefixes in _NOBODYS.items() for prefix in prefixes]


def registered(texts: Texts) -> tuple[Texts, Texts]:
    """Return of each text the country of its registry, or None, and who says so or why nobody can.

    >>> codes, sources = registered(np.array(["8.8.8.8", "::ffff:8.8.8.8", "10.0.0.4"], dtype=object))
    >>> codes.tolist(), sources[2]
    (['US', 'US', None], 'private address: no registry places it')
    """
    nobodys, said = _index()
    found = nobodys.find(pd.Index(texts, dtype=object))
    codes = np.array([*_codes(plainly(texts)), None], dtype=object)[:-1]
    codes[found != NOWHERE] = None
    sources = np.full(len(texts), registry(), dtype=object)
    told = np.flatnonzero(pd.isna(codes))
    _, is_address = address_keys(pd.Index(texts[told], dtype=object))
    sources[told] = np.where(is_address, said[found[told]], NO_ADDRESS)
    return codes, sources


def plainly(texts: Texts) -> list[str]:
    """Return addresses as databases know them: an IPv4 address that is written as one of IPv6 is IPv4.

    >>> plainly(np.array(["::ffff:10.0.0.1", "2001:db8::1"], dtype=object))
    ['10.0.0.1', '2001:db8::1']
    """
    found: list[str] = [*map(str, texts)]
    for place, text in enumerate(found):
        if ":" in text:
            with suppress(ValueError):
                found[place] = str(IPv6Address(text).ipv4_mapped or text.partition("%")[0])
    return found


def _codes(texts: list[str]) -> Sequence[str | None]:
    from iptocc import country_code

    codes: list[str | None] = country_code(texts)
    return codes


@cache
def _index() -> tuple[PrefixIndex, Texts]:
    """Return the index of nobody's prefixes, and what is said of each; the last of what lies in none."""
    said = [f"{kind} address: no registry places it" for _, kind in _ONES]
    said.append(f"{registry()}: not given to a country")
    return PrefixIndex.of(prefix for prefix, _ in _ONES), np.array(said, dtype=object)


@cache
def registry() -> str:
    """Return which package says so, and of which date its data can be at the latest: the day it was built.

    The package refreshes the registries' data every night and does not say their date. It does say when it
    was built, in its list of parts.
    """
    package = distribution("iptocc")
    parts = [file for file in package.files or () if file.name.endswith(".cyclonedx.json")]
    stamps = [json.loads(file.read_text("utf-8")).get("metadata", {}).get("timestamp", "") for file in parts]
    date = f"up to {stamps[0][:10]}" if stamps and stamps[0] else "of an unknown date"
    return f"iptocc {package.version}, registries {date}"
