"""What `az network vnet list` and `az network nic list` print of the company."""

import json
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from nsgkit.sample.company.network import NETWORKS, REGION, SUBSCRIPTION, Host, Network
from nsgkit.sample.company.rules import NSGS
from nsgkit.sample.world import World

_GROUPS = {"VNET-SHOP": "marshlane", "VNET-DATA": "marshlane", "VNET-DEMO": "demors"}
_SPACES = {
    "VNET-SHOP": ["10.20.0.0/16"],
    "VNET-DATA": ["10.30.0.0/16", "2001:db8:30::/48"],
    "VNET-DEMO": ["10.0.0.0/16"],
}
_PEERS = {"VNET-SHOP": "VNET-DATA", "VNET-DATA": "VNET-SHOP"}
_ETAG = 'W/"5d1f7c0e-2b3a-4c9e-8f60-{number:012d}"'


def vnets() -> str:
    """Return vnets.json: the virtual networks, their subnets and peerings."""
    return json.dumps([_vnet(name, number) for number, name in enumerate(_SPACES)], indent=2) + "\n"


def nics(world: World) -> str:
    """Return nics.json: the NIC of each machine, with its addresses."""
    return json.dumps([_nic(host, number) for number, host in enumerate(world.hosts)], indent=2) + "\n"


def _base(group: str, provider: str = "Microsoft.Network") -> str:
    return f"/subscriptions/{SUBSCRIPTION.lower()}/resourceGroups/{group}/providers/{provider}"


def _vnet(name: str, number: int) -> dict[str, object]:
    group = _GROUPS[name]
    own = f"{_base(group)}/virtualNetworks/{name}"
    return {
        "addressSpace": {"addressPrefixes": _SPACES[name]},
        "enableDdosProtection": False,
        "etag": _ETAG.format(number=number),
        "id": own,
        "location": REGION.lower(),
        "name": name,
        "provisioningState": "Succeeded",
        "resourceGroup": group,
        "subnets": [*_subnets(name, own)],
        "type": "Microsoft.Network/virtualNetworks",
        "virtualNetworkPeerings": [_peering(name, _PEERS[name])] if name in _PEERS else [],
    }


def _subnets(vnet: str, own: str) -> Iterator[dict[str, object]]:
    """Yield the subnets: one prefix stands alone, several as a list."""
    there = [network for network in NETWORKS if network.site == vnet]
    for called in dict.fromkeys(network.name for network in there):
        prefixes = [network.prefix for network in there if network.name == called]
        one = {"addressPrefix": prefixes[0]} if len(prefixes) == 1 else {"addressPrefixes": prefixes}
        name = _subnet_name(called)
        yield {
            **one,
            "delegations": [],
            "id": f"{own}/subnets/{name}",
            "name": name,
            "privateEndpointNetworkPolicies": "Disabled",
            "provisioningState": "Succeeded",
            "resourceGroup": _GROUPS[vnet],
            "type": "Microsoft.Network/virtualNetworks/subnets",
        }


def _peering(vnet: str, peer: str) -> dict[str, object]:
    return {
        "allowForwardedTraffic": False,
        "allowVirtualNetworkAccess": True,
        "id": f"{_base(_GROUPS[vnet])}/virtualNetworks/{vnet}/virtualNetworkPeerings/to-{peer.lower()}",
        "name": f"to-{peer.lower()}",
        "peeringState": "Connected",
        "provisioningState": "Succeeded",
        "remoteAddressSpace": {"addressPrefixes": _SPACES[peer]},
        "remoteVirtualNetwork": {
            "id": f"{_base(_GROUPS[peer])}/virtualNetworks/{peer}",
            "resourceGroup": _GROUPS[peer],
        },
        "resourceGroup": _GROUPS[vnet],
        "type": "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    }


def _nic(host: Host, number: int) -> dict[str, object]:
    network = _network_of(host.ip)
    group = _GROUPS[network.site]
    name = f"{host.name.lower()}-nic"
    addresses = [address for address in (host.ip, host.ip6) if address]
    return {
        "enableAcceleratedNetworking": False,
        "enableIPForwarding": False,
        "etag": _ETAG.format(number=number + len(_SPACES)),
        "id": f"{_base(group)}/networkInterfaces/{name}",
        "ipConfigurations": [_address(address, name, group) for address in addresses],
        "location": REGION.lower(),
        "macAddress": "-".join(host.mac[i : i + 2] for i in range(0, 12, 2)),
        "name": name,
        "networkSecurityGroup": _nsg_of(host, group),
        "nicType": "Standard",
        "primary": True,
        "provisioningState": "Succeeded",
        "resourceGroup": group,
        "type": "Microsoft.Network/networkInterfaces",
        "virtualMachine": {
            "id": f"{_base(group, 'Microsoft.Compute')}/virtualMachines/{host.name}",
            "resourceGroup": group,
        },
    }


def _nsg_of(host: Host, group: str) -> dict[str, str] | None:
    """Return the security group of a NIC; DATA-NSG is none that is listed: a VNet flow log covers it."""
    if host.nsg not in {nsg.name for nsg in NSGS}:
        return None
    return {"id": f"{_base(group)}/networkSecurityGroups/{host.nsg}", "resourceGroup": group}


def _address(address: str, nic: str, group: str) -> dict[str, object]:
    network, version = _network_of(address), ip_address(address).version
    name = "ipconfig1" if version == 4 else "ipconfig2"
    vnet = f"{_base(group)}/virtualNetworks/{network.site}"
    return {
        "id": f"{_base(group)}/networkInterfaces/{nic}/ipConfigurations/{name}",
        "name": name,
        "primary": version == 4,
        "privateIPAddress": address,
        "privateIPAddressVersion": f"IPv{version}",
        "privateIPAllocationMethod": "Static",
        "provisioningState": "Succeeded",
        "resourceGroup": group,
        "subnet": {"id": f"{vnet}/subnets/{_subnet_name(network.name)}", "resourceGroup": group},
        "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
    }


def _network_of(address: str) -> Network:
    return next(n for n in NETWORKS if ip_address(address) in ip_network(n.prefix))


def _subnet_name(called: str) -> str:
    return called.removesuffix(" subnet")
