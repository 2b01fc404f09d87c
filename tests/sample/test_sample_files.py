"""What lies beside the sample's logs agrees with them, and is read without a problem."""

import csv
import json

import pandas as pd
import pytest

from nsgkit.enrich import own_networks
from nsgkit.enrich.files import read_file
from tests.sample.reader import SAMPLES, read


@pytest.fixture(scope="module")
def network():
    return own_networks(None, SAMPLES / "network.toml")


def addresses():
    table, _ = read()
    return {*table["src_ip"], *table["dst_ip"]}


def told(network, addresses, what):
    found = network.told(pd.Index(sorted(addresses)), what)
    return dict(zip(sorted(addresses), found, strict=True))


def test_all_of_it_is_read_without_a_problem(network):
    assert network.problems == ()
    names = ["network.toml", "vnets.json", "nics.json", "geofeed.csv"]
    assert [each.path.name for each in network.context.files] == names


def test_the_nics_are_those_of_the_logs():
    table, _ = read()
    nics = json.loads((SAMPLES / "nics.json").read_text("utf-8"))
    assert {nic["macAddress"].replace("-", "") for nic in nics} == {*table["mac"]}
    assert {config["privateIPAddress"] for nic in nics for config in nic["ipConfigurations"]} <= addresses()


def test_each_file_alone_names_a_machine_as_the_others_do():
    hosts = {
        str(each.prefix): each.name for each in read_file(SAMPLES / "network.toml").prefixes if each.role
    }
    alone = {str(each.prefix): each.name for each in read_file(SAMPLES / "nics.json").prefixes}
    assert len(alone) == 10
    assert all(hosts[prefix] == name for prefix, name in alone.items())


def test_every_own_address_has_a_name_and_every_placed_one_coordinates(network):
    seen = addresses()
    inside = {a for a in seen if network.holds(a)}
    unnamed = {a for a, each in told(network, inside, "name").items() if each is None}
    assert unnamed == {"168.63.129.16"}  # Azure's platform, inside whatever network is given
    placed = {a: each for a, each in told(network, seen, "country").items() if each}
    assert len(placed) > 600
    assert {each.city for each in placed.values() if each.lat is None} == set()


def test_the_feed_names_the_two_of_the_incident_a_harmless_one_and_some_that_never_came(network):
    (feed,) = network.context.feeds
    lines = feed.path.read_text("utf-8").splitlines()
    named = {row["ip"] for row in csv.DictReader(line for line in lines if not line.startswith("#"))}
    truth = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
    guilty = {
        value
        for fact in truth["facts"]
        if not fact["harmless"]
        for values in fact["entities"].values()
        for value in values
    }
    assert (feed.name, feed.date) == ("Invented feed", "2024-12-17")
    assert named & guilty == {"203.0.113.199", "203.0.113.222"}
    assert (named & addresses()) - guilty == {"198.51.100.81"}
    assert len(named - addresses()) == 3
