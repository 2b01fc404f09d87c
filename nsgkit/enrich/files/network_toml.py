"""network.toml: what the analyst writes about their own networks, sites and machines."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

from nsgkit.enrich.context import Context, KnownPrefix
from nsgkit.enrich.files.toml import read_toml
from nsgkit.enrich.prefixes import Prefix
from nsgkit.errors import NsgkitError

_TEXTS = ("name", "kind", "site", "sensitivity")


def read_network_toml(path: Path) -> Context:
    """Return what a network.toml says; NsgkitError where it has no own networks.

    >>> read_network_toml(Path("data/samples/network.toml")).prefixes[0].site
    'VNET-SHOP'
    """
    told = read_toml(path, "network.toml")
    parts = [part for part in told.get("networks", ()) if isinstance(part, dict)]
    own: Any = told.get("own") or [part.get("prefix") for part in parts]
    if not isinstance(own, list) or not own or not all(isinstance(text, str) for text in own):
        raise NsgkitError(
            f'{path} names no own networks. Write them as own = ["10.0.0.0/8", "2001:db8:30::/48"].'
        )
    networks = [_network(part, "own" not in told) for part in parts]
    return Context((*networks, *(KnownPrefix(_prefix(text), own=True) for text in told.get("own", ()))))


def _network(part: dict[str, Any], own: bool) -> KnownPrefix:
    texts = {key: part[key] for key in _TEXTS if isinstance(part.get(key), str)}
    return KnownPrefix(_prefix(part.get("prefix")), own=own, **texts)


def _prefix(text: Any) -> Prefix:
    try:
        return ip_network(text.strip())
    except (ValueError, AttributeError) as error:
        raise NsgkitError(f"An own network is written like 10.20.0.0/16: {error}.") from error
