"""What registries know of an address: the country in which its block is registered, which needs no key.

The regional Internet registries say to whom in which country they gave a block. Where a machine stands they
do not know. The package `iptocc` carries their data: nothing is fetched.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import distribution
from ipaddress import IPv6Address
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from nsgkit.enrich.addresses import address_keys
from nsgkit.enrich.special_purpose import PUBLIC
from nsgkit.enrich.special_purpose import registered as special_purpose

Texts: TypeAlias = npt.NDArray[np.object_]
NO_ADDRESS = "no address: nothing can place it"


def registered(texts: Texts) -> tuple[Texts, Texts]:
    """Return of each text the country of its registry, or None, and who says so or why nobody can.

    >>> codes, sources = registered(np.array(["8.8.8.8", "::ffff:8.8.8.8", "10.0.0.4"], dtype=object))
    >>> codes.tolist(), sources[2]
    (['US', 'US', None], 'private address: no registry places it')
    """
    codes = np.array([*_codes(plainly(texts)), None], dtype=object)[:-1]
    index, scopes = special_purpose()
    found = scopes[index.find(pd.Index(texts, dtype=object))]
    codes[found != PUBLIC] = None  # registered to whom it is set aside by
    sources = np.full(len(texts), registry(), dtype=object)
    told = np.flatnonzero(pd.isna(codes))
    _, is_address = address_keys(pd.Index(texts[told], dtype=object))
    sources[told] = np.where(is_address, [_why(scope) for scope in found[told]], NO_ADDRESS)
    return codes, sources


def _why(scope: str) -> str:
    if scope == PUBLIC:
        return f"{registry()}: not given to a country"
    return f"{scope} address: no registry places it"


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
