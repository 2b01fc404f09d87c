"""Speed and memory of read_logs against json + nested loops + pandas.DataFrame, on the same bytes.

    python -m benchmarks.parse            all cases, about twelve minutes, 3 GB of disk in the temp folder
    python -m benchmarks.parse --quick    small ones, half a minute; fails where nsgkit is not far ahead

Every run is a process of its own; the two take turns. Seconds are the best of the runs, memory is the
peak above what the imports took.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
HEADER = (
    f"{'case':34} {'MB':>5} {'tuples':>10} {'loop s':>7} {'nsgkit s':>8} {'MB/s':>5} {'x loop':>6} "
    f"{'peak MB':>7} {'B/tuple':>7}"
)


RULES = ("DefaultRule_DenyAllInBound", "UserRule_AllowWeb", "DefaultRule_AllowVnetOutBound")


def record(rng: random.Random, minute: int, tuples: int, bad: int, named: Sequence[str] = RULES) -> str:
    """Return one NSG version 2 record: each rule's part of denied, inbound, and outbound with counters."""
    start, rules = 1734600000 + minute % 60 * 60, []
    for rule in named:
        lines = [_tuple(rng, start + i * 60 // tuples, rule) for i in range(-(-tuples // len(named)))]
        if bad:
            lines = [line.replace(",T,", ",Q,") if rng.randrange(bad) == 0 else line for line in lines]
        rules.append({"rule": rule, "flows": [{"mac": "000D3AB17875", "flowTuples": lines}]})
    resource_id = (
        "/SUBSCRIPTIONS/D6549A66/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/N"
    )
    return json.dumps(
        {
            "time": f"2024-12-19T09:{minute % 60:02d}:35.{rng.randrange(10**7):07d}Z",
            "systemId": "de8f6437-2996-457d-8317-7d499ded2d74", "macAddress": "000D3AB17875",
            "category": "NetworkSecurityGroupFlowEvent", "resourceId": resource_id,
            "operationName": "NetworkSecurityGroupFlowEvents",
            "properties": {"Version": 2, "flows": rules},
        },
        separators=(",", ":"),
    )  # fmt: skip


def _tuple(rng: random.Random, when: int, rule: str) -> str:
    peer = f"203.{rng.randrange(8)}.{rng.randrange(50)}.{rng.randrange(1, 51)}"
    ports = f"{rng.randrange(1024, 65536)},{rng.choice((22, 80, 443, 3389, rng.randrange(65536)))}"
    if rule.startswith("DefaultRule_Deny"):
        return f"{when},{peer},10.0.0.4,{ports},T,I,D,B,,,,"
    state, counters = rng.choice("BCE"), ",,,"
    if state != "B":
        counters = ",".join(str(rng.randrange(60, 4_000_000)) for _ in range(4))
    return f"{when},{peer},10.0.{rng.randrange(4)}.{rng.randrange(4, 30)},{ports},T,I,A,{state},{counters}"


def write_blob(path: Path, size: int, seed: int, tuples: int = 480, bad: int = 0) -> None:
    """Write a PT1H.json of about `size` bytes; one tuple in `bad` is malformed."""
    rng, records, total = random.Random(seed), [], 0
    while total < size:
        records.append(record(rng, len(records), tuples, bad))
        total += len(records[-1]) + 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"records":[' + ",".join(records) + "]}", "utf-8")


def write_sparse(path: Path, records: int, seed: int) -> None:
    """Write a PT1H.json of a quiet NIC: four tuples a record, under two rules."""
    rng = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = (record(rng, minute, 4, 0, RULES[:2]) for minute in range(records))
    path.write_text('{"records":[' + ",".join(texts) + "]}", "utf-8")


def read_with_loop(folder: Path) -> int:
    """Do what people do today: json, nested loops, a DataFrame a blob, one at the end."""
    import pandas as pd

    frames = []
    for path in sorted(folder.rglob("*.json")):
        rows = []
        for found in json.loads(path.read_bytes())["records"]:
            for flow in found["properties"]["flows"]:
                for group in flow["flows"]:
                    for line in group["flowTuples"]:
                        rows.append(
                            [found["time"], found["resourceId"], flow["rule"], group["mac"], *line.split(",")]
                        )
        frames.append(pd.DataFrame(rows))
    return len(pd.concat(frames))


def read_with_nsgkit(folder: Path) -> int:
    """Do the same with read_logs."""
    from nsgkit import read_logs

    logs = read_logs(folder)
    return len(logs.flows) + len(logs.rejects)


def run_once(what: str, folder: str) -> None:
    """Time one way in this process and print seconds, peak bytes above the imports and tuples."""
    import nsgkit.flows.logs  # noqa: F401  # both ways start with everything imported

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    tuples = {"loop": read_with_loop, "nsgkit": read_with_nsgkit}[what](Path(folder))
    seconds = time.perf_counter() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * PEAK_UNIT
    print(json.dumps({"seconds": seconds, "peak": peak, "tuples": tuples}))


def measure(what: str, folder: Path) -> dict[str, float]:
    """Return the figures of one way in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.parse", "--once", what, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def compare(name: str, folder: Path, runs: int) -> float:
    """Print one line of the table; return how many times as fast as the loop nsgkit is."""
    ways: dict[str, list[dict[str, float]]] = {"nsgkit": [], "loop": []}
    for _ in range(runs):
        for what, figures in ways.items():
            figures.append(measure(what, folder))
    best = {what: min(run["seconds"] for run in figures) for what, figures in ways.items()}
    tuples, peak = ways["nsgkit"][0]["tuples"], max(run["peak"] for run in ways["nsgkit"])
    assert tuples == ways["loop"][0]["tuples"], "the two ways do not agree on the number of tuples"
    megabytes = sum(path.stat().st_size for path in folder.rglob("*.json")) / 1e6
    factor, rate = best["loop"] / best["nsgkit"], megabytes / best["nsgkit"]
    print(
        f"{name:34} {megabytes:5.0f} {tuples:10,.0f} {best['loop']:7.2f} {best['nsgkit']:8.3f} {rate:5.0f} "
        f"{factor:6.1f} {peak / 1e6:7.0f} {peak / tuples:7.0f}",
        flush=True,
    )
    return factor


def cases(folder: Path, *, quick: bool) -> Iterator[tuple[str, Path, int, float]]:
    """Yield name, folder, runs and the least factor of each case, writing its blobs first."""
    size = 5_000_000 if quick else 50_000_000
    write_blob(folder / "one" / "PT1H.json", size, 1)
    yield f"one blob of {size // 10**6} MB", folder / "one", 3, 20
    write_blob(folder / "bad" / "PT1H.json", size, 2, bad=1000)
    yield "one tuple in 1,000 malformed", folder / "bad", 3, 5
    small = 600 if quick else 6000
    for i in range(small):
        write_blob(folder / "small" / f"{i % 100:02d}" / f"{i:04d}.json", 21_500, i, tuples=3)
    yield f"{small:,} blobs of 22 KB", folder / "small", 3, 3
    quiet = 300 if quick else 3000
    for i in range(quiet):
        write_sparse(folder / "quiet" / f"{i:04d}.json", 60, i)
    yield f"{quiet:,} blobs of 60 sparse records", folder / "quiet", 3, 3
    write_sparse(folder / "sparse" / "PT1H.json", quiet * 60, 1)
    yield f"one blob of {quiet * 60:,} sparse records", folder / "sparse", 3, 3
    if not quick:
        for i in range(20):
            write_blob(folder / "many" / f"{i:02d}.json", size, i)
        yield "20 blobs of 50 MB", folder / "many", 3, 25


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--once", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.once:
        run_once(*arguments.once)
        return
    print(HEADER)
    behind = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path, runs, least in cases(Path(folder), quick=arguments.quick):
            factor = compare(name, path, runs)
            # In small, starting threads and building the table weigh more: half of the aim is enough.
            if factor < least / (2 if arguments.quick else 1):
                behind.append(f"{name}: {factor:.1f} times the loop, aim {least}")
    if behind:
        sys.exit("behind the aim: " + "; ".join(behind))


if __name__ == "__main__":
    main()
