"""What the company can export: its NSGs, its own networks, and where outsiders are."""

import json

from nsgkit.sample.company.network import (
    CHAT,
    HOSTS,
    NETWORKS,
    REGION,
    SCANNER,
    SITE_HOSTS,
    SUBSCRIPTION,
    WS2,
)
from nsgkit.sample.company.rules import DEFAULT_RULES, NSGS, Nsg, Rule, door, rules
from nsgkit.sample.moments import DAY, iso
from nsgkit.sample.world import World

# RFC 8805: prefix, country, region, city, postal code. Invented, for documentation ranges only.
PLACES = (
    ("192.0.2.0/26", "GB", "GB-ENG", "London"),
    ("192.0.2.64/27", "GB", "GB-ENG", "Manchester"),
    ("192.0.2.96/27", "IE", "IE-D", "Dublin"),
    ("192.0.2.128/27", "FR", "FR-IDF", "Paris"),
    ("192.0.2.160/27", "DE", "DE-BE", "Berlin"),
    ("192.0.2.192/26", "NL", "NL-NH", "Amsterdam"),
    ("198.51.100.0/27", "US", "US-NY", "New York"),
    ("198.51.100.32/27", "NL", "NL-ZH", "Rotterdam"),
    ("198.51.100.64/27", "SG", "", "Singapore"),
    ("198.51.100.96/27", "BR", "BR-SP", "Sao Paulo"),
    ("198.51.100.128/26", "AU", "AU-NSW", "Sydney"),
    ("198.51.100.192/27", "LU", "LU-LU", "Luxembourg"),
    ("198.51.100.224/27", "IS", "IS-1", "Reykjavik"),
    ("203.0.113.0/26", "GB", "GB-SCT", "Edinburgh"),
    ("203.0.113.64/27", "GB", "GB-WLS", "Cardiff"),
    ("203.0.113.96/27", "ES", "ES-MD", "Madrid"),
    ("203.0.113.128/26", "US", "US-WA", "Seattle"),
    ("203.0.113.192/28", "CL", "CL-RM", "Santiago"),
    ("203.0.113.208/28", "LU", "LU-LU", "Luxembourg"),
    ("203.0.113.224/27", "CA", "CA-ON", "Toronto"),
    ("2001:db8:f0::/48", "NL", "NL-NH", "Amsterdam"),
    ("2001:db8:a00::/40", "SG", "", "Singapore"),
)

# Where those cities are, and the company's own sites: real coordinates, to a tenth of a degree.
CITIES = {
    ("GB", "London"): (51.5, -0.1),
    ("GB", "Manchester"): (53.5, -2.2),
    ("IE", "Dublin"): (53.3, -6.3),
    ("FR", "Paris"): (48.9, 2.4),
    ("DE", "Berlin"): (52.5, 13.4),
    ("NL", "Amsterdam"): (52.4, 4.9),
    ("US", "New York"): (40.7, -74.0),
    ("NL", "Rotterdam"): (51.9, 4.5),
    ("SG", "Singapore"): (1.3, 103.8),
    ("BR", "Sao Paulo"): (-23.6, -46.6),
    ("AU", "Sydney"): (-33.9, 151.2),
    ("LU", "Luxembourg"): (49.6, 6.1),
    ("IS", "Reykjavik"): (64.1, -21.9),
    ("GB", "Edinburgh"): (56.0, -3.2),
    ("GB", "Cardiff"): (51.5, -3.2),
    ("ES", "Madrid"): (40.4, -3.7),
    ("US", "Seattle"): (47.6, -122.3),
    ("CL", "Santiago"): (-33.4, -70.7),
    ("CA", "Toronto"): (43.7, -79.4),
}
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


def geofeed() -> str:
    """Return geofeed.csv: where the outsiders of the sample are."""
    head = (
        "# Where the sample's outsiders are: invented places for documentation ranges (RFC 5737, RFC 3849).\n"
    )
    return head + "".join(f"{','.join(place)},\n" for place in PLACES)


# Where a second source says another country than the geofeed: nobody knows which of them is right.
_ELSEWHERE = {"192.0.2.192/26": "IE", "198.51.100.224/27": "NL", "203.0.113.208/28": "DE"}


def places() -> str:
    """Return places.csv: what another source of places says of the same outsiders."""
    head = (
        "# What another source of places might say of the sample's outsiders: invented, as geofeed.csv is.\n"
        "prefix,country\n"
    )
    told = ((prefix, _ELSEWHERE.get(prefix, country)) for prefix, country, *_ in PLACES)
    return head + "".join(f"{prefix},{country}\n" for prefix, country in told)


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
    for host in HOSTS:
        addresses = [host.ip, host.ip6] if host.ip6 else [host.ip]
        parts.append(_table("hosts", addresses=addresses, name=host.name, role=host.role, mac=host.mac))
    for address, name, role in SITE_HOSTS:
        parts.append(_table("hosts", addresses=[address], name=name, role=role))
    parts.append(_table("scanners", addresses=[SCANNER], name="vulnerability scanner of the company"))
    parts.append(_table("feeds", path="feed.csv", name=FEED_NAME) + f"date = {_date(world, -1)}\n")
    parts.append("# Where the cities of the geofeed are, which has no coordinates.")
    parts += [
        _table("places", country=country, city=city, lat=lat, lon=lon)
        for (country, city), (lat, lon) in CITIES.items()
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
        for host in HOSTS
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
