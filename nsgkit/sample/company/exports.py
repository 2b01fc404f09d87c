"""What the company can export: its NSGs, its own networks, and where outsiders are."""

import json

from nsgkit.sample.company.network import HOSTS, NETWORKS, REGION, SCANNER, SITE_HOSTS, SUBSCRIPTION
from nsgkit.sample.company.rules import DEFAULT_RULES, NSGS, Nsg, Rule

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


def geofeed() -> str:
    """Return geofeed.csv: where the outsiders of the sample are."""
    head = (
        "# Where the sample's outsiders are: invented places for documentation ranges (RFC 5737, RFC 3849).\n"
    )
    return head + "".join(f"{','.join(place)},\n" for place in PLACES)


# What the company's people would say of the findings that they know.
KNOWN_UNTIL = "2025-06-30"
KNOWN: tuple[dict[str, str | list[str]], ...] = (
    {
        "src": SCANNER,
        "why": "the company's own vulnerability scanner",
        "by": "the administrator",
    },
)


def network() -> str:
    """Return network.toml: what the company knows about its own addresses."""
    parts = [
        "# What Marsh Lane Books knows about its own network. All of it is made up.\n"
        f'company = "Marsh Lane Books"\nregion = "{REGION.lower()}"\n'
    ]
    for prefix, name, kind, site in NETWORKS:
        parts.append(_table("networks", prefix=prefix, name=name, kind=kind, site=site))
    for host in HOSTS:
        addresses = [host.ip, host.ip6] if host.ip6 else [host.ip]
        parts.append(_table("hosts", addresses=addresses, name=host.name, role=host.role, mac=host.mac))
    for address, name, role in SITE_HOSTS:
        parts.append(_table("hosts", addresses=[address], name=name, role=role))
    parts.append(_table("scanners", addresses=[SCANNER], name="vulnerability scanner of the company"))
    return "\n".join(parts)


def known() -> str:
    """Return known.toml: what the company knows to be harmless."""
    head = "# What Marsh Lane Books knows to be harmless: why, by whom, until when. All of it is made up.\n"
    return "\n".join([head, *(_table("known", **entry) + f"until = {KNOWN_UNTIL}\n" for entry in KNOWN)])


def nsgs() -> str:
    """Return nsg.json: what `az network nsg list` gives."""
    return json.dumps([_nsg(nsg) for nsg in NSGS], indent=2) + "\n"


def _table(heading: str, /, **values: str | list[str]) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return f"[[{heading}]]\n" + "".join(f"{line}\n" for line in lines)


def _nsg(nsg: Nsg) -> dict[str, object]:
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
        "securityRules": [_rule(rule, nsg, own, "securityRules") for rule in nsg.rules],
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
