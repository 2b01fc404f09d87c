"""A first network.toml, made from the logs themselves: what NICs show, and what else is seen inside."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any, Final

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.described import counted
from nsgkit.enrich.network import own_networks
from nsgkit.enrich.nics import NIC_SUBNET, nic_addresses
from nsgkit.enrich.prefixes import Prefix
from nsgkit.enrich.served import others_inside, roles
from nsgkit.enrich.special_purpose import NOT_THE_INTERNET
from nsgkit.errors import NsgkitError
from nsgkit.html import visible

_NEEDED: Final = (
    "src_ip",
    "dst_ip",
    "dst_port",
    "direction",
    "decision",
    "answered",
    "folded",
    "mac",
    "resource",
)
_LONGEST = 100  # characters of a name
_MOST_RANGES = 20
_HEAD = """\
# network.toml: a draft, made from {count} conversations. It holds guesses: correct it.
# Give what it asks for, where you know it.

# What is inside. First the subnets that logged NICs show, as /{v4} and /{v6}: the logs do not tell
# their true width. Then what is nobody's internet: take out what is not yours, such as a partner's range.
own = [
{own}
]
"""
_TAIL = """
# Where your sites are, for maps: networks with the same site take its place.
# [[sites]]
# name = "…"
# country = "GB"
# city = "…"
# lat = 51.5
# lon = -0.1
"""


def draft_network(conversations: Any) -> str:
    """Return the text of a network.toml, drafted from the logs: own subnets, hosts by NIC, other ranges.

    It answers: which machines are here, in which subnets, and what do they serve? Each guess says in a
    comment what it was made from. Write it to a file, correct it, and give the file as `own` wherever own
    networks are asked for; until you correct its `own`, inside is what it is without the file.

    Counting rule: a NIC's address is the one that it has most often as its own, in each family, and its
    subnet that address's /24 or /64; what each NIC logged counts. A host serves a port where two or more
    connections to it were allowed, and not left unanswered where the log knows; each connection counts once.
    A range is a /24 or /64 inside without a logged NIC, with a connection of that sort; the 20 with the most
    connections are listed.

    Harmless look-alikes: a firewall's NIC forwards for others, whose ports then seem to be its own.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.

    Returns
    -------
    str
        TOML, the same for the same conversations.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.

    Examples
    --------
    >>> import nsgkit
    >>> from pathlib import Path
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> text = draft_network(conversations)
    >>> 'addresses = ["10.20.1.4"]' in text, "serves 443, 80 to the internet" in text
    (True, True)

    `Path("network.toml").write_text(text, "utf-8")` keeps it.

    Source: own.
    """
    held = as_table(conversations)
    if isinstance(conversations, str):
        raise NsgkitError("draft_network takes the conversations, as nsgkit.conversations gives them.")
    require_columns(_NEEDED, held)
    nics = _nics(held)
    subnets = _subnets(nics)
    own = [*subnets, *map(ip_network, NOT_THE_INTERNET)]
    lines = "\n".join(f'  "{prefix}",' for prefix in dict.fromkeys(own))
    head = _HEAD.format(count=f"{_count(held):,}", own=lines, **{f"v{v}": n for v, n in NIC_SUBNET.items()})
    network = own_networks(held)
    served = roles(held, network, nics["address"].tolist())
    ranges = others_inside(held, network, subnets)
    return "\n".join([head, *_networks(subnets, nics), *_ranges(ranges), *_hosts(nics, served)]) + _TAIL


def _count(held: Native) -> int:
    """Return how many connections there are, each once."""
    counted = Rows.of(held, ["folded"]).aggregate(["folded"], rows=nw.len().cast(nw.Int64))
    found = counted.collect({"folded": "bool", "rows": "int64"})
    return int(found.loc[~found["folded"], "rows"].sum())


def _nics(held: Native) -> pd.DataFrame:
    """Return each NIC's own address of each family, with the resource that is logged, sorted by address."""
    found = nic_addresses(held)
    keys = found["address"].map(_sorted_as)
    found = found.assign(key=keys, version=keys.str[0])[keys.notna()].drop_duplicates(["mac", "version"])
    found = found.assign(resource=found["mac"].map(_resources(held)))
    return found.sort_values(["key", "mac"], ignore_index=True)


def _resources(held: Native) -> dict[str, str]:
    """Return what is logged of each NIC: the most frequent resource."""
    pairs = Rows.of(held, ["mac", "resource"]).aggregate(["mac", "resource"], rows=nw.len().cast(nw.Int64))
    found = pairs.collect({"mac": "str", "resource": "str", "rows": "int64"}).dropna()
    found = found.sort_values(["rows", "resource"])
    return dict(zip(found["mac"], found["resource"], strict=True))  # the last counts: the most frequent


def _sorted_as(text: str) -> tuple[int, int] | None:
    """Return what sorts addresses, IPv4 first; None where a text is none, such as a masked one."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if "%" in text else (address.version, int(address))


def _subnet(address: str) -> Prefix:
    return ip_network((address, NIC_SUBNET[ip_address(address).version]), strict=False)


def _subnets(nics: pd.DataFrame) -> list[Prefix]:
    return [*dict.fromkeys(_subnet(address) for address in nics["address"])]


def _networks(subnets: Iterable[Prefix], nics: pd.DataFrame) -> Iterator[str]:
    of_each = nics["address"].map(_subnet)
    for subnet in subnets:
        there = nics[of_each == subnet]
        logged = [*dict.fromkeys(there["resource"].dropna())]
        networks = [*dict.fromkeys(filter(None, (_part(each, "VIRTUALNETWORKS") for each in logged)))]
        names = [name for name in (_part(each, "") for each in logged) if name]
        yield "[[networks]]"
        nics_there = counted(len(there), "NIC")
        yield f"# from {there['rows'].sum():,} logged conversations of {nics_there}; correct me"
        yield f'prefix = "{subnet}"'
        yield f"name = {_quoted('subnet of ' + ', '.join(names)[:_LONGEST])}" if names else '# name = "…"'
        yield 'kind = "vnet"'
        if len(networks) == 1:
            yield f"site = {_quoted(networks[0])}"
        else:
            yield '# site = "…"  which virtual network? A log of its security group does not tell'
        yield ""


def _ranges(ranges: pd.DataFrame) -> Iterator[str]:
    for each in ranges.head(_MOST_RANGES).itertuples():
        yield "[[networks]]"
        yield (
            f"# from {each.connections:,} conversations with "
            f"{counted(int(str(each.addresses)), 'address', 'es')} without a logged NIC; correct me"
        )
        yield f'prefix = "{each.prefix}"'
        yield '# name = "…"'
        yield '# kind = "…"  vpn, p2s, or vnet where it is a virtual network that is not logged?'
        yield '# site = "…"'
        yield ""
    if len(ranges) > _MOST_RANGES:
        yield f"# {len(ranges) - _MOST_RANGES:,} more ranges are left out, with fewer connections.\n"


def _hosts(nics: pd.DataFrame, served: dict[str, str]) -> Iterator[str]:
    for mac, its in nics.groupby("mac", sort=False):
        addresses = its["address"].tolist()
        logged = _part(its["resource"].dropna().iloc[0], "") if its["resource"].notna().any() else ""
        role = next((served[address] for address in addresses if address in served), None)
        yield "[[hosts]]"
        yield f"# from {its['rows'].sum():,} conversations logged by {visible(logged) or 'a NIC'}; correct me"
        yield f"addresses = [{', '.join(_quoted(address) for address in addresses)}]"
        yield '# name = "…"'
        yield f"mac = {_quoted(str(mac))}"
        yield (
            f"role = {_quoted(role)}" if role else '# role = "…"  no port of it was used often enough to tell'
        )
        yield ""


def _part(resource: str, kind: str) -> str:
    """Return what a resource's id names behind `kind`, or at its end.

    >>> _part("/RG/A/VIRTUALNETWORKS/SHOP/SUBNETS/WEB", "VIRTUALNETWORKS"), _part("/RG/A/NSG/WEB-NSG", "")
    ('SHOP', 'WEB-NSG')
    """
    parts = resource.rstrip("/").split("/")
    if not kind:
        return parts[-1][:_LONGEST]
    upper = [part.upper() for part in parts]
    return parts[upper.index(kind) + 1][:_LONGEST] if kind in upper[:-1] else ""


def _quoted(text: str) -> str:
    r"""Return a text as TOML writes it; what a file of text cannot hold becomes a question mark.

    >>> print(_quoted('a"b\n\u202e'))
    "a\"b\u000a\u202e"
    """
    held = text.encode("utf-8", "replace").decode("utf-8")
    return '"' + visible(held.replace("\\", r"\\").replace('"', r"\"")) + '"'
