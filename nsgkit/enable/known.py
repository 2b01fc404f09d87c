"""What logs tell of the network that they come from, and what a new flow log's form is filled with.

Whatever they do not tell is a placeholder in angle brackets, such as `<region>`, until somebody types it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from nsgkit.enable.choice import NSG

_RESOURCE = re.compile(
    r"/subscriptions/([\da-f-]+)/resourceGroups/([^/]+)/providers/Microsoft\.Network/(\w+)/([^/]+)",
    re.IGNORECASE,
)
_WATCHER = re.compile(r"/NETWORKWATCHER_([A-Z\d]+)(?:/|_|$)", re.IGNORECASE)


class Known(NamedTuple):
    """What is known of a network before its form is filled in; None or a placeholder where nothing is."""

    group: str = "/subscriptions/<subscription>/resourceGroups/<resource group>"
    network: str = "<virtual network>"
    nsg_group: str = "/subscriptions/<subscription>/resourceGroups/<resource group>"
    nsg: str = "<network security group>"
    region: str = "<region>"
    nics: int | None = None  # that were logged
    daily_bytes: float | None = None  # what one NIC writes

    def target(self, kind: str) -> str:
        """Return the resource id of what is to be logged, as far as it is known.

        >>> Known(network="VNET-DATA").target("Subnet").rpartition("/providers/")[2]
        'Microsoft.Network/virtualNetworks/VNET-DATA/subnets/<subnet>'
        """
        if kind == NSG:
            return f"{self.nsg_group}/providers/Microsoft.Network/networkSecurityGroups/{self.nsg}"
        paths = {
            "Virtual network": f"virtualNetworks/{self.network}",
            "Subnet": f"virtualNetworks/{self.network}/subnets/<subnet>",
            "Network interface (NIC)": "networkInterfaces/<network interface>",
        }
        return f"{self.group}/providers/Microsoft.Network/{paths[kind]}"

    def beside(self, provider: str) -> str:
        """Return the id of what logs never tell, such as the storage account: in the same subscription.

        >>> Known().beside("Microsoft.Storage/storageAccounts/<storage account>").rpartition("/")[2]
        '<storage account>'
        """
        subscription = self.group.partition("/resourceGroups/")[0]
        return f"{subscription}/resourceGroups/<resource group>/providers/{provider}"

    def rows(self) -> list[tuple[str, str]]:
        """Return (what, what is known of it), for people to read."""
        pace = f"{self.daily_bytes:,.0f}" if self.daily_bytes is not None else "not known"
        place = "NSG" if self.network.startswith("<") and self.nics else "virtual network"
        subscription, group = self.group.split("/")[2::2]
        return [
            ("Subscription", subscription),
            ("Resource group", group),
            ("Virtual network", self.network),
            ("NSG", self.nsg),
            ("Region", self.region),
            (f"NICs logged in the {place}", f"{self.nics:,}" if self.nics else "not known"),
            ("Bytes a day from each NIC", pace),
        ]


def known_from_ids(nics: Mapping[str, int], flow_logs: Iterable[str]) -> Known:
    """Return what the ids of logged resources tell; `nics` says of each how many NICs it has.

    Of several networks or NSGs it is the one with the most NICs, by name where they have equally many.
    The region is that of the flow logs, where all of them are in one.

    >>> nsg = "/SUBSCRIPTIONS/0/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/WEB"
    >>> known_from_ids({nsg: 3}, []).nsg
    'WEB'
    """
    most_first = sorted(nics, key=lambda resource: (-nics[resource], resource))
    found = [match for match in map(_RESOURCE.match, most_first) if match]
    network = next((match for match in found if match[3].lower() == "virtualnetworks"), None)
    nsg = next((match for match in found if match[3].lower() == "networksecuritygroups"), None)
    regions = {match[1].lower() for match in map(_WATCHER.search, flow_logs) if match}
    main = network or nsg
    known = Known(nics=nics[main.string]) if main else Known()
    if found:
        known = known._replace(group=_group(network or found[0]))
    if network:
        known = known._replace(network=network[4])
    if nsg:
        known = known._replace(nsg_group=_group(nsg), nsg=nsg[4])
    return known._replace(region=regions.pop()) if len(regions) == 1 else known


def _group(match: re.Match[str]) -> str:
    return f"/subscriptions/{match[1].lower()}/resourceGroups/{match[2]}"
