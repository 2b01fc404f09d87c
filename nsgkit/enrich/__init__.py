"""What is known beside the logs: which networks are the analyst's own."""

from nsgkit.enrich.network import INTERNET, Network, internet_as_one, names_of, nic_addresses, own_networks

__all__ = ["INTERNET", "Network", "internet_as_one", "names_of", "nic_addresses", "own_networks"]
