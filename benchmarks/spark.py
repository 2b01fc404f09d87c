"""Reading, stitching and asking on Spark: what one, two and four times the data cost, in seconds of CPU.

    python -m benchmarks.spark                   from 3.6 million rows on
    python -m benchmarks.spark --rows 900000     from so many on
    python -m benchmarks.spark --folder FOLDER   keep the logs there, or take them from there

In an environment with PySpark (CONTRIBUTING.md). Logs are written by benchmarks.written, each part from a
seed of its own. Two executors of one core each run as processes, as on a cluster. CPU is that of the driver,
the executors and their Python workers. The same is asked of DuckDB, where the rows lie in a Parquet file and
are stitched once by the engine's own means, and of nsgkit on pandas: for comparison. It fails where twice the
data lies more than 15 % off the straight line between once and four times, where Spark takes more than three
times DuckDB's CPU, or where the answers differ.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nsgkit
from benchmarks.written import write_logs
from nsgkit.counting.engine import connect, new_file

MASTER = "local-cluster[2,1,2048]"
SETTINGS = {
    "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g", "spark.sql.shuffle.partitions": "8", "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}  # fmt: skip
TIMES = (1, 2, 4)
LINE, FACTOR = 0.15, 3.0
BILLION = 1_000_000_000
Told = dict[str, Any]
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_of_all() -> float:
    """Return the seconds of CPU of this process and of all that descend from it, ended ones too."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[stat.parent.name] = fields[1]
        spent[stat.parent.name] = sum(map(int, fields[11:15])) / TICKS
    mine, found = {str(os.getpid())}, 0
    while len(mine) > found:
        found = len(mine)
        mine |= {process for process, parent in parents.items() if parent in mine}
    return sum(spent[process] for process in mine if process in spent)


def steps(
    read: Callable[[str], Any], folder: Path, stitch: Callable[[Any], Any] = nsgkit.conversations
) -> Told:
    """Read, stitch and ask; return the seconds of CPU of each step, and what proves that all was done."""
    told: Told = {}
    marks = [cpu_of_all()]

    def done(name: str) -> None:
        marks.append(cpu_of_all())
        told[name] = marks[-1] - marks[-2]

    logs = read(str(folder))
    told["rows"] = _count(logs.flows)
    done("read")
    conversations = stitch(logs)
    told["conversations"] = _count(conversations)
    done("stitch")
    talkers = nsgkit.analyses.top_talkers(conversations, measure="bytes", top=5)
    rules = nsgkit.analyses.top_rules(conversations, top=5)
    hours = nsgkit.analyses.breakdown(conversations, by="dst_port", top=5)
    told["answers"] = [str(table.iloc[:, :3].to_numpy().tolist()) for table in (talkers, rules, hours)]
    done("three analyses")
    told["all"] = marks[-1] - marks[0]
    if hasattr(logs, "unpersist"):
        logs.unpersist()
    return told


def _count(table: Any) -> int:
    if hasattr(table, "rdd"):
        return int(table.count())
    if hasattr(table, "fetchall"):
        return int(table.aggregate("count(*)").fetchall()[0][0])
    return len(table)


def read_for_duckdb(folder: str) -> Any:
    """Return flow rows that lie in a Parquet file, as DuckDB's relation."""
    path = new_file()
    nsgkit.read_logs(folder).flows.to_parquet(path)
    return SimpleNamespace(flows=connect().read_parquet(path))


def stitch_in_duckdb(logs: Any) -> Any:
    """Return conversations that DuckDB stitched and keeps, as Spark keeps its own."""
    path = new_file()
    nsgkit.conversations(logs).write_parquet(path)
    return connect().read_parquet(path)


ALONE: dict[str, Callable[[Path], Told]] = {
    "duckdb": lambda folder: steps(read_for_duckdb, folder, stitch_in_duckdb),
    "pandas": lambda folder: steps(nsgkit.read_logs, folder),
}


def session() -> Any:
    """Return a Spark of two executors, each a process."""
    import pyspark
    from pyspark.sql import SparkSession

    home = Path(pyspark.__file__).parent  # executors are started from there
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(home)}
    builder = SparkSession.builder.master(MASTER)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def alone(kind: str, folder: Path) -> Told:
    """Return the same of nsgkit on one machine, in a process of its own."""
    run = [sys.executable, "-m", "benchmarks.spark", "--alone", kind, "--folder", str(folder)]
    told: Told = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    return told


def show(name: str, told: Told) -> None:
    """Print one line."""
    parts = ", ".join(f"{step} {told[step]:.1f}" for step in ("read", "stitch", "three analyses"))
    print(f"{name:14}{told['rows']:12,.0f} rows{told['all']:9.1f} s CPU ({parts})", flush=True)


def main() -> None:
    """Measure, print, and fail where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=3_600_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--alone", choices=[*ALONE], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.alone:
        print(json.dumps(ALONE[arguments.alone](arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as made:
        missed = measure(arguments.folder or Path(made), arguments.rows)
    if missed:
        sys.exit("behind the aim: " + "; ".join(missed))


def measure(folder: Path, rows: int) -> list[str]:
    """Measure the three sizes and those without Spark; return the aims that were missed."""
    for part in range(max(TIMES)):
        if not (folder / f"part{part}").exists():
            write_logs(folder / f"part{part}", rows, seed=part + 1)
    spark, found = session(), {}
    print(f"Spark {spark.version} on {MASTER}")
    for times in (1, *TIMES):  # the first warms up: classes are loaded and compiled
        told, begun = {}, time.perf_counter()
        with tempfile.TemporaryDirectory() as some:
            for part in range(times):
                (Path(some) / f"part{part}").symlink_to(folder / f"part{part}")
            told = steps(lambda url: nsgkit.spark.read_logs(spark, url), Path(some))
            show(f"Spark, {times} x" if found else "warming up", told)
            print(f"    {time.perf_counter() - begun:,.0f} s")
        found[times if found else 0] = told
    spark.stop()
    # Afterwards: while Spark waits a minute its Python workers end, and what they spent is not seen any more.
    others = {kind: alone(kind, folder / "part0") for kind in ALONE}
    return _judged(found, others)


def _judged(found: dict[int, Told], others: dict[str, Told]) -> list[str]:
    one, two, four = (found[times] for times in TIMES)
    for kind, told in others.items():
        show(f"{kind}, 1 x", told)
    slope = (four["all"] - one["all"]) / (four["rows"] - one["rows"])
    line = one["all"] + slope * (two["rows"] - one["rows"])
    off, factor = abs(two["all"] / line - 1), one["all"] / others["duckdb"]["all"]
    print(f"{off:.1%} off the line; {factor:.2f} x DuckDB's CPU; {slope * 1e6:.1f} s of CPU a million rows")
    print(
        f"A billion rows, where cost goes on by that line, on such cores, and storage keeps up: "
        f"{slope * BILLION / 3600:.1f} core hours, {slope * BILLION / 64 / 60:.0f} minutes on 64 cores."
    )
    missed = [f"{off:.0%} off the straight line"] if off > LINE else []
    missed += [f"{factor:.1f} times DuckDB's CPU, aim {FACTOR:.0f}"] if factor > FACTOR else []
    proofs = [
        [told[name] for name in ("rows", "conversations", "answers")] for told in (one, *others.values())
    ]
    return missed + (["the answers differ"] if any(proof != proofs[0] for proof in proofs) else [])


if __name__ == "__main__":
    main()
