"""What the panel of an address says beside the logs: each with who says so, and unknown where nobody does."""

import pytest

import nsgkit
from nsgkit.enrich import Network, own_networks
from nsgkit.explore.traffic.known import known_of
from nsgkit.explore.traffic.life import life_panel
from nsgkit.explore.traffic.question import Traffic
from tests.explore.test_named import shown
from tests.explore.test_traffic import HOSTILE
from tests.frames import flows

TOML = """
own = ["10.0.0.0/16"]
[[networks]]
prefix = "10.0.0.0/16"
name = "hub"
site = "VNET-HUB"
kind = "vnet"
[[feeds]]
path = "feed.csv"
name = "Invented feed"
date = "2024-12-01"
"""
GEOFEED = "203.0.113.0/24,CL,CL-RM,Santiago,\n"
FEED = "address,category\n203.0.113.9,brute force\n"


@pytest.fixture(scope="module")
def held():
    return nsgkit.conversations(flows("09:00:00 203.0.113.9:5000 10.0.0.4:22 TCP I A B"))


@pytest.fixture(scope="module")
def own(tmp_path_factory, held):
    folder = tmp_path_factory.mktemp("files")
    for name, text in (("network.toml", TOML), ("geofeed.csv", GEOFEED), ("feed.csv", FEED)):
        (folder / name).write_text(text, "utf-8")
    return own_networks(held, [folder / "network.toml", folder / "geofeed.csv"])


def test_an_attacker_has_a_country_a_feed_and_a_flow_type(held, own):
    said = dict(known_of("203.0.113.9", held, own))
    assert said["Scope"].startswith("documentation, ")
    assert "(CL), by geofeed.csv" in said["Country"]
    assert said["Threat"] == "Invented feed (brute force), 2024-12-01"
    assert said["Flow types"].startswith("MaliciousFlow (1): ")
    assert said["Scanner"] == "on no published list"


def test_an_own_machine_has_its_site_and_who_says_so(held, own):
    said = dict(known_of("10.0.0.4", held, own))
    assert said["Site"].startswith("VNET-HUB, by network.toml")
    assert said["Scope"].startswith("own, ")


def test_what_no_file_tells_is_unknown_and_says_what_would_tell_it(held):
    said = dict(known_of("203.0.113.9", held, Network.of(["10.0.0.0/16"])))
    assert said["Threat"] == "unknown: no feed was given"
    assert said["Service tag"] == "unknown: no list of service tags was given"
    assert said["Country"].startswith("unknown: ")


def test_the_panel_shows_it_and_of_a_port_there_is_nothing_to_know(held, own):
    traffic = Traffic(None, held, given=own)
    assert "Invented feed (brute force)" in shown(life_panel(traffic, "address", "203.0.113.9", print, print))
    assert "Beside the logs" not in shown(life_panel(traffic, "port", "22", print, print))


def test_what_a_file_says_is_text(held, tmp_path):
    hostile = " ".join(HOSTILE).replace('"', "'")
    text = TOML.replace("VNET-HUB", hostile).partition("[[feeds]]")[0]
    (tmp_path / "network.toml").write_text(text, "utf-8")
    traffic = Traffic(None, held, given=tmp_path / "network.toml")
    panel = shown(life_panel(traffic, "address", "10.0.0.4", print, print))
    assert "onerror" in panel
    assert not any(code in panel for code in ("<img", "{{7", "${", "\u202e", "</script"))
