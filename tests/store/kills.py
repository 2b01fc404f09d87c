"""Ingest killed at random moments: run again, the store must be equal to what read_logs gives.

    python -m tests.store.kills 300            300 kills, some ten minutes
    python -m tests.store.kills 300 --seed 7   others

A round has a folder of small logs (random ones, or hours of the samples) in two states, as it was and as
it has grown. The store is made of the first, or there is none yet. A process then ingests the second and is
killed after a random part of the time that an uninterrupted run takes; one time in three, so is the next.
After that ingest runs to its end, and rows, rejects, blobs and conversations are compared with the files.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nsgkit
from tests.store.compare import differences
from tests.store.random_logs import growing, write

SAMPLES = Path("data/samples")
CHILD = (
    "import sys, nsgkit; nsgkit.ingest, nsgkit.open_store; print('ready', flush=True); sys.stdin.readline(); "
    "nsgkit.ingest(*sys.argv[1:]); print('done', flush=True)"
)


def kill_one(rng, folder, told):
    """Do one round in an empty folder, count in `told` who was killed at work, and return what differs."""
    before, after = states(rng)
    after = before | after  # what is gone from the source stays in the store
    logs, store = folder / "logs", folder / "store"
    write(before, logs)
    if rng.random() < 0.6:
        nsgkit.ingest(logs, store)
    usual = seconds_of(write(after, logs), store, folder)
    killed = killed_ingest(logs, store, rng.random() * usual)
    if rng.random() < 1 / 3:
        killed += killed_ingest(logs, store, rng.random() * usual)
    told["killed"] += killed
    nsgkit.ingest(logs, store)
    return differences(nsgkit.open_store(store), nsgkit.read_logs(logs))


def states(rng):
    """A folder, as it was and as it has grown: its files' names and bytes."""
    if rng.random() < 0.5:
        moments = growing(rng)
        first = rng.randrange(len(moments) - 1)
        return moments[first], moments[rng.randrange(first + 1, len(moments))]
    names = sorted(path for path in SAMPLES.rglob("PT1H.json"))
    chosen = {path.relative_to(SAMPLES).as_posix(): path.read_bytes() for path in rng.sample(names, 40)}
    return dict([*chosen.items()][: rng.randrange(1, 40)]), chosen


def seconds_of(logs, store, folder):
    """How long ingest takes from here on, in a process like those that are killed."""
    other = folder / "measured"
    if store.exists():
        shutil.copytree(store, other)
    with child(logs, other) as process:
        began = time.perf_counter()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "done\n", "ingest failed; its error is above"
        return time.perf_counter() - began


def killed_ingest(logs, store, after):
    """Start ingest, and kill it after so many seconds; return whether it was still at work."""
    with child(logs, store) as process:
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(after)
        os.killpg(process.pid, signal.SIGKILL)
        return process.stdout.readline() != "done\n"


@contextlib.contextmanager
def child(logs, store):
    """A process that waits for a line with everything imported, and then ingests; gone at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(logs), str(store)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            assert process.stdout.readline() == "ready\n", "the child did not start; its error is above"
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def kills(number, seed):
    """Do rounds until so many runs were killed at work; return the seeds of those that ended unequal."""
    told, wrong, rounds = {"killed": 0}, {}, 0
    while told["killed"] < number:
        with tempfile.TemporaryDirectory() as folder:
            if found := kill_one(random.Random(f"{seed} {rounds}"), Path(folder), told):
                wrong[f"{seed} {rounds}"] = found
        rounds += 1
    return told["killed"], rounds, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("number", type=int)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    killed, rounds, wrong = kills(given.number, given.seed)
    print(f"{killed} runs killed in {rounds} rounds, {len(wrong)} of them ended unequal")
    for seed, found in wrong.items():
        print(f"  round {seed!r}: {', '.join(found)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
