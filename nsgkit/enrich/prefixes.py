"""Which of many prefixes an address lies in: the longest wins, for IPv4 and IPv6 alike."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from nsgkit.enrich.addresses import Bools, Keys, address_keys

Prefix: TypeAlias = IPv4Network | IPv6Network
Span: TypeAlias = tuple[int, int]  # the first and the last address, IPv4 where its mapped form lies
NOWHERE = -1
_MAPPED = 0xFFFF << 32  # where IPv4 lies among the addresses of IPv6
_IPV4 = (_MAPPED, _MAPPED + 2**32 - 1)
_END = 2**128  # behind the last address
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
        return cls.of_spans(map(_span, prefixes))

    @classmethod
    def of_spans(cls, spans: Iterable[Span]) -> "PrefixIndex":
        """Return the index of prefixes that are given by their first and last address."""
        starts, winners = _edges(spans)
        return cls(_keys(starts), np.array(winners, dtype=np.int64))

    def find(self, texts: "pd.Index[Any]") -> _Places:
        """Return for each text the place of the longest prefix that it lies in; -1 where it lies in none.

        What is no address lies in none.
        """
        keys, is_address = address_keys(texts)
        found: _Places = self.winners[np.searchsorted(self.starts, keys, side="right") - 1]
        return np.where(is_address, found, NOWHERE)

    def find_spans(self, spans: Sequence[Span]) -> tuple[_Places, Bools]:
        """Return for each span the prefix that its first address is in, and whether all of it is only there.

        >>> index = PrefixIndex.of([IPv4Network("10.0.0.0/8"), IPv4Network("10.1.0.0/16")])
        >>> [found.tolist() for found in index.find_spans(spans_of(["10.0.0.0/8", "10.1.2.0/24"]))]
        [[0, 1], [False, True]]
        """
        ends = [_keys([span[end] for span in spans]) for end in (0, 1)]
        first, last = (np.searchsorted(self.starts, keys, side="right") - 1 for keys in ends)
        return self.winners[first], first == last


def spans_of(texts: Sequence[str]) -> list[Span | None]:
    """Return the first and last address of the prefix or address that each text is; None where it is none.

    Bits behind the length of a prefix do not count, as feeds and lists write them. This takes a tenth of the
    time of `ipaddress`.

    >>> [span and span[1] - span[0] + 1 for span in spans_of(["10.0.0.4/24", "2001:db8::1", "10.0.0.0/33"])]
    [256, 1, None]
    """
    parts = [text.partition("/") for text in texts]
    keys, is_address = address_keys(pd.Index([head for head, _, _ in parts], dtype="object"))
    halves = keys.view(">u8").reshape(-1, 2).tolist()
    return [
        _span_at((high << 64) | low, 128 if ":" in head else 32, tail if slash else None) if known else None
        for (head, slash, tail), (high, low), known in zip(parts, halves, is_address.tolist(), strict=True)
    ]


def _span_at(address: int, width: int, length: str | None) -> Span | None:
    """Return the span of an address' prefix of so many bits; of itself alone where no length is given."""
    if length is None:
        return address, address
    if not (length.isascii() and length.isdecimal() and len(length) <= 3 and int(length) <= width):
        return None
    size = 1 << (width - int(length))
    first = address & -size
    return first, first + size - 1


def _edges(given: Iterable[Span]) -> tuple[list[int], list[int]]:
    """Return the first address of each stretch, in order, and whose it is; of equal ones the last counts.

    Prefixes lie in each other or apart, so what is open is a stack. A prefix of IPv6 that is wide enough to
    hold the mapped addresses, such as ::/0, says nothing of IPv4: a span of nobody's keeps it out.
    """
    spans = [(first, -last, place) for place, (first, last) in enumerate(given)]
    nobody = len(spans)  # behind any of the same span
    spans += [(_IPV4[0], -_IPV4[1], nobody), (_END, -_END, nobody)]
    starts, winners, open_ = [0], [NOWHERE], [(_END, NOWHERE)]
    before = (-1, 0)
    for first, minus_last, place in sorted(spans):
        while open_[-1][0] < first:
            last, _ = open_.pop()
            starts.append(last + 1)
            winners.append(open_[-1][1])
        if before != (first, minus_last):
            before, winner = (first, minus_last), NOWHERE if place == nobody else place
            open_.append((-minus_last, winner))
            starts.append(first)
            winners.append(winner)
    within = bisect_left(starts, _END)
    return starts[:within], winners[:within]


def _keys(addresses: Iterable[int]) -> Keys:
    return np.frombuffer(b"".join(address.to_bytes(16, "big") for address in addresses), dtype="S16")


def _span(prefix: Prefix) -> Span:
    first = int(prefix.network_address) + (_MAPPED if prefix.version == 4 else 0)
    return first, first + (1 << (prefix.max_prefixlen - prefix.prefixlen)) - 1
