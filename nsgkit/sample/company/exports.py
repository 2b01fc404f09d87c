"""What the company can export: its NSGs, what it knows about its own networks, and what others told it."""

import json

from nsgkit.sample.company import machines
from nsgkit.sample.company.network import (
    CHAT,
    NETWORKS,
    REGION,
    SCANNER,
    SUBSCRIPTION,
    WS2,
)
from nsgkit.sample.company.places import cities
from nsgkit.sample.company.rules import DEFAULT_RULES, NSGS, Nsg, Rule, door, rules
from nsgkit.sample.moments import DAY, iso
from nsgkit.sample.world import World

_AZURE = {"country": "IE", "region": "IE-D", "city": "Dublin", "lat": 53.3, "lon": -6.3}  # North Europe
SITES = (
    {"name": "VNET-SHOP", "kind": "vnet", **_AZURE},
    {"name": "VNET-DATA", "kind": "vnet", **_AZURE},
    {"name": "VNET-DEMO", "kind": "vnet", **_AZURE},
    {
        "name": "Warehouse",
        "kind": "vpn",
        "country": "GB",
        "region": "GB-ENG",
        "city": "Leeds",
        "lat": 53.8,
        "lon": -1.5,
    },
)
# What lies beside network.toml and says more.
FILES = ("vnets.json", "nics.json", "geofeed.csv")
FEED_NAME = "Invented feed"
_SAID = ("brute force", "command and control", "scanning")
# What the feed says of addresses that never come here.
_NEVER_HERE = (
    ("203.0.113.200", "brute force"),
    ("198.51.100.250", "malware download"),
    ("2001:db8:bad::7", "command and control"),
)


def feed(world: World) -> str:
    """Return feed.csv: a threat feed that names some outsiders, one of them harmless, as feeds do."""
    head = (
        "# Invented feed for documentation ranges (RFC 5737, RFC 3849): none of it is true of anybody.\n"
        "ip,type,last_seen\n"
    )
    reports = (*zip(world.cast.reported, _SAID, strict=True), *_NEVER_HERE)
    return head + "".join(f"{address},{kind},{_date(world, -1)}\n" for address, kind in reports)


def _date(world: World, day: int) -> str:
    """Return the date so many days after the first."""
    return iso(world.start + day * DAY)[:10]


# What the company's people would say of the findings that they know.
_KNOWN_DAYS = 194
KNOWN: tuple[dict[str, str | list[str]], ...] = (
    {
        "src": SCANNER,
        "kinds": ["horizontal scan", "vertical scan", "block scan", "sequential test"],
        "why": "the company's own vulnerability scanner",
        "by": "the administrator",
    },
    {
        "src": WS2.ip,
        "dst": CHAT,
        "kinds": ["long connection"],
        "why": "the chat window that accounts leaves open",
        "by": "the administrator",
    },
)


def network(world: World) -> str:
    """Return network.toml: what the company knows about its own addresses."""
    parts = [
        "# What Marsh Lane Books knows about its own network. All of it is made up.\n"
        f'company = "Marsh Lane Books"\nregion = "{REGION.lower()}"\n'
        f"files = {json.dumps(FILES)}\n"
    ]
    parts += [_table("sites", **site) for site in SITES]
    for prefix, name, kind, site in NETWORKS:
        parts.append(_table("networks", prefix=prefix, name=name, kind=kind, site=site))
    for host in world.hosts:
        addresses = [host.ip, host.ip6] if host.ip6 else [host.ip]
        parts.append(_table("hosts", addresses=addresses, name=host.name, role=host.role, mac=host.mac))
    for address, name, role in machines.site_hosts(world.nics):
        parts.append(_table("hosts", addresses=[address], name=name, role=role))
    parts.append(_table("scanners", addresses=[SCANNER], name="vulnerability scanner of the company"))
    parts.append(_table("feeds", path="feed.csv", name=FEED_NAME) + f"date = {_date(world, -1)}\n")
    parts.append("# Where the cities of the geofeed are, which has no coordinates.")
    parts += [
        _table("places", country=country, city=city, lat=lat, lon=lon)
        for (country, city), (lat, lon) in cities(world).items()
    ]
    return "\n".join(parts)


def known(world: World) -> str:
    """Return known.toml: what the company knows to be harmless."""
    head = "# What Marsh Lane Books knows to be harmless: why, by whom, until when. All of it is made up.\n"
    return "\n".join(
        [head, *(_table("known", **entry) + f"until = {_date(world, _KNOWN_DAYS)}\n" for entry in KNOWN)]
    )


def nsgs(world: World) -> str:
    """Return nsg.json: what `az network nsg list` gives."""
    return json.dumps([_nsg(world, nsg) for nsg in NSGS], indent=2) + "\n"


def _table(heading: str, /, **values: object) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return f"[[{heading}]]\n" + "".join(f"{line}\n" for line in lines)


def _nsg(world: World, nsg: Nsg) -> dict[str, object]:
    group = f"/subscriptions/{SUBSCRIPTION.lower()}/resourceGroups/{nsg.group.lower()}"
    base = f"{group}/providers/Microsoft.Network"
    own = f"{base}/networkSecurityGroups/{nsg.name}"
    nics = [
        {"id": f"{base}/networkInterfaces/{host.name.lower()}-nic", "resourceGroup": nsg.group.lower()}
        for host in world.hosts
        if host.nsg == nsg.name
    ]
    return {
        "defaultSecurityRules": [_rule(rule, nsg, own, "defaultSecurityRules") for rule in DEFAULT_RULES],
        "etag": f'W/"{nsg.guid}"',
        "flushConnection": False,
        "id": own,
        "location": REGION.lower(),
        "name": nsg.name,
        "networkInterfaces": nics,
        "provisioningState": "Succeeded",
        "resourceGroup": nsg.group.lower(),
        "resourceGuid": nsg.guid,
        "securityRules": [_rule(rule, nsg, own, "securityRules") for rule in rules(nsg, door(world))],
        "type": "Microsoft.Network/networkSecurityGroups",
    }


def _rule(rule: Rule, nsg: Nsg, own: str, kind: str) -> dict[str, object]:
    several = len(rule.ports) > 1
    return {
        "access": rule.access,
        "destinationAddressPrefix": rule.destination,
        "destinationAddressPrefixes": [],
        **({} if several else {"destinationPortRange": rule.ports[0]}),
        "destinationPortRanges": list(rule.ports) if several else [],
        "direction": rule.direction,
        "etag": f'W/"{nsg.guid}"',
        "id": f"{own}/{kind}/{rule.name}",
        "name": rule.name,
        "priority": rule.priority,
        "protocol": rule.protocol,
        "provisioningState": "Succeeded",
        "resourceGroup": nsg.group.lower(),
        "sourceAddressPrefix": rule.source,
        "sourceAddressPrefixes": [],
        "sourcePortRange": "*",
        "sourcePortRanges": [],
        "type": f"Microsoft.Network/networkSecurityGroups/{kind}",
    }
