"""Flow logs of any size, written as Azure writes them: what the store is measured on.

python -m benchmarks.written FOLDER --rows 45000000 --days 7
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.azure_records import blob_name, record
from benchmarks.connections import (
    BEGIN,
    DNS,
    KINDS,
    NAMES,
    PAIRS,
    SCAN,
    Rows,
    as_text,
    ends_of,
    logged_rows,
    minute_of,
)

DAYS, SLICE = 7, 1_000_000  # rows whose text is in memory at once


def write_logs(folder: Path, rows: int, *, days: int = DAYS, seed: int = 1) -> None:
    """Write about `rows` tuples of 24 NICs, the same bytes each time: NSG version 2, and VNet of four NICs.

    A third of the connections are denied scans; one in ten is logged at both ends; some are
    logged without state. Most last seconds, a few days: these cross hours, and those at the edges lack
    their begin or end. Counters are heavy-tailed. The first NICs carry most, in a few hours a large blob.
    """
    shares = 1 / (np.arange(PAIRS) + 1.5)
    for pair, share in enumerate(shares / shares.sum()):
        rng = np.random.default_rng([seed, pair])
        made = logged_rows(rng, max(1, round(rows * share)), days, busy=pair == 0)
        ends = ends_of(rng, made, pair)
        for blobs in _slices(made):
            _write_blobs(folder, rng, made.of(blobs), ends, pair)


def _slices(rows: Rows) -> Iterator[slice]:
    """Yield rows of whole blobs, about SLICE at a time."""
    hour = minute_of(rows) // 60
    starts = np.flatnonzero(np.diff(hour, prepend=-1) | np.diff(rows.nic, prepend=-1))
    marks = [0]
    for start in [*starts.tolist()[1:], len(hour)]:
        if start - marks[-1] >= SLICE or start == len(hour):
            marks.append(start)
    yield from map(slice, marks, marks[1:])


def _write_blobs(folder: Path, rng: np.random.Generator, rows: Rows, ends: pa.Array, pair: int) -> None:
    vnet = pair % 6 == 5
    records: dict[tuple[int, int], dict[str, str]] = {}
    for nic, minute, rule, text in _groups(rows, _tuples(rng, rows, ends, vnet=vnet)):
        rules = records.setdefault((2 * pair + nic, minute), {})
        rules[rule] = f'{rules[rule]}","{text}' if rule in rules else text
    blobs: dict[str, list[str]] = {}
    for (nic, minute), rules in records.items():
        blob = blobs.setdefault(blob_name(nic, minute // 60, vnet=vnet), [])
        blob.append(record(nic, minute, rules, vnet=vnet))
    for name, written in blobs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('{"records":[' + ",".join(written) + "]}", "utf-8")


def _groups(rows: Rows, tuples: pa.Array) -> Iterator[tuple[int, int, str, str]]:
    """Yield NIC, minute and rule of each group of tuples, and these with `","` between them."""
    minute = minute_of(rows)
    new = np.diff(minute, prepend=-1) | np.diff(rows.kind, prepend=-1) | np.diff(rows.nic, prepend=-1)
    starts = np.flatnonzero(new)
    ends = pa.array(np.append(starts, len(new)), pa.int32())
    texts = pc.binary_join(pa.ListArray.from_arrays(ends, tuples), '","').to_pylist()
    rules = (KINDS[NAMES[kind]].rule for kind in rows.kind[starts].tolist())
    yield from zip(rows.nic[starts].tolist(), minute[starts].tolist(), rules, texts, strict=True)


def _tuples(rng: np.random.Generator, rows: Rows, ends: pa.Array, *, vnet: bool) -> pa.Array:
    if vnet:
        number = {"T": 6, "U": 17}
        ways = [f"{number[kind.protocol]},{kind.direction}" for kind in KINDS.values()]
        state, states = np.where(rows.kind == SCAN, 3, rows.state), ["B,NX", "C,NX", "E,NX", "D,NX"]
        moment, counters = rows.time, [column.filled(0) for column in _counters(rng, rows)]
    else:
        ways = [f"{kind.protocol},{kind.direction},{kind.decision}" for kind in KINDS.values()]
        state, states = rows.state, ["B", "C", "E"]
        moment, counters = rows.time // 1000, _counters(rng, rows)
    columns = [
        as_text(moment), ends.take(pa.array(rows.connection)), pa.array(ways).take(pa.array(rows.kind)),
        pa.array(states).take(pa.array(state)), *map(as_text, counters),
    ]  # fmt: skip
    return pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")


def _counters(rng: np.random.Generator, rows: Rows) -> list[np.ma.MaskedArray]:
    """Return packets and bytes each way: mostly a few hundred bytes to some kB, seldom very many."""
    size, dns = len(rows.time), rows.kind == DNS
    sent = np.where(dns, 1, 3 + rng.lognormal(1.7, 1.1, size)).astype("int64")
    back = np.where(dns, 1, sent * rng.uniform(0.6, 1.6, size)).astype("int64")
    more, each = rng.integers(0, 60, size), rng.choice([54, 66, 78, 118, 240, 700], size)
    there = np.where(dns, 40, sent * each) + more
    more, each = rng.integers(0, 60, size), rng.choice([54, 118, 420, 900, 1400], size)
    here = np.where(dns, 90 + more, back * each) + more
    return [np.ma.masked_array(column, rows.state == BEGIN) for column in (sent, there, back, here)]


def main() -> None:
    """Write logs, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=DAYS)
    given = parser.parse_args()
    began = time.process_time()
    write_logs(given.folder, given.rows, days=given.days)
    sizes = [path.stat().st_size for path in given.folder.rglob("PT1H.json")]
    seconds = time.process_time() - began
    written = f"{len(sizes):,} blobs, {sum(sizes) / 1e6:,.0f} MB, the largest {max(sizes) / 1e6:.1f} MB"
    print(f"{written}: {seconds:.1f} s of CPU")


if __name__ == "__main__":
    main()
