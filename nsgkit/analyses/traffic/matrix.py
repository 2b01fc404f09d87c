"""The question: which part of the network talks to which."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.analyses.traffic.rankings import breakdown
from nsgkit.counting.arguments import check_measure, check_top, require_columns
from nsgkit.counting.columns import categories
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.expressions import known_sum
from nsgkit.counting.frame import Rows
from nsgkit.counting.measures import MEASURES, counted_rows, measured
from nsgkit.enrich.facts import of_each
from nsgkit.enrich.internet import Internet, gathered
from nsgkit.enrich.names import with_names
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.enrich.prefixes import Prefix
from nsgkit.errors import NsgkitError
from nsgkit.schema import CELL, TRAFFIC

_SUMS = tuple(column.name for column in TRAFFIC if column.name not in ("first", "last"))
_TYPES = {column.name: column.dtype for column in TRAFFIC}
_ENDS, _CELL = ["src_ip", "dst_ip"], [column.name for column in CELL]


def matrix(  # noqa: PLR0913
    conversations: object,
    *,
    subnets: Sequence[str] = (),
    prefix: int = 24,
    measure: str = "bytes",
    top: int | None = 400,
    own: Own = None,
    internet: Internet = "one",
) -> pd.DataFrame:
    """Return the traffic from each subnet to each subnet; with `prefix=32`, from host to host.

    Everything outside the own networks is one, called "internet", unless it is opened (`internet="each"`).

    Counting rule: as in `top_talkers`. An address belongs to the longest of `subnets` that holds it, else,
    inside, to its own network of `prefix` bits (IPv6: 64 bits, or 128 where `prefix` is 32). A text that is
    no address, such as one masked at the source, stands for itself.

    Harmless look-alikes: a new cell in the matrix may be a new subnet, not a new path.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    subnets : sequence of str
        The networks that the analyst knows, such as "10.20.0.0/16"; beside those that `own` has names for.
    prefix : int
        How many bits make a network of an IPv4 address that is in none of them.
    measure : str
        What to order by: connections, denied, bytes or packets.
    top : int or None
        How many cells; None gives all of them.
    own : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; None takes those that the logs tell.
    internet : {"one", "each"}
        Whether all addresses outside are one, called "internet", or each is in its own network.

    Returns
    -------
    pandas.DataFrame
        source, destination, the columns of `schema.TRAFFIC`, share (of the measure's total), groups (how
        many cells there are).

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where a subnet is not written as one, there is no such measure, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> matrix(conversations, prefix=16, top=1)[["source", "destination"]].to_numpy().tolist()
    [['10.20.0.0/16', '10.30.0.0/16']]
    """
    check_measure(measure, [name for name in MEASURES if name != "peers"])
    check_top(top)
    require_columns(_ENDS, conversations)
    # Where the internet is opened, only what was given can tell anything: the logs need not be asked.
    network = Network(()) if internet == "each" and own is None else own_networks(conversations, own)
    subnets = [*subnets, *(str(prefix) for prefix, _ in network.named if prefix.num_addresses > 1)]
    known = _known(subnets)
    held = gathered(conversations, _with_subnets(network, subnets), internet)
    if isinstance(held, pd.DataFrame):
        return breakdown(_placed(held, known, prefix), _CELL, measure=measure, top=top)
    # An engine's rows cannot be joined with names that are made here: not in Spark without its session, in
    # DuckDB only where it may look at Python's variables. So blocks of addresses are named and added up.
    rows = counted_rows(held, *_ENDS)
    rows = rows.with_columns(**{end: _cut(end, known, prefix) for end in _ENDS})
    with sums_fit(held):
        blocks = measured(rows, _ENDS).collect({**dict.fromkeys(_ENDS, "str"), **_TYPES})
        table = _ranked(_added_up(_placed(blocks, known, prefix)), measure, top)
    return with_names(table, conversations)


def _with_subnets(network: Network, subnets: Iterable[str]) -> Network:
    """Keep what the analyst knows by name in sight, though it lie outside."""
    return Network.of([*map(str, network.own), *subnets])


def _cut(end: str, known: tuple[Prefix, ...], prefix: int) -> nw.Expr:
    """Cut IPv4 addresses down to the octets that tell their network; what is left ends with a point."""
    octets = -(-max([prefix, *(network.prefixlen for network in known)]) // 8)
    return nw.col(end).str.replace_all(rf"(\.[0-9]+){{{4 - octets}}}$", ".") if octets < 4 else nw.col(end)


def _placed(table: pd.DataFrame, known: tuple[Prefix, ...], prefix: int) -> pd.DataFrame:
    """Put the networks of both ends beside them, as categories."""
    names = {c: _named(table[e], known, prefix) for c, e in zip(_CELL, _ENDS, strict=True)}
    return table.assign(**names)


def _named(addresses: "pd.Series[Any]", known: tuple[Prefix, ...], prefix: int) -> "pd.Series[Any]":
    """Name each distinct address once."""
    texts = categories(addresses)
    codes = texts.codes
    used = np.bincount(codes[codes >= 0], minlength=len(texts.categories)) > 0
    names = [
        _network(text, known, prefix) if there else ""
        for text, there in zip(texts.categories, used, strict=True)
    ]
    return of_each(names, codes, addresses.index)


def _added_up(blocks: pd.DataFrame) -> pd.DataFrame:
    """Add up the blocks of each cell: most are a cell already. Not in pandas, whose sums wrap around."""
    if blocks.duplicated(_CELL).any():
        sums = {name: known_sum(name) for name in _SUMS}
        cells = Rows.of(blocks).aggregate(
            _CELL, **sums, first=nw.col("first").min(), last=nw.col("last").max()
        )
        blocks = cells.collect({**dict.fromkeys(_CELL, "str"), **_TYPES})
    return blocks[[*_CELL, *(column.name for column in TRAFFIC)]]


def _ranked(table: pd.DataFrame, measure: str, top: int | None) -> pd.DataFrame:
    values = table[measure]
    total = values.astype("Float64").sum()
    share = (values / total).astype("float64") if total else float("nan")
    table = table.assign(share=share, groups=len(table))
    if top is not None and values.notna().sum() > top > 0:
        table = table[(values >= values.nlargest(top).min()).fillna(value=False)]
    ranked = table.astype(dict.fromkeys(_CELL, "str")).sort_values(
        [measure, *_CELL], ascending=[False, True, True], ignore_index=True
    )
    return ranked if top is None else ranked.head(top)


def _known(subnets: Iterable[str]) -> tuple[Prefix, ...]:
    try:
        found = [ip_network(text) for text in subnets]
    except ValueError as error:
        raise NsgkitError(f"A subnet is written like 10.20.0.0/16: {error}.") from error
    return tuple(sorted(found, key=lambda network: -network.prefixlen))


@lru_cache(maxsize=200_000)
def _network(text: str, known: tuple[Prefix, ...], prefix: int) -> str:
    """Name an address' network; an explorer asks for the same ones again and again."""
    try:
        address = ip_address(text + ".".join("0" * (4 - text.count("."))) if text[-1:] == "." else text)
    except ValueError:
        return text
    for network in known:
        if address in network:
            return str(network)
    bits = prefix if address.version == 4 else (128 if prefix == 32 else 64)
    if bits == address.max_prefixlen:
        return text
    free = address.max_prefixlen - bits
    return f"{type(address)(int(address) >> free << free)}/{bits}"
