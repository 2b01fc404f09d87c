"""Whose lane a conversation stands in: that of its other end, its port, its own end, or of findings.

The other end is the one that the filter does not name. Where the filter names both ends of a conversation, or
neither, it is the one that is in no own network; and where both are, or neither is, the one whose NIC did not
log: the source of what is inbound, the destination of what is outbound.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.select import texts_meant
from nsgkit.analyses.filters.values import sides_of
from nsgkit.analyses.filters.words import ADDRESS, terms_in
from nsgkit.counting.columns import categories
from nsgkit.enrich.addresses import Bools
from nsgkit.enrich.facts import ENDS, ends_together
from nsgkit.enrich.geography.far_end import from_far
from nsgkit.enrich.network import Network
from nsgkit.schema import BETWEEN, NOT_LOGGED, PLACE
from nsgkit.schema.ports import service_of

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
BY = ("peer", "port", "host", "finding")
_FOUND = ("kind", "src_ip", "dst_ip", "dst_port", "rows")
_MANY = "many"


class Named(NamedTuple):
    """The lanes, which conversation stands in which, and what pictures call a lane that has more names."""

    names: tuple[str, ...]
    lane: Numbers  # of each entry: the number of its lane
    row: Numbers  # of each entry: the place of its conversation in the table, ascending
    called: Mapping[str, str]


def by_end(table: pd.DataFrame, of: str, network: Network, *, other: bool) -> Named:
    """Return a lane for each address at the other end, or at the own one.

    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["192.0.2.7"], "direction": ["outbound"]})
    >>> by_end(table, "", Network.of(["10.0.0.0/8"]), other=True).names
    ('192.0.2.7',)
    >>> by_end(table, "ip:192.0.2.7", Network.of(["10.0.0.0/8"]), other=True).names
    ('10.0.0.4',)
    """
    texts, codes = ends_together(table)
    source_is_far = _source_is_far(table, of, network)
    places = np.where(source_is_far == other, *codes)
    return _of_places(places, [*texts.astype("str")])


def by_port(table: pd.DataFrame) -> Named:
    """Return a lane for each destination port, called by its service.

    >>> by_port(pd.DataFrame({"dst_port": [443, 22, 443]})).called
    {'22': '22  ·  ssh', '443': '443  ·  https'}
    """
    ports, places = np.unique(table["dst_port"].to_numpy(), return_inverse=True)
    named = _of_places(places.reshape(-1), [str(port) for port in ports.tolist()])
    called = {str(port): f"{port}{BETWEEN}{service_of(port)}" for port in ports.tolist() if service_of(port)}
    return named._replace(called=called)


def by_finding(table: pd.DataFrame, found: pd.DataFrame) -> Named:
    """Return a lane for each finding, in the order of `found`, with the conversations that prove it.

    >>> table = pd.DataFrame({"blob": ["a"], "record": [0], "tuple": [3]})
    >>> found = pd.DataFrame({"kind": ["beacon"], "src_ip": ["10.0.0.4"], "dst_ip": ["192.0.2.7"],
    ...     "dst_port": [443], "rows": [[("a", 0, 3)]]})
    >>> by_finding(table, found).names
    ('beacon  ·  10.0.0.4 → 192.0.2.7:443',)
    """
    schema.require(found.columns, _FOUND, "nsgkit.detections.findings")
    proofs = [(lane, *place) for lane, places in enumerate(found["rows"]) for place in places]
    wanted = pd.DataFrame(proofs, columns=["lane", *PLACE]).drop_duplicates()
    blobs = categories(table["blob"])
    wanted["blob"] = blobs.categories.get_indexer(pd.Index(wanted["blob"], dtype="object"))
    there = pd.DataFrame({"blob": blobs.codes.astype("int64"), "row": np.arange(len(table))})
    there = there.assign(**{name: table[name].to_numpy("int64") for name in PLACE[1:]})
    joined = wanted.astype(dict.fromkeys(["lane", *PLACE], "int64")).merge(there, on=[*PLACE])
    joined = joined.sort_values(["row", "lane"])
    names = finding_lanes(found)
    known = {**schema.names_carried(found), **schema.names_carried(table)}
    called = {name: schema.with_names_behind(name, known) for name in names} if known else {}
    return Named(tuple(names), joined["lane"].to_numpy(), joined["row"].to_numpy(), called)


def finding_lanes(found: pd.DataFrame) -> list[str]:
    """Return what the lane of each finding is called; no two are called the same.

    >>> finding_lanes(pd.DataFrame({"kind": ["scan"] * 2, "src_ip": ["10.0.0.4"] * 2, "dst_ip": [None] * 2,
    ...     "dst_port": [445, 445]}))
    ['scan  ·  10.0.0.4 → many:445', 'scan  ·  10.0.0.4 → many:445 (2)']
    """
    ends = found[[*ENDS]].astype("object").where(found[[*ENDS]].notna(), _MANY)
    ports = ["" if pd.isna(port) else f":{port}" for port in found["dst_port"]]
    told = zip(found["kind"], ends["src_ip"], ends["dst_ip"], ports, strict=True)
    names = [f"{kind}{BETWEEN}{src} → {dst}{port}" for kind, src, dst, port in told]
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        names[place] = f"{name} ({seen[name]})" if seen[name] > 1 else name
    return names


def _of_places(places: Any, texts: list[str]) -> Named:
    """Return the lanes of the texts that occur, numbered in their order."""
    found, lane = np.unique(places, return_inverse=True)
    names = tuple(texts[place] if place >= 0 else NOT_LOGGED for place in found.tolist())
    return Named(names, lane.reshape(-1).astype("int64"), np.arange(len(places)), {})


def _source_is_far(table: pd.DataFrame, of: str, network: Network) -> Bools:
    """Return of each conversation whether the other end is its source."""
    named = {end: _named_by(table, of, end) for end in ENDS}
    source, destination = (network.is_inside(table[end]) for end in ENDS)
    by_network = from_far(source, destination, table["direction"])
    told: Bools = np.where(named["src_ip"] == named["dst_ip"], by_network, named["dst_ip"])
    return told


def _named_by(table: pd.DataFrame, of: str, end: str) -> Bools:
    """Return of each conversation whether the filter names the address at this end."""
    coded = categories(table[end])
    named: Bools = np.zeros(len(coded.categories) + 1, dtype=bool)
    for term in terms_in(parse(of)):
        if term.kind == ADDRESS and end in term.columns and not term.negated and not sides_of(term):
            named[:-1] |= texts_meant(term, coded.categories)
    held: Bools = named[coded.codes]
    return held
