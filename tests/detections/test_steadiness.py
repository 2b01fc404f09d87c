"""Steadiness: the worked examples, means of draws, and any groups against the plain arithmetic."""

import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit.detections.rhythm.days import Days
from nsgkit.detections.rhythm.periodicity import autocorrelation
from nsgkit.detections.rhythm.spread import alike, spread
from nsgkit.detections.rhythm.steadiness import hours_needed, stat, steadiness
from tests.detections import plain_steadiness as plain

LATE = (0, 60, -60, 120, -120)
EXAMPLES = {
    "A": ([(600 * i, 300) for i in range(144)], [1000, 1000, 1000, 1000, 1000]),
    "B": ([(600 * i + LATE[i % 5], 300 + 10 * (i % 5)) for i in range(144)], [659, 984, 856, 1000, 875]),
    "C": ([(398 * (i // 2) + 98 * (i % 2), 60) for i in range(434)], [1000, 1000, 1000, 1000, 1000]),
    "D": ([(28_800 + 120 * i, 200 if i % 2 else 5000) for i in range(241)], [1000, 1000, 0, 750, 688]),
    "E": ([(i * i, i) for i in range(294)], [751, 749, 739, 1000, 810]),
}
SECOND = st.integers(0, 86_399) | st.integers(0, 143).map(lambda n: n * 600)
SIZE = st.integers(-1, 40) | st.integers(0, 10**13)
GROUP = st.lists(st.tuples(SECOND, SIZE), max_size=60)


def table(groups):
    rows = [(n, second, size) for n, group in enumerate(groups) for second, size in group]
    return pd.DataFrame(rows, columns=["group", "second", "size"], dtype="int64")


def in_logs(groups, hours):
    """The groups without what lies after the hours that the logs cover."""
    return [[call for call in group if call[0] < n * 3600] for group, n in zip(groups, hours, strict=True)]


def by_hand(groups, hours):
    told = [
        plain.steadiness(*zip(*g, strict=True), h) if g else None for g, h in zip(groups, hours, strict=True)
    ]
    return {n: scores for n, scores in enumerate(told) if scores}


def as_lists(found):
    return {
        n: [None if pd.isna(v) else int(v) for v in row]
        for n, row in zip(found.index, found.to_numpy(), strict=True)
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_worked_examples(name):
    calls, scores = EXAMPLES[name]
    assert steadiness(table([calls]), np.array([24])).loc[0].tolist() == scores
    assert by_hand([calls], [24]) == {0: scores}


@pytest.mark.parametrize("name", EXAMPLES)
def test_who_just_reaches_the_line_is_kept(name):
    calls, scores = EXAMPLES[name]
    assert len(steadiness(table([calls]), np.array([24]), scores[-1])) == 1
    assert steadiness(table([calls]), np.array([24]), scores[-1] + 1).empty


@pytest.mark.parametrize(("sizes", "score"), [([100, 100, 108, 110], 981), ([100, 100, 108, 112], 881)])
def test_from_which_width_on_a_lean_counts(sizes, score):
    """Quartiles 9 and 10 apart: by hand, (1 - 0 + 100/104)/2 and (1 - 0.2 + 100/104)/2."""
    assert stat(pd.DataFrame({"group": 0, "size": sizes}), "size", 0).item() == score


def jittered(step, share):
    def draw(rng):
        times = np.cumsum(step * rng.uniform(1 - share, 1 + share, 2 * 86_400 // step))
        return times[times < 86_400].astype("int64")

    return draw


def poisson(rng):
    return np.sort(rng.integers(0, 86_400, rng.poisson(400)))


@pytest.mark.parametrize(
    ("draw", "lognormal", "mean"),
    [
        (jittered(60, 0.3), False, 0.977),
        (jittered(600, 0.5), False, 0.926),
        (jittered(600, 0.5), True, 0.810),
        (poisson, False, 0.822),
        (poisson, True, 0.715),
    ],
)
def test_the_means_of_20_draws(draw, lognormal, mean):
    rng = np.random.default_rng(20)
    groups = [draw(rng) for _ in range(20)]
    sizes = [rng.lognormal(6, 1, len(g)).astype(int) if lognormal else np.full(len(g), 300) for g in groups]
    calls = table(
        [list(zip(g.tolist(), s.tolist(), strict=True)) for g, s in zip(groups, sizes, strict=True)]
    )
    assert steadiness(calls, np.full(20, 24))["score"].mean() / 1000 == pytest.approx(mean, abs=0.012)


@given(st.lists(st.tuples(GROUP, st.integers(6, 24)), min_size=1, max_size=6))
def test_any_groups_against_the_plain_arithmetic(given_groups):
    groups, hours = zip(*given_groups, strict=True)
    groups = in_logs(groups, hours)
    found = steadiness(table(groups), np.array(hours))
    assert as_lists(found) == by_hand(groups, hours)


@given(st.lists(GROUP, min_size=1, max_size=6), st.integers(1, 1000))
def test_what_cannot_reach_its_line_is_left_out_and_nothing_else(groups, line):
    hours = [24] * len(groups)
    reach = {n: scores for n, scores in by_hand(groups, hours).items() if scores[-1] >= line}
    assert as_lists(steadiness(table(groups), np.array(hours), line)) == reach


@given(GROUP, st.integers(1, 1000))
def test_so_many_hours_are_needed(group, line):
    scores = by_hand([group], [24]).get(0)
    if scores and scores[-1] >= line:
        assert len({second // 3600 for second, _ in group}) >= hours_needed(line, 24)


def test_quartiles_are_medians_of_halves_without_the_middle():
    has = spread(pd.DataFrame({"group": 0, "size": [30, 1, 100, 70, 20]}), "size").loc[0]
    assert (has["q1"] / 2, has["median"] / 2, has["q3"] / 2, has["mad"] / 4) == (10.5, 30, 85, 29)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2**45)), min_size=1))
def test_medians_of_any_groups(pairs):
    values = pd.DataFrame(pairs, columns=["group", "size"])
    for number, has in spread(values, "size").iterrows():
        group = [size for n, size in pairs if n == number]
        middle = statistics.median(group)
        assert (has["n"], has["median"]) == (len(group), 2 * middle)
        assert has["mad"] == 4 * statistics.median(abs(v - middle) for v in group)


def test_near_the_median():
    values = pd.DataFrame({"group": [0] * 4 + [1], "size": [90, 100, 100, 111, 5]})
    assert alike(values, "size", (1, 10)).tolist() == [0.75, 1.0]
    assert alike(values, "size", (1, 10), least=11).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("step", "lag"), [(300, 5), (3600, 60), (60, None)])
def test_the_best_lag(step, lag):
    """Every minute there is a call: nothing tells one lag from another."""
    calls = pd.DataFrame({"group": 0, "window": 0, "second": range(0, 86_400, step)})
    found = autocorrelation(calls, Days(0, 86_400_000, np.array([86_400_000]))).loc[0]
    assert pd.isna(found["lag"]) if lag is None else found["lag"] == lag


def test_autocorrelation_by_its_definition():
    second = np.sort(np.random.default_rng(3).integers(0, 6 * 3600, 90))
    counts = np.bincount(second // 60, minlength=360)
    away = counts - counts.mean()
    by_lag = {lag: (away[lag:] * away[:-lag]).sum() / (away**2).sum() for lag in range(2, 181)}
    logs = Days(0, 6 * 3_600_000, np.array([6 * 3_600_000]))
    found = autocorrelation(pd.DataFrame({"group": 0, "window": 0, "second": second}), logs).loc[0]
    assert found["lag"] == max(by_lag, key=by_lag.get)
    assert found["autocorrelation"] == pytest.approx(max(by_lag.values()))
