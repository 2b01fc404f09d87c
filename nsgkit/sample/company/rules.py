"""The NSGs and their rules: what is logged is decided here, and nsg.json is written from the same table."""

from functools import cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from nsgkit.sample.company.network import PLATFORM
from nsgkit.sample.world import World


class Rule(NamedTuple):
    """A security rule."""

    name: str
    priority: int
    direction: str
    access: str
    protocol: str
    source: str
    destination: str
    ports: tuple[str, ...]


class Contact(NamedTuple):
    """What a rule looks at. The protocol is IANA's number."""

    src: str
    dst: str
    protocol: int
    port: int


class Nsg(NamedTuple):
    """A network security group, with the ranges that its tag VirtualNetwork stands for."""

    name: str
    group: str
    guid: str
    virtual_network: tuple[str, ...]
    rules: tuple[Rule, ...]


PEERED_RANGES = ("10.20.0.0/16", "10.30.0.0/16", "2001:db8:30::/48", "192.168.40.0/24")
_ANY = ("*",)

DEFAULT_RULES = (
    Rule("AllowVnetInBound", 65000, "Inbound", "Allow", "*", "VirtualNetwork", "VirtualNetwork", _ANY),
    Rule("AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "*", "AzureLoadBalancer", "*", _ANY),
    Rule("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*", "*", _ANY),
    Rule("AllowVnetOutBound", 65000, "Outbound", "Allow", "*", "VirtualNetwork", "VirtualNetwork", _ANY),
    Rule("AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "*", "Internet", _ANY),
    Rule("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*", "*", _ANY),
)

SHOP_RULES = (
    Rule("Allow-HTTPS", 100, "Inbound", "Allow", "Tcp", "Internet", "10.20.1.0/24", ("443",)),
    Rule("Allow-HTTP", 110, "Inbound", "Allow", "Tcp", "Internet", "10.20.1.0/24", ("80",)),
    Rule("Allow-SSH-From-Site", 120, "Inbound", "Allow", "Tcp", "192.168.40.0/24", "10.20.0.0/24", ("22",)),
    Rule("Deny-Telnet-RDP", 200, "Inbound", "Deny", "Tcp", "Internet", "*", ("23", "3389")),
    Rule("Deny-SMTP-Out", 100, "Outbound", "Deny", "Tcp", "*", "Internet", ("25",)),
)
OFFICE_RULES = (
    Rule("Allow-RDP-From-Site", 100, "Inbound", "Allow", "Tcp", "192.168.40.0/24", "10.20.3.0/24", ("3389",)),
    Rule("Deny-SMTP-Out", 100, "Outbound", "Deny", "Tcp", "*", "Internet", ("25",)),
)
DATA_RULES = (
    Rule("Allow-SQL-From-Web", 100, "Inbound", "Allow", "Tcp", "10.20.1.0/24", "10.30.1.4/32", ("1433",)),
    Rule("Allow-SMB-From-Office", 110, "Inbound", "Allow", "Tcp", "10.20.3.0/24", "10.30.1.5/32", ("445",)),
    Rule(
        "Allow-Replica-From-Site",
        120,
        "Inbound",
        "Allow",
        "Tcp",
        "192.168.40.12/32",
        "10.30.1.4/32",
        ("1433",),
    ),
)
DEMO_RULES = (Rule("Allow-HTTP-Demo", 100, "Inbound", "Allow", "Tcp", "Internet", "*", ("80",)),)

SHOP = Nsg("SHOP-NSG", "MARSHLANE", "1f0f7a8e-52b6-4c8e-b3a8-6a1d92c7e410", PEERED_RANGES, SHOP_RULES)
NSGS = (
    SHOP,
    Nsg("OFFICE-NSG", "MARSHLANE", "2c9d41b7-0e63-4f95-8a12-7b3e5f60d421", PEERED_RANGES, OFFICE_RULES),
    Nsg("DATA-NSG", "MARSHLANE", "3e5a86c0-b1f4-47d7-9c2e-80d4a6b1f432", PEERED_RANGES, DATA_RULES),
    Nsg("DEMOVM-NSG", "DEMORS", "4a7bd3f9-96c8-4e20-ad5b-9e1c07f28443", ("10.0.0.0/24",), DEMO_RULES),
)
BY_NAME = {nsg.name: nsg for nsg in NSGS}


def door(world: World) -> Rule:
    """Return the rule that was opened for a contractor: an hour or so later it denies what it allowed."""
    return _door(world.cast.entered.ip, world.plot.port, world.plot.service)


@cache
def _door(address: str, port: int, service: str) -> Rule:
    name = f"Temp-{service}-Contractor"
    return Rule(name, 130, "Inbound", "Deny", "Tcp", "Internet", f"{address}/32", (str(port),))


def rules(nsg: Nsg, added: Rule) -> list[Rule]:
    """Return the NSG's own rules in their order, with the one that was added to the shop's."""
    own = (*nsg.rules, added) if nsg is SHOP else nsg.rules
    return sorted(own, key=lambda rule: (rule.direction, rule.priority))


def decide(world: World, nsg: str, inbound: bool, contact: Contact, ms: int) -> tuple[Rule, bool]:
    """Return the first rule of the NSG that fits, and whether it allowed at that time."""
    times, added = world.plot.times, door(world)
    there, shut = ms >= world.at(times.opened), ms >= world.at(times.shut)
    rule = _first(added if there else None, nsg, "Inbound" if inbound else "Outbound", contact)
    return rule, rule.access == "Allow" or (rule is added and not shut)


@cache
def _first(added: Rule | None, nsg: str, direction: str, contact: Contact) -> Rule:
    group, (src, dst, protocol, port) = BY_NAME[nsg], contact
    found: Rule = next(
        rule
        for rule in (*(rules(group, added) if added else group.rules), *DEFAULT_RULES)
        if rule.direction == direction
        and (rule.protocol == "*" or protocol == 6)
        and (rule.ports == _ANY or str(port) in rule.ports)
        and _covers(rule.source, src, group)
        and _covers(rule.destination, dst, group)
    )
    return found


def _covers(prefix: str, address: str, nsg: Nsg) -> bool:
    if prefix == "*":
        return True
    if prefix == "AzureLoadBalancer":
        return address == PLATFORM
    if prefix == "VirtualNetwork":
        return _inside(nsg.virtual_network, address)
    if prefix == "Internet":
        return not _inside(nsg.virtual_network, address)
    return _inside((prefix,), address)


@cache
def _inside(prefixes: tuple[str, ...], address: str) -> bool:
    return any(ip_address(address) in ip_network(prefix) for prefix in prefixes)
