"""Own networks: given once, and then "inside", "outside" and "internet" mean the same everywhere.

Inside is what lies in one of the own networks. Everything else that is an address is the internet. A text
that is no address, such as one masked at the source, is not known to be inside, and keeps its own name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from nsgkit.counting.columns import categories
from nsgkit.counting.frame import as_table
from nsgkit.enrich.addresses import Bools, address_keys
from nsgkit.enrich.context import Context, KnownPrefix, Problem
from nsgkit.enrich.described import described
from nsgkit.enrich.files import read_file
from nsgkit.enrich.files.toml import beside
from nsgkit.enrich.nics import nic_addresses, nic_subnets
from nsgkit.enrich.overlaps import overlaps
from nsgkit.enrich.prefixes import NOWHERE, Prefix, PrefixIndex, Span
from nsgkit.enrich.special_purpose import NOBODY_S, NOT_THE_INTERNET
from nsgkit.errors import NsgkitError

_FILES = (".toml", ".json", ".csv", ".mmdb")

# One form everywhere: a Network; prefixes; files that tell; or None for what the conversations tell.
Own: TypeAlias = "Network | Iterable[str | Path] | str | Path | None"
_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True)
class Network:
    """The own networks, and what is known beside the logs.

    Attributes
    ----------
    own : tuple of ipaddress.IPv4Network and IPv6Network
        What is inside: sorted, and none inside another.
    subnets : tuple of ipaddress.IPv4Network and IPv6Network
        Those of them that were given, or that NICs show: without the ranges that are everybody's.
    context : Context
        All that the given files say: names, sites, places, feeds, and what in them could not be used.
    given : tuple of str
        The prefixes and files that it was made of, as they were given.

    Examples
    --------
    >>> Network.of(["10.0.0.0/8"]).is_inside(["10.0.0.4", "192.0.2.7"]).tolist()
    [True, False]
    """

    own: tuple[Prefix, ...]
    subnets: tuple[Prefix, ...] = ()
    context: Context = field(default_factory=Context)
    given: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, prefixes: Iterable[str], names: Mapping[str, str] = _NOTHING) -> "Network":
        """Return the network of prefixes such as 10.20.0.0/16; NsgkitError where one is not written so.

        `names` are what prefixes or addresses are called.
        """
        found = [_prefix(text) for text in prefixes]
        named = tuple(KnownPrefix(_prefix(prefix), name=name) for prefix, name in names.items())
        return cls(_merged(found), tuple(found), Context(named))

    @property
    def named(self) -> tuple[tuple[Prefix, str], ...]:
        """What the analyst calls a network or an address, the longest prefix first."""
        named = [(each.prefix, each.name) for each in self.context.prefixes if each.name]
        return tuple(sorted(named, key=lambda one: -one[0].prefixlen))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What in the given files could not be used."""
        return self.context.problems

    def told(self, texts: "pd.Index[Any]", what: str) -> list[KnownPrefix | None]:
        """Return for each address the longest known prefix that says something of `what`, or None.

        >>> network = Network.of([], names={"10.0.0.0/8": "all", "10.20.0.4": "WEB1"})
        >>> [known and known.name for known in network.told(pd.Index(["10.20.0.4", "::1"]), "name")]
        ['WEB1', None]
        """
        index, known = self._told_by(what)
        return [known[place] if place != NOWHERE else None for place in index.find(texts).tolist()]

    def __repr__(self) -> str:
        """Return what is own, what is known beside, from which files, and what could not be used."""
        return described(self.own, self.context)

    def is_inside(self, addresses: "Sequence[str] | pd.Series[Any] | pd.Index[Any]") -> Bools:
        """Return for each address whether it lies in an own network; a text that is no address does not."""
        coded = categories(pd.Series(addresses))
        inside, _ = self._places(coded.categories)
        return _of_each(inside, coded)

    def is_outside(self, addresses: "Sequence[str] | pd.Series[Any] | pd.Index[Any]") -> Bools:
        """Return for each address whether it is one, and lies in no own network."""
        coded = categories(pd.Series(addresses))
        inside, is_address = self._places(coded.categories)
        return _of_each(is_address & ~inside, coded)

    def in_subnets(self, texts: "pd.Index[Any]") -> Bools:
        """Return for each text whether it lies in a network that was given, or that NICs show.

        >>> Network.of(["10.0.0.0/8"]).in_subnets(pd.Index(["10.0.0.4", "192.168.0.1"])).tolist()
        [True, False]
        """
        inside: Bools = self._subnets.find(texts) != NOWHERE
        return inside

    def touches_subnets(self, spans: Sequence[Span]) -> Bools:
        """Return for each span whether one of these networks holds it or a part of it."""
        places, whole = self._subnets.find_spans(spans)
        touched: Bools = (places != NOWHERE) | ~whole
        return touched

    def _places(self, texts: "pd.Index[Any]") -> tuple[Bools, Bools]:
        """Return of each text whether it lies in an own network, and whether it is an address at all."""
        _, is_address = address_keys(texts)
        return self._inside.find(texts) != NOWHERE, is_address

    def holds(self, text: str) -> bool | None:
        """Return whether an address lies in an own network; None where the text is no address."""
        inside, is_address = self._places(pd.Index([text], dtype="str"))
        return bool(inside[0]) if is_address[0] else None

    @cached_property
    def _inside(self) -> PrefixIndex:
        return PrefixIndex.of(self.own)

    @cached_property
    def _subnets(self) -> PrefixIndex:
        return PrefixIndex.of(self.subnets)

    @cached_property
    def _indexes(self) -> dict[str, tuple[PrefixIndex, list[KnownPrefix]]]:
        return {}

    def _told_by(self, what: str) -> tuple[PrefixIndex, list[KnownPrefix]]:
        if what not in self._indexes:
            known = [each for each in self.context.prefixes if getattr(each, what) not in ("", None, False)]
            self._indexes[what] = (PrefixIndex.of(each.prefix for each in known), known)
        return self._indexes[what]


def _of_each(told: Bools, coded: pd.Categorical) -> Bools:
    """Return what is told of each distinct text for each value; a missing one is nowhere."""
    found: Bools = np.append(told, [False])[coded.codes]
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
    own : Network, iterable of str or path, str, path or None
        Prefixes such as "10.20.0.0/16", as a list or with commas between them; or files that tell, one or a
        list of them, each known by what it is: a network.toml, whose `own` lists them (without it, the
        prefixes of its `[[networks]]` and what its `files` call own count); what `az network vnet list`,
        `az network nic list` or `az vm list-ip-addresses` prints; a CSV with a column `prefix`, and `own`. A
        geofeed, an `.mmdb`, ServiceTags_Public.json and threat feeds tell more. What has a `name` is called
        so where the names are carried (`nsgkit.enrich.named`). Where no file has an own network, the logs
        are asked for them. Link-local addresses and the platform's two are inside whatever is given.

    Returns
    -------
    Network
        Its `is_inside` tells of addresses whether they are inside; printed, it says what was read, and its
        `problems` are what in the files could not be used.

    Raises
    ------
    NsgkitError
        Where a network is not written as one, or a file cannot be read or says nothing that can be used.
    MissingColumnError
        Where the table lacks a column.

    Examples
    --------
    >>> import nsgkit
    >>> network = own_networks(nsgkit.read_logs("data/samples"))
    >>> network.is_inside(["2001:db8:30:1::4", "2001:db8:f0::220"]).tolist()
    [True, False]
    """
    given = as_given(own)
    if isinstance(own, Network):
        return own
    if any(prefix.num_addresses > 1 for prefix in given.subnets):
        return replace(given, own=_merged([*given.own, *map(_prefix, NOBODY_S)]))
    shown = [_prefix(text) for text in nic_subnets(nic_addresses(table))]
    everyone = map(_prefix, NOT_THE_INTERNET)
    return replace(given, own=_merged([*everyone, *shown, *given.own]), subnets=(*shown, *given.subnets))


def network_beside(logs: str | Path, name: str = "network.toml") -> Path | None:
    """Return the network.toml, or another file that tells, in the folder of the logs or beside it, or None.

    >>> network_beside("data/samples").name
    'network.toml'
    """
    return beside(logs, name)


def network_for(table: object, own: Own = None) -> Network:
    """Return the own networks for a fact about any table: where it names no NIC, none shows a subnet.

    >>> network_for(pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["10.0.0.5"]})).subnets
    ()
    """
    needed = ["mac", "direction", "src_ip", "dst_ip"]
    nics = not isinstance(own, Network) and {*needed} <= {*as_table(table).columns}
    return own_networks(table if nics else pd.DataFrame(columns=needed, dtype="str"), own)


def as_given(own: Own = None) -> Network:
    """Return what is given alone, in prefixes or files: the logs are asked for nothing.

    >>> as_given("10.0.0.0/8, 192.0.2.0/24").is_inside(["10.0.0.4"]).tolist(), as_given().own
    ([True], ())
    """
    if isinstance(own, Network):
        return own
    context = _context(own)
    given = [each.prefix for each in context.prefixes if each.own]
    return Network(_merged(given), _without_machines(given), context, tuple(map(str, _parts(own))))


def _without_machines(given: Iterable[Prefix]) -> tuple[Prefix, ...]:
    """Return the networks, without the single addresses in them, which are machines."""
    several = [*dict.fromkeys(given)]
    index = PrefixIndex.of(prefix for prefix in several if prefix.num_addresses > 1)
    there = index.find(pd.Index([str(prefix.network_address) for prefix in several], dtype="str"))
    wide = [prefix.num_addresses > 1 for prefix in several]
    return tuple(
        p for p, is_wide, place in zip(several, wide, there, strict=True) if is_wide or place == NOWHERE
    )


def _context(own: Own) -> Context:
    """Return what all that is given says together, and what one part says otherwise than one before it."""
    parts = [_context_of(part) for part in _parts(own)]
    held = Context.joined(parts)
    if len(parts) < 2:  # a file knows its own
        return held
    return replace(held, problems=tuple(dict.fromkeys([*held.problems, *overlaps(held.prefixes)])))


def _parts(own: Own) -> list[str | Path]:
    if own is None or isinstance(own, Network):
        return []
    if isinstance(own, str):
        return [part.strip() for part in own.split(",")] if not own.endswith(_FILES) else [own]
    return [own] if isinstance(own, Path) else [*own]


def _context_of(part: str | Path) -> Context:
    """Return what one file says, or that one prefix is the analyst's own."""
    if isinstance(part, Path) or (isinstance(part, str) and part.endswith(_FILES)):
        return read_file(Path(part).expanduser())
    return Context((KnownPrefix(_prefix(part), own=True),))


def _merged(prefixes: Iterable[Prefix]) -> tuple[Prefix, ...]:
    found = [*prefixes]
    v4 = collapse_addresses(p for p in found if isinstance(p, IPv4Network))
    v6 = collapse_addresses(p for p in found if isinstance(p, IPv6Network))
    return (*v4, *v6)


def _prefix(text: str) -> Prefix:
    try:
        return ip_network(text.strip())
    except (ValueError, AttributeError) as error:
        raise NsgkitError(f"An own network is written like 10.20.0.0/16: {error}.") from error
