"""The NSGs and their rules: what is logged is decided here, and nsg.json is written from the same table."""

from functools import cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from nsgkit.sample.company.network import PLATFORM
from nsgkit.sample.world import at


class Rule(NamedTuple):
    """A security rule. Before the span `allowed` it did not exist; within, it allowed what it now denies."""

    name: str
    priority: int
    direction: str
    access: str
    protocol: str
    source: str
    destination: str
    ports: tuple[str, ...]
    allowed: tuple[str, str] | None = None


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


OPENED, SHUT = "day 1, 08:05", "day 1, 09:05"
TEMPORARY = "Temp-SSH-Contractor"
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
    Rule(TEMPORARY, 130, "Inbound", "Deny", "Tcp", "Internet", "10.20.0.4/32", ("22",), (OPENED, SHUT)),
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

NSGS = (
    Nsg("SHOP-NSG", "MARSHLANE", "1f0f7a8e-52b6-4c8e-b3a8-6a1d92c7e410", PEERED_RANGES, SHOP_RULES),
    Nsg("OFFICE-NSG", "MARSHLANE", "2c9d41b7-0e63-4f95-8a12-7b3e5f60d421", PEERED_RANGES, OFFICE_RULES),
    Nsg("DATA-NSG", "MARSHLANE", "3e5a86c0-b1f4-47d7-9c2e-80d4a6b1f432", PEERED_RANGES, DATA_RULES),
    Nsg("DEMOVM-NSG", "DEMORS", "4a7bd3f9-96c8-4e20-ad5b-9e1c07f28443", ("10.0.0.0/24",), DEMO_RULES),
)
BY_NAME = {nsg.name: nsg for nsg in NSGS}


def decide(nsg: str, inbound: bool, contact: Contact, ms: int) -> tuple[Rule, bool]:
    """Return the first rule of the NSG that fits, and whether it allowed at that time."""
    era = (ms >= at(OPENED)) + (ms >= at(SHUT))
    rule = _first(nsg, "Inbound" if inbound else "Outbound", contact, era)
    return rule, rule.access == "Allow" or (era == 1 and rule.name == TEMPORARY)


@cache
def _first(nsg: str, direction: str, contact: Contact, era: int) -> Rule:
    group, (src, dst, protocol, port) = BY_NAME[nsg], contact
    return next(
        rule
        for rule in (*group.rules, *DEFAULT_RULES)
        if rule.direction == direction
        and (era or not rule.allowed)
        and (rule.protocol == "*" or protocol == 6)
        and (rule.ports == _ANY or str(port) in rule.ports)
        and _covers(rule.source, src, group)
        and _covers(rule.destination, dst, group)
    )


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
