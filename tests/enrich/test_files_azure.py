"""What `az` lists of a network, in the forms that it prints: prefixes, addresses, names and sites."""

import json

import pytest

from nsgkit.enrich.files import read_file
from nsgkit.errors import NsgkitError

NET = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/shop-rg/providers/Microsoft.Network"
VNETS = """[
  {
    "addressSpace": {"addressPrefixes": ["10.1.0.0/16", "fd12:3456:789a::/48"]},
    "dhcpOptions": {"dnsServers": []}, "enableDdosProtection": false, "etag": "W/\\"7d9bd0\\"",
    "id": "NET/virtualNetworks/shop-vnet", "location": "westeurope", "name": "shop-vnet",
    "provisioningState": "Succeeded", "resourceGroup": "shop-rg",
    "subnets": [
      {"addressPrefix": "10.1.0.0/24", "addressPrefixes": null, "delegations": [], "name": "web",
       "id": "NET/virtualNetworks/shop-vnet/subnets/web", "networkSecurityGroup": null, "routeTable": null},
      {"addressPrefixes": ["10.1.1.0/24", "fd12:3456:789a:1::/64"], "name": "data",
       "id": "NET/virtualNetworks/shop-vnet/subnets/data", "resourceGroup": "shop-rg"}
    ],
    "tags": null, "type": "Microsoft.Network/virtualNetworks",
    "virtualNetworkPeerings": [
      {"name": "to-hub", "peeringState": "Connected",
       "remoteAddressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
       "remoteVirtualNetwork": {"id": "NET/virtualNetworks/hub-vnet", "resourceGroup": "hub-rg"}}
    ]
  },
  {"addressSpace": {"addressPrefixes": ["10.2.0.0/16"]}, "name": "empty-vnet", "subnets": null,
   "virtualNetworkPeerings": null, "id": "NET/virtualNetworks/empty-vnet", "tags": {"owner": "x"}}
]""".replace("NET", NET)
NICS = """[
  {"dnsSettings": {"appliedDnsServers": [], "dnsServers": []}, "enableAcceleratedNetworking": true,
   "enableIPForwarding": false, "id": "NET/networkInterfaces/web1112", "location": "westeurope",
   "ipConfigurations": [
     {"name": "ipconfig1", "primary": true, "privateIPAddress": "10.1.0.4", "privateIPAddressVersion": "IPv4",
      "privateIPAllocationMethod": "Dynamic", "publicIPAddress": {"id": "NET/publicIPAddresses/web1-ip"},
      "subnet": {"id": "NET/virtualNetworks/shop-vnet/subnets/web", "resourceGroup": "shop-rg"}},
     {"name": "ipconfig2", "primary": false, "privateIPAddress": "fd12:3456:789a:1::4",
      "privateIPAddressVersion": "IPv6", "publicIPAddress": null,
      "subnet": {"id": "NET/virtualNetworks/shop-vnet/subnets/data", "resourceGroup": "shop-rg"}}
   ],
   "macAddress": "00-0D-3A-1B-C7-21", "name": "web1112", "networkSecurityGroup": null, "primary": true,
   "virtualMachine": {"id": "NET/../Microsoft.Compute/virtualMachines/web1", "resourceGroup": "shop-rg"}},
  {"name": "unused-nic", "virtualMachine": null, "macAddress": null, "primary": null,
   "ipConfigurations": [{"name": "ipconfig1", "privateIpAddress": "10.1.0.9", "subnet": null}]},
  {"name": "stopped-nic", "ipConfigurations": [{"name": "ipconfig1", "privateIPAddress": null}]}
]""".replace("NET", NET)
MACHINES = """[
  {"virtualMachine": {"name": "gate", "resourceGroup": "shop-rg", "network": {
     "privateIpAddresses": ["10.1.0.5", "10.1.1.5"],
     "publicIpAddresses": [
       {"id": "NET/publicIPAddresses/gate-ip", "ipAddress": "20.50.2.7", "ipAllocationMethod": "Static",
        "name": "gate-ip", "resourceGroup": "shop-rg", "zone": null},
       {"id": "NET/publicIPAddresses/spare-ip", "ipAddress": null, "name": "spare-ip"}]}}},
  {"virtualMachine": {"name": "off", "network": {"privateIpAddresses": [], "publicIpAddresses": []}}}
]""".replace("NET", NET)


@pytest.fixture
def read(tmp_path):
    def reader(text, name="list.json"):
        (tmp_path / name).write_text(text, "utf-8")
        return read_file(tmp_path / name)

    return reader


def said(context, *keys):
    return [(str(each.prefix), *(getattr(each, key) for key in keys)) for each in context.prefixes]


def test_a_virtual_network_tells_its_spaces_subnets_and_peers(read):
    assert said(read(VNETS), "name", "site", "own") == [
        ("10.1.0.0/16", "shop-vnet", "shop-vnet", True),
        ("fd12:3456:789a::/48", "shop-vnet", "shop-vnet", True),
        ("10.1.0.0/24", "shop-vnet/web", "shop-vnet", True),
        ("10.1.1.0/24", "shop-vnet/data", "shop-vnet", True),
        ("fd12:3456:789a:1::/64", "shop-vnet/data", "shop-vnet", True),
        ("10.9.0.0/16", "hub-vnet", "hub-vnet", False),
        ("10.2.0.0/16", "empty-vnet", "empty-vnet", True),
    ]
    assert {each.kind for each in read(VNETS).prefixes} == {"vnet"}
    assert read(VNETS).problems == ()


def test_a_nic_s_addresses_are_called_by_their_machine_or_else_by_the_nic(read):
    assert said(read(NICS), "name", "site", "kind") == [
        ("10.1.0.4/32", "web1", "shop-vnet", "vnet"),
        ("fd12:3456:789a:1::4/128", "web1", "shop-vnet", "vnet"),
        ("10.1.0.9/32", "unused-nic", "", "vnet"),
    ]


def test_a_machine_has_several_addresses_and_public_ones(read):
    assert said(read(MACHINES), "name", "kind", "own") == [
        ("10.1.0.5/32", "gate", "", True),
        ("10.1.1.5/32", "gate", "", True),
        ("20.50.2.7/32", "gate", "public", True),
    ]


def test_a_security_group_tells_addresses_where_az_spells_out_what_it_is_bound_to(read):
    subnet = {"id": f"{NET}/virtualNetworks/shop-vnet/subnets/web", "addressPrefix": "10.1.0.0/24"}
    nsg = [{"name": "web-nsg", "securityRules": [], "subnets": [subnet], "networkInterfaces": None}]
    assert said(read(json.dumps(nsg)), "name", "site") == [("10.1.0.0/24", "shop-vnet/web", "shop-vnet")]


def test_a_security_group_with_ids_alone_says_what_tells_the_addresses(read):
    nsg = [{"name": "web-nsg", "securityRules": [], "subnets": [{"id": "x", "addressPrefix": None}]}]
    with pytest.raises(NsgkitError, match="az network vnet list"):
        read(json.dumps(nsg))


@pytest.mark.parametrize(
    "form",
    [
        lambda text: text.encode("utf-16"),  # as PowerShell's > writes it
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: json.dumps({"value": json.loads(text)}).encode(),
        lambda text: json.dumps(json.loads(text)[0]).encode(),  # az network vnet show
        lambda text: json.dumps(
            [{"name": v["name"], "properties": {k: v[k] for k in v if k != "name"}} for v in json.loads(text)]
        ).encode(),
    ],
)
def test_the_same_list_in_another_form_says_the_same(tmp_path, form):
    (tmp_path / "other").write_bytes(form(VNETS))
    found = said(read_file(tmp_path / "other"), "name")
    assert found[0] == ("10.1.0.0/16", "shop-vnet")


def test_what_is_bad_is_told_with_its_path_and_the_rest_is_kept(read):
    listed = json.loads(VNETS)
    listed[0]["subnets"][0]["addressPrefix"] = "10.1.0.7/24"
    listed.append({"sku": "none of ours"})
    context = read(json.dumps(listed))
    assert len(context.prefixes) == 6
    assert [problem.where for problem in context.problems] == ["[0].subnets[0].addressPrefix", "[2]"]
    assert "Write 10.1.0.0/24 for the network, or 10.1.0.7 for the machine" in context.problems[0].what


def test_two_networks_with_one_space_are_told(read):
    twice = json.loads(VNETS)
    twice.append({**twice[1], "name": "other-vnet"})
    (problem,) = read(json.dumps(twice)).problems
    assert (problem.file, problem.where) == ("list.json", "[2].addressSpace.addressPrefixes[0]")
    assert "name is 'other-vnet' here and 'empty-vnet' in list.json, [1]" in problem.what


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"changeNumber": 9, "cloud": "Public", "values": []}', "service_tags"),
        ('{"type": "bundle", "id": "bundle--1", "objects": []}', "feeds"),
        ('{"Event": {"info": "x", "Attribute": []}}', "feeds"),
        ('{"response": [{"Event": {"info": "x"}}]}', "feeds"),
    ],
)
def test_service_tags_and_feeds_are_known_by_their_form(read, text, where):
    context = read(text, "download.txt")
    assert len(getattr(context, where)) == 1
    assert context.prefixes == ()
