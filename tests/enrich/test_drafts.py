"""A network.toml drafted from the logs: its guesses, that it can be read, and that inside stays the same."""

import tomllib

import pandas as pd
import pytest

import nsgkit
from nsgkit.enrich import draft_network, own_networks
from nsgkit.errors import MissingColumnError
from tests.engines import connection
from tests.frames import flows
from tests.internet import HOSTS, big_internet

ROWS = """
    09:00:00 203.0.113.9:50000 10.20.0.4:443 TCP I A E 9/900 9/900
    09:01:00 203.0.113.9:50001 10.20.0.4:443 TCP I A E 9/900 9/900
    09:02:00 203.0.113.8:50001 10.20.0.4:80 TCP I A E 9/900 9/900
    09:03:00 203.0.113.8:50002 10.20.0.4:80 TCP I A E 9/900 9/900
    09:03:10 203.0.113.8:50003 10.20.0.4:80 TCP I A E 9/900 9/900
    09:04:00 203.0.113.8:50003 10.20.0.4:22 TCP I D -
    09:05:00 203.0.113.8:50004 10.20.0.4:23 TCP I A E 3/180 0/0
    09:05:10 203.0.113.8:50005 10.20.0.4:23 TCP I A E 3/180 0/0
    09:06:00 10.30.7.9:50005 10.20.0.4:1433 TCP I A E 9/900 9/900
    09:07:00 10.30.7.9:50006 10.20.0.4:1433 TCP I A E 9/900 9/900
    09:08:00 168.63.129.16:50006 10.20.0.4:8080 TCP I A E 9/900 9/900
    09:09:00 10.20.0.4:50007 10.99.0.1:22 TCP O A E 3/180 0/0
"""


def made(**everywhere):
    return nsgkit.conversations(flows(ROWS, **everywhere))


def read_back(conversations, tmp_path):
    path = tmp_path / "network.toml"
    path.write_text(draft_network(conversations), "utf-8")
    return own_networks(conversations, path)


def test_a_host_s_role_says_which_ports_it_serves_to_whom():
    (host,) = tomllib.loads(draft_network(made()))["hosts"]
    assert host == {
        "addresses": ["10.20.0.4"],
        "mac": "00AA00000001",
        "role": "serves 80, 443 to the internet; serves 1433 to 10.30.7.9",
    }


def test_the_nic_s_subnet_and_the_ranges_that_take_part_are_networks():
    networks = tomllib.loads(draft_network(made()))["networks"]
    assert networks == [
        {"prefix": "10.20.0.0/24", "name": "subnet of WEB-NSG", "kind": "vnet"},
        {"prefix": "10.30.7.0/24"},  # not 10.99.0.0/24, where nobody answered
    ]


def test_a_log_of_a_virtual_network_tells_the_site():
    resource = "/SUBSCRIPTIONS/X/PROVIDERS/MICROSOFT.NETWORK/VIRTUALNETWORKS/SHOP/SUBNETS/WEB"
    assert tomllib.loads(draft_network(made(resource=resource)))["networks"][0]["site"] == "SHOP"


def test_each_guess_says_what_it_is_made_from():
    text = draft_network(made())
    assert text.count("; correct me") == 3
    assert "# from 12 logged conversations of 1 NIC; correct me" in text
    assert "# from 2 conversations with 1 address without a logged NIC; correct me" in text


HOSTILE = 'a"]\n[[hosts]]\nx = "\u202e\u2028\x7f\\ \'\'\'""" \U000e0041'


@pytest.mark.parametrize("name", [HOSTILE, "x" * 999])
def test_no_name_breaks_the_file(name, tmp_path):
    conversations = made(resource=f"/A/VIRTUALNETWORKS/{name}", mac=name)
    told = tomllib.loads(draft_network(conversations))
    assert {*told} == {"own", "networks", "hosts"}
    assert (told["networks"][0]["site"], told["hosts"][0]["mac"]) == (name[:100], name)
    assert read_back(conversations, tmp_path).problems == ()


def test_a_masked_address_is_no_host():
    rows = flows("09:00:00 xxx.xxx:50000 192.0.2.7:443 TCP O A B")
    assert "hosts" not in tomllib.loads(draft_network(nsgkit.conversations(rows)))


def test_without_rows_it_is_the_private_ranges_alone():
    assert {*tomllib.loads(draft_network(made().head(0)))} == {"own"}


def test_a_table_of_flows_is_told_what_makes_conversations():
    with pytest.raises(MissingColumnError, match=r"nsgkit\.conversations"):
        draft_network(flows(ROWS))


@pytest.fixture
def samples(stitched):
    return stitched


@pytest.fixture(scope="module")
def clinic():
    return nsgkit.conversations(big_internet(3, outsiders=100))


@pytest.fixture(params=["samples", "clinic"])
def network_logs(request):
    return request.getfixturevalue(request.param)


def test_what_is_drafted_can_be_read_and_inside_stays_the_same(network_logs, tmp_path):
    network = read_back(network_logs, tmp_path)
    addresses = pd.unique(network_logs[["src_ip", "dst_ip"]].astype("str").to_numpy().ravel())
    without = own_networks(network_logs)
    assert network.problems == ()
    assert network.is_inside(addresses).tolist() == without.is_inside(addresses).tolist()


def test_the_engine_changes_nothing(network_logs):
    relation = connection().from_df(network_logs)
    assert draft_network(relation) == draft_network(network_logs)


def test_every_machine_of_a_clinic_is_a_host(clinic):
    hosts = tomllib.loads(draft_network(clinic))["hosts"]
    assert {(each["mac"], *each["addresses"]) for each in hosts} == {(each.mac, each.ip) for each in HOSTS}
