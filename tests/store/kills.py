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
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import nsgkit
from tests.store.compare import differences
from tests.store.random_logs import growing, write

SAMPLES = Path("data/samples")


def kill_one(rng, folder, told, ingesting):
    """Do one round in an empty folder, count in `told` who was killed at work, and return what differs."""
    before, after = states(rng)
    after = before | after  # what is gone from the source stays in the store
    logs, store = folder / "logs", folder / "store"
    write(before, logs)
    if rng.random() < 0.6:
        nsgkit.ingest(logs, store)
    usual = seconds_of(write(after, logs), store, folder, ingesting)
    for _ in range(rng.choice([1, 1, 2])):
        told["killed"] += ingesting(logs, store, rng.random() * usual) == signal.SIGKILL
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


def seconds_of(logs, store, folder, ingesting):
    """How long ingest takes from here on, in a process like those that are killed."""
    other = folder / "measured"
    if store.exists():
        shutil.copytree(store, other)
    began = time.perf_counter()
    assert ingesting(logs, other) == 0, "ingest failed; its error is above"
    return time.perf_counter() - began


@contextlib.contextmanager
def ingesting_processes():
    """What starts an ingest in a process of its own, kills it after so many seconds, and returns its end.

    One process imports everything and waits; each ingest is a fork of it.
    """
    command = [sys.executable, "-m", "tests.store.kills", "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:

        def ingest(logs, store, after=None):
            print(json.dumps([str(logs), str(store)]), file=server.stdin, flush=True)
            pid = int(server.stdout.readline())
            if after is not None:
                time.sleep(after)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return int(server.stdout.readline())

        yield ingest
        server.stdin.close()


def serve():
    nsgkit.ingest, nsgkit.open_store  # noqa: B018  # imported before the forks
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                nsgkit.ingest(*json.loads(line))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        print(pid, flush=True)
        print(os.waitpid(pid, 0)[1], flush=True)


def kills(number, seed):
    """Do rounds until so many runs were killed; return how many, the rounds, and which ended unequal."""
    told, wrong, rounds = {"killed": 0}, {}, 0
    with ingesting_processes() as ingesting:
        while told["killed"] < number:
            with tempfile.TemporaryDirectory() as folder:
                if found := kill_one(random.Random(f"{seed} {rounds}"), Path(folder), told, ingesting):
                    wrong[f"{seed} {rounds}"] = found
            rounds += 1
    return told["killed"], rounds, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=300)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    killed, rounds, wrong = kills(given.number, given.seed)
    print(f"{killed} runs killed in {rounds} rounds, {len(wrong)} of them ended unequal")
    for seed, found in wrong.items():
        print(f"  round {seed!r}: {', '.join(found)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
