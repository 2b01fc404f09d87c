"""What the ids of logged resources tell, and what they leave open."""

import pytest

from nsgkit.enable.choice import NSG, TARGETS, FlowLogChoice, find_placeholders, find_problems
from nsgkit.enable.known import Known, known_from_ids

GROUP = "/SUBSCRIPTIONS/0A6549A6-C45C-4979-840C-3B356DA446B0/RESOURCEGROUPS/RG"
NETWORK = f"{GROUP}/PROVIDERS/MICROSOFT.NETWORK"
WATCHERS = f"{NETWORK}/NETWORKWATCHERS/NETWORKWATCHER"


def vnet(name):
    return f"{NETWORK}/VIRTUALNETWORKS/{name}"


def nsg(name):
    return f"{NETWORK}/NETWORKSECURITYGROUPS/{name}"


def test_ids_tell_the_group_the_names_and_the_nics():
    known = known_from_ids({vnet("V"): 2, nsg("N"): 3}, [f"{WATCHERS}_WESTEUROPE/FLOWLOGS/L"])
    group = "/subscriptions/0a6549a6-c45c-4979-840c-3b356da446b0/resourceGroups/RG"
    assert known == Known(group, "V", group, "N", "westeurope", nics=2)


@pytest.mark.parametrize(("counts", "name"), [((1, 2), "B"), ((2, 1), "A"), ((2, 2), "A")])
def test_of_several_it_is_the_one_with_the_most_nics(counts, name):
    assert known_from_ids({nsg("A"): counts[0], nsg("B"): counts[1]}, []).nsg == name


def test_a_subnet_tells_its_network_and_a_nic_its_group():
    assert known_from_ids({f"{vnet('V')}/SUBNETS/WEB": 1}, []).network == "V"
    known = known_from_ids({f"{NETWORK}/NETWORKINTERFACES/NIC1": 1}, [])
    assert known.group.endswith("/resourceGroups/RG") and known.network == "<virtual network>"


def test_flow_logs_of_two_regions_leave_the_region_open():
    assert known_from_ids({}, [f"{WATCHERS}_WESTUS/FLOWLOGS/L", f"{WATCHERS}_EASTUS/FLOWLOGS/L"]) == Known()


@pytest.mark.parametrize("text", ["", "unknown", "/SUBSCRIPTIONS/../X", '"><img src=x onerror=alert(1)>'])
def test_what_is_no_id_tells_nothing(text):
    assert known_from_ids({text: 5}, [text]) == Known()


@pytest.mark.parametrize("kind", TARGETS)
def test_what_is_unknown_is_a_placeholder_and_not_yet_possible(kind):
    known = Known()
    choice = FlowLogChoice("log", kind, known.target(kind), known.region, "", known.region)
    found = find_placeholders(choice)
    assert found["its resource id"][:2] == ["<subscription>", "<resource group>"]
    assert found["its region"] == found["the storage account's region"] == ["<region>"]
    (problem,) = find_problems(choice)
    assert problem.why.startswith("Not yet possible: " if kind != NSG else "A new NSG flow log cannot")


@pytest.mark.parametrize("kind", [kind for kind in TARGETS if kind != NSG])
def test_once_filled_in_the_id_is_one_that_azure_takes(kind):
    known = known_from_ids({vnet("V"): 2}, [f"{WATCHERS}_WESTEUROPE/FLOWLOGS/L"])
    target = known.target(kind).replace("<subnet>", "web").replace("<network interface>", "nic1")
    storage = known.beside("Microsoft.Storage/storageAccounts/logs").replace("<resource group>", "RG")
    assert not find_problems(FlowLogChoice("log", kind, target, known.region, storage, known.region))


def test_in_words_nothing_is_left_out():
    assert dict(Known("/subscriptions/s/resourceGroups/g", "v", nics=1_200, daily_bytes=1e6).rows()) == {
        "Subscription": "s",
        "Resource group": "g",
        "Virtual network": "v",
        "NSG": "<network security group>",
        "Region": "<region>",
        "NICs logged in the virtual network": "1,200",
        "Bytes a day from each NIC": "1,000,000",
    }


def test_the_nics_of_an_nsg_are_said_to_be_its():
    assert dict(known_from_ids({nsg("N"): 3}, []).rows())["NICs logged in the NSG"] == "3"
