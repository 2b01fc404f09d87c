"""What is known beside the logs: which networks are the analyst's own, and what they are called."""

from nsgkit.enrich.drafts import draft_network
from nsgkit.enrich.geography.countries import country, operator
from nsgkit.enrich.geography.far_end import outside
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.internet import INTERNET, internet_as_one
from nsgkit.enrich.labels.flow_types import flow_type
from nsgkit.enrich.labels.ports import port
from nsgkit.enrich.labels.scanners import scanner
from nsgkit.enrich.labels.scopes import scope
from nsgkit.enrich.labels.service_tags import service_tag
from nsgkit.enrich.labels.threats import feed_problems, threat
from nsgkit.enrich.names import named, names_of
from nsgkit.enrich.network import Network, network_beside, own_networks
from nsgkit.enrich.nics import nic_addresses

__all__ = [
    "INTERNET", "Network", "country", "draft_network", "feed_problems", "flow_type", "internet_as_one",
    "located", "named", "names_of", "network_beside", "nic_addresses", "operator", "outside", "own_networks",
    "port", "scanner", "scope", "service_tag", "threat",
]  # fmt: skip
