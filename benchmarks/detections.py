"""Speed and memory of the detections on 10 million conversations between 100,000 pairs in one day.

    python -m benchmarks.detections            10 million, a minute, 8 GB of memory
    python -m benchmarks.detections --quick    2 million

The conversations are invented as `nsgkit.conversations` would give them, lean: texts are categories. A few
beacons are planted, with calls of one size, and found again. Each detection has what `attempts` gave, as
`findings` shares it; `findings` itself has the table. Seconds are of one run. GB are the most that the
process ever held: no more than the first line says, where a detection needs less than inventing did.
"""

import argparse
import resource
import sys
import time

import numpy as np
import pandas as pd

from benchmarks.invented import COUNTERS, START, _category
from nsgkit import detections
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.kinds import KINDS
from nsgkit.schema import CONVERSATIONS

DAY, HOUR = 86_400_000, 3_600_000
INSIDE, OUTSIDE, PAIRS, PLANTED = 400, 60_000, 100_000, 20
SPENT: list[float] = []
BUSY: list[float] = []
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
ASKED = tuple(kind.find.__name__ for kind in KINDS)


def invent(size: int, pairs: int = PAIRS) -> pd.DataFrame:
    """Return conversations of one day: a third come from outside, half go there, the rest stays inside.

    Some pairs talk much and most little (the busiest has some thousands), in visits of about eight calls;
    most of them by day only. A tenth is denied, a tenth unanswered. PLANTED pairs are beacons: they call
    every two to fifteen minutes.
    """
    rng = np.random.default_rng(1)
    weight = rng.lognormal(0, 1.5, pairs)
    pair = rng.choice(pairs, size, p=weight / weight.sum()).astype("int32")
    visits = rng.integers(0, DAY, size // 8)
    by_day = rng.normal(13 * HOUR, 2.5 * HOUR, len(visits)).astype("int64")
    visit = (pair * 7_919 + rng.integers(0, 1 + weight[pair] * 12)).astype("int64") % len(visits)
    begins = np.where((rng.random(pairs) < 0.7)[pair], by_day[visit], visits[visit])
    at = (begins + rng.exponential(120_000, size).astype("int64")).clip(0, DAY - 1)
    pair, at = _planted(rng, pair, at)
    order = np.argsort(at, kind="stable")
    return _table(rng, pair[order], START + at[order], pairs)


def _planted(rng, pair, at):
    """Let the first pairs be beacons: they call at equal distances, give or take a fifth."""
    kept = pair >= PLANTED
    times = []
    for _ in range(PLANTED):
        step = rng.integers(120_000, 900_000)
        called = np.cumsum(rng.uniform(0.8, 1.2, DAY // step) * step).astype("int64")
        times.append(called[called < DAY])
    beacon = np.repeat(np.arange(PLANTED, dtype="int32"), [len(t) for t in times])
    return np.append(pair[kept], beacon), np.append(at[kept], np.concatenate(times))


def _table(rng, pair, at, pairs) -> pd.DataFrame:
    rows = len(pair)
    way = rng.choice(3, pairs, p=[0.35, 0.5, 0.15])  # from outside, to outside, inside
    way[:PLANTED] = 1
    inside, other = rng.integers(0, INSIDE, pairs), rng.integers(0, INSIDE, pairs)
    outside = INSIDE + rng.integers(0, OUTSIDE, pairs)
    src, dst = np.where(way == 0, outside, inside), np.where(way == 1, outside, other)
    ended = rng.choice(3, pairs, p=[0.8, 0.1, 0.1])  # answered, unanswered, denied
    ended[:PLANTED] = 0
    denied, answered = (ended == 2)[pair], (ended == 0)[pair]
    lasts = rng.exponential(5_000, rows).astype("int64") * ~denied
    names = [f"10.{i // 250}.0.{i % 250}" for i in range(INSIDE)]
    names += [f"198.{i // 65_536 + 18}.{i // 256 % 256}.{i % 256}" for i in range(OUTSIDE)]
    size = rng.lognormal(7, 1, rows).astype("int64") + 100
    size[pair < PLANTED] = 1_200 + pair[pair < PLANTED]
    sums = [size // 500 + 1, size, (size // 400 + 3) * answered, size * 3 * answered]
    given = {
        "first": _time(at), "last": _time(at + lasts),
        "duration": np.where(denied, np.nan, lasts / 1_000),
        "state": pd.Categorical.from_codes(np.where(denied, 3, 0).astype("int8"), _closed("state")),
        "counted_by": pd.Categorical.from_codes(np.where(denied, 1, 0).astype("int8"), _closed("counted_by")),
        "decision": pd.Categorical.from_codes(denied.astype("int8"), _closed("decision")),
        "direction": pd.Categorical.from_codes((way > 0)[pair].astype("int8"), _closed("direction")),
        "protocol": _category(np.zeros(rows, "int8"), ["TCP"]),
        "src_ip": _category(src.astype("int32")[pair], names),
        "dst_ip": _category(dst.astype("int32")[pair], names),
        "src_port": rng.integers(1024, 65535, rows).astype("uint16"),
        "dst_port": rng.choice(np.array([22, 80, 443, 3389, 53, 1433], "uint16"), pairs)[pair],
        **{name: pd.arrays.IntegerArray(n, denied) for name, n in zip(COUNTERS, sums, strict=True)},
        "answered": pd.arrays.BooleanArray(answered, denied),
        "blob": _category(((at - START) // HOUR).astype("int8"), [f"{i:02}/PT1H.json" for i in range(24)]),
        "record": (at // 60_000 % 60).astype("int32"), "tuple": np.arange(rows, dtype="int32"),
        "rule": _category((pair % 20).astype("int8"), [f"R{i:02}" for i in range(20)]),
        "folded": np.zeros(rows, "bool"),
    }  # fmt: skip
    one = {
        name: _category(np.zeros(rows, "int8"), ["one"]) for name in ("acl", "mac", "resource", "flow_log")
    }
    table = pd.DataFrame({**given, **one})
    return table[[c.name for c in CONVERSATIONS if c.name in table.columns]]


def _closed(name):
    return next(c for c in CONVERSATIONS if c.name == name).values


def _time(milliseconds):
    return pd.Series(milliseconds.astype("datetime64[ms]")).dt.tz_localize("UTC")


def peak() -> float:
    """Return the most memory that this process ever held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 1e9


def measured(rows: Rows, name: str) -> pd.DataFrame:
    """Print the seconds of a detection; return its findings."""
    start, busy = time.perf_counter(), time.process_time()
    found = getattr(detections, name)(rows)
    spent, busy = time.perf_counter() - start, time.process_time() - busy
    SPENT.append(spent)
    BUSY.append(busy)
    print(f"{name:24} {spent:6.2f} s, {busy:6.2f} s of processors, {len(found):5,} findings, {peak():.2f} GB")
    return found


def main() -> None:
    """Measure them all, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2 million conversations")
    table = invent(2_000_000 if parser.parse_args().quick else 10_000_000)
    print(f"{len(table):,} conversations, {table.memory_usage().sum() / 1e9:.2f} GB; peak {peak():.2f} GB")
    rows = attempts(table)
    found = {name: measured(rows, name) for name in ASKED}["beacons"]
    start = time.perf_counter()
    every = detections.findings(table)
    spent = time.perf_counter() - start
    print(f"findings, from the table {spent:6.2f} s, {len(every):,} findings, {peak():.2f} GB")
    again = int((found["size_score"] == 1).sum())
    print(f"{sum(SPENT):.1f} s, {sum(BUSY):.1f} s of processors for all of them")
    print(f"{again} of {PLANTED} planted beacons, and {len(found) - again} other pairs above the line")


if __name__ == "__main__":
    main()
