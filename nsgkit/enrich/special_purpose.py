"""Which addresses are set aside for what: IANA's registries, and the two addresses of Azure's platform.

Source: IANA, the IPv4 and IPv6 Special-Purpose Address Registries
(https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry) and the
multicast address spaces; RFC 4291 for what of IPv6 is in use.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import ip_network
from types import MappingProxyType
from typing import Any

import numpy as np

from nsgkit.enrich.prefixes import PrefixIndex, Span

PUBLIC, PLATFORM = "public", "Azure platform"
DOCUMENTATION, BENCHMARKING = "documentation", "benchmarking"
PRIVATE, SHARED, LINK_LOCAL = "private", "shared", "link-local"
LOOPBACK, MULTICAST, RESERVED = "loopback", "multicast", "reserved"

# By IANA's registries of special-purpose and of multicast addresses; the longest prefix counts. IPv4 that
# lies in none is public. What the registries call globally reachable stands here as public only where a
# shorter prefix would say otherwise.
RANGES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    PLATFORM: ("168.63.129.16/32", "169.254.169.254/32"),
    PRIVATE: ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    SHARED: ("100.64.0.0/10",),
    LINK_LOCAL: ("169.254.0.0/16", "fe80::/10"),
    LOOPBACK: ("127.0.0.0/8", "::1/128"),
    DOCUMENTATION: ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"),
    BENCHMARKING: ("198.18.0.0/15", "2001:2::/48"),
    MULTICAST: ("224.0.0.0/4", "ff00::/8"),
    RESERVED: (
        "0.0.0.0/8",  # "this network"
        "192.0.0.0/24",  # IETF protocol assignments
        "240.0.0.0/4",  # reserved, and the limited broadcast
        "::/0",  # all of IPv6 that is not in use, the unspecified address and 64:ff9b:1::/48 among it
        "2001::/23",  # IETF protocol assignments: Teredo among them
        "2002::/16",  # 6to4
    ),
    PUBLIC: (
        "2000::/3",  # global unicast
        "192.0.0.9/32", "192.0.0.10/32",  # anycast: port control protocol, TURN
        "64:ff9b::/96",  # IPv4 on the internet, as IPv6 writes it: NAT64
        "2001:1::1/128", "2001:1::2/128", "2001:1::3/128",  # anycast
        "2001:3::/32", "2001:4:112::/48",  # AMT, AS112
        "2001:20::/28", "2001:30::/28",  # ORCHIDv2, drone remote ID
    ),
})  # fmt: skip
# What is inside whatever is given, and what else is nobody's internet.
NOBODY_S = (*RANGES[PLATFORM], *RANGES[LINK_LOCAL])
NOT_THE_INTERNET = (*RANGES[PRIVATE], *RANGES[SHARED], *NOBODY_S)


@cache
def registered() -> tuple[PrefixIndex, "np.ndarray[Any, np.dtype[Any]]"]:
    """Return the index of all ranges, and the scope of each; the last for what lies in none."""
    ranges = [(ip_network(text), name) for name, texts in RANGES.items() for text in texts]
    names = np.array([name for _, name in ranges] + [PUBLIC], dtype=object)
    return PrefixIndex.of(prefix for prefix, _ in ranges), names


def scopes_of_spans(spans: Sequence[Span]) -> list[str | None]:
    """Return the scope of each span of addresses; None where it reaches over several ranges.

    >>> from nsgkit.enrich.prefixes import spans_of
    >>> scopes_of_spans(spans_of(["10.1.0.0/16", "8.0.0.0/6", "20.0.0.0/24"]))
    ['private', None, 'public']
    """
    index, names = registered()
    places, whole = index.find_spans(spans)
    scopes = names[places]
    scopes[~whole] = None
    found: list[str | None] = scopes.tolist()
    return found
