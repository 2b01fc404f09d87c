"""Speed and memory of the analyses on 10 million rows, beside plain pandas of a skilled analyst.

    python -m benchmarks.analyses            10 million rows, some twenty minutes, 8 GB of memory
    python -m benchmarks.analyses --quick    500,000 rows, two minutes; fails where nsgkit falls far behind

Each run is a process of its own: nsgkit on a pandas table in memory, nsgkit on DuckDB over Parquet, and plain
pandas on the table in memory. Each has answered the question for a thousand rows before the clock starts.
Seconds are the best of the runs; memory is the peak above what the process held when its data was
loaded. Conversations that DuckDB holds are written to a file within the time. Plain pandas answers the same
question as well as a few lines can. What it leaves out: equal times beyond the order of states, one-to-one
folding, folding of orphans and of two logs of one NIC, where a folded view went, stateless rules, names
and shares in tables, folding in volume over time and its last byte, and IPv6 in the matrix.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.invented import COUNTERS, invent
from nsgkit import analyses
from nsgkit.counting.conversations import conversations

KEY = [
    "mac", "acl", "resource", "direction", "protocol", "src_ip", "src_port", "dst_ip", "dst_port", "decision",
]  # fmt: skip
ENDS = ["protocol", "src_ip", "src_port", "dst_ip", "dst_port"]
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
TARGET = 1.3


# Plain pandas


def plain_conversations(flows: pd.DataFrame) -> pd.DataFrame:
    order = flows["state"].cat.codes
    flows = flows.assign(order=order).sort_values(["time", "order"], kind="stable")
    group = flows.groupby(_codes(flows, KEY), sort=False).ngroup()
    starts = (flows["state"] == "begin").groupby(group).cumsum()
    flows["conversation"] = flows.groupby([group, starts], sort=False).ngroup()
    first = flows.drop_duplicates("conversation").set_index("conversation")
    first = first[[*KEY, "time", "state", "rule", "blob", "record", "tuple"]]
    last = flows.drop_duplicates("conversation", keep="last").set_index("conversation")
    last = last[["time", "state"]].add_prefix("last_")
    sums = flows.groupby("conversation")[COUNTERS].sum(min_count=1)
    return plain_folded(first.join(last).join(sums))


def plain_folded(table: pd.DataFrame) -> pd.DataFrame:
    """Fold second views: the same addresses and ports from another NIC within five seconds."""
    link = table.groupby(_codes(table, [*ENDS, "decision"]), sort=False).ngroup()
    views = pd.DataFrame({"link": link, "time": table["time"], "nic": table["mac"].cat.codes})
    views = views.sort_values(["link", "time"])
    before = views.shift()
    near = (views["time"] - before["time"]) <= pd.Timedelta("5s")
    folded = (views["link"] == before["link"]) & (views["nic"] != before["nic"]) & near
    begun, ended = table["state"] == "begin", table["last_state"] == "end"
    state = np.select([table["decision"] == "denied", ~begun, ended], ["denied", "orphan", "closed"], "open")
    duration = (table["last_time"] - table["time"]).dt.total_seconds()
    return table.assign(state=pd.Categorical(state), duration=duration, folded=folded)


def _codes(table: pd.DataFrame, names: list[str]) -> list[pd.Series]:
    return [table[k].cat.codes if table[k].dtype == "category" else table[k] for k in names]


def plain_breakdown(
    by: list[str], peers: str | None = None, top: int = 20
) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def ask(table: pd.DataFrame) -> pd.DataFrame:
        table = table[~table["folded"]]
        began = table["state"].isin(["open", "closed"])
        table = table.assign(
            connections=began & (table["decision"] == "allowed"),
            denied=table["decision"] == "denied",
            uncounted=began & table[COUNTERS].isna().all(axis=1),
        )
        grouped = table.groupby(by, observed=True)
        sums = grouped[["connections", "denied", "uncounted"]].sum().join(grouped[COUNTERS].sum(min_count=1))
        sums = sums.join(grouped["first"].min()).join(grouped["last"].max())
        if peers:
            sums = sums.join(grouped[peers].nunique())
        return sums.assign(bytes=sums["bytes_src_to_dst"] + sums["bytes_dst_to_src"]).nlargest(top, "bytes")

    return ask


def plain_over_time(table: pd.DataFrame) -> pd.DataFrame:
    began = table[~table["folded"] & table["state"].isin(["open", "closed", "denied"])]
    grouped = began.groupby([began["first"].dt.floor("h"), began["acl"], began["decision"]], observed=True)
    return grouped.size().to_frame("n").join(grouped["src_ip"].nunique())


def plain_bytes_over_time(_table: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    flows = flows.sort_values("time", kind="stable")
    since = flows["time"].groupby(flows.groupby(_codes(flows, KEY), sort=False).ngroup()).shift()
    counted = flows["state"].isin(["continuing", "end"])
    rows = flows[counted].assign(since=since[counted].fillna(flows["time"])).reset_index(drop=True)
    first, last = rows["since"].dt.floor("h"), rows["time"].dt.floor("h")
    bins = ((last - first) // pd.Timedelta("1h") + 1).to_numpy()
    spread = rows.loc[np.repeat(rows.index, bins)]
    start = first.loc[spread.index] + pd.to_timedelta(spread.groupby(level=0).cumcount(), unit="h")
    low, high = start.clip(lower=spread["since"]), (start + pd.Timedelta("1h")).clip(upper=spread["time"])
    part = ((high - low) / (spread["time"] - spread["since"])).fillna(1)
    sums = spread[COUNTERS].astype("float64").mul(part, axis=0)
    return sums.groupby([start, spread["acl"]], observed=True).sum()


def plain_change(table: pd.DataFrame) -> pd.DataFrame:
    began = table[~table["folded"] & (table["decision"] == "allowed")]
    later = began["first"] >= pd.Timestamp("2024-12-20", tz="UTC")
    by = ["src_ip", "dst_ip", "dst_port"]
    both = [began[side].groupby(by, observed=True).size() for side in (~later, later)]
    sides = pd.concat(both, axis=1, keys=["earlier", "later"]).fillna(0)
    return sides.loc[(sides["later"] - sides["earlier"]).abs().nlargest(50).index]


def plain_heavy(flows: pd.DataFrame) -> pd.DataFrame:
    minutes = flows.groupby(["mac", flows["time"].dt.floor("min")], observed=True).size()
    return minutes.groupby(level=0, observed=True).agg(["sum", "max", "size"])


def plain_silent(flows: pd.DataFrame) -> pd.DataFrame:
    keys = [flows["resource"], flows["mac"], flows["time"].dt.floor("min")]
    minutes = flows.groupby(keys, observed=True).size().reset_index()
    gaps = minutes.groupby(["resource", "mac"], observed=True)["time"].diff()
    return minutes[gaps > pd.Timedelta("10min")]


def plain_matrix(table: pd.DataFrame) -> pd.DataFrame:
    nets = {f"{end}_net": plain_network(table[end]) for end in ("src_ip", "dst_ip")}
    return plain_breakdown([*nets], top=400)(table.assign(**nets))


def plain_network(addresses: pd.Series) -> pd.Categorical:
    codes, names = pd.factorize(addresses.cat.categories.str.replace(r"[0-9]+$", "0/24", regex=True))
    return pd.Categorical.from_codes(codes[addresses.cat.codes], names)


def bytes_over_time(table: object, flows: object) -> pd.DataFrame:
    return analyses.over_time(table, by="acl", flows=flows)


FLOWS, STITCHED = ("flows",), ("conversations",)
# name -> (tables, nsgkit, plain pandas)
QUESTIONS: dict[str, tuple[tuple[str, ...], Callable, Callable]] = {
    "conversations": (FLOWS, conversations, plain_conversations),
    "bytes_over_time": (STITCHED + FLOWS, bytes_over_time, plain_bytes_over_time),
    "over_time": (STITCHED, partial(analyses.over_time, by="acl"), plain_over_time),
    "busiest_nics": (FLOWS, analyses.busiest_nics, plain_heavy),
    "silences": (FLOWS, analyses.silences, plain_silent),
    "top_talkers": (STITCHED, analyses.top_talkers, plain_breakdown(["src_ip"], "dst_ip")),
    "top_pairs": (STITCHED, analyses.top_pairs, plain_breakdown(["src_ip", "dst_ip"])),
    "top_services": (STITCHED, analyses.top_services, plain_breakdown(["protocol", "dst_port"], "src_ip")),
    "top_rules": (STITCHED, analyses.top_rules, plain_breakdown(["acl", "rule", "direction"], "src_ip")),
    "protocols": (
        STITCHED,
        partial(analyses.breakdown, by="protocol", peers="src_ip"),
        plain_breakdown(["protocol"], "src_ip"),
    ),
    "traffic_links": (
        STITCHED,
        analyses.traffic_links,
        plain_breakdown(["src_ip", "rule", "dst_ip", "decision"]),
    ),
    "matrix": (STITCHED, analyses.matrix, plain_matrix),
    "change": (STITCHED, analyses.change, plain_change),
}


def run(name: str, way: str, folder: Path) -> dict[str, float]:
    """Answer one question one way, in this process, and say what it took."""
    tables, ours, plain = QUESTIONS[name]
    read = duckdb.connect().read_parquet if way == "duckdb" else pd.read_pickle
    suffix = "parquet" if way == "duckdb" else "pickle"
    first, *rest = [read(f"{folder / table}.{suffix}") for table in tables]
    ask = plain if way == "plain" else ours
    few = ask(first.limit(1000) if way == "duckdb" else first.sample(1000, random_state=1), *rest)
    if not isinstance(few, pd.DataFrame):
        few.to_parquet(str(folder / "answer.parquet"))
    before = _memory()
    start = time.perf_counter()
    answer = ask(first, *rest)
    if not isinstance(answer, pd.DataFrame):
        answer.to_parquet(str(folder / "answer.parquet"))  # larger than memory stays out of it
    return {"seconds": time.perf_counter() - start, "peak": _memory(peak=True) - before}


def _memory(*, peak: bool = False) -> float:
    try:  # what the process itself held; rusage would count its parent's memory too
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return int(fields["VmHWM" if peak else "VmRSS"].split()[0]) / 1e3
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 1e6


def in_its_own_process(name: str, way: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.analyses", "--one", name, way, str(folder)]
    return json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    )


def prepare(rows: int, folder: Path) -> None:
    """Write the flow table and its conversations, once for all runs."""
    flows = invent(rows)
    flows.to_pickle(folder / "flows.pickle")
    flows.to_parquet(folder / "flows.parquet", index=False)
    table = conversations(flows)
    table.to_pickle(folder / "conversations.pickle")
    table.to_parquet(folder / "conversations.parquet", index=False)
    print(f"{len(flows):,} rows, {len(table):,} conversations")


def measure(rounds: int, folder: Path, only: list[str]) -> float:
    """Print the table, and return the worst ratio to plain pandas."""
    print(
        f"{'question':24}{'pandas s':>9}{'MB':>7}{'duckdb s':>10}{'MB':>7}{'plain s':>9}{'MB':>7}{'ratio':>7}"
    )
    worst = 0.0
    for name in only or QUESTIONS:
        runs = [
            [in_its_own_process(name, way, folder) for way in ("pandas", "duckdb", "plain")]
            for _ in range(rounds)
        ]
        best = [min(way, key=lambda r: r["seconds"]) for way in zip(*runs, strict=True)]
        ratio = max(best[0]["seconds"], best[1]["seconds"]) / best[2]["seconds"]
        worst = max(worst, ratio)
        figures = "".join(
            f"{b['seconds']:>{w}.2f}{b['peak']:>7.0f}" for b, w in zip(best, (9, 10, 9), strict=True)
        )
        print(f"{name:24}{figures}{ratio:>7.2f}", flush=True)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("QUESTION", "WAY", "FOLDER"))
    parser.add_argument("only", nargs="*", choices=[*QUESTIONS, []])
    given = parser.parse_args()
    if given.one:
        print(json.dumps(run(given.one[0], given.one[1], Path(given.one[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows, rounds = (500_000, 1) if given.quick else (10_000_000, 2)
        prepare(rows, Path(folder))
        worst = measure(rounds, Path(folder), given.only)
    print(f"worst ratio to plain pandas {worst:.2f}; target {TARGET}")
    if given.quick and worst > 3:
        sys.exit("nsgkit has fallen far behind plain pandas")


if __name__ == "__main__":
    main()
