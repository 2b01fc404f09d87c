"""What is planted is found by its detection with default thresholds, and little else: also on other days.

python -m pytest -m slow tests/detections/test_truth.py      twenty worlds
python -m tests.detections.test_truth 20                     precision and recall of each detection
"""

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest

import nsgkit
from nsgkit.detections import findings
from nsgkit.detections.kinds import KINDS
from nsgkit.enrich import own_networks
from nsgkit.sample import write_samples
from tests.enrich.told import with_geofeed
from tests.internet import ADMIN_EDGE, GATE, INTRUDER, UPLOAD

KNOWN = "data/samples/known.toml"
# Which kind of fact is found by which detection.
PLANTED = {
    "vertical scan": ["vertical scan"],
    "rule opened": ["exposed port"],
    "brute force": ["brute force", "allowed after denied"],
    "beacon": ["beacon"],
    "horizontal scan": ["horizontal scan", "sequential test"],
    "lateral movement": ["new internal edge"],
    "large upload": ["large transfer out", "first-seen external peer", "rare place"],
}
SPARE = 2  # findings of one kind beyond the planted ones


def wanted(truth):
    """Return {(kind, src, dst, port)}; None is anything. A fact of an opened rule does not name the door."""
    harmful = [fact for fact in truth.values() if not fact["harmless"]]
    (door,) = (fact["entities"] for fact in harmful if fact["kind"] == "denied attempts")
    found = set()
    for fact in harmful:
        entities = door | {"src_ip": [None]} if fact["kind"] == "rule opened" else fact["entities"]
        ends = tuple(entities.get(end, [None])[0] for end in ("src_ip", "dst_ip", "dst_port"))
        found |= {(kind, *ends) for kind in PLANTED.get(fact["kind"], ())}
    return found


def meets(finding, planted):
    """Tell whether a finding is the planted one; where it names many, any of them will do."""
    ends = [finding[name] for name in ("src_ip", "dst_ip", "dst_port")]
    pairs = zip(ends, planted[1:], strict=True)
    return finding["kind"] == planted[0] and all(pd.isna(a) or b is None or a == b for a, b in pairs)


def compared(found, planted):
    """Return which planted ones were found, and how many others each kind has."""
    here, others = set(), Counter()
    for _, finding in found.iterrows():
        same = {one for one in planted if meets(finding, one)}
        here |= same
        others[finding["kind"]] += not same
    return here, others


def found_in(conversations, known=KNOWN):
    """With the samples' geofeed: without, nothing says where their documentation addresses are."""
    return findings(conversations, known=known, network=with_geofeed(conversations))


@pytest.fixture(scope="module")
def found(stitched):
    return found_in(stitched)


def test_every_detection_that_has_a_planted_case_is_asked(truth):
    asked = {kind for kinds in PLANTED.values() for kind in kinds}
    nothing_planted = {"block scan", "burst", "strobe", "long connection", "DNS by volume", "sudden rise"}
    assert asked | nothing_planted == {kind.name for kind in KINDS}
    harmful = {fact["kind"] for fact in truth.values() if not fact["harmless"]}
    assert harmful - PLANTED.keys() == {"probe", "denied attempts", "brute force succeeded", "staging"}


def test_all_that_is_planted_is_found_and_little_else(found, truth):
    here, others = compared(found[found["known"].isna()], wanted(truth))
    assert here == wanted(truth)
    assert max(others.values()) <= SPARE
    assert {kind for kind, count in others.items() if count} == {"new internal edge", "sudden rise"}


def test_the_success_of_the_guessing(found, truth):
    figures = found.loc[found["kind"] == "brute force", "figures"].item()
    begin, end = (pd.Timestamp(truth["ssh-success"][name]) for name in ("first", "last"))
    assert figures["success"] and begin <= figures["success_at"] <= end


def test_every_look_alike_is_silent(found, truth):
    """What the company knows is in its known.toml: its scanner, and the chat window."""
    open_ones = found[found["known"].isna()]
    harmless = {name: fact["entities"] for name, fact in truth.items() if fact["harmless"]}
    for name, entities in harmless.items():
        ends = [end for end in ("src_ip", "dst_ip") if end in entities]
        loud = [open_ones[end].isin(entities[end]) for end in ends]
        assert not pd.concat(loud, axis=1).all(axis=1).any(), name


def test_without_the_allow_list_the_scanner_and_the_chat_are_found(stitched):
    known = findings(stitched, known=KNOWN)["known"].dropna()
    assert {text.split(" (")[0] for text in known} == {
        "the company's own vulnerability scanner", "the chat window that accounts leaves open",
    }  # fmt: skip


def test_one_incident_tells_the_whole_story(found):
    worst = nsgkit.detections.incidents(found).iloc[0]
    for host in ("203.0.113.199", "10.20.0.4", "203.0.113.222", "10.20.3.4", "10.30.1.5", "198.51.100.240"):
        assert host in worst["hosts"]
    assert worst["findings"] == (found["incident"] == 1).sum() == 15


def test_the_second_network(internet):
    """5,000 outsiders in a day: few findings to read, and the planted ones first."""
    found = findings(internet)
    first = found.head(15)
    assert len(found) < 40
    for planted in [
        ("new internal edge", *ADMIN_EDGE), ("large transfer out", *UPLOAD),
        ("first-seen external peer", *UPLOAD), ("allowed after denied", INTRUDER, GATE.ip, 3389),
        ("exposed port", None, GATE.ip, 3389),
    ]:  # fmt: skip
        assert any(meets(finding, planted) for _, finding in first.iterrows()), planted


def seldom_called(conversations, address):
    """Whether an address has less than a thousandth of what reached the outside: else no place is rare."""
    network = own_networks(conversations)
    src, dst = (network.is_inside(conversations[end]) for end in ("src_ip", "dst_ip"))
    answered = conversations["answered"].astype(object).ne(False)  # nobody counted: it may have been
    out = conversations[src & ~dst & (conversations["decision"] == "allowed") & answered]
    return (out["dst_ip"] == address).mean() < 0.001


def other_day(seed):
    """Return what was found of another world, what else was, and what is planted in it."""
    with TemporaryDirectory() as folder:
        write_samples(folder, seed)
        conversations = nsgkit.conversations(nsgkit.read_logs(folder).flows)
        facts = json.loads(Path(folder, "truth.json").read_text("utf-8"))["facts"]
        found = found_in(conversations, Path(folder, "known.toml"))
    planted = wanted({fact["id"]: fact for fact in facts})
    planted = {one for one in planted if one[0] != "rare place" or seldom_called(conversations, one[2])}
    return *compared(found[found["known"].isna()], planted), planted


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in range(2, 21))])
def test_on_another_day(seed):
    here, others, planted = other_day(seed)
    assert here == planted
    assert max(others.values()) <= SPARE, others


def measure(seeds):
    """Print how many planted ones each detection found, and how many others, over so many days."""
    there, hits, others = Counter(), Counter(), Counter()
    for seed in range(1, seeds + 1):
        here, beside, planted = other_day(seed)
        there.update(one[0] for one in planted)
        hits.update(one[0] for one in here)
        others.update(beside)
        print(f"world {seed}: missed {sorted(map(str, planted - here))}, others {dict(+beside)}")
    for kind in (kind.name for kind in KINDS):
        told = hits[kind] + others[kind]
        recall = f"{hits[kind] / there[kind]:.0%}" if there[kind] else "nothing planted"
        precision = f"{hits[kind] / told:.0%}" if told else "-"
        print(f"{kind:26} recall {recall:16} precision {precision:5} others {others[kind]}")


if __name__ == "__main__":
    measure(int(sys.argv[1]))
