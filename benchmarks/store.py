"""What a store costs, and what it saves: ingest, its parts, opening it, each analysis, the traffic explorer.

    python -m benchmarks.store                     45 million rows, and 100 million for the most used analyses
    python -m benchmarks.store --rows 10000000     only that many
    python -m benchmarks.store --quick             a million rows; fails where an aim is missed
    python -m benchmarks.store --folder FOLDER     keep logs and stores there, or take them from there

Logs are written by benchmarks.written. Each step is a process of its own. Seconds are of one run, CPU that of
all threads and of processes that it started, MB the most that one process held, libraries included. Analyses
and explorer find the store's files in the system's cache. "Pure encoding" is one table in memory written as a
Parquet file on one thread: what ingest's writing is held against.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.store_steps import MOST_USED, questions

SIZES, ALL_ASKED = (45_000_000, 100_000_000), 45_000_000
COMPARED = 2_000_000  # rows that are read and stitched in memory too
FAST = ("top_talkers", "over_time", "top_rules")
Told = dict[str, Any]


def in_its_own_process(step: str, folder: Path) -> Told:
    command = [sys.executable, "-m", "benchmarks.store_steps", step, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        return {"failed": done.returncode}
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def needed(step: str, folder: Path) -> Told:
    """Measure a step that the others build on."""
    told = in_its_own_process(step, folder)
    if "failed" in told:
        sys.exit(f"{step} failed; its error is above")
    return told


class Aims:
    """What was aimed at, and where it was missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def hold(self, what: str, figure: float, most: float) -> None:
        """Note a figure that is more than it may be."""
        if figure > most:
            self.missed.append(f"{what} {figure:,.2f}, aim at most {most:g}")


def made(folder: Path, rows: int) -> None:
    """Write the logs, once, in a process of their own."""
    if not (folder / "logs").exists():
        command = [sys.executable, "-m", "benchmarks.written", str(folder / "logs"), "--rows", str(rows)]
        subprocess.run(command, check=True)


def show(name: str, told: Told, more: str = "") -> None:
    """Print one step."""
    if "failed" in told:
        print(f"{name:26} failed: {told['failed']}", flush=True)
        return
    print(
        f"{name:26}{told['seconds']:9.2f} s{told['cpu']:9.2f} s CPU{told['peak']:8,.0f} MB  {more}",
        flush=True,
    )


def ingested(folder: Path, rows: int, aims: Aims) -> None:
    """Measure ingest, and what its parts cost alone."""
    shutil.rmtree(folder / "store", ignore_errors=True)
    parse = needed("parse", folder)
    show("parse alone", parse, f"{parse['rows'] / parse['cpu']:,.0f} rows a CPU second")
    ingest = needed("ingest", folder)
    ratio = ingest["cpu"] / parse["cpu"]
    show("ingest", ingest, f"{parse['rows'] / ingest['seconds']:,.0f} rows/s, {ratio:.2f} x parse's CPU")
    reading = parse["rows"] / ingest["reading"]
    print(
        f"  reading {ingest['reading']:.1f} s, {reading:,.0f} rows/s; stitching {ingest['stitching']:.1f} s"
    )
    pure = needed("encode", folder)
    rate = pure["rows"] / pure["seconds"]
    part = f"reading writes at {reading / rate:.0%} of it"
    show("pure encoding", pure, f"{rate:,.0f} rows/s, {pure['bytes'] / pure['rows']:.1f} bytes a row; {part}")
    sizes = on_disk(folder / "store")
    told = (
        f"{name} {size / parse['rows']:.2f}" for name, size in sizes.items() if size > parse["rows"] / 100
    )
    print(f"bytes a tuple on disk: {', '.join(told)}")
    aims.hold("ingest's CPU over parse's", ratio, 4)
    aims.hold("pure encoding's rate over that of reading", rate / reading, 1 / 0.6)
    aims.hold("ingest's peak, MB", ingest["peak"], 600 if rows < ALL_ASKED else 1000)
    aims.hold("flows on disk, bytes a tuple", sizes.get("flows", 0) / parse["rows"], 12)


def on_disk(store: Path) -> dict[str, int]:
    """Return the bytes of each part of a store, and of the whole."""
    sizes: dict[str, int] = {}
    for path in filter(Path.is_file, store.rglob("*")):
        part = path.relative_to(store).parts[0]
        sizes[part] = sizes.get(part, 0) + path.stat().st_size
    return sizes | {"all": sum(sizes.values())}


def opened(folder: Path, rows: int, aims: Aims) -> None:
    """Measure opening the store; and on fewer rows, beside reading and stitching the files."""
    told = needed("open", folder)
    show(
        "open_store",
        told,
        "{rows:,} rows, {conversations:,} conversations, {rejects} rejects".format_map(told),
    )
    few = folder
    if rows > COMPARED:
        few = folder / "few"
        made(few, COMPARED)
        if not (few / "store").exists():
            needed("ingest", few)
    one, other = needed("open", few), needed("read", few)
    times = other["seconds"] / one["seconds"]
    show(f"open_store, {one['rows']:,} rows", one)
    show("read_logs, conversations", other, f"{times:,.0f} x open_store's seconds")
    aims.hold("open_store's seconds over those of reading and stitching", 1 / times, 0.1)


def asked(folder: Path, rows: int, aims: Aims) -> None:
    """Measure each analysis, and the explorer."""
    for name in questions() if rows <= ALL_ASKED else MOST_USED:
        told = in_its_own_process(name, folder)
        show(name, told, f"{told.get('rows', 0):,} rows")
        if "failed" in told:
            aims.missed.append(f"{name} failed")
            continue
        aims.hold(f"{name}, MB", told["peak"], 1000)
        aims.hold(f"{name}, seconds", told["seconds"], 3 if name in FAST else 60)


def explored(folder: Path, aims: Aims) -> None:
    """Measure each change in the traffic explorer."""
    told = in_its_own_process("explore", folder)
    if "failed" in told:
        aims.missed.append("the explorer failed")
        return
    for name, (wall, cpu, drawn) in told["changes"].items():
        print(f"  {name:26}{wall:7.2f} s{cpu:7.2f} s CPU{drawn:8,} drawn")
        if not name.startswith("Export"):
            aims.hold(f"explorer: {name}, seconds", wall, 3)
    print(f"the explorer: {told['peak']:,.0f} MB", flush=True)


def run(folder: Path, rows: int, aims: Aims) -> None:
    """Measure all of one size."""
    made(folder, rows)
    print(f"{rows:,} rows")
    ingested(folder, rows, aims)
    opened(folder, rows, aims)
    asked(folder, rows, aims)
    if rows <= ALL_ASKED:
        explored(folder, aims)


def main() -> None:
    """Measure, and fail where an aim was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    aims = Aims()
    with tempfile.TemporaryDirectory() as temporary:
        for rows in [1_000_000] if given.quick else given.rows:
            folder = (given.folder or Path(temporary)) / str(rows)
            run(folder, rows, aims)
    if aims.missed:
        sys.exit("behind the aims:\n  " + "\n  ".join(aims.missed))


if __name__ == "__main__":
    main()
