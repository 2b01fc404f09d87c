"""The sequential test: against a plain loop, on the planted scan, and on what it must leave alone."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsgkit
from nsgkit.detections import proof, sequential_scanners
from nsgkit.detections.scans.sequential import Trial, walk
from nsgkit.errors import NsgkitError
from tests.frames import flows

LINE, BENIGN, STEP = log(99), -log(99), log(4)
DEFAULT = Trial(STEP, -STEP, LINE, BENIGN)
FAILED, ANSWERED = ("O D B",), ("O A B", "O A E 3/180 3/900")


def contacts(*ended, source="10.0.0.4"):
    """The conversations of first contacts with one address after another, a minute apart."""
    lines = [
        f"09:{n:02}:{second:02} {source}:{20_000 + n} 10.0.1.{n}:445 TCP {words}"
        for n, each in enumerate(ended)
        for second, words in enumerate(each)
    ]
    return nsgkit.conversations(flows("\n".join(lines)))


def plain_walk(steps):
    """The likelihood ratio itself, multiplied contact by contact; (began, decided, highest) or None."""
    ratio, began, decided, highest = 1.0, 0, None, 0.0
    for place, step in enumerate(steps):
        ratio *= {1: 0.8 / 0.2, -1: 0.2 / 0.8, 0: 1.0}[step]
        if decided is None and ratio >= 0.99 / 0.01:
            decided = place
        elif decided is None and ratio <= 0.01 / 0.99:
            ratio, began = 1.0, place + 1
        if decided is not None:
            highest = max(highest, ratio)
    return None if decided is None else (began, decided, highest)


@given(st.lists(st.sampled_from([1, 1, -1, 0]), max_size=60))
def test_the_walk_is_the_product_of_the_likelihoods(steps):
    run, expected = walk(steps, DEFAULT), plain_walk(steps)
    if run is None:
        assert expected is None
    else:
        assert (run.began, run.decided) == expected[:2]
        assert run.highest == pytest.approx(log(expected[2]))


def test_four_failures_in_a_row_cross_the_line():
    found = sequential_scanners(contacts(*[FAILED] * 4)).iloc[0]
    assert found[["src_ip", "contacts", "failures", "successes"]].tolist() == ["10.0.0.4", 4, 4, 0]
    assert (found["log_likelihood"], found["line"]) == (pytest.approx(4 * STEP), pytest.approx(LINE))
    assert f"{found['decided']:%H:%M:%S}" == "09:03:00"


def test_a_success_takes_a_failure_back():
    ended = [FAILED, ANSWERED, FAILED, FAILED, FAILED]
    assert sequential_scanners(contacts(*ended)).empty
    assert sequential_scanners(contacts(*ended, FAILED))["failures"].item() == 5


def test_a_benign_source_is_tested_anew():
    """Four answers make it benign; a test that stopped there, or owed it them, would miss the scan."""
    found = sequential_scanners(contacts(*[ANSWERED] * 4, *[FAILED] * 4)).iloc[0]
    assert (found["contacts"], f"{found['first']:%H:%M}") == (4, "09:04")


def test_the_sum_is_carried_on():
    found = sequential_scanners(contacts(*[FAILED] * 6, ANSWERED)).iloc[0]
    assert (found["failures"], found["highest"]) == (4, pytest.approx(6 * STEP))
    assert found["denied"] == len(found["rows"]) == 6


def test_the_score_is_by_the_highest_sum():
    many = sequential_scanners(contacts(*[FAILED] * 40))["score"].item()
    few = sequential_scanners(contacts(*[FAILED] * 4))["score"].item()
    assert few == pytest.approx(1 - 0.5 * LINE / (4 * STEP), abs=0.001)
    assert many == pytest.approx(1 - 0.5 * LINE / (40 * STEP), abs=0.001)


@pytest.mark.parametrize(
    "seen",
    [
        contacts(*[FAILED] * 3),
        contacts(*[ANSWERED] * 30),
        contacts(*[FAILED, ANSWERED] * 15),
        contacts(*[("O A B",)] * 30),
        contacts(*[("I D B",)] * 30, source="192.0.2.7"),
    ],
    ids=["three failures", "answered", "one by one", "nothing tells", "an outsider"],
)
def test_no_scanner(seen):
    assert sequential_scanners(seen, network=["10.0.0.0/8"]).empty


def test_an_outsider_where_all_are_asked_for():
    seen = contacts(*[FAILED] * 4, source="192.0.2.7")
    found = sequential_scanners(seen, network=["10.0.0.0/8"], sources="all")
    assert found["src_ip"].tolist() == ["192.0.2.7"]


def test_the_first_attempt_of_a_pair_alone_counts():
    lines = [
        f"{hour}:0{n}:0{n} 10.0.0.4:{hour}00{n} 10.0.1.{n}:445 TCP O {words}"
        for n in range(4)
        for hour, words in (("09", "A B"), ("09", "A E 3/180 3/900"), ("10", "D B"))
    ]
    assert sequential_scanners(nsgkit.conversations(flows("\n".join(lines)))).empty
    denials = "\n".join(line for line in lines if line.endswith("D B"))
    assert len(sequential_scanners(nsgkit.conversations(flows(denials)))) == 1


def test_what_nothing_tells_of_is_left_out_and_counted():
    found = sequential_scanners(contacts(*[FAILED, ("O A B",)] * 4)).iloc[0]
    assert (found["contacts"], found["failures"], found["unknown"]) == (4, 4, 3)
    assert len(found["rows"]) == 4


def test_let_out_here_and_denied_there_is_a_failure():
    ends = [f"10.0.0.4:2000{n} 10.0.1.{n}:445 TCP" for n in range(4)]
    lines = [f"09:0{n}:00 {each} O A B" for n, each in enumerate(ends)]
    lines += [f"09:0{n}:03 {each} I D B mac=00AA00000002" for n, each in enumerate(ends)]
    found = sequential_scanners(nsgkit.conversations(flows("\n".join(lines)))).iloc[0]
    assert (found["denied"], found["unknown"]) == (4, 0)


def test_a_pair_from_before_the_data_has_no_first_contact():
    orphans = "\n".join(f"08:00:00 10.0.0.4:2000{n} 10.0.1.{n}:445 TCP O A C 3/180 0/0" for n in range(4))
    assert sequential_scanners(nsgkit.conversations(flows(orphans))).empty


def test_the_planted_scanner_and_the_own_one_alone(stitched, truth):
    found = sequential_scanners(stitched)
    planted = truth["horizontal-scan"]["entities"]
    assert found["src_ip"].tolist() == [*planted["src_ip"], "192.168.40.20"]
    targets = set(proof(stitched, found.iloc[0])["dst_ip"])
    assert set(planted["dst_ip"]) <= targets


def test_the_samples_walked_in_plain_python(stitched, plain_attempts):
    steps, seen = {}, set()
    for a in plain_attempts:
        pair = (a["src_ip"], a["dst_ip"])
        if pair not in seen and a["counted_by"]:
            told = {"unknown": 0, "answered": -1}.get(a["outcome"], 1)
            steps.setdefault(a["src_ip"], []).append(told)
        seen.add(pair)
    found = sequential_scanners(stitched, sources="all").set_index("src_ip")["highest"].to_dict()
    walked = {source: plain_walk(each) for source, each in steps.items()}
    assert found == pytest.approx({source: log(run[2]) for source, run in walked.items() if run})
    assert len(found) > 100


@pytest.mark.parametrize("sources", ["inside", "all"])
def test_5000_outsiders_and_three_machines(internet, sources):
    assert sequential_scanners(internet, sources=sources).empty


@pytest.mark.parametrize("wrong", [{"theta1": 0.8}, {"alpha": 0.0}, {"beta": 0.001}, {"sources": "outside"}])
def test_what_makes_no_test(stitched, wrong):
    with pytest.raises(NsgkitError, match=next(iter(wrong))):
        sequential_scanners(stitched, **wrong)
