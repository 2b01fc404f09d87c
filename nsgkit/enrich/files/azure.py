"""What `az` lists of a network: virtual networks, security groups, NICs, and the addresses of machines."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nsgkit.enrich.context import Problem
from nsgkit.enrich.files.entries import Said, entry, standing

_VNET = "virtualnetworks"
_NO_ADDRESS = (
    "A security group names what it is bound to, and mostly no address: az network vnet list and "
    "az network nic list tell them."
)


def read_resources(listed: list[Any], file: str) -> Iterator[Said]:
    """Yield what a list of resources says of prefixes and addresses, in the form of `az … list`.

    >>> shop = {"name": "SHOP", "addressSpace": {"addressPrefixes": ["10.20.0.0/16"]}, "subnets": []}
    >>> [(str(said.prefix), said.site) for said in read_resources([shop], "vnets.json")]
    [('10.20.0.0/16', 'SHOP')]
    """
    told = False
    for place, item in enumerate(listed):
        resource = _flat(item)
        read = next((_READERS[key] for key in _READERS if key in resource), None)
        if not read:
            yield Problem(file, f"[{place}]", "It is no virtual network, security group, NIC or machine.")
            continue
        said = [*read(resource, file, f"[{place}]")]
        yield from said
        if read is _nsg and not said and not told:
            told = True  # once for all groups of a file
            yield Problem(file, f"[{place}]", _NO_ADDRESS)


def is_resource(item: object) -> bool:
    """Return whether something is a resource that tells of addresses.

    >>> is_resource({"addressSpace": None}), is_resource({"sku": None})
    (True, False)
    """
    return bool(_READERS.keys() & _flat(item).keys())


def _vnet(vnet: Mapping[str, Any], file: str, where: str) -> Iterator[Said]:
    name = _name(vnet)
    for number, prefix in enumerate(_list(_flat(vnet.get("addressspace")).get("addressprefixes"))):
        at = f"{where}.addressSpace.addressPrefixes[{number}]"
        yield from _said(prefix, file, at, own=True, name=name, kind="vnet", site=name)
    for number, item in enumerate(_list(vnet.get("subnets"))):
        yield from _subnet(_flat(item), file, f"{where}.subnets[{number}]", name)
    for number, item in enumerate(_list(vnet.get("virtualnetworkpeerings"))):
        peering = _flat(item)
        peer = _part_of(peering.get("remotevirtualnetwork"), _VNET) or _name(peering)
        for place, prefix in enumerate(
            _list(_flat(peering.get("remoteaddressspace")).get("addressprefixes"))
        ):
            at = f"{where}.virtualNetworkPeerings[{number}].remoteAddressSpace.addressPrefixes[{place}]"
            yield from _said(prefix, file, at, own=False, name=peer, kind="vnet", site=peer)


def _subnet(subnet: Mapping[str, Any], file: str, where: str, vnet: str) -> Iterator[Said]:
    """Yield the prefixes of a subnet: it has one, or since IPv6 a list."""
    several = _list(subnet.get("addressprefixes"))
    one = subnet.get("addressprefix")
    found = [(f"{where}.addressPrefixes[{number}]", prefix) for number, prefix in enumerate(several)]
    if one is not None and one not in several:
        found = [(f"{where}.addressPrefix", one), *found]
    site = vnet or _part_of(subnet, _VNET)
    name = "/".join(part for part in (site, _name(subnet) or _part_of(subnet, "subnets")) if part)
    for at, prefix in found:
        yield from _said(prefix, file, at, own=True, name=name, kind="vnet", site=site)


def _nic(nic: Mapping[str, Any], file: str, where: str) -> Iterator[Said]:
    """Yield the addresses of a NIC, called by its machine; one that has none at the moment says nothing."""
    name = _part_of(nic.get("virtualmachine"), "virtualmachines") or _name(nic)
    for number, item in enumerate(_list(nic.get("ipconfigurations"))):
        held = _flat(item)
        address, subnet = held.get("privateipaddress"), held.get("subnet")
        if address:
            at = f"{where}.ipConfigurations[{number}].privateIPAddress"
            yield from _said(
                address, file, at, own=True, name=name, kind="vnet", site=_part_of(subnet, _VNET)
            )
        public = _flat(held.get("publicipaddress")).get("ipaddress")
        if public:
            at = f"{where}.ipConfigurations[{number}].publicIPAddress.ipAddress"
            yield from _said(public, file, at, own=True, name=name, kind="public", site="")


def _nsg(nsg: Mapping[str, Any], file: str, where: str) -> Iterator[Said]:
    """Yield the addresses of what a security group is bound to: `az` mostly lists ids alone."""
    subnets = [_flat(each) for each in _list(nsg.get("subnets"))]
    nics = [_flat(each) for each in _list(nsg.get("networkinterfaces"))]
    for number, subnet in enumerate(subnets):
        yield from _subnet(subnet, file, f"{where}.subnets[{number}]", "")
    for number, nic in enumerate(nics):
        yield from _nic(nic, file, f"{where}.networkInterfaces[{number}]")


def _machine(machine: Mapping[str, Any], file: str, where: str) -> Iterator[Said]:
    held = _flat(machine.get("virtualmachine"))
    name, network = _name(held), _flat(held.get("network"))
    at = f"{where}.virtualMachine.network"
    for number, address in enumerate(_list(network.get("privateipaddresses"))):
        place = f"{at}.privateIpAddresses[{number}]"
        yield from _said(address, file, place, own=True, name=name, kind="", site="")
    for number, item in enumerate(_list(network.get("publicipaddresses"))):
        public = _flat(item).get("ipaddress")
        if public:
            place = f"{at}.publicIpAddresses[{number}].ipAddress"
            yield from _said(public, file, place, own=True, name=name, kind="public", site="")


# The key by which each kind is known; a NIC has its machine's id as well.
_READERS: Final = {
    "addressspace": _vnet,
    "ipconfigurations": _nic,
    "securityrules": _nsg,
    "defaultsecurityrules": _nsg,
    "virtualmachine": _machine,
}


def _said(prefix: object, file: str, where: str, *, own: bool, **texts: str) -> Iterator[Said]:
    told = {"prefix": prefix} | {key: text for key, text in texts.items() if text}
    yield from entry(told, standing(file, where), own=own)


def _flat(item: object) -> dict[str, Any]:
    """Return an object's fields by their names in small letters, which versions of `az` write differently.

    What a template or Resource Graph keeps under `properties` stands beside the name.
    """
    if not isinstance(item, dict):
        return {}
    small = {str(key).lower(): value for key, value in item.items()}
    nested = small.get("properties")
    lifted = {str(key).lower(): value for key, value in nested.items()} if isinstance(nested, dict) else {}
    return lifted | small


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(resource: Mapping[str, Any]) -> str:
    name = resource.get("name")
    return name if isinstance(name, str) else ""


def _part_of(resource: object, kind: str) -> str:
    """Return what a resource's id names behind `kind`, such as the network of a subnet."""
    parts = str(_flat(resource).get("id") or "").split("/")
    lower = [part.lower() for part in parts]
    place = lower.index(kind) + 1 if kind in lower else len(parts)
    return parts[place] if place < len(parts) else ""
