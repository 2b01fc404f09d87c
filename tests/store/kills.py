"""Ingest killed at random moments: run again, the store must be equal to what read_logs gives.

    python -m tests.store.kills 300            300 kills, some ten minutes
    python -m tests.store.kills 300 --seed 7   others

A round has a folder of small logs, random ones or hours of the samples, which grows step by step. At each
step a process ingests it and is killed after a random part of the time that the last whole run took, often
twice. Then ingest runs to its end, and rows, rejects, blobs and conversations are compared with the files.
"""

import argparse
import contextlib
import json
import os
import random
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


def round_of(rng, folder, told, ingesting):
    """Let a store grow in an empty folder, and yield what differs after each step."""
    logs, store, files = folder / "logs", folder / "store", {}
    for step in steps(rng):
        files |= step  # what is gone from the source stays in the store
        write(files, logs)
        usual = told["seconds"] or timed(ingesting, logs, folder / "first")
        for _ in range(rng.choice([1, 1, 2])):
            told["killed"] += ingesting(logs, store, rng.random() * usual) == signal.SIGKILL
        told["seconds"] = timed(ingesting, logs, store)
        yield differences(nsgkit.open_store(store), nsgkit.read_logs(logs))


def steps(rng):
    """What a folder holds, moment after moment: its files' names and bytes."""
    if rng.random() < 0.5:
        return growing(rng)[::2]
    names = sorted(path for path in SAMPLES.rglob("PT1H.json"))
    chosen = [(path.relative_to(SAMPLES).as_posix(), path.read_bytes()) for path in rng.sample(names, 40)]
    return [dict(chosen[:count]) for count in (1, 15, 39, 40)]


def timed(ingesting, logs, store):
    """The seconds of an ingest that is let alone."""
    began = time.perf_counter()
    assert ingesting(logs, store) == 0, "ingest failed; its error is above"
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


def kills(number, seed, shown=lambda told: None):
    """Do rounds until so many runs were killed; return how many, and the steps that ended unequal."""
    told, wrong = {"killed": 0, "steps": 0, "seconds": 0}, {}
    with ingesting_processes() as ingesting:
        while told["killed"] < number:
            name = f"{seed}, after step {told['steps']}"
            with tempfile.TemporaryDirectory() as folder:
                for found in round_of(random.Random(name), Path(folder), told, ingesting):
                    told["steps"] += 1
                    wrong |= {f"{name}, step {told['steps']}": found} if found else {}
                    shown(told | {"unequal": len(wrong)})
                    if told["killed"] >= number:
                        break
    return told["killed"], wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("number", type=int, nargs="?", default=300)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    killed, wrong = kills(given.number, given.seed, lambda told: print(told, flush=True))
    print(f"{killed} runs killed, {len(wrong)} stores unequal afterwards")
    for seed, found in wrong.items():
        print(f"  {seed}: {', '.join(found)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
