"""What an address is by its number alone: private, link-local, multicast, Azure's own, public."""

from typing import Any

import pandas as pd

from nsgkit.counting.frame import Native
from nsgkit.enrich.addresses import address_keys
from nsgkit.enrich.facts import with_facts
from nsgkit.enrich.network import Network, Own, network_for
from nsgkit.enrich.special_purpose import PLATFORM, registered

OWN = "own"


def scope(table: Any, *, network: Own = None) -> Native:
    """Return `table` with `src_scope` and `dst_scope`: what the address is by its number, or null.

    In this order: "Azure platform" (168.63.129.16 and 169.254.169.254, which no machine can have), "own"
    (in a network that is given, or in the subnet of a logged NIC), and then, the longest prefix first, what
    IANA's registries say: "private", "shared" (100.64.0.0/10, of providers and of some VPNs), "link-local",
    "loopback", "documentation", "benchmarking", "multicast", "reserved" (unspecified, tunnels and what is
    not in use); "public" is what remains. Null where the text is no address. `::ffff:10.0.0.1` is 10.0.0.1.

    Own comes before private and public: 20.0.0.4 is own where somebody uses 20.0.0.0/8 in a virtual network
    and says so. A private address is not own before a file or a NIC tells it.

    Parameters
    ----------
    table : table
        Any with `src_ip` and `dst_ip`: the flow table, what `nsgkit.conversations` or a detection gives.
    network : Network, iterable of str or path, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    table
        As `table` is, with the same rows and two columns more.

    Raises
    ------
    MissingColumnError
        Where the table has no such column.
    NsgkitError
        As from `own_networks`.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["20.0.0.4", "100.64.0.1"], "dst_ip": ["20.0.0.4", "masked"]})
    >>> scope(table)["src_scope"].tolist(), scope(table, network="20.0.0.0/16")["src_scope"].tolist()
    (['public', 'shared'], ['own', 'shared'])

    Source: IANA, the IPv4 and IPv6 Special-Purpose Address Registries
    (https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry) and the
    multicast address spaces; Microsoft Learn, "What is IP address 168.63.129.16?" and "Azure Instance
    Metadata Service".
    """
    known = network_for(table, network)
    return with_facts(table, lambda texts: {"scope": scopes_of(texts, known)})


def scopes_of(texts: "pd.Index[Any]", network: Network) -> list[str | None]:
    """Return the scope of each text; None where it is no address.

    >>> scopes_of(pd.Index(["10.0.0.4", "::1", "masked"]), Network.of([]))
    ['private', 'loopback', None]
    """
    index, names = registered()
    scopes = names[index.find(texts)]
    scopes[network.in_subnets(texts) & (scopes != PLATFORM)] = OWN
    _, is_address = address_keys(texts)
    scopes[~is_address] = None
    found: list[str | None] = scopes.tolist()
    return found
