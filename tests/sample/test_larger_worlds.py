"""Days before the story, more machines, an internet of a real one's size: what is told stays true, and found.

python -m tests.sample.worlds 6 --days 4 --nics 12 --internet      the same of six larger worlds
"""

import json
import tomllib

import pytest

from nsgkit import NsgkitError, sample
from nsgkit.__main__ import main
from nsgkit.enrich import flow_type, own_networks
from nsgkit.sample import make_samples
from nsgkit.sample.company.network import DEMOVM
from nsgkit.sample.world import the_world
from tests.sample.worlds import belonging, miscounted, missing, played, untrue

HOW = {"days": 3, "nics": 10, "internet": True}
SEED = 4


@pytest.fixture(scope="module")
def one():
    return played(SEED, **HOW)


def test_each_planted_fact_is_found(one):
    assert [*missing(one)] == []


def test_each_story_says_what_its_rows_say(one):
    assert [*untrue(one)] == []


def test_the_totals_are_counted(one):
    assert [*miscounted(one)] == []


def test_the_flow_types_are_those_that_the_kit_gives(one, tmp_path):
    (tmp_path / "network.toml").write_text(one.files["network.toml"].replace("files = ", "# "), "utf-8")
    (tmp_path / "feed.csv").write_text(one.files["feed.csv"], "utf-8")
    found = flow_type(one.flows, network=own_networks(None, tmp_path / "network.toml"))
    assert found["flow_type"].value_counts().to_dict() == one.truth["flow_types"]


def test_the_rows_lie_in_the_days_asked_for(one):
    span = one.truth["span"]
    assert (one.world.end - one.world.start) // 86_400_000 == HOW["days"]
    assert span["first"][:19] <= one.flows["time"].min().isoformat()
    assert one.flows["time"].max().isoformat() < span["end"]


def test_each_machine_has_a_blob_each_hour_but_for_the_hole(one):
    (gap,) = (odd for odd in one.truth["oddities"] if odd["kind"] == "gap")
    hours = one.blobs.groupby("mac")["hour"].nunique().to_dict()
    assert len(hours) == HOW["nics"]
    assert hours.pop(one.world.naming.said(DEMOVM.mac)) < 24
    assert hours.pop(gap["mac"]) == 24 * HOW["days"] - len(gap["hours"])
    assert {*hours.values()} == {24 * HOW["days"]}


def test_each_machine_is_known_where_the_company_knows_its_machines(one):
    table = tomllib.loads(one.files["network.toml"])
    machines = {host["mac"]: host for host in table["hosts"] if "mac" in host}
    nics = {nic["macAddress"].replace("-", ""): nic for nic in json.loads(one.files["nics.json"])}
    groups = [nic["id"] for nsg in json.loads(one.files["nsg.json"]) for nic in nsg["networkInterfaces"]]
    assert machines.keys() == nics.keys() == {*one.flows["mac"]}
    assert sorted(groups) == sorted(nic["id"] for nic in nics.values())
    for mac, host in machines.items():
        told = [each["privateIPAddress"] for each in nics[mac]["ipConfigurations"]]
        assert told == host["addresses"]
        assert f"| {host['name']} | {host['role']} | {', '.join(told)} | {mac} |" in one.files["README.md"]


def test_the_last_two_days_say_the_same_without_the_others(one):
    """An ordinary day more, a machine more, an outsider more: the story's own tuples are what they were."""
    alone = played(SEED)
    for fact in (
        fact for fact in one.truth["facts"] if not fact["harmless"] and fact["kind"] != "rule opened"
    ):
        here, there = (
            belonging(each.flows, fact).drop(columns=["record_time", "direction"], errors="ignore")
            for each in (one, alone)
        )
        columns = ["time", "mac", "src_ip", "dst_ip", "src_port", "dst_port", "bytes_src_to_dst"]
        assert here[columns].astype(str).to_numpy().tolist() == there[columns].astype(str).to_numpy().tolist()


def test_the_readme_tells_the_days_and_how_they_are_made(one):
    text = one.files["README.md"]
    assert f"--seed {SEED} --days 3 --nics 10 --internet\n" in text
    assert "\nThree days of flow logs, " in text
    assert "The first day is an ordinary one: the story takes the last two." in text
    assert "5,000 outsiders more, of 198.18.0.0/15 and 2001:db8:c00::/38" in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"days": 1}, "days=1: give a whole number from 2 to 31"),
        ({"days": 32}, "days=32: give a whole number from 2 to 31"),
        ({"days": 2.5}, "days=2.5: give a whole number"),
        ({"days": True}, "days=True: give a whole number"),
        ({"nics": 7}, "nics=7: give a whole number from 8 to 32. Fewer cannot be"),
        ({"nics": 33}, "nics=33: give a whole number from 8 to 32"),
        ({"nics": "9"}, "nics='9': give a whole number"),
        ({"internet": 1}, "internet=1: give True or False"),
    ],
)
def test_a_world_that_cannot_be_is_refused_in_one_sentence(given, said):
    with pytest.raises(NsgkitError) as refused:
        make_samples(7, **given)
    assert str(refused.value).startswith(said)


def test_the_command_takes_them(tmp_path, capsys, monkeypatch):
    asked = {}
    monkeypatch.setattr("nsgkit.sample.make_samples", lambda seed, **how: asked.update(how, seed=seed) or {})
    assert main(["sample", str(tmp_path), "--seed", "7", "--days", "5", "--nics", "12", "--internet"]) == 0
    assert asked == {"seed": 7, "days": 5, "nics": 12, "internet": True}
    assert main(["sample", str(tmp_path)]) == 0
    assert asked == {"seed": 0, "days": 2, "nics": 8, "internet": False}
    assert "0 files in " in capsys.readouterr().out


def test_a_larger_world_shows_its_progress_and_the_kits_own_none(capsys, monkeypatch):
    monkeypatch.setattr("nsgkit.progress.DELAY", 0)
    monkeypatch.setattr("nsgkit.sample._SCENES", ())  # which take long
    monkeypatch.setattr("nsgkit.sample.defects.add_defects", lambda *_: None)
    for how in ({"nics": 9}, {"days": 3}, {"internet": True}):
        sample._hours(the_world(1, **how))
        assert "Playing: " in capsys.readouterr().err
    sample._hours(the_world(1))
    assert capsys.readouterr().err == ""
