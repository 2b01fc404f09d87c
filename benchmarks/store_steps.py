"""What is measured of a store, each step in a process of its own: python -m benchmarks.store_steps STEP FOLDER."""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
Told = dict[str, Any]
MOST_USED = ("top_talkers", "over_time", "top_rules", "top_services", "matrix", "top_pairs")
OF_FLOWS = (
    "busiest_nics", "silences", "counter_forms", "doubly_logged", "equal_rows", "late_answers", "record_types",
    "version_changes",
)  # fmt: skip
OF_CONVERSATIONS = (
    "summary", "change", "denied_then_allowed", "life", "places", "place_links", "stateless_rules",
    "traffic_links",
)  # fmt: skip


def parse(folder: Path) -> Told:
    """Read all logs as read_logs does, and keep no row."""
    from nsgkit.flows import reading
    from nsgkit.flows.files import Span
    from nsgkit.flows.folder import find_files

    counted = Counted()
    with patch.object(reading, "_rows", lambda _total: counted):
        told = measured(lambda: reading.read_all(find_files(folder / "logs", Span(None, None)).files))
    return told | {"rows": counted.rows}


class Counted:
    """Takes the rows' place: counts them, and lets them go."""

    rows = 0

    def add(self, part: Any) -> None:
        """Count the rows of a batch."""
        self.rows += len(part.number)


def encode(folder: Path) -> Told:
    """Write the columns of one day as a Parquet file on one thread: the rate that ingest is held against."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    import nsgkit

    store = nsgkit.open_store(folder / "store")
    first = store.blobs["hour"].min()
    where = f"time < TIMESTAMPTZ '{first}' + INTERVAL 1 DAY"
    held = store.flows.filter(where).limit(5_000_000).to_arrow_table()
    texts = {name for name in held.column_names if pa.types.is_string(held.schema.field(name).type)}
    columns = [held[name].dictionary_encode() if name in texts else held[name] for name in held.column_names]
    table = pa.table(dict(zip(held.column_names, columns, strict=True)))
    pa.set_cpu_count(1)
    told = measured(partial(pq.write_table, table, folder / "one.parquet", compression="zstd"))
    return told | {"rows": len(table), "bytes": (folder / "one.parquet").stat().st_size}


def ingest(folder: Path) -> Told:
    """Make the store."""
    import nsgkit

    nsgkit.ingest  # noqa: B018  # imports are not timed
    held: list[Any] = []
    told = measured(lambda: held.append(nsgkit.ingest(folder / "logs", folder / "store")))
    return told | {"said": repr(held[0])[:2000]}


def open_it(folder: Path) -> Told:
    """Open the store, and ask how much it holds."""
    import nsgkit

    nsgkit.open_store  # noqa: B018
    held: list[Any] = []
    told = measured(lambda: held.append(nsgkit.open_store(folder / "store")))
    rows, conversations = (_rows(table) for table in (held[0].flows, held[0].conversations))
    return told | {"rows": rows, "conversations": conversations, "rejects": len(held[0].rejects)}


def read(folder: Path) -> Told:
    """Read and stitch the same logs in memory."""
    import nsgkit

    nsgkit.read_logs, nsgkit.conversations  # noqa: B018
    return measured(lambda: nsgkit.conversations(nsgkit.read_logs(folder / "logs")))


def questions() -> tuple[str, ...]:
    """Return the names of the analyses that are measured, the most used first."""
    return (*MOST_USED, "bytes over time", "by protocol", *OF_CONVERSATIONS, "neighbours", *OF_FLOWS)


def ask(name: str, folder: Path) -> Told:
    """Put one question to the store, after it was put to few rows."""
    import nsgkit
    from nsgkit import analyses

    store = nsgkit.open_store(folder / "store")
    asked: dict[str, Callable[[Any], Any]] = {
        **{name: getattr(analyses, name) for name in (*MOST_USED, *OF_CONVERSATIONS, *OF_FLOWS)},
        "over_time": partial(analyses.over_time, by="acl"),
        "bytes over time": lambda table: analyses.over_time(table, by="acl", flows=store),
        "by protocol": partial(analyses.breakdown, by="protocol", peers="src_ip"),
        "neighbours": partial(analyses.neighbours, of="10.20.0.5"),
    }
    table = store.flows if name in OF_FLOWS else store.conversations
    asked[name](table.limit(1000))  # what is imported, and drawn up once, is not timed
    held: list[Any] = []
    told = measured(lambda: held.append(asked[name](table)))
    return told | {"rows": len(held[0])}


def explore(folder: Path) -> Told:
    """Drive the traffic explorer over the store, as benchmarks.explorer does over tables."""
    import nsgkit
    from benchmarks.connections import START
    from benchmarks.explorer import CHANGES, DRAG, Driven, driven, timed
    from nsgkit.explore import traffic_explorer

    store = nsgkit.open_store(folder / "store")
    words = {"src:203.5.0.0/16": "src:20.0.0.0/8", "nic:000D3A000001": "nic:000D3AB10001"}
    hours = [(START + hour * 3600) * 1000 for hour in (12, 36)]
    changes = {
        name: [(label, hours if value is DRAG else words.get(str(value), value)) for label, value in steps]
        for name, steps in CHANGES.items()
    }
    frame, opening = timed(lambda: traffic_explorer(store))
    explorer = Driven(frame)
    told = {"opened": (*opening, explorer.drawn), **driven(explorer, changes)}
    return {"changes": told, "peak": peak()}


def measured(step: Callable[[], Any]) -> Told:
    """Do it, and tell seconds, seconds of CPU (of processes that it started too) and the peak of memory."""
    wall, cpu, before = time.perf_counter(), _cpu(), peak()
    step()
    seconds = time.perf_counter() - wall
    return {"seconds": seconds, "cpu": _cpu() - cpu, "peak": peak(), "before": before}


def peak() -> float:
    """Return the most memory in MB that this process held, or one that it started."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * PEAK_UNIT / 1e6
    try:  # what the process itself held; rusage would count its parent's memory too
        fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return max(children, int(fields["VmHWM"].split()[0]) * 1024 / 1e6)
    except OSError:
        return max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 1e6)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _rows(relation: Any) -> int:
    return int(relation.aggregate("count(*) AS n").to_arrow_table().column("n")[0].as_py())


STEPS = {
    "parse": parse,
    "encode": encode,
    "ingest": ingest,
    "open": open_it,
    "read": read,
    "explore": explore,
}


if __name__ == "__main__":
    step = STEPS.get(sys.argv[1]) or partial(ask, sys.argv[1])
    print(json.dumps(step(Path(sys.argv[2]))))
