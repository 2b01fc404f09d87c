"""What an address is by its number: at both sides of every boundary, and against `ipaddress`, one by one."""

from ipaddress import ip_address, ip_network

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nsgkit.enrich import Network, scope
from nsgkit.enrich.labels.scopes import scopes_of
from nsgkit.enrich.special_purpose import RANGES
from tests.engines import connection

NOTHING = Network.of([])


def of(*texts, network=NOTHING):
    return scopes_of(pd.Index(texts, dtype="str"), network)


BOUNDARIES = [
    ("10.0.0.0/8", "private"), ("172.16.0.0/12", "private"), ("192.168.0.0/16", "private"),
    ("100.64.0.0/10", "shared"), ("127.0.0.0/8", "loopback"), ("192.0.2.0/24", "documentation"),
    ("198.51.100.0/24", "documentation"), ("203.0.113.0/24", "documentation"),
    ("198.18.0.0/15", "benchmarking"),
    ("0.0.0.0/8", "reserved"), ("169.254.0.0/16", "link-local"), ("2001:db8::/32", "documentation"),
    ("3fff::/20", "documentation"), ("2002::/16", "reserved"), ("2001::/23", "reserved"),
    ("2001:2::/48", "benchmarking"),
]  # fmt: skip


@pytest.mark.parametrize(("prefix", "name"), BOUNDARIES)
def test_a_range_ends_where_the_registry_says(prefix, name):
    network = ip_network(prefix)
    first, last = int(network[0]), int(network[-1])
    make = type(network[0])
    assert of(str(make(first)), str(make(last))) == [name, name]
    beside = [str(make(n)) for n in (first - 1, last + 1) if n >= 0]
    assert {*of(*beside)} <= {"public", "reserved"} and name not in of(*beside)


@pytest.mark.parametrize(("text", "name"), [
    ("168.63.129.16", "Azure platform"), ("168.63.129.15", "public"), ("168.63.129.17", "public"),
    ("169.254.169.254", "Azure platform"), ("169.254.169.253", "link-local"),
    ("169.254.169.255", "link-local"),
    ("::ffff:10.0.0.1", "private"), ("::ffff:8.8.8.8", "public"), ("::ffff:168.63.129.16", "Azure platform"),
    ("64:ff9b::", "public"), ("64:ff9b::ffff:ffff", "public"), ("64:ff9b::1:0:0", "reserved"),
    ("64:ff9b:1::", "reserved"), ("fbff:ffff::", "reserved"), ("fc00::", "private"),
    ("fdff:ffff::", "private"),
    ("fe00::", "reserved"), ("fe7f:ffff::", "reserved"), ("fe80::", "link-local"),
    ("febf:ffff::", "link-local"),
    ("fec0::", "reserved"), ("feff:ffff::", "reserved"), ("ff00::", "multicast"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"), ("223.255.255.255", "public"),
    ("224.0.0.0", "multicast"), ("239.255.255.255", "multicast"), ("240.0.0.0", "reserved"),
    ("255.255.255.255", "reserved"), ("::", "reserved"), ("::1", "loopback"), ("::2", "reserved"),
    ("1fff:ffff::", "reserved"), ("2000::", "public"), ("3ffe::", "public"), ("4000::", "reserved"),
    ("192.0.0.8", "reserved"), ("192.0.0.9", "public"), ("192.0.0.11", "reserved"), ("20.0.0.4", "public"),
    ("fe80::1%eth0", "link-local"), ("masked", None), ("", None), ("10.0.0.256", None), ("10.0.0.04", None),
])  # fmt: skip
def test_an_address_at_a_boundary(text, name):
    assert of(text) == [name]


def test_what_is_given_is_own_before_private_and_public_but_not_the_platform():
    network = Network((), Network.of(["20.0.0.0/16", "10.1.0.0/16", "169.254.0.0/16"]).own)
    texts = ("20.0.0.4", "20.1.0.4", "10.1.0.4", "10.2.0.4", "169.254.1.1", "169.254.169.254")
    assert of(*texts, network=network) == [
        "own", "public", "own", "private", "own", "Azure platform",
    ]  # fmt: skip


def test_the_subnet_of_a_logged_nic_is_own():
    table = pd.DataFrame(
        {"src_ip": ["10.0.0.4"], "dst_ip": ["10.0.1.4"], "mac": "00AA", "direction": "outbound"}
    )
    assert scope(table)[["src_scope", "dst_scope"]].to_numpy().tolist() == [["own", "private"]]


def by_ipaddress(text):
    """The scope by what `ipaddress` says; None where Python's versions differ or it does not know."""
    address = ip_address(text)
    address = getattr(address, "ipv4_mapped", None) or address
    ours = ("private", "shared", "documentation", "benchmarking")
    holds = [name for name in ours for prefix in RANGES[name]
             if ip_network(prefix).version == address.version and address in ip_network(prefix)]  # fmt: skip
    told = {
        "Azure platform": str(address) in ("168.63.129.16", "169.254.169.254"),
        "multicast": address.is_multicast,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        **dict.fromkeys(holds, True),
        "reserved": address.is_unspecified or (address.is_reserved and not address.is_global),
    }
    return next(
        (name for name, is_it in told.items() if is_it), "public" if address.is_global else "reserved"
    )


EDGES = [ip_network(text) for texts in RANGES.values() for text in texts]
NEAR = st.sampled_from(EDGES).flatmap(
    lambda one: st.sampled_from([int(one[0]), int(one[-1])]).flatmap(
        lambda edge: st.integers(-2, 2).map(
            lambda by: str(type(one[0])(min(max(edge + by, 0), 2**one.max_prefixlen - 1)))
        )
    )
)
# Where the versions of Python differ among themselves, or from the registry of today.
MOVED = [ip_network(text) for text in (
    "192.0.0.0/24", "64:ff9b::/32", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "100::/8", "::/8",
)]  # fmt: skip


@given(st.lists(NEAR | st.ip_addresses().map(str), max_size=20))
@example(["::ffff:100.64.0.0", "::ffff:169.254.169.254", "ff02::1", "fec0::1"])
def test_one_by_one_against_ipaddress(texts):
    for text, name in zip(texts, of(*texts), strict=True):
        address = ip_address(text)
        if not any(address.version == m.version and address in m for m in MOVED):
            unused = (
                address.version == 6 and address not in ip_network("2000::/3") and not address.ipv4_mapped
            )
            plain = by_ipaddress(text)
            assert name == ("reserved" if unused and plain == "public" else plain)


def test_duckdb_says_what_pandas_says_and_null_stays_null():
    table = pd.DataFrame(
        {"src_ip": ["10.0.0.4", "masked", None, "::1"], "dst_ip": "168.63.129.16", "n": range(4)}
    )
    held = connection()
    held.register("given", table)
    engine = scope(held.sql("SELECT * FROM given")).df().sort_values("n")
    assert engine["src_scope"].fillna("").tolist() == ["private", "", "", "loopback"]
    assert engine["dst_scope"].tolist() == scope(table)["dst_scope"].tolist()


def test_an_empty_table_has_the_columns():
    assert len(scope(pd.DataFrame({"src_ip": [], "dst_ip": []}, dtype="category"))["src_scope"]) == 0
