"""Read mutants of flow logs, and tell where nsgkit's two ways and the slow reader differ.

python -m tests.fuzz --mutants 1000000 --seed 0
"""

import argparse
import random
import time

from tests.fuzz.check import differences
from tests.fuzz.mutants import mutant

TOGETHER = 500


def run(mutants, seed, shown=5):
    """Return how many mutants break a rule, printing the first ones."""
    broken, start = 0, time.perf_counter()
    for first in range(0, mutants, TOGETHER):
        rng = random.Random(f"{seed}/{first}")
        blobs = [mutant(rng, first + i) for i in range(min(TOGETHER, mutants - first))]
        for i, problem in differences(blobs):
            broken += 1
            if broken <= shown:
                print(f"mutant {first + i}: {problem}\n{blobs[i]!r}\n", flush=True)
    seconds = time.perf_counter() - start
    print(f"{mutants:,} mutants, {mutants / seconds:,.0f} a second, {broken} differences")
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shown", type=int, default=5)
    arguments = parser.parse_args()
    raise SystemExit(min(1, run(arguments.mutants, arguments.seed, arguments.shown)))
