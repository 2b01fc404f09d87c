"""Another world's company has other names, addresses, MACs and GUIDs, and nothing of the sample's own."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.sample import make_samples
from nsgkit.sample.company.naming import ITS_OWN, drawn_naming
from nsgkit.sample.company.network import HOSTS, SUBSCRIPTION
from nsgkit.sample.world import the_world

OWN = re.compile(
    rb"(?<![\d.])10\.(?:20|30)\.|192\.168\.40\.|2001:db8:30:|marsh ?lane|000D3AB1A|6045BD8E23|0022489C31"
    + b"|" + SUBSCRIPTION.encode(),
    re.IGNORECASE,
)  # fmt: skip


@pytest.fixture(scope="module")
def files():
    return make_samples(3)


def test_nothing_of_the_sample_company_is_left(files):
    assert not {name for name, content in files.items() if OWN.search(name.encode() + b"\n" + content)}


def test_the_platform_and_everybody_s_own_keep_their_names(files):
    text = b"".join(files.values())
    assert b"168.63.129.16" in text and b"00000000-0000-0000-0000-000000000000" in text
    assert b"2001:db8:f0::" in files["geofeed.csv"] + text


@pytest.mark.parametrize("seed", range(40))
def test_every_record_stays_as_long_as_it_was(seed):
    naming = drawn_naming(Random(seed))
    lines = [f",{host.ip},{host.mac},{host.ip6 or ''},{SUBSCRIPTION},MARSHLANE,10.0.0.4," for host in HOSTS]
    assert [len(naming.said(line)) for line in lines] == [*map(len, lines)]
    assert all(naming.said(naming.said(line)).startswith(naming.said(line)[:20]) for line in lines)


@given(st.integers(0, 500), st.sampled_from(HOSTS))
def test_what_is_said_can_be_meant_again(seed, host):
    naming = drawn_naming(Random(seed))
    for text in filter(None, (host.ip, host.ip6, host.mac)):
        assert naming.said(text) != text
        assert naming.meant(naming.said(text)) == text


@pytest.mark.parametrize("text", ["2001:db8:f0::123", "10.0.0.0/8", "110.20.3.4", "1.10.20.3", "203.0.113.9"])
def test_what_is_not_the_company_s_is_left_alone(text):
    assert drawn_naming(Random(5)).said(text) == text


def test_the_sample_that_the_kit_comes_with_has_its_own():
    assert the_world(0).naming == ITS_OWN
    assert ITS_OWN.said("WEB1 10.20.1.4") == "WEB1 10.20.1.4"
