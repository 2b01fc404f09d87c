"""IPv4 addresses as numbers: the same as `ipaddress` says, text by text."""

from ipaddress import IPv4Address, ip_address

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from nsgkit.enrich.addresses import ipv4_numbers
from nsgkit.enrich.network import Network

NETWORK = Network.of(["0.0.0.0/8", "10.0.0.0/8", "198.51.100.0/25", "255.255.255.255", "2001:db8::/32"])
OCTETS = st.lists(st.integers(0, 300).map(str) | st.text("0123456789x٣ \n", max_size=4), max_size=6)
ADDRESSES = st.ip_addresses().map(str) | OCTETS.map(".".join) | st.text(max_size=8)


def one_by_one(text):
    try:
        return int(IPv4Address(text))
    except ValueError:
        return -1


@given(st.lists(ADDRESSES))
@example(["10.0.0.4\n", "10.0.0.4", "010.0.0.4", "10.0.0.256", "1.2.3.4.5", "0.0.0.0", "255.255.255.255"])
def test_the_numbers_are_those_of_ipaddress(texts):
    assert ipv4_numbers(pd.Index(texts, dtype="str")).tolist() == [one_by_one(text) for text in texts]


def in_a_network(text):
    """Whether an address lies in NETWORK; None where the text is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in prefix for prefix in NETWORK.own)


@given(st.lists(ADDRESSES))
@example(["0.0.0.1", "9.255.255.255", "198.51.100.127", "198.51.100.128", "255.255.255.255", "2001:db8::1"])
def test_a_text_is_inside_or_outside_or_no_address(texts):
    told = [in_a_network(text) for text in texts]
    assert [NETWORK.holds(text) for text in texts] == told
    assert NETWORK.is_inside(texts).tolist() == [place is True for place in told]
    assert NETWORK.is_outside(texts).tolist() == [place is False for place in told]


def test_a_network_without_any_prefix_of_ipv4_holds_none():
    assert Network.of(["2001:db8::/32"]).is_inside(["255.255.255.255", "x", "2001:db8::1"]).tolist() == [
        False, False, True,
    ]  # fmt: skip


def test_no_addresses_at_all_are_no_numbers():
    assert ipv4_numbers(pd.Index([])).tolist() == []
    assert NETWORK.is_inside([None]).tolist() == [False]
