"""Who publishes to scan from an address: against every prefix of every list, one by one."""

import json
from importlib.resources import files
from ipaddress import ip_address, ip_network

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.enrich import scanner
from nsgkit.enrich.labels.scanners import _called, scanners_of
from nsgkit.errors import MissingColumnError
from tests.engines import connection

LISTS = files("pymispwarninglists") / "data" / "misp-warninglists" / "lists"
ALL = [
    (ip_network(text, strict=False), folder.name)
    for folder in LISTS.iterdir()
    if "scann" in folder.name or folder.name.startswith(("shadowserver", "tenable"))
    for text in json.loads((folder / "list.json").read_text("utf-8"))["list"]
]


def plain(text):
    """The names of the longest prefixes that hold an address: two lists may have the same."""
    address = ip_address(text)
    holding = [(n, f) for n, f in ALL if n.version == address.version and address in n]
    longest = max((n.prefixlen for n, _ in holding), default=None)
    return {_called(folder) for network, folder in holding if network.prefixlen == longest}


NEAR = st.sampled_from(ALL).flatmap(
    lambda one: st.integers(-2, one[0].num_addresses + 1).map(lambda by: int(one[0].network_address) + by)
)


@given(st.lists(NEAR, min_size=1, max_size=20))
def test_inside_and_at_the_edges_of_every_prefix(numbers):
    texts = [str(ip_address(max(number, 0))) for number in numbers]
    for text, name in zip(texts, scanners_of(pd.Series(texts)).tolist(), strict=True):
        assert name in plain(text) if plain(text) else pd.isna(name)


def test_what_is_no_address_is_nobody_s():
    assert scanners_of(pd.Series(["xxx.xxx.xxx.xxx", None, "", "10.0.0.4"])).isna().all()


def test_both_ends_and_nothing_else_changes():
    table = pd.DataFrame({"src_ip": ["162.142.125.10", "10.0.0.4"], "dst_ip": ["10.0.0.4", "71.6.135.131"]})
    told = scanner(table)
    assert told["src_scanner"].tolist()[0] == "Censys" and pd.isna(told["src_scanner"].tolist()[1])
    assert told["dst_scanner"].tolist()[1] == "Shodan" and pd.isna(told["dst_scanner"].tolist()[0])
    pd.testing.assert_frame_equal(told[["src_ip", "dst_ip"]], table)


def test_on_duckdb():
    table = pd.DataFrame({"src_ip": ["162.142.125.10", "10.0.0.4"], "dst_ip": ["10.0.0.4", "71.6.135.131"]})
    held = connection()
    held.register("given", table)
    told = scanner(held.sql("SELECT * FROM given")).df().sort_values("src_ip")
    assert told["src_scanner"].tolist()[1] == "Censys" and told["dst_scanner"].tolist()[0] == "Shodan"


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="dst_ip"):
        scanner(pd.DataFrame({"src_ip": ["10.0.0.4"]}))
