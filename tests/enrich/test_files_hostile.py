"""Files in which anything may stand anywhere: entries and problems come out, and no exception."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nsgkit.enrich.context import Context, Problem
from nsgkit.enrich.files.azure import read_resources
from nsgkit.enrich.files.network_toml import KEYS, read_network_toml
from nsgkit.enrich.overlaps import overlaps

AZ = (
    "name", "id", "addressSpace", "addressPrefixes", "addressPrefix", "subnets", "virtualNetworkPeerings",
    "remoteAddressSpace", "remoteVirtualNetwork", "ipConfigurations", "privateIPAddress", "publicIPAddress",
    "subnet", "virtualMachine", "network", "privateIpAddresses", "publicIpAddresses", "ipAddress",
    "securityRules", "networkInterfaces", "properties",
)  # fmt: skip
SCALARS = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=5),
    st.sampled_from(["10.1.0.0/16", "10.1.0.7", "2001:db8::/32", "/a/virtualNetworks", "0.0.0.0/0", "GB"]),
)  # fmt: skip


def nested(keys):
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=4),
        max_leaves=12,
    )


@given(st.lists(nested(AZ) | st.dictionaries(st.sampled_from(AZ), nested(AZ) | st.none()), max_size=3))
def test_any_list_of_resources_gives_entries_and_problems(listed):
    for said in read_resources(listed, "list.json"):
        assert said.text() if isinstance(said, Problem) else said.prefix.prefixlen >= 7 or not said.own


def toml(value):
    """Write a value as TOML does."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return repr(value) if "e" not in repr(value) else "nan"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


NAMES = tuple({key for keys in KEYS.values() for key in keys})


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS[""]), nested(NAMES)))
def test_any_network_toml_gives_entries_and_problems(tmp_path_factory, told):
    path = tmp_path_factory.getbasetemp() / "network.toml"
    text = "".join(f"{key} = {toml(value)}\n" for key, value in told.items())
    context = read_network_toml(path, text, lambda _: Context())
    told_of = [*context.problems, *overlaps(context.prefixes)]
    assert all(problem.text().startswith("network.toml, ") for problem in told_of)
