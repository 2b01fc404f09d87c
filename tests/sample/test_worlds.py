"""Any seed gives a world in which what truth.json states is found, and whose story says what its rows say.

python -m tests.sample.worlds 20      the same of twenty worlds
"""

import json
from collections import Counter
from ipaddress import ip_address, ip_network

import pandas as pd
import pytest

from nsgkit import NsgkitError
from nsgkit.__main__ import main
from nsgkit.sample import make_samples
from nsgkit.sample.company import network
from nsgkit.sample.company.network import DEMOVM
from nsgkit.sample.moments import LAST, offset
from nsgkit.sample.scenes.internet import NOISE
from nsgkit.sample.scenes.shop import CUSTOMERS
from nsgkit.sample.world import the_world
from tests.sample.worlds import WORDS, belonging, harmful, missing, played, untrue

MANY = [the_world(seed) for seed in range(300)]
SERVICES = {network.UPTIME, network.UPDATES, network.PAYMENTS, network.CHAT, *network.SAAS}
STAGES = [
    "first_probe", "vertical_scan", "knocking", "opened", "guessing", "inside", "beacon", "horizontal_scan",
    "to_files", "to_desk", "to_database", "staging", "remote_command", "upload",
]  # fmt: skip


@pytest.fixture(scope="module", params=[3, 8], ids=["a theft", "nobody gets in"])
def one(request):
    return played(request.param)


def test_each_planted_fact_is_found(one):
    assert [*missing(one)] == []


def test_each_story_says_what_its_rows_say(one):
    assert [*untrue(one)] == []


def test_the_totals_are_counted(one):
    totals = one.truth["totals"]
    assert len(one.flows) == totals["rows"]
    assert one.blobs["tuples"].sum() == totals["tuples"]
    assert one.rejects["tuple"].notna().sum() == totals["rejects"]


def test_its_rows_lie_in_its_two_days(one):
    assert one.flows["time"].min().isoformat() >= one.truth["span"]["first"][:19]
    assert one.flows["time"].max().isoformat() < one.truth["span"]["end"][:19]


def test_no_outsider_is_real(one):
    documentation = map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
    own = map(ip_network, ("10.0.0.0/8", "192.168.0.0/16", "168.63.129.16/32"))
    known = [*documentation, *own]
    seen = {ip_address(text) for text in {*one.flows["src_ip"], *one.flows["dst_ip"]}}
    assert [address for address in seen if not any(address in each for each in known)] == []


def test_who_got_in_is_told_by_a_fact_and_by_rows(one):
    success = [fact for fact in one.truth["facts"] if fact["kind"] == "brute force succeeded"]
    assert bool(success) is one.world.plot.entered
    cast = one.world.cast
    calls = one.flows[one.flows["dst_ip"].isin([cast.control, cast.drop])]
    assert (len(calls) > 0) is one.world.plot.entered


def test_every_harmful_kind_has_a_harmless_look_alike(one):
    """A scan, calls as regular as a beacon, a transfer as large as a theft: each has its double."""
    harmless = {fact["kind"] for fact in one.truth["facts"] if fact["harmless"]}
    assert {"scan", "monitoring", "backup", "rule opened"} <= harmless


def test_the_hours_of_habits_are_those_of_their_rows(one):
    told = {fact["id"]: fact for fact in one.truth["facts"]}
    for name in ("backup-of-the-database", "backup-download", "backup-to-the-warehouse", "scheduled-updates"):
        if fact := told.get(name):
            hour = WORDS[int(fact["first"][11:13])].replace("no", "midnight")
            assert f"at {hour} " in fact["story"].lower()
    scan = told["vulnerability-scanner"]
    assert f"{pd.Timestamp(scan['first']):%A} evening" in scan["story"]


def test_what_is_denied_is_denied(one):
    facts = harmful(one.truth)
    for kind in ("probe", "vertical scan", "denied attempts"):
        assert set(belonging(one.flows, facts[kind])["decision"]) == {"denied"}


def test_the_hole_is_where_truth_says_and_there_is_no_other(one):
    (gap,) = (odd for odd in one.truth["oddities"] if odd["kind"] == "gap")
    hours = one.blobs.groupby("mac")["hour"].agg(lambda each: {*each})
    full = set().union(*hours)
    assert len(full) == 48
    assert full - hours[gap["mac"]] == {*map(pd.Timestamp, gap["hours"])}
    late = one.blobs.loc[one.blobs["mac"] == one.world.naming.said(DEMOVM.mac), "hour"]
    assert sorted(len(those) for those in hours) == sorted([len(late), 48 - len(gap["hours"]), *[48] * 6])


def test_the_version_changes_where_truth_says(one):
    (switch,) = (odd for odd in one.truth["oddities"] if odd["kind"] == "version switch")
    office = one.flows[one.flows["mac"].isin(switch["macs"])]
    old = office.loc[office["version"] == 1, "record_time"]
    assert old.max() < pd.Timestamp(switch["first"]) <= office["record_time"].drop(old.index).min()


def test_the_door_is_the_one_in_nsg_json(one):
    rules = [rule for nsg in json.loads(one.files["nsg.json"]) for rule in nsg["securityRules"]]
    (door,) = (rule for rule in rules if rule["name"].startswith("Temp-"))
    assert door["access"] == "Deny"
    assert door["destinationAddressPrefix"] == one.world.naming.said(f"{one.world.cast.entered.ip}/32")
    assert {door["destinationPortRange"]} == {
        *map(str, belonging(one.flows, harmful(one.truth)["rule opened"])["dst_port"])
    }


def test_the_readme_is_of_its_own_days(one):
    assert f"--seed {one.world.seed}\n" in one.files["README.md"]
    assert "2024" not in one.files["README.md"] + one.files["feed.csv"] + one.files["known.toml"]
    assert "real addresses" not in one.files["README.md"]


def test_a_seed_gives_one_world_and_another_seed_another():
    assert the_world(5) == the_world(5)
    assert len({(world.start, world.cast, world.plot) for world in MANY}) == len(MANY)


def test_outsiders_of_the_incident_are_nobody_else():
    pools = {*CUSTOMERS, *NOISE, *SERVICES, "203.0.113.200", "198.51.100.250"}
    for world in MANY:
        cast = world.cast
        outsiders = {cast.lookout, cast.guesser, cast.control, cast.drop, cast.contractor}
        assert len(outsiders) == 5
        assert not outsiders & pools
        assert cast.prober in NOISE


def test_the_stages_come_in_their_order_and_end_with_the_logs():
    for world in MANY:
        begun = {stage: offset(getattr(world.plot.times, stage)) for stage in STAGES}
        times = [*begun.values()]
        if begun["to_desk"] < begun["to_files"]:  # which of the two comes first is drawn
            here, there = (STAGES.index(stage) for stage in ("to_files", "to_desk"))
            times[here], times[there] = times[there], times[here]
        assert times == sorted(set(times))
        assert times[-1] + (world.plot.upload_minutes + 3) * 60_000 < offset(LAST)
        assert offset(world.plot.times.inside) < offset(world.plot.times.shut)


def test_one_world_of_five_is_without_a_break_in_and_every_choice_comes_up():
    outcomes = Counter(world.plot.outcome for world in MANY)
    assert 0.13 < outcomes["nothing"] / len(MANY) < 0.27
    assert outcomes["theft"] > outcomes["foothold"] > 0
    assert {world.plot.port for world in MANY} == {22, 3389, 5985}
    files_first = [offset(w.plot.times.to_files) < offset(w.plot.times.to_desk) for w in MANY]
    assert 0.4 < sum(files_first) / len(MANY) < 0.6
    assert {world.cast.entered.name for world in MANY} == {"JUMP1", "WEB1", "WEB2"}
    assert {world.cast.desk.name for world in MANY} == {"WS1", "WS2"}


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, None])
def test_a_seed_that_is_none_is_refused_in_one_sentence(seed):
    with pytest.raises(NsgkitError, match="is no whole number from 0 on"):
        make_samples(seed)


def test_the_command_takes_a_seed(tmp_path, capsys):
    assert main(["sample", str(tmp_path / "here"), "--seed", "-1"]) == 1
    assert "The seed -1 is no whole number from 0 on" in capsys.readouterr().err
