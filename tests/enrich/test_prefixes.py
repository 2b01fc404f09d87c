"""Which prefix an address lies in: the longest of those that hold it, asked one by one."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from nsgkit.enrich.prefixes import PrefixIndex, spans_of

# Few bits differ, so that prefixes lie in each other and addresses lie in them.
V4 = st.builds(
    lambda n, bits: IPv4Network((n << 24, bits), strict=False), st.integers(8, 11), st.integers(0, 32)
)
V6 = st.builds(
    lambda n, bits: IPv6Network((n << 96, bits), strict=False), st.integers(0, 3), st.integers(0, 128)
)
TEXTS = st.one_of(
    st.integers(0, 2**26).map(lambda n: str(ip_address((8 << 24) + n))),
    st.integers(0, 3).map(lambda n: str(ip_address(n << 96 | 1 << 127 >> 127))),
    st.sampled_from(["::", "::1", "::ffff:10.0.0.1", "0.0.0.0", "255.255.255.255", "masked", "",
                     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::1%eth0", "10.0.0.01"]),
)  # fmt: skip


def one_by_one(text, prefixes):
    try:
        address = ip_address(text)
    except ValueError:
        return -1
    address = getattr(address, "ipv4_mapped", None) or address
    holding = [(-p.prefixlen, place) for place, p in enumerate(prefixes) if address in p]
    return min(holding)[1] if holding else -1


@given(st.lists(V4 | V6, max_size=12), st.lists(TEXTS, max_size=12))
@example([ip_network("::/0"), ip_network("0.0.0.0/0")], ["::", "10.0.0.1", "2001:db8::1"])
@example([ip_network("::/0")], ["10.0.0.1", "::fffe:ffff:ffff", "::1:0:0:0"])
@example([ip_network("10.0.0.0/8")] * 2, ["10.255.255.255", "11.0.0.0"])
@example([], ["10.0.0.1"])
def test_the_longest_prefix_that_holds_an_address_wins(prefixes, texts):
    found = PrefixIndex.of(prefixes).find(pd.Index(texts, dtype="str"))
    assert found.tolist() == [one_by_one(text, prefixes) for text in texts]


def test_a_mapped_prefix_is_that_of_ipv4():
    index = PrefixIndex.of([ip_network("::ffff:10.0.0.0/104")])
    assert index.find(pd.Index(["10.1.2.3", "11.0.0.0"])).tolist() == [0, -1]


def by_ipaddress(text):
    """The span of one text, IPv4 where its mapped form lies; a netmask after the slash is no length."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    offset = 0xFFFF << 32 if network.version == 4 else 0
    return offset + int(network.network_address), offset + int(network.broadcast_address)


@given(st.lists(st.builds(lambda text, bits: f"{text}{bits}", TEXTS, st.sampled_from(
    ["", "/0", "/8", "/31", "/32", "/33", "/64", "/128", "/129", "/", "/-1", "/ 8", "/8/8", "/٣", "/1e1"]
))))  # fmt: skip
@example(["::ffff:10.0.0.1/100", "10.0.0.1/008", "fe80::1%eth0/64", ""])
def test_the_span_of_a_text_is_that_of_ipaddress(texts):
    assert spans_of(texts) == [by_ipaddress(text) for text in texts]
