"""Where outsiders are: invented places for ranges that nobody owns, and a second source that differs."""

from ipaddress import ip_network

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


# Where more outsiders are, in a world that has a real one's internet: nobody of the incident is in these.
_ABROAD = {
    ("JP", "JP-13", "Tokyo"): (35.7, 139.7),
    ("US", "US-NY", "New York"): (40.7, -74.0),
    ("IN", "IN-MH", "Mumbai"): (19.1, 72.9),
    ("NL", "NL-NH", "Amsterdam"): (52.4, 4.9),
    ("PL", "PL-14", "Warsaw"): (52.2, 21.0),
    ("KR", "KR-11", "Seoul"): (37.6, 127.0),
    ("DE", "DE-BE", "Berlin"): (52.5, 13.4),
    ("TR", "TR-34", "Istanbul"): (41.0, 29.0),
    ("US", "US-WA", "Seattle"): (47.6, -122.3),
    ("VN", "VN-HN", "Hanoi"): (21.0, 105.8),
    ("GB", "GB-ENG", "London"): (51.5, -0.1),
    ("MX", "MX-CMX", "Mexico City"): (19.4, -99.1),
    ("IT", "IT-25", "Milan"): (45.5, 9.2),
    ("SG", "", "Singapore"): (1.3, 103.8),
    ("ZA", "ZA-GP", "Johannesburg"): (-26.2, 28.0),
    ("SE", "SE-AB", "Stockholm"): (59.3, 18.1),
}
_RANGES = (*ip_network("198.18.0.0/15").subnets(new_prefix=20), *ip_network("2001:db8:c00::/38").subnets(4))


def _placed(world: World) -> list[tuple[str, str, str, str]]:
    """Return the prefixes that have a place: country, region and city."""
    abroad = [*_ABROAD] if world.internet else []
    more = ((str(prefix), *abroad[i % len(abroad)]) for i, prefix in enumerate(_RANGES) if abroad)
    return [*PLACES, *more]


def cities(world: World) -> dict[tuple[str, str], tuple[float, float]]:
    """Return where the cities are, by country and name."""
    abroad = {(country, city): where for (country, _, city), where in _ABROAD.items()}
    return CITIES | abroad if world.internet else CITIES


def geofeed(world: World) -> str:
    """Return geofeed.csv: where the outsiders of the sample are."""
    benchmarks = " and those for benchmarks (RFC 2544)" if world.internet else ""
    head = (
        "# Where the sample's outsiders are: invented places for documentation ranges (RFC 5737, RFC 3849)"
        f"{benchmarks}.\n"
    )
    return head + "".join(f"{','.join(place)},\n" for place in _placed(world))


# Where a second source says another country than the geofeed: nobody knows which of them is right.
_ELSEWHERE = {"192.0.2.192/26": "IE", "198.51.100.224/27": "NL", "203.0.113.208/28": "DE"}


def places(world: World) -> str:
    """Return places.csv: what another source of places says of the same outsiders."""
    head = (
        "# What another source of places might say of the sample's outsiders: invented, as geofeed.csv is.\n"
        "prefix,country\n"
    )
    told = ((prefix, _ELSEWHERE.get(prefix, country)) for prefix, country, *_ in _placed(world))
    return head + "".join(f"{prefix},{country}\n" for prefix, country in told)
