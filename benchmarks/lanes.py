"""Speed of the lanes of a timeline, on the conversations of 1,000,000 flow rows of one day.

    python -m benchmarks.lanes            half a minute
    python -m benchmarks.lanes --quick    100,000 rows

The rows are invented: 200 own hosts, 20,000 addresses outside, a quarter denied, each other connection with a
begin, a continuing and an end row. They are stitched before the clock starts. The first answer is what
`nsgkit.analyses.lanes` takes, with the own networks told by the rows, and the drawing of its picture; another
span is a zoom into the same lanes, of an hour and of ten minutes. Seconds are those of the clock.
"""

import argparse
import time

import numpy as np
import pandas as pd

import nsgkit
from nsgkit import views
from nsgkit.analyses.forensics.lane_marks import lanes_within
from nsgkit.analyses.forensics.laned import Laned
from nsgkit.schema import FLOWS

DAY, HOSTS, OUTSIDERS = 86_400_000, 200, 20_000


def invent(rows: int) -> pd.DataFrame:
    """Return flow rows: denied attempts, and connections of three rows."""
    rng = np.random.default_rng(1)
    denied = rows // 4
    opened = (rows - denied) // 3
    count = denied + opened
    begin = rng.integers(0, DAY, count)
    lasts = np.minimum((rng.exponential(120_000, count) + 2_000).astype("int64"), DAY)
    ends = {
        "host": rng.integers(0, HOSTS, count),
        "peer": (OUTSIDERS * rng.random(count) ** 3).astype("int64"),
        "src_port": rng.integers(1024, 65_536, count),
        "dst_port": rng.choice([22, 53, 80, 443, 3389], count),
    }
    which = np.concatenate([np.arange(count), np.repeat(np.arange(denied, count), 2)])
    state = np.concatenate([np.zeros(count, int), np.tile([1, 2], opened)])
    table = pd.DataFrame({name: values[which] for name, values in ends.items()})
    moment = begin[which] + lasts[which] * state // 2
    hosts = [f"10.1.{n // 100}.{n % 100 + 4}" for n in range(HOSTS)]
    names = hosts + [f"198.18.{n // 256}.{n % 256}" for n in range(OUTSIDERS)]
    made = {
        "time": pd.to_datetime(1_734_480_000_000 + moment, unit="ms", utc=True),
        "src_ip": pd.Categorical.from_codes(table["peer"] + HOSTS, names),
        "dst_ip": pd.Categorical.from_codes(table["host"], names),
        "decision": np.where(which < denied, "denied", "allowed"),
        "state": np.array(["begin", "continuing", "end"])[state],
        "mac": pd.Categorical.from_codes(table["host"] % 20, [f"00AA{n:08}" for n in range(20)]),
        "record": np.arange(len(table)) // 1_000,
        "tuple": np.arange(len(table)) % 1_000,
        **{name: table[name] for name in ("src_port", "dst_port")},
        **{name: pd.array(np.where(state > 0, 4_000, 0), "Int64") for name in nsgkit.schema.COUNTERS},
    }
    same = {"protocol": "TCP", "direction": "inbound", "rule": "UserRule_Web", "acl": "/NSG/WEB",
            "resource": "/NSG/WEB", "version": 2, "blob": "b"}  # fmt: skip
    columns = {**dict.fromkeys((c.name for c in FLOWS), None), **same, **made}
    return nsgkit.schema.typed(pd.DataFrame(columns, index=table.index), FLOWS)


def timed(name: str, call):
    """Run once, print the seconds, and return what came."""
    start = time.perf_counter()
    found = call()
    print(f"{name:40} {time.perf_counter() - start:6.3f} s")
    return found


def main() -> None:
    """Measure the first answer, and others after it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="100,000 rows")
    rows = 100_000 if parser.parse_args().quick else 1_000_000
    conversations = nsgkit.conversations(invent(rows))
    print(f"{len(conversations):,} conversations of {rows:,} flow rows")
    timed(
        "the first picture of a session", lambda: views.lanes(nsgkit.analyses.lanes(conversations.head(50)))
    )
    for by in ("peer", "port", "host"):
        laned = timed(f"lanes by {by}, made", lambda by=by: Laned.of_conversations(conversations, by=by))
        for words, end in (
            ("the day", None),
            ("an hour", "2024-12-18 11:00"),
            ("minutes", "2024-12-18 10:10"),
        ):
            start = end and "2024-12-18 10:00"
            table = timed(f"  {words}", lambda s=start, e=end, of=laned: lanes_within(of, start=s, end=e))
            timed(f"  its picture of {len(table):,} marks", lambda of=table: views.lanes(of).to_dict())


if __name__ == "__main__":
    main()
