"""Own networks: what is inside, what is outside, and one name for all that is outside."""

from ipaddress import ip_address, ip_network

import pandas as pd
import pytest

from nsgkit import analyses, views
from nsgkit.enrich import Network, internet_as_one, nic_addresses, own_networks
from nsgkit.enrich.names import names_of
from nsgkit.enrich.network import NOT_THE_INTERNET
from nsgkit.errors import MissingColumnError, NsgkitError
from tests.engines import connection
from tests.frames import flows

HEAD = "09:00:00 10.0.0.4:50000 10.0.1.5:443 TCP O A B"
ENGINES = {"pandas": lambda table: table, "duckdb": lambda table: connection().from_df(table)}


def inside(network, *addresses):
    return network.is_inside(list(addresses)).tolist()


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.255.255", "192.168.0.1", "100.127.0.9", "169.254.169.254", "168.63.129.16",
     "fd00::1", "fe80::1", "::ffff:10.0.0.4"],
)  # fmt: skip
def test_private_shared_link_local_and_platform_addresses_are_inside(address):
    assert inside(own_networks(flows(HEAD)), address) == [True]


@pytest.mark.parametrize(
    "address",
    ["172.32.0.0", "100.128.0.0", "168.63.129.17", "9.255.255.255", "11.0.0.0", "2001:db8::1",
     "::ffff:192.0.2.7", "xxx.xxx.xxx.xxx", ""],
)  # fmt: skip
def test_their_neighbours_and_what_is_no_address_are_not_inside(address):
    assert inside(own_networks(flows(HEAD)), address) == [False]


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("09:00:00 203.0.113.7:50000 192.0.2.7:443 TCP O A B", "203.0.113.0/24"),
        ("09:00:00 192.0.2.7:50000 203.0.113.7:443 TCP I D -", "203.0.113.0/24"),
        ("09:00:00 192.0.2.7:50000 2001:db8:1:2::7:443 TCP I A B", "2001:db8:1:2::/64"),
    ],
)
def test_the_subnet_of_a_logged_nic_is_inside(line, own):
    assert set(own_networks(flows(line)).own) - set(Network.of(NOT_THE_INTERNET).own) == {ip_network(own)}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_firewall_forwards_does_not_make_outsiders_insiders(engine):
    mine = [f"09:00:0{i} 10.0.0.4:5000{i} 192.0.2.9:443 TCP O A B" for i in range(2)]
    forwarded = [f"09:00:0{i} 198.51.{i}.7:50000 10.0.1.5:443 TCP O A B" for i in range(9)]
    network = own_networks(ENGINES[engine](flows("\n".join([*mine, *forwarded]))))
    assert network.own == Network.of(NOT_THE_INTERNET).own


def test_a_nic_s_addresses_come_with_the_most_frequent_first():
    rows = flows("""
        09:00:00 192.0.2.7:50000 10.0.0.5:443 TCP I A B
        09:00:01 10.0.0.4:50000 192.0.2.7:443 TCP O A B
        09:00:02 192.0.2.7:50001 10.0.0.4:443 TCP I D -
    """)
    assert nic_addresses(rows).to_numpy().tolist() == [
        ["00AA00000001", "10.0.0.4", 2],
        ["00AA00000001", "10.0.0.5", 1],
    ]


@pytest.mark.parametrize("given", [["10.0.0.0/24", "2001:db8::/32"], "10.0.0.0/24, 2001:db8::/32"])
def test_networks_that_are_given_are_the_only_ones(given):
    network = own_networks(flows(HEAD), given)
    assert inside(network, "10.0.0.4", "2001:db8::9", "10.0.1.5") == [True, True, False]


def test_networks_inside_each_other_are_one():
    assert Network.of(["10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16"]).own == (ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "10.0.0.0/33", ""])
def test_what_is_no_network_is_told_how_one_is_written(text):
    with pytest.raises(NsgkitError, match=r"written like 10\.20\.0\.0/16"):
        own_networks(flows(HEAD), [text])


def test_a_file_names_them_under_own(tmp_path):
    path = tmp_path / "network.toml"
    path.write_text('own = ["10.20.0.0/16"]\n[[networks]]\nprefix = "192.168.40.0/24"\n', "utf-8")
    assert own_networks(flows(HEAD), path).subnets == (ip_network("10.20.0.0/16"),)


def test_link_local_and_platform_addresses_are_never_the_internet():
    network = own_networks(flows(HEAD), "10.20.0.0/16")
    assert inside(network, "169.254.1.1", "168.63.129.16", "fe80::1", "168.63.129.17") == [True] * 3 + [False]


def test_a_file_without_own_has_its_networks():
    network = own_networks(flows(HEAD), "data/samples/network.toml")
    assert inside(network, "10.20.1.4", "192.168.40.31", "192.168.41.1") == [True, True, False]


@pytest.mark.parametrize("text", ["", "own = []", "own = 3", "own = [3]", "[[networks]]", "own = ["])
def test_a_file_without_networks_says_so(tmp_path, text):
    path = tmp_path / "network.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(NsgkitError, match=r"network\.toml"):
        own_networks(flows(HEAD), str(path))


def test_a_file_that_is_not_there_says_so():
    with pytest.raises(NsgkitError, match=r"nowhere\.toml cannot be read"):
        own_networks(flows(HEAD), "nowhere.toml")


def test_a_table_without_directions_names_what_makes_them():
    with pytest.raises(MissingColumnError, match="direction"):
        own_networks(flows(HEAD).drop(columns="direction"))


@pytest.fixture
def samples(stitched):
    return stitched


def test_of_the_samples_inside_is_what_the_python_library_says(samples):
    addresses = pd.unique(samples[["src_ip", "dst_ip"]].astype("str").to_numpy().ravel())
    prefixes = [ip_network(p) for p in (*NOT_THE_INTERNET, "2001:db8:30:1::/64")]
    expected = [any(ip_address(text) in prefix for prefix in prefixes) for text in addresses]
    assert own_networks(samples).is_inside(addresses).tolist() == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_all_that_is_outside_is_one_and_the_totals_stay(samples, engine):
    one = internet_as_one(ENGINES[engine](samples))
    callers = analyses.top_talkers(one, top=None)
    every = analyses.top_talkers(samples, top=None)
    network = own_networks(samples)
    assert set(callers["src_ip"]) - {"internet"} == {a for a in every["src_ip"] if network.is_inside([a])[0]}
    totals = ["connections", "denied", "bytes", "packets", "folded"]
    assert callers[totals].sum().equals(every[totals].sum())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_masked_address_keeps_its_name(engine):
    rows = flows("09:00:00 xxx.xxx.xxx.xxx:50000 192.0.2.7:443 TCP O A B")
    one = internet_as_one(ENGINES[engine](rows))
    one = one if engine == "pandas" else one.df()
    assert one.loc[0, ["src_ip", "dst_ip"]].tolist() == ["xxx.xxx.xxx.xxx", "internet"]


GUID = "3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_guid_stands_for_what_it_logs_and_a_mac_for_its_most_frequent_address(engine):
    rows = flows(HEAD, acl=GUID, resource="/RG/A/VIRTUALNETWORKS/DATA")
    assert names_of(ENGINES[engine](rows)) == {
        GUID: "/RG/A/VIRTUALNETWORKS/DATA",
        "00AA00000001": "00AA00000001 · 10.0.0.4",
    }


def test_an_id_that_says_what_it_is_stands_for_itself():
    assert names_of(flows(HEAD), ["acl"]) == {}


def test_a_table_of_rules_calls_a_guid_by_what_it_logs(samples):
    rules = analyses.top_rules(samples, top=None)
    assert {name.partition(" ")[0] for name in rules["nsg"]} == {
        "DEMOVM-NSG",
        "OFFICE-NSG",
        "SHOP-NSG",
        "VNET-DATA",
    }


def test_a_table_of_nics_carries_their_addresses_to_its_picture(samples):
    bars = views.top_bars(analyses.breakdown(samples, "mac", top=1))
    assert bars.data["label"].tolist() == ["000D3AB1A114 · 10.20.1.4"]
