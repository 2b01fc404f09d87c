"""Flow types as Traffic Analytics has them: of the samples, one by one, and at every boundary."""

import json
from ipaddress import ip_address, ip_network
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from nsgkit.enrich import Network, flow_type
from nsgkit.enrich.context import Context, FeedFile, KnownPrefix
from nsgkit.enrich.labels.traffic_analytics import FLOW_TYPES
from nsgkit.errors import MissingColumnError
from tests.engines import connection
from tests.examples import examples
from tests.sample.reader import SAMPLES, TRUTH, read

SHOP, DATA, SITE, CLIENTS = "10.1.0.4", "10.2.0.4", "192.168.7.9", "172.16.9.3"
KNOWN = (
    ("10.1.0.0/16", "vnet", "SHOP"), ("10.2.0.0/16", "vnet", "DATA"), ("20.0.0.0/24", "vnet", "SHOP"),
    ("192.168.7.0/24", "vpn", "Depot"), ("172.16.9.0/24", "p2s", "VPN clients"),
    ("52.1.1.1/32", "public", "SHOP"), ("52.1.1.2/32", "public", ""),
)  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("given")
    tag = {"name": "Storage.NorthEurope", "properties": {"region": "northeurope",
                                                         "addressPrefixes": ["52.239.0.0/16"]}}  # fmt: skip
    (folder / "ServiceTags_Public.json").write_text(json.dumps({"changeNumber": 7, "values": [tag]}))
    (folder / "bad.txt").write_text("45.9.9.9\n52.239.1.1\n")
    feed = FeedFile(folder / "bad.txt", "bad ones", "2024-12-17")
    return given(service_tags=(folder / "ServiceTags_Public.json",), feeds=(feed,))


def given(**more):
    prefixes = [KnownPrefix(Network.of([p]).own[0], True, kind=kind, site=site) for p, kind, site in KNOWN]
    own = tuple(each.prefix for each in prefixes)
    return Network(own, own, Context(tuple(prefixes), **more))


def told(src, dst, network):
    row = flow_type(pd.DataFrame({"src_ip": [src], "dst_ip": [dst]}), network=network).iloc[0]
    return row["flow_type"], row["flow_type_reason"]


CASES = [
    (SHOP, "10.1.255.255", "IntraVNet", "both ends are in SHOP"),
    (SHOP, "20.0.0.4", "IntraVNet", "both ends are in SHOP"),
    (SHOP, "::ffff:10.1.0.9", "IntraVNet", "both ends are in SHOP"),
    (SHOP, "52.1.1.1", "IntraVNet", "both ends are in SHOP"),
    (SHOP, DATA, "InterVNet", "from SHOP to DATA"),
    (SITE, DATA, "S2S", "the source is at Depot"),
    (DATA, CLIENTS, "P2S", "the destination is a client of a point-to-site VPN, VPN clients"),
    (SHOP, "52.239.0.1", "AzurePublic", "Storage.NorthEurope (ServiceTags_Public.json, change 7)"),
    (SHOP, "52.239.1.1", "AzurePublic", "also in bad ones, 2024-12-17"),
    (SHOP, "168.63.129.16", "AzurePublic", "Azure's platform itself"),
    ("169.254.169.254", "203.0.113.1", "AzurePublic", "Azure's platform itself"),
    ("45.9.9.9", SHOP, "MaliciousFlow", "the source is in bad ones, 2024-12-17"),
    (
        "45.9.9.8",
        SHOP,
        "ExternalPublic",
        "no service tag (ServiceTags_Public.json, change 7); no feed names it",
    ),
    ("2001:db8::1", SHOP, "ExternalPublic", "documentation range"),
    ("198.18.0.1", SHOP, "ExternalPublic", "benchmarking range"),
    ("20.0.1.4", SHOP, "ExternalPublic", "the source is public"),
    ("192.168.8.9", SHOP, "UnknownPrivate", "the source is private"),
    (SHOP, "100.64.0.1", "UnknownPrivate", "the destination is shared"),
    (SHOP, "169.254.1.1", "UnknownPrivate", "the destination is link-local"),
    (SHOP, "224.0.0.251", "Unknown", "multicast"),
    (SHOP, "52.1.1.2", "Unknown", "own public address"),
    ("45.9.9.9", "8.8.8.8", "Unknown", "neither end"),
    (SITE, CLIENTS, "Unknown", "neither end"),
    (SITE, "10.9.0.1", "Unknown", "neither end"),
    (SHOP, "masked", "Unknown", "the destination is no address"),
    (None, SHOP, "Unknown", "the source is no address"),
    ("168.63.129.16", "", "Unknown", "the destination is no address"),
]


@pytest.mark.parametrize(("src", "dst", "kind", "reason"), CASES)
def test_each_case_and_its_reason(src, dst, kind, reason, network):
    found, why = told(src, dst, network)
    assert found == kind and reason in why


def test_the_cases_have_every_flow_type():
    assert {kind for _, _, kind, _ in CASES} == {*FLOW_TYPES}


PLACES = {"vnet": ("10.1.", "10.2.", "20.0.0."), "vpn": ("192.168.7.",), "p2s": ("172.16.9.",)}


def one_by_one(src, dst):
    """The flow type by the texts alone, of addresses near those of KNOWN, without lists and feeds."""
    if "168.63.129.16" in (src, dst):
        return "AzurePublic"
    kinds = [next((k for k, heads in PLACES.items() if text.startswith(heads)), "") for text in (src, dst)]
    if "vnet" not in kinds:
        return "Unknown"
    if kinds == ["vnet", "vnet"]:
        shop = [text.startswith(("10.1.", "20.0.0.")) for text in (src, dst)]
        return "IntraVNet" if shop[0] == shop[1] else "InterVNet"
    other = dst if kinds[0] == "vnet" else src
    private = "UnknownPrivate" if ip_address(other) in ip_network("10.0.0.0/8") else ""
    private = private or ("UnknownPrivate" if other.startswith(("192.168.", "172.16.")) else "ExternalPublic")
    return {"vpn": "S2S", "p2s": "P2S"}.get(kinds[0] if other == src else kinds[1], private)


NEAR = st.sampled_from(["10.1.", "10.2.", "10.3.", "20.0.", "192.168.", "172.16.", "45.9."]).flatmap(
    lambda head: st.builds(
        lambda a, b: f"{head}{a}.{b}", st.sampled_from([0, 1, 6, 7, 8, 9]), st.integers(0, 255)
    )
) | st.just("168.63.129.16")


@examples(40)
@hypothesis_given(st.lists(st.tuples(NEAR, NEAR), min_size=1, max_size=30))
def test_one_by_one(pairs):
    table = pd.DataFrame(pairs, columns=["src_ip", "dst_ip"])
    assert flow_type(table, network=given())["flow_type"].tolist() == [one_by_one(*pair) for pair in pairs]


def test_other_files_are_named_where_they_would_tell():
    assert "ServiceTags_Public.json would tell" in told("8.8.8.8", SHOP, given())[1]
    assert told("10.0.0.4", "10.0.0.5", ["10.0.0.0/8"])[1].startswith("both ends are own, and no file says")
    assert told(SHOP, "10.9.0.1", Network(given().own, (*given().own, Network.of(["10.9.0.0/16"]).own[0]),
                                          given().context)) == (
        "Unknown", "the destination is own, and no file says in which virtual network; network.toml, or what "
        "`az network vnet list` gives, would tell")  # fmt: skip


def test_without_a_name_only_one_prefix_is_one_virtual_network():
    context = Context(
        tuple(KnownPrefix(Network.of([p]).own[0], kind="vnet") for p in ("10.1.0.0/16", "10.2.0.0/16"))
    )
    assert told(SHOP, "10.1.0.5", Network((), (), context))[0] == "IntraVNet"
    assert "are one virtual network" in told(SHOP, DATA, Network((), (), context))[1]


def test_a_table_without_nics_and_files_knows_no_virtual_network():
    assert told("10.0.0.4", "8.8.8.8", None)[0] == "Unknown"


def test_a_logged_nic_is_inside_without_any_file():
    rows = pd.DataFrame({"src_ip": ["10.0.0.4", "10.0.0.4"], "dst_ip": ["8.8.8.8", "192.168.1.1"],
                         "mac": "00AA", "direction": "outbound"})  # fmt: skip
    assert flow_type(rows)["flow_type"].tolist() == ["ExternalPublic", "UnknownPrivate"]


@pytest.mark.parametrize("dtype", ["str", "category", "object"])
def test_any_type_of_column_and_the_index_stays(dtype, network):
    pairs = pd.DataFrame([case[:2] for case in CASES], columns=["src_ip", "dst_ip"], dtype=dtype)
    pairs.index = pairs.index * 2 + 7
    found = flow_type(pairs, network=network)
    assert found["flow_type"].tolist() == [case[2] for case in CASES]
    assert found.index.equals(pairs.index)


def test_duckdb_says_what_pandas_says(network):
    pairs = pd.DataFrame([case[:2] for case in CASES], columns=["src_ip", "dst_ip"]).assign(
        n=range(len(CASES))
    )
    held = connection()
    held.register("given", pairs)
    engine = flow_type(held.sql("SELECT * FROM given"), network=network).df().sort_values("n")
    plain = flow_type(pairs, network=network)
    assert [*engine] == [*plain]
    for name in ("flow_type", "flow_type_reason"):
        assert engine[name].tolist() == plain[name].tolist()


def test_an_empty_table_has_the_columns():
    empty = flow_type(pd.DataFrame({"src_ip": [], "dst_ip": []}, dtype="str"))
    assert len(empty) == 0 and {"flow_type", "flow_type_reason"} <= {*empty.columns}


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnError, match="dst_ip"):
        flow_type(pd.DataFrame({"src_ip": ["10.0.0.4"]}))


def test_a_feed_s_name_stays_text(tmp_path):
    (tmp_path / "bad.txt").write_text("45.9.9.9\n")
    hostile = given(feeds=(FeedFile(Path(tmp_path / "bad.txt"), "{{7*7}}</script>"),))
    assert told("45.9.9.9", SHOP, hostile)[1] == "the source is in {{7*7}}</script>, date unknown"


@pytest.fixture
def samples(logs):
    return logs.flows


def test_the_samples_are_as_truth_json_says(samples):
    found = flow_type(samples, network=SAMPLES / "network.toml")["flow_type"].value_counts()
    assert found.to_dict() == TRUTH["flow_types"]
    assert sum(TRUTH["flow_types"].values()) == TRUTH["totals"]["rows"]


def test_truth_json_is_what_a_plain_reading_counts():
    rows, _ = read()
    pairs = rows.groupby(["src_ip", "dst_ip"]).size()
    inside = {end: [text.startswith(("10.", "2001:db8:30:")) for text in pairs.index.get_level_values(end)]
              for end in ("src_ip", "dst_ip")}  # fmt: skip
    both = pd.DataFrame(inside).all(axis=1).to_numpy()
    platform = [("168.63.129.16" in pair) for pair in pairs.index]
    within = TRUTH["flow_types"]["IntraVNet"] + TRUTH["flow_types"]["InterVNet"]
    assert pairs[both].sum() == within
    assert pairs[platform].sum() == TRUTH["flow_types"]["AzurePublic"]
