"""What is known beside the logs: which networks are the analyst's own, and what they are called."""

from nsgkit.enrich.countries import country, operator
from nsgkit.enrich.internet import INTERNET, internet_as_one
from nsgkit.enrich.locating import located
from nsgkit.enrich.names import named, names_of
from nsgkit.enrich.network import Network, own_networks
from nsgkit.enrich.nics import nic_addresses
from nsgkit.enrich.scanners import scanner

__all__ = [
    "INTERNET", "Network", "country", "internet_as_one", "located", "named", "names_of", "nic_addresses",
    "operator", "own_networks", "scanner",
]  # fmt: skip
