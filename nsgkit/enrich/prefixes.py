"""Which of many prefixes an address lies in: the longest wins, for IPv4 and IPv6 alike."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from nsgkit.enrich.addresses import Keys, address_keys

Prefix: TypeAlias = IPv4Network | IPv6Network
NOWHERE = -1
_MAPPED = 0xFFFF << 32  # where IPv4 lies among the addresses of IPv6
_IPV4 = (_MAPPED, _MAPPED + 2**32 - 1)
_Places: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PrefixIndex:
    """Prefixes, ready to be asked: where each stretch of addresses begins, and which prefix it is in.

    >>> index = PrefixIndex.of([IPv4Network("10.0.0.0/8"), IPv4Network("10.1.0.0/16")])
    >>> index.find(pd.Index(["10.1.2.3", "::ffff:10.2.0.1", "192.0.2.7", "masked"])).tolist()
    [1, 0, -1, -1]
    """

    starts: Keys
    winners: _Places

    @classmethod
    def of(cls, prefixes: Iterable[Prefix]) -> "PrefixIndex":
        """Return the index of prefixes; of one that is there twice the first counts."""
        edges = [(0, NOWHERE), *_edges(prefixes)]
        starts = np.frombuffer(b"".join(start.to_bytes(16, "big") for start, _ in edges), dtype="S16")
        return cls(starts, np.array([winner for _, winner in edges], dtype=np.int64))

    def find(self, texts: "pd.Index[Any]") -> _Places:
        """Return for each text the place of the longest prefix that it lies in; -1 where it lies in none.

        What is no address lies in none.
        """
        keys, is_address = address_keys(texts)
        found: _Places = self.winners[np.searchsorted(self.starts, keys, side="right") - 1]
        return np.where(is_address, found, NOWHERE)


def _edges(prefixes: Iterable[Prefix]) -> Iterator[tuple[int, int]]:
    """Yield the first address of each stretch, in order, and whose it is; of equal ones the last counts.

    Prefixes lie in each other or apart, so what is open is a stack. A prefix of IPv6 that is wide enough to
    hold the mapped addresses, such as ::/0, says nothing of IPv4: the last span keeps it out.
    """
    spans = [(*_span(prefix), place) for place, prefix in enumerate(prefixes)]
    spans = sorted([*spans, (*_IPV4, NOWHERE)], key=lambda each: (each[0], -each[1], each[2] == NOWHERE))
    open_: list[tuple[int, int, int]] = []
    for span in [*spans, (2**128, 2**128, NOWHERE)]:
        while open_ and open_[-1][1] < span[0]:
            _, last, _ = open_.pop()
            if last + 1 < 2**128:
                yield last + 1, open_[-1][2] if open_ else NOWHERE
        if span[0] < 2**128 and not (open_ and open_[-1][:2] == span[:2]):
            open_.append(span)
            yield span[0], span[2]


def _span(prefix: Prefix) -> tuple[int, int]:
    offset = _MAPPED if prefix.version == 4 else 0
    return offset + int(prefix.network_address), offset + int(prefix.broadcast_address)
