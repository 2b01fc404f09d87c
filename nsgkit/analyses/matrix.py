"""The question: which part of the network talks to which."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pandas as pd

from nsgkit.analyses.measures import breakdown
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS

_SUMS = ("connections", "denied", "unknown", "orphans", "bytes", "packets", *COUNTERS, "uncounted", "folded")


def traffic_matrix(
    conversations: object,
    *,
    subnets: Sequence[str] = (),
    prefix: int = 24,
    measure: str = "bytes",
    top: int | None = 400,
) -> pd.DataFrame:
    """Return the traffic from each subnet to each subnet; with `prefix=32`, from host to host.

    Counting rule: as in `top_talkers`. An address belongs to the longest of `subnets` that holds it, else
    to its own network of `prefix` bits (IPv6: 64 bits, or 128 where `prefix` is 32). A text that is no
    address, such as one masked at the source, stands for itself.

    Looks alike but is harmless: a new cell in the matrix may be a new subnet, not a new path.

    Parameters
    ----------
    conversations : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `nsgkit.conversations` gives.
    subnets : sequence of str
        The networks that the analyst knows, such as "10.20.0.0/16".
    prefix : int
        How many bits make a network of an IPv4 address that is in none of them.
    measure : str
        What to order by: connections, denied, bytes or packets.
    top : int or None
        How many cells; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        source, destination, the columns of `measures.TRAFFIC`, share (of the measure's total), groups (how
        many cells there are).

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where a subnet is not written as one, or there is no such measure.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> traffic_matrix(conversations, prefix=16, top=1)[["source", "destination"]].to_numpy().tolist()
    [['10.20.0.0/16', '10.30.0.0/16']]
    """
    pairs = breakdown(conversations, ["src_ip", "dst_ip"], measure=measure, top=None)
    where = _networks({*pairs["src_ip"].dropna(), *pairs["dst_ip"].dropna()}, _known(subnets), prefix)
    cells = pairs.assign(source=pairs["src_ip"].map(where), destination=pairs["dst_ip"].map(where))
    grouped = cells.groupby(["source", "destination"])
    table = (
        grouped[list(_SUMS)].sum(min_count=1).join(grouped.agg(first=("first", "min"), last=("last", "max")))
    )
    table = table.reset_index().astype({"source": "str", "destination": "str"})
    total = table[measure].sum()
    table["share"] = (table[measure] / total).astype("float64") if total else float("nan")
    table["groups"] = len(table)
    order = ["source", "destination", *(c for c in pairs.columns if c not in ("src_ip", "dst_ip"))]
    ranked = table.sort_values([measure, "source", "destination"], ascending=[False, True, True])
    return ranked[order].head(top if top is not None else len(ranked)).reset_index(drop=True)


def _known(subnets: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    try:
        found = [ip_network(text) for text in subnets]
    except ValueError as error:
        raise NsgkitError(f"A subnet is written like 10.20.0.0/16: {error}.") from error
    return sorted(found, key=lambda network: -network.prefixlen)


def _networks(
    addresses: Iterable[str], known: list[IPv4Network | IPv6Network], prefix: int
) -> dict[str, str]:
    return {address: _network(address, known, prefix) for address in addresses}


def _network(text: str, known: list[IPv4Network | IPv6Network], prefix: int) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return text
    for network in known:
        if address in network:
            return str(network)
    bits = prefix if address.version == 4 else (128 if prefix == 32 else 64)
    if bits == address.max_prefixlen:
        return text
    return str(ip_network((address, bits), strict=False))
