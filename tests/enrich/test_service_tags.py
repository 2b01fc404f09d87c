"""Which service tag an address has: the most specific, by a file as Microsoft publishes it."""

import json
import os
from ipaddress import ip_address, ip_network

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.enrich import Network, service_tag
from nsgkit.enrich.context import Context
from nsgkit.enrich.labels.service_tags import read_service_tags
from nsgkit.errors import NsgkitError
from tests.engines import connection


def tag(name, *prefixes, region=""):
    return {"name": name, "id": name, "properties": {
        "changeNumber": 3, "region": region, "regionId": 0, "platform": "Azure", "systemService": "",
        "addressPrefixes": [*prefixes], "networkFeatures": ["API", "NSG"]}}  # fmt: skip


def write(path, *tags, text=None):
    told = {"changeNumber": 241, "cloud": "Public", "values": [*tags]}
    path.write_text(text if text is not None else json.dumps(told, indent=2), "utf-8")
    return path


TAGS = (
    tag("AzureCloud", "20.0.0.0/8", "2603::/16"),
    tag("AzureCloud.northeurope", "20.1.0.0/16", "20.1.2.0/24", "20.1.9.0/24", region="northeurope"),
    tag("Storage", "20.1.0.0/16", "20.1.2.0/24", "2603:1::/32"),
    tag("Storage.NorthEurope", "20.1.2.0/24", region="northeurope"),
    tag("Sql", "20.3.0.0/24"),
    tag("AppService", "20.3.0.0/24", "20.3.0.7/32"),
)


@pytest.fixture
def network(tmp_path):
    return given_files(write(tmp_path / "ServiceTags_Public.json", *TAGS))


def given_files(*paths):
    return Network((), (), Context(service_tags=paths))


def told(text, network):
    found = service_tag(pd.DataFrame({"src_ip": [text], "dst_ip": [None]}), network=network)
    return None if found["src_service_tag"].isna().item() else found["src_service_tag"].item()


@pytest.mark.parametrize(("text", "name"), [
    ("20.9.0.1", "AzureCloud"), ("20.1.0.0", "Storage"), ("20.1.255.255", "Storage"),
    ("20.2.0.0", "AzureCloud"),
    ("20.1.2.0", "Storage.NorthEurope"), ("20.1.2.255", "Storage.NorthEurope"), ("20.1.3.0", "Storage"),
    ("20.1.9.1", "Storage"), ("20.3.0.1", "AppService, Sql"), ("20.3.0.7", "AppService"),
    ("2603:1::9", "Storage"), ("2603:2::9", "AzureCloud"), ("::ffff:20.1.2.9", "Storage.NorthEurope"),
    ("19.255.255.255", None), ("21.0.0.0", None), ("2604::", None), ("masked", None), ("", None),
])  # fmt: skip
def test_the_most_specific_tag_counts(text, name, network):
    assert told(text, network) == name


def one_by_one(text, tags):
    """A slow way: every prefix of every tag; a service before all of Azure, then length, then a region."""
    holding = []
    for each in tags:
        for prefix in each["properties"]["addressPrefixes"]:
            if ip_address(text) in ip_network(prefix):
                name = each["name"]
                key = (name.startswith("AzureCloud"), -ip_network(prefix).prefixlen, "." not in name)
                holding.append((key, name))
    return ", ".join(sorted({name for key, name in holding if key == min(holding)[0]})) or None


PREFIX = st.builds(lambda n, bits: str(ip_network((20 << 24 | n << 20, bits), strict=False)),
                   st.integers(0, 15), st.integers(8, 16))  # fmt: skip
NAMES = ("AzureCloud", "AzureCloud.westeurope", "Storage", "Storage.WestEurope", "Sql", "Sql.WestEurope")
LISTS = st.dictionaries(st.sampled_from(NAMES), st.lists(PREFIX, max_size=4), min_size=1)


@given(LISTS, st.lists(st.integers(0, 2**24 - 1).map(lambda n: str(ip_address((20 << 24) + n))), max_size=8))
def test_one_by_one(tmp_path_factory, lists, texts):
    tags = [tag(name, *prefixes) for name, prefixes in lists.items()]
    path = write(tmp_path_factory.mktemp("tags") / "tags.json", *tags)
    assert read_service_tags(path).find(pd.Index(texts, dtype="str")) == [one_by_one(t, tags) for t in texts]


def test_the_source_says_file_and_change(tmp_path):
    path = write(tmp_path / "ServiceTags_Public_20241216.json", *TAGS)
    assert read_service_tags(path).source == "ServiceTags_Public_20241216.json, change 241"


def test_without_a_file_nothing_is_known():
    assert told("20.1.2.0", Network.of([])) is None


def test_of_two_files_the_first_that_knows_counts(tmp_path):
    other = write(tmp_path / "gov.json", tag("Sql.USGov", "20.1.2.0/24", "52.1.0.0/16"))
    network = given_files(write(tmp_path / "public.json", *TAGS), other)
    assert told("20.1.2.1", network) == "Storage.NorthEurope"
    assert told("52.1.0.1", network) == "Sql.USGov"


def test_a_file_that_has_changed_is_read_anew(tmp_path):
    path = write(tmp_path / "tags.json", tag("Sql", "20.0.0.0/8"))
    assert told("20.0.0.1", given_files(path)) == "Sql"
    write(path, tag("New", "20.0.0.0/8"))
    os.utime(path, (1, 1))
    assert told("20.0.0.1", given_files(path)) == "New"


def test_as_az_gives_it_and_with_a_mark_of_byte_order(tmp_path):
    told_by_az = {"changeNumber": "241", "cloud": "Public", "id": "x", "type": "t", "nextLink": None,
                  "values": [tag("Sql", "20.0.0.0/8") | {"serviceTagChangeNumber": "1"}]}  # fmt: skip
    path = tmp_path / "az.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(told_by_az).encode())
    assert told("20.0.0.1", given_files(path)) == "Sql"


@pytest.mark.parametrize(("text", "message"), [
    ("{", "is no list of service tags"), ("[]", "is no list of service tags"), ("{}", "values"),
    ('{"values": [{"name": "Sql"}]}', "properties"),
    ('{"values": [{"name": "Sql", "properties": {"addressPrefixes": ["20.0.0.0/33"]}}]}', "20.0.0.0/33"),
    ('{"values": [{"name": "Sql", "properties": {"addressPrefixes": [20]}}]}', "is no list of service tags"),
    ("\x00", "is no list of service tags"),
])  # fmt: skip
def test_a_broken_file_is_one_error_that_names_it(tmp_path, text, message):
    path = write(tmp_path / "ServiceTags.json", text=text)
    with pytest.raises(NsgkitError, match=f"ServiceTags.json.*{message}.*56519"):
        read_service_tags(path)


def test_no_file_is_one_error(tmp_path):
    with pytest.raises(NsgkitError, match=r"gone\.json cannot be read"):
        told("20.0.0.1", given_files(tmp_path / "gone.json"))


def test_a_name_stays_text(tmp_path):
    path = write(tmp_path / "tags.json", tag("{{7*7}}<script>", "20.0.0.0/8"))
    assert told("20.0.0.1", given_files(path)) == "{{7*7}}<script>"


def test_duckdb_says_what_pandas_says(network):
    table = pd.DataFrame({"src_ip": ["20.1.2.0", "masked", None], "dst_ip": "20.3.0.1", "n": range(3)})
    held = connection()
    held.register("given", table)
    engine = service_tag(held.sql("SELECT * FROM given"), network=network).df().sort_values("n")
    plain = service_tag(table, network=network)
    assert engine["src_service_tag"].fillna("").tolist() == ["Storage.NorthEurope", "", ""]
    assert engine["dst_service_tag"].tolist() == plain["dst_service_tag"].tolist()
