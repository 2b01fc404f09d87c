"""Read mutants of flow logs, and tell where nsgkit's two ways and the slow reader differ.

python -m tests.fuzz --mutants 1000000 --seed 0
"""

import argparse
import random
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from nsgkit.flows.batches import BATCH
from tests.fuzz.check import differences
from tests.fuzz.mutants import mutant

TOGETHER = 500
SIZES = (3000, BATCH, BATCH, 1, BATCH, BATCH)  # of a batch, in bytes: some records, all, one


def found_in(mutants, seed, first):
    """Return what is wrong with the mutants from `first` on: numbers, sentences and bytes."""
    rng = random.Random(f"{seed}/{first}")
    blobs = [mutant(rng, first + i) for i in range(min(TOGETHER, mutants - first))]
    size = SIZES[first // TOGETHER % len(SIZES)]
    return [(first + i, problem, blobs[i]) for i, problem in differences(blobs, size)]


def run(mutants, seed, shown=5, jobs=1):
    """Return how many mutants break a rule, printing the first ones."""
    broken, start = 0, time.perf_counter()
    work, firsts = partial(found_in, mutants, seed), range(0, mutants, TOGETHER)
    with ProcessPoolExecutor(jobs) as pool:
        for found in map(work, firsts) if jobs == 1 else pool.map(work, firsts):
            for number, problem, data in found[: max(0, shown - broken)]:
                print(f"mutant {number}: {problem}\n{data!r}\n", flush=True)
            broken += len(found)
    seconds = time.perf_counter() - start
    print(f"{mutants:,} mutants, {mutants / seconds:,.0f} a second, {broken} differences")
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shown", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=1, help="processes; the mutants are the same for any")
    arguments = parser.parse_args()
    raise SystemExit(min(1, run(arguments.mutants, arguments.seed, arguments.shown, arguments.jobs)))
