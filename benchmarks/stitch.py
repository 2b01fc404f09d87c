"""What the stitch costs on a table in memory: conversations, and then the first measure in bytes over time.

    python -m benchmarks.stitch            14.4 million rows, 6 GB of memory, a few minutes
    python -m benchmarks.stitch --quick    500,000 rows, half a minute
    PYTHONPATH=<another checkout> python <this file>    the same of that checkout

Each run is a process of its own that reads the same invented table. Wall and CPU seconds are of the step
alone; the peak is the process's own, libraries and flow table included. `x flows` is that peak over what
the columns of the flow table take. The first measure in bytes is what an explorer asks for after
the conversations: increments, and one picture over time of them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
STEPS = ("conversations", "first measure in bytes")


def prepare(rows: int, path: Path) -> None:
    """Write the flow table that all runs read."""
    from benchmarks.invented import invent

    invent(rows).to_pickle(path)


def run(path: Path) -> dict[str, object]:
    """Stitch and measure in this process, and say what each step took."""
    from nsgkit.analyses.traffic.over_time import over_time_of
    from nsgkit.counting import conversations as home
    from nsgkit.explore.traffic.question import Traffic

    flows = pd.read_pickle(path)
    size = int(flows.memory_usage(deep=True).sum())
    once = getattr(home, "stitched_once", None)  # a checkout from before stitches twice
    few = flows.head(1000)
    home.conversations(few)
    told = {"rows": len(flows), "flows_mb": size / 1e6, "before_mb": _peak()}
    made, told["conversations"] = timed(lambda: once(flows) if once else (home.conversations(flows), None))
    traffic = Traffic(flows, *made) if once else Traffic(flows, made[0])
    table, told["first measure in bytes"] = timed(lambda: over_time_of(traffic.increments, made[0], by="acl"))
    return told | {
        "made": len(made[0]),
        "bytes": int(table["bytes"].sum()),
        "ratio": told["conversations"][2] * 1e6 / size,
    }


def timed(step: Callable[[], object]) -> tuple[object, tuple[float, float, float]]:
    """Return what a step gives, and its wall seconds, CPU seconds and the peak so far in MB."""
    wall, cpu = time.perf_counter(), _cpu()
    answer = step()
    return answer, (time.perf_counter() - wall, _cpu() - cpu, _peak())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    try:  # what the process itself held; rusage would count its parent's memory too
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) / 1e3
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 1e6


def main() -> None:
    """Print what each run took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--table", type=Path, help="keep the invented table there, or take it from there")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(given.one)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = given.table or Path(folder) / "flows.pickle"
        if not path.exists():
            prepare(500_000 if given.quick else 14_400_000, path)
        for _ in range(2):
            command = [sys.executable, __file__, "--one", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            show(json.loads(done.stdout.splitlines()[-1]))


def show(told: dict[str, object]) -> None:
    """Print one run."""
    print("{rows:,} rows of {flows_mb:,.0f} MB, {made:,} conversations, {bytes:,} bytes".format_map(told))
    for step in STEPS:
        wall, cpu, peak = told[step]
        print(f"  {step:24} {wall:6.1f} s {cpu:6.1f} s CPU   peak {peak:6,.0f} MB")
    print(f"  peak of conversations: {told['ratio']:.2f} x flows", flush=True)


if __name__ == "__main__":
    main()
