"""Speed of the facts beside addresses, on 1,000,000 rows with 20,000 distinct addresses.

    python -m benchmarks.enrich            some seconds
    python -m benchmarks.enrich --quick    100,000 rows, 5,000 addresses

A quarter of the addresses is IPv6. The table is as lean as the flow table: texts are categories. Beside the
logs lie a list of service tags of the size of Microsoft's (2,291 tags, 60,927 prefixes) and a feed of 20,000
lines, both invented. Each fact is asked with the network that was read once; what reads the files is
measured apart. Row by row is what a plain loop with `ipaddress` takes for one fact, the scope of both ends,
measured on 2,000 rows and multiplied: it was not run on all of them. Seconds are those of the clock, and of
processors.
"""

import argparse
import json
import random
import time
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from nsgkit import enrich
from nsgkit.enrich.context import Context, FeedFile, KnownPrefix
from nsgkit.enrich.files.feed import read_feed
from nsgkit.enrich.labels.service_tags import read_service_tags
from nsgkit.enrich.special_purpose import RANGES

TAGS, PREFIXES, LINES, SLICE = 2_291, 60_927, 20_000, 2_000
FACTS = [name for name in ("scope", "port", "country", "scanner", "service_tag", "threat", "flow_type")
         if name in enrich.__all__]  # fmt: skip
ALONE = ("scanner", "port")  # these ask for no network


def invent(rows: int, distinct: int) -> pd.DataFrame:
    """Return flow rows of 20 NICs with 200 addresses, half of them to and half of them from anywhere."""
    rng = np.random.default_rng(1)
    names = [f"10.{n >> 8}.{n & 255}.4" for n in range(distinct // 3)]
    names += [str(ip_address(int(n))) for n in rng.integers(1 << 24, 223 << 24, distinct * 5 // 12)]
    more = rng.integers(0, 1 << 62, distinct - len(names))
    names += [str(ip_address(0x2603 << 112 | int(n) << 40)) for n in more]
    own, other, out = rng.integers(0, 200, rows), rng.integers(0, len(names), rows), rng.random(rows) < 0.5
    return pd.DataFrame({
        "src_ip": pd.Categorical.from_codes(np.where(out, own, other), names),
        "dst_ip": pd.Categorical.from_codes(np.where(out, other, own), names),
        "src_port": rng.integers(0, 65_536, rows).astype("uint16"),
        "dst_port": rng.integers(0, 65_536, rows).astype("uint16"),
        "mac": pd.Categorical.from_codes(own % 20, [f"00AA{n:08}" for n in range(20)]),
        "direction": pd.Categorical.from_codes(out.astype("int8"), ["inbound", "outbound"]),
    })  # fmt: skip


def prefixes(count: int) -> list[str]:
    """Return so many prefixes, a third of them IPv6."""
    rng = random.Random(2)
    v6 = [(0x2603 << 112 | rng.randrange(1 << 40) << 60, rng.randint(40, 125)) for _ in range(count // 3)]
    v4 = [(rng.randrange(13 << 24, 120 << 24), rng.randint(16, 32)) for _ in range(count - len(v6))]
    return [str(ip_network(each, strict=False)) for each in v4 + v6]


def network(folder: Path) -> enrich.Network:
    """Return what is known beside the logs, with the files that it is read from."""
    held = prefixes(PREFIXES)
    values = [{"name": f"Service{n}", "properties": {"addressPrefixes": held[n::TAGS]}} for n in range(TAGS)]
    (folder / "ServiceTags_Public.json").write_text(
        json.dumps({"changeNumber": 1, "values": values}, indent=2)
    )
    (folder / "feed.txt").write_text("\n".join(prefixes(LINES)))
    vnets = tuple(
        KnownPrefix(ip_network(f"10.{n}.0.0/16"), True, kind="vnet", site=f"VNET-{n % 9}") for n in range(26)
    )
    own = tuple(each.prefix for each in vnets)
    feed = FeedFile(folder / "feed.txt", "feed", "2024-12-17")
    return enrich.Network(own, own, Context(vnets, (), (folder / "ServiceTags_Public.json",), (feed,)))


def row_by_row(table: pd.DataFrame) -> float:
    """Return the seconds that a plain loop takes on some rows, for as many as the table has."""
    ranges = [(ip_network(text), name) for name, texts in RANGES.items() for text in texts]
    start = time.perf_counter()
    for src, dst in table[["src_ip", "dst_ip"]].head(SLICE).astype("str").itertuples(index=False):
        for text in (src, dst):
            address = ip_address(text)
            holding = [
                (n.prefixlen, name) for n, name in ranges if n.version == address.version and address in n
            ]
            max(holding, default=(0, "public"))
    return (time.perf_counter() - start) / SLICE * len(table)


def timed(name: str, call) -> tuple[float, float]:
    """Run once, print and return the seconds of wall clock and of processors."""
    start, busy = time.perf_counter(), time.process_time()
    call()
    spent, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"{name:40} {spent:6.3f} s, {busy:6.3f} s of processors")
    return spent, busy


def main() -> None:
    """Measure the files, and each fact."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="100,000 rows, 5,000 addresses")
    quick = parser.parse_args().quick
    table = invent(*(100_000, 5_000) if quick else (1_000_000, 20_000))
    texts = table["src_ip"].cat.categories
    with TemporaryDirectory() as folder:
        known = network(Path(folder))
        (tags,) = known.context.service_tags
        timed("reading the list of service tags", lambda: read_service_tags(tags))
        timed(f"{len(texts):,} look-ups in it", lambda: read_service_tags(tags).find(texts))
        timed("reading the feed", lambda: read_feed(known.context.feeds[0]))
        for name in ("scanner", "country"):
            if name in FACTS:
                timed(f"what {name} reads", lambda name=name: getattr(enrich, name)(table.head(1)))
        spent = []
        for name in FACTS:
            fact, more = getattr(enrich, name), {} if name in ALONE else {"network": known}
            spent.append(timed(name, lambda fact=fact, more=more: fact(table, **more)))
        whole, busy = (sum(each) for each in zip(*spent, strict=True))
        print(f"{'all of them':40} {whole:6.3f} s, {busy:6.3f} s of processors")
        timed("scope, with what the logs tell (no file)", lambda: enrich.scope(table))
    print(f"{'row by row, one fact, extrapolated':40} {row_by_row(table):6.1f} s")


if __name__ == "__main__":
    main()
