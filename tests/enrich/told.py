"""What files may tell of addresses, for tests: a network made of a few lines, and the samples' geofeed."""

import csv
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

from nsgkit.enrich import Network, own_networks
from nsgkit.enrich.context import Context, KnownPrefix

GEOFEED = Path(__file__).parents[2] / "data" / "samples" / "geofeed.csv"


def network(*known, own=("10.0.0.0/8",), databases=()):
    """Own networks, and what files say: `network({"prefix": "192.0.2.0/24", "country": "GB"})`."""
    prefixes = (KnownPrefix(ip_network(each["prefix"]), **{k: v for k, v in each.items() if k != "prefix"})
                for each in known)  # fmt: skip
    return replace(Network.of(own), context=Context(tuple(prefixes), tuple(databases)))


def with_geofeed(table):
    """The own networks that the logs of a table tell, and the samples' geofeed."""
    lines = [line for line in GEOFEED.read_text("utf-8").splitlines() if not line.startswith("#")]
    feed = (
        KnownPrefix(ip_network(prefix), country=land, region=region, city=city, source="geofeed.csv, line 1")
        for prefix, land, region, city, _ in csv.reader(lines)
    )
    return replace(own_networks(table), context=Context(tuple(feed)))
