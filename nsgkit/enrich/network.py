"""Own networks: given once, and then "inside", "outside" and "internet" mean the same everywhere.

Inside is what lies in one of the own networks. Everything else that is an address is the internet. A text
that is no address, such as one masked at the source, is not known to be inside, and keeps its own name.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.columns import categories
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.addresses import NO_IPV4, ipv4_numbers
from nsgkit.errors import NsgkitError

INTERNET = "internet"  # what all addresses outside the own networks are called together
ENDS = ("src_ip", "dst_ip")

# What is nobody's internet: private (RFC 1918, ULA), shared (RFC 6598), link-local, and the two addresses at
# which Azure's platform itself speaks to a machine.
NOT_THE_INTERNET = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "100.64.0.0/10", "169.254.0.0/16",
    "fe80::/10", "168.63.129.16/32", "169.254.169.254/32",
)  # fmt: skip
_SUBNET = {4: 24, 6: 64}  # bits of what is taken for the subnet of a NIC's address

Prefix: TypeAlias = IPv4Network | IPv6Network
# One form everywhere: a Network, prefixes, a network.toml, or None for what the conversations tell.
Own: TypeAlias = "Network | Iterable[str] | str | Path | None"
Internet: TypeAlias = Literal["one", "each"]
_NOTHING: Final[Mapping[str, str]] = {}
_Bools: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"


@dataclass(frozen=True)
class Network:
    """The own networks: what is inside.

    Attributes
    ----------
    own : tuple of ipaddress.IPv4Network and IPv6Network
        Sorted, and none inside another.
    named : tuple of (network, str)
        What the analyst calls a network or an address, the longest prefix first.

    Examples
    --------
    >>> Network.of(["10.0.0.0/8"]).is_inside(["10.0.0.4", "192.0.2.7"]).tolist()
    [True, False]
    """

    own: tuple[Prefix, ...]
    named: tuple[tuple[Prefix, str], ...] = ()

    @classmethod
    def of(cls, prefixes: Iterable[str], names: Mapping[str, str] = _NOTHING) -> "Network":
        """Return the network of prefixes such as 10.20.0.0/16; NsgkitError where one is not written so.

        `names` are what prefixes or addresses are called.
        """
        found = [_prefix(text) for text in prefixes]
        named = sorted(((_prefix(p), name) for p, name in names.items()), key=lambda one: -one[0].prefixlen)
        v4 = collapse_addresses(p for p in found if isinstance(p, IPv4Network))
        v6 = collapse_addresses(p for p in found if isinstance(p, IPv6Network))
        return cls((*v4, *v6), tuple(named))

    def is_inside(self, addresses: "Sequence[str] | pd.Series[Any] | pd.Index[Any]") -> _Bools:
        """Return for each address whether it lies in an own network; a text that is no address does not."""
        coded = categories(pd.Series(addresses))
        inside, _ = self._places(coded.categories)
        return _of_each(inside, coded)

    def is_outside(self, addresses: "Sequence[str] | pd.Series[Any] | pd.Index[Any]") -> _Bools:
        """Return for each address whether it is one, and lies in no own network."""
        coded = categories(pd.Series(addresses))
        inside, is_address = self._places(coded.categories)
        return _of_each(is_address & ~inside, coded)

    def _places(self, texts: "pd.Index[Any]") -> tuple[_Bools, _Bools]:
        """Return of each text whether it lies in an own network, and whether it is an address at all."""
        numbers = ipv4_numbers(texts)
        starts, ends = (np.array(edges, dtype=np.int64) for edges in self._ranges[4])
        inside = numbers <= np.append(ends, NO_IPV4)[np.searchsorted(starts, numbers, side="right") - 1]
        is_address = numbers != NO_IPV4
        for place in np.flatnonzero(~is_address).tolist():
            held = self.holds(str(texts[place]))
            inside[place], is_address[place] = held is True, held is not None
        return inside, is_address

    def holds(self, text: str) -> bool | None:
        """Return whether an address lies in an own network; None where the text is no address."""
        try:
            address = ip_address(text)
        except ValueError:
            return None
        address = getattr(address, "ipv4_mapped", None) or address
        starts, ends = self._ranges[address.version]
        place = bisect_right(starts, int(address)) - 1
        return place >= 0 and int(address) <= ends[place]

    @cached_property
    def _ranges(self) -> dict[int, tuple[list[int], list[int]]]:
        """The first and last address of each own network, by version: they do not overlap."""
        return {
            version: (
                [int(p.network_address) for p in self.own if p.version == version],
                [int(p.broadcast_address) for p in self.own if p.version == version],
            )
            for version in (4, 6)
        }


def _of_each(told: _Bools, coded: pd.Categorical) -> _Bools:
    """Return what is told of each distinct text for each value; a missing one is nowhere."""
    found: _Bools = np.append(told, [False])[coded.codes]
    return found


def own_networks(table: object, own: Own = None) -> Network:
    """Return the own networks: those that are given, or else those that the logs tell.

    By default these are the private, shared and link-local ranges, the platform's two addresses, and the
    subnet (/24 or /64) of each logged NIC: of the address that it has most often as its own, in each family.
    A NIC's own address is the source of what it sends out and the destination of what comes in. Only the
    most frequent counts, because a firewall's NIC forwards for others, whose addresses then stand at its end.

    What looks like the internet but is not: a partner's public range, reached over a private line, is the
    internet here unless it is given.

    Parameters
    ----------
    table : table
        The flow table, or what `nsgkit.conversations` gives; asked only where `own` is None.
    own : Network, iterable of str, str, path or None
        Prefixes such as "10.20.0.0/16", as a list or with commas between them; or a network.toml, whose `own`
        lists them (without it, the prefixes of its `[[networks]]` count). What has a `name` in
        `[[networks]]` is called so where the names are carried (`nsgkit.enrich.named`).

    Returns
    -------
    Network
        Its `is_inside` tells of addresses whether they are inside.

    Raises
    ------
    NsgkitError
        Where a network is not written as one, or the file has none.
    MissingColumnError
        Where the table lacks a column.

    Examples
    --------
    >>> import nsgkit
    >>> network = own_networks(nsgkit.read_logs("data/samples"))
    >>> network.is_inside(["2001:db8:30:1::4", "2001:db8:f0::220"]).tolist()
    [True, False]
    """
    if isinstance(own, Network):
        return own
    if own is None:
        return Network.of([*NOT_THE_INTERNET, *_subnets(nic_addresses(table))])
    if isinstance(own, Path) or (isinstance(own, str) and own.endswith(".toml")):
        return _written_in(Path(own).expanduser())
    return Network.of(own.split(",") if isinstance(own, str) else own)


def nic_addresses(table: object) -> pd.DataFrame:
    """Return each NIC's own addresses, and in how many rows: mac, address, rows; the most frequent first.

    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> nic_addresses(logs).drop_duplicates("mac").set_index("mac")["address"]["0022489C3104"]
    '10.30.1.4'
    """
    needed = ["mac", "direction", *ENDS]
    held = as_table(table)
    require_columns(needed, held)
    rows = Rows.of(held, needed, coded=["mac", *ENDS])
    parts = []
    for direction, end in (("outbound", "src_ip"), ("inbound", "dst_ip")):
        seen = rows.filter(nw.col("direction") == direction)
        counted = seen.aggregate(["mac", end], rows=nw.len().cast(nw.Int64))
        collected = counted.collect({"mac": "str", end: "str", "rows": "int64"})
        parts.append(collected.rename(columns={end: "address"}))
    together = pd.concat(parts).dropna().groupby(["mac", "address"])["rows"].sum().reset_index()
    return together.sort_values(["rows", "mac", "address"], ascending=[False, True, True], ignore_index=True)


def internet_as_one(table: Any, own: Own = None, ends: Sequence[str] = ENDS) -> Native:
    """Return `table` with every address outside the own networks replaced by "internet".

    Nothing else changes, so whatever is counted by these columns afterwards adds up to the same totals.

    Parameters
    ----------
    table : table
        The flow table, or what `nsgkit.conversations` gives.
    own : Network, iterable of str, str, path or None
        As for `own_networks`.
    ends : sequence of str
        The columns of addresses.

    Returns
    -------
    table
        As `table` is, with the same rows.

    Raises
    ------
    NsgkitError, MissingColumnError
        As from `own_networks`.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> one = internet_as_one(conversations)
    >>> nsgkit.analyses.top_talkers(one, measure="denied", top=1)["src_ip"].item()
    'internet'
    """
    held = as_table(table)
    require_columns(ends, held)
    network = own_networks(held, own)
    if isinstance(held, pd.DataFrame):
        return held.assign(**{end: _one_for_all(held[end], network) for end in ends})
    return _in_engine(held, network, ends)


def gathered(table: object, own: Own, internet: Internet) -> Native:
    """Return `table` as the option `internet` of a question says: "one" group, or "each" address itself.

    >>> table = pd.DataFrame({"src_ip": ["192.0.2.7"], "dst_ip": ["10.0.0.4"]})
    >>> gathered(table, ["10.0.0.0/8"], "one")["src_ip"].item()
    'internet'
    """
    if internet not in ("one", "each"):
        raise NsgkitError(f"internet takes 'one' (all outside is one group) or 'each', not {internet!r}.")
    return internet_as_one(table, own) if internet == "one" else as_table(table)


def _in_engine(held: Native, network: Network, ends: Sequence[str]) -> Native:
    """Say of an engine's rows which names stay: those inside are few where those outside are many."""
    rows = Rows.of(held)
    for end in ends:
        texts = rows.select(end).unique().collect({end: "str"})[end].dropna()
        stays = nw.col(end).is_in(texts[~network.is_outside(texts)].tolist()) | nw.col(end).is_null()
        rows = rows.with_columns(**{end: nw.when(stays).then(nw.col(end)).otherwise(nw.lit(INTERNET))})
    return rows.select(*held.columns).frame.to_native()


def _one_for_all(addresses: "pd.Series[Any]", network: Network) -> "pd.Series[Any]":
    coded = categories(addresses)
    names = np.asarray(coded.categories, dtype=object)
    names = np.where(network.is_outside(coded.categories), INTERNET, names)
    places, distinct = pd.factorize(names, sort=True)
    codes = np.append(places, -1)[coded.codes]
    return pd.Series(pd.Categorical.from_codes(codes, pd.Index(distinct, dtype="str")), index=addresses.index)


def _subnets(addresses: pd.DataFrame) -> list[str]:
    """Return the subnet of each NIC's most frequent address of each family."""
    found: dict[tuple[str, int], str] = {}
    for mac, text in zip(addresses["mac"].tolist(), addresses["address"].tolist(), strict=True):
        version = 6 if ":" in text else 4
        if (mac, version) in found:
            continue
        with suppress(ValueError):
            found[mac, version] = str(ip_network((ip_address(text), _SUBNET[version]), strict=False))
    return [*found.values()]


def _written_in(path: Path) -> Network:
    told = read_toml(path, "network.toml")
    parts = [part for part in told.get("networks", ()) if isinstance(part, dict)]
    own: Any = told.get("own") or [part.get("prefix") for part in parts]
    if not isinstance(own, list) or not own or not all(isinstance(text, str) for text in own):
        raise NsgkitError(
            f'{path} names no own networks. Write them as own = ["10.0.0.0/8", "2001:db8:30::/48"].'
        )
    names = {str(p.get("prefix")): p["name"] for p in parts if isinstance(p.get("name"), str)}
    return Network.of(own, names)


def _prefix(text: str) -> Prefix:
    try:
        return ip_network(text.strip())
    except (ValueError, AttributeError) as error:
        raise NsgkitError(f"An own network is written like 10.20.0.0/16: {error}.") from error


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Return what a file of an analyst's says; NsgkitError asks for a `name` where it is none.

    >>> read_toml(Path("data/samples/network.toml"), "network.toml")["company"]
    'Marsh Lane Books'
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NsgkitError(f"{path} cannot be read: {error.strerror}. Give a {name}.") from error
    except ValueError as error:  # of TOML, or of UTF-8
        raise NsgkitError(f"{path} is no TOML: {error}.") from error
