"""What own machines serve and to whom, and which private addresses without a log take part."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.enrich.network import Network
from nsgkit.enrich.nics import NIC_SUBNET
from nsgkit.enrich.prefixes import NOWHERE, Prefix, PrefixIndex
from nsgkit.enrich.sides import FROM_INSIDE, FROM_OUTSIDE, with_sides
from nsgkit.enrich.special_purpose import NOBODY_S

_OFTEN = 2  # connections
_PORTS = 3
_LONGEST = 160  # characters: as the text of a file's entry may be
# Azure's own addresses and what never leaves a link: nobody's site.
_NO_SITE = PrefixIndex.of(ip_network(text) for text in NOBODY_S)


def roles(conversations: Any, network: Network, addresses: Sequence[str]) -> dict[str, str]:
    """Return what each address serves, the most used ports first, to the internet and inside.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> own = Network.of(["10.0.0.0/8", "168.63.129.16/32"])
    >>> roles(conversations, own, ["10.20.1.5"])["10.20.1.5"].partition(";")[0]
    'serves 443, 80 to the internet'
    """
    rows = _answered(conversations, network).filter(nw.col("dst_ip").is_in([*addresses]))
    outside = rows.filter(nw.col(FROM_OUTSIDE)).aggregate(
        ["dst_ip", "dst_port"], rows=nw.len().cast(nw.Int64)
    )
    inside = rows.filter(nw.col(FROM_INSIDE)).aggregate(
        ["dst_ip", "dst_port", "src_ip"], rows=nw.len().cast(nw.Int64)
    )
    columns: dict[str, Any] = {"dst_ip": "str", "dst_port": "int64", "rows": "int64"}
    told = (outside.collect(columns), inside.collect({**columns, "src_ip": "str"}))
    found = {address: [_to_internet(told[0], address), _to_inside(told[1], address)] for address in addresses}
    return {address: "; ".join(filter(None, said)) for address, said in found.items() if any(said)}


def others_inside(conversations: Any, network: Network, known: Sequence[Prefix]) -> pd.DataFrame:
    """Return the /24s and /64s inside that hold no known prefix: prefix, connections, addresses.

    Those with the most connections come first.
    """
    rows = _answered(conversations, network)
    parts = []
    for end in ("src_ip", "dst_ip"):
        counted = rows.aggregate([end], connections=nw.len().cast(nw.Int64))
        parts.append(counted.collect({end: "str", "connections": "int64"}).rename(columns={end: "address"}))
    seen = pd.concat(parts).dropna().groupby("address", as_index=False)["connections"].sum()
    texts = pd.Index(seen["address"])
    kept = network.is_inside(texts) & (PrefixIndex.of(known).find(texts) == NOWHERE)
    seen = seen[kept & (_NO_SITE.find(texts) == NOWHERE)]
    seen = seen.assign(prefix=[_range(text) for text in seen["address"]])
    found = seen.groupby("prefix").agg(connections=("connections", "sum"), addresses=("address", "nunique"))
    ranked: pd.DataFrame = found.reset_index().sort_values(
        ["connections", "prefix"], ascending=[False, True], ignore_index=True
    )
    return ranked


def _answered(conversations: Any, network: Network) -> Rows:
    """Return the connections that were allowed, each once, but for those known to be unanswered."""
    rows = Rows.of(with_sides(conversations, network))
    answered = nw.col("answered").is_null() | nw.col("answered")
    return rows.filter(nw.col("decision") == "allowed", ~nw.col("folded"), answered)


def _to_internet(told: pd.DataFrame, address: str) -> str:
    ports = _ports(told[told["dst_ip"] == address].set_index("dst_port")["rows"])
    return f"serves {', '.join(map(str, ports))} to the internet" if ports else ""


def _to_inside(told: pd.DataFrame, address: str) -> str:
    its = told[told["dst_ip"] == address]
    ports = _ports(its.groupby("dst_port")["rows"].sum())
    sources = {port: its.loc[its["dst_port"] == port, "src_ip"].tolist() for port in ports}
    said = [f"{port} to {_who(sources[port], named=True)}" for port in ports]
    if len("; ".join(said)) > _LONGEST:
        said = [f"{port} to {_who(sources[port], named=False)}" for port in ports]
    return f"serves {', '.join(said)}" if said else ""


def _ports(connections: "pd.Series[int]") -> list[int]:
    often = connections[connections >= _OFTEN].rename_axis("port").reset_index(name="rows")
    ranked = often.sort_values(["rows", "port"], ascending=[False, True])
    return [int(port) for port in ranked["port"].head(_PORTS)]


def _who(sources: Sequence[str], *, named: bool) -> str:
    if len(sources) == 1 and named:
        return sources[0]
    return f"{len(sources):,} own address{'es' if len(sources) != 1 else ''}"


def _range(text: str) -> str:
    address = ip_address(text)
    return str(ip_network((address, NIC_SUBNET[address.version]), strict=False))
