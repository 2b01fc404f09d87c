"""Flow logs of any size, written as Azure writes them: what the store is measured on.

python -m benchmarks.written FOLDER --rows 45000000 --days 7
"""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DAYS, PAIRS, HOUR = 7, 12, 3600
START = 1_733_097_600  # 2024-12-02, a Monday
SLICE = 1_000_000  # rows whose text is in memory at once
SCANNERS, CLIENTS, SERVERS = 5_000, 20_000, 300
SUB = "D6549A66-C45C-4979-840C-3B356DA446B0"
NSGS = ("WEB-NSG", "APP-NSG", "DATA-NSG", "JUMP-NSG")
NSG = f"/SUBSCRIPTIONS/{SUB}/RESOURCEGROUPS/PROD/PROVIDERS/MICROSOFT.NETWORK/NETWORKSECURITYGROUPS/"
WATCHER = f"/SUBSCRIPTIONS/{SUB}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/"
BUSY, USUAL = 3, np.array([*[2] * 7, 5, 9, *[10] * 8, 6, *[3] * 6])  # of a day's connections, by the hour
SERVICES = np.array([443, 80, 53, 1433, 445, 5432, 8080, 3389, 22, 389])


class Kind(NamedTuple):
    """Connections of one kind: their share, and how a NIC logs them."""

    share: float
    rule: str
    protocol: str
    direction: str
    decision: str


KINDS = {
    "scan": Kind(0.31, "DefaultRule_DenyAllInBound", "T", "I", "D"),
    "web": Kind(0.17, "UserRule_Allow-HTTPS", "T", "I", "A"),
    "inside": Kind(0.15, "DefaultRule_AllowVnetOutBound", "T", "O", "A"),
    "internet": Kind(0.14, "DefaultRule_AllowInternetOutBound", "T", "O", "A"),
    "dns": Kind(0.12, "UserRule_Allow-DNS", "U", "O", "A"),
    "stateless": Kind(0.01, "UserRule_Allow-Jump", "T", "I", "A"),
    "twice": Kind(0.10, "DefaultRule_AllowVnetOutBound", "T", "O", "A"),
    "second view": Kind(0, "DefaultRule_AllowVnetInBound", "T", "I", "A"),
}
NAMES = [*KINDS]
SCAN, WEB, INSIDE, INTERNET, DNS, STATELESS, TWICE, SECOND = range(len(NAMES))
BEGIN, CONTINUING, END = range(3)


class Rows(NamedTuple):
    """The rows of a pair of NICs: which connection each belongs to, and how it is logged."""

    connection: np.ndarray
    time: np.ndarray
    state: np.ndarray
    kind: np.ndarray
    nic: np.ndarray

    def of(self, chosen: np.ndarray | slice) -> "Rows":
        return Rows(*(column[chosen] for column in self))


def write_logs(folder: Path, rows: int, *, days: int = DAYS, seed: int = 1) -> None:
    """Write about `rows` tuples of 24 NICs, the same bytes each time: NSG version 2, and VNet of two NICs in 12.

    A third of the connections are denied scans; one in ten is logged at both ends; some are
    logged without state. Most last seconds, a few days: these cross hours, and those at the edges lack
    their begin or end. Counters are heavy-tailed. The first NICs carry most, in a few hours a large blob.
    """
    shares = 1 / (np.arange(PAIRS) + 1.5)
    for pair, share in enumerate(shares / shares.sum()):
        rng = np.random.default_rng([seed, pair])
        made = _rows(rng, max(1, round(rows * share)), days, busy=pair == 0)
        ends = _ends(rng, made, pair)
        for blobs in _slices(made):
            _write_blobs(folder, rng, made.of(blobs), ends, pair)


def _rows(rng: np.random.Generator, wanted: int, days: int, *, busy: bool) -> Rows:
    """Return rows in the order of NIC, record, rule and time."""
    made: list[Rows] = []
    while sum(len(part.time) for part in made) < wanted:
        before = sum(int(part.connection[-1]) + 1 for part in made[-1:])
        part = _connections(rng, wanted // 3 + 50, days, busy=busy)
        made.append(part._replace(connection=part.connection + before))
    rows = Rows(*(np.concatenate(column)[:wanted] for column in zip(*made, strict=True)))
    minute = (rows.time // 1000 + 30) // 60 - START // 60
    place = (rows.nic * (days * 1440 + 2) + minute) * len(KINDS) + rows.kind
    return rows.of(np.argsort(place * 120_000 + rows.time % 60_000, kind="stable"))


def _connections(rng: np.random.Generator, size: int, days: int, *, busy: bool) -> Rows:
    kind = rng.choice(SECOND, size, p=[one.share for one in KINDS.values()][:SECOND]).astype("int8")
    one_row = np.isin(kind, [SCAN, STATELESS])
    lasts = np.where(kind == DNS, 2e3, np.minimum(rng.lognormal(9.9, 2.8, size), 3 * 86_400_000))
    continuing = np.where(one_row, 0, lasts // 300_000).astype("int64")
    each = np.where(one_row, 1, continuing + 2)
    which = np.repeat(np.arange(size), each)
    nth = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each)
    state = np.where(nth == 0, BEGIN, np.where(nth > continuing[which], END, CONTINUING)).astype("int8")
    after = np.where(state == END, lasts[which], nth * 300_000).astype("int64")
    moment = _begins(rng, size, days, busy=busy)[which] + after
    nic = (rng.random(size) < 0.3).astype("int64")
    rows = Rows(which, moment, state, kind[which], nic[which])
    twice = rows.of(rows.kind == TWICE)
    seen = twice.time + rng.integers(0, 900, size)[twice.connection]
    other = twice._replace(time=seen, kind=np.full_like(twice.kind, SECOND), nic=1 - twice.nic)
    both = Rows(*(np.concatenate(column) for column in zip(rows, other, strict=True)))
    inside = (both.time >= START * 1000) & (both.time < (START + days * 24 * HOUR) * 1000)
    both = both.of(inside)
    return both.of(np.argsort(both.connection, kind="stable"))


def _begins(rng: np.random.Generator, size: int, days: int, *, busy: bool) -> np.ndarray:
    """Return milliseconds from a day before the first on: most by day, many in a few busy hours."""
    hour = rng.choice(24, size, p=USUAL / USUAL.sum()) + 24 * rng.integers(-1, days, size)
    if busy:
        chosen = rng.choice(24 * days, min(BUSY, 24 * days), replace=False)
        hour = np.where(rng.random(size) < 0.35, rng.choice(chosen, size), hour)
    return (START + hour * HOUR) * 1000 + rng.integers(0, HOUR * 1000, size)


def _ends(rng: np.random.Generator, rows: Rows, pair: int) -> pa.Array:
    """Return `source,destination,ports` of each connection."""
    size = int(rows.connection.max()) + 1
    kind, nic = np.zeros((2, size), "int8")
    first = rows.kind != SECOND
    kind[rows.connection[first]], nic[rows.connection[first]] = rows.kind[first], rows.nic[first]
    address = pa.array([*_inside(), *_outside()])
    here = (2 * pair + nic).astype("int64")
    far = 2 * PAIRS + SERVERS + _often(rng, CLIENTS, size)
    scanner = 2 * PAIRS + SERVERS + CLIENTS + _often(rng, SCANNERS, size)
    server = 2 * PAIRS + _often(rng, SERVERS, size)
    peer = np.select(
        [kind == SCAN, np.isin(kind, [WEB, INTERNET]), kind == TWICE], [scanner, far, here ^ 1], server
    )
    inbound = np.isin(kind, [SCAN, WEB, STATELESS])
    probed = np.where(rng.random(size) < 0.5, SERVICES[_often(rng, 10, size)], rng.integers(1, 65536, size))
    usual = SERVICES[_often(rng, len(SERVICES), size)]
    fixed = [probed, rng.choice([443, 443, 443, 80], size), np.full(size, 53), np.full(size, 22)]
    port = np.select(
        [kind == SCAN, np.isin(kind, [WEB, INTERNET]), kind == DNS, kind == STATELESS], fixed, usual
    )
    columns = [
        address.take(pa.array(np.where(inbound, peer, here))), address.take(pa.array(np.where(inbound, here, peer))),
        _text(rng.integers(32_768, 61_000, size)), _text(port),
    ]  # fmt: skip
    return pc.binary_join_element_wise(*columns, ",")


def _inside() -> Iterator[str]:
    yield from (f"10.20.{i // 8}.{i % 8 + 4}" for i in range(2 * PAIRS))
    yield from (f"10.30.{i // 50}.{i % 50 + 4}" for i in range(SERVERS))


def _outside() -> Iterator[str]:
    spread = np.random.default_rng(0).integers(1, 255, (CLIENTS + SCANNERS, 3)).tolist()
    yield from (f"{20 + i % 180}.{a}.{b}.{c}" for i, (a, b, c) in enumerate(spread))


def _often(rng: np.random.Generator, among: int, size: int) -> np.ndarray:
    """Return numbers below `among`, of which a few are drawn often and most seldom."""
    return (among ** rng.random(size) - 1).astype("int64") if among > 1 else np.zeros(size, "int64")


def _text(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _slices(rows: Rows) -> Iterator[slice]:
    """Yield rows of whole blobs, about SLICE at a time."""
    hour = _blob_hour(rows)
    starts = np.flatnonzero(np.diff(hour, prepend=-1) | np.diff(rows.nic, prepend=-1))
    marks = [0]
    for start in [*starts.tolist()[1:], len(hour)]:
        if start - marks[-1] >= SLICE or start == len(hour):
            marks.append(start)
    yield from map(slice, marks, marks[1:])


def _minute(rows: Rows) -> np.ndarray:
    """Return the minute of the record that holds each row: it is written up to a minute later."""
    return (rows.time // 1000 + 30) // 60


def _blob_hour(rows: Rows) -> np.ndarray:
    return _minute(rows) // 60


def _write_blobs(folder: Path, rng: np.random.Generator, rows: Rows, ends: pa.Array, pair: int) -> None:
    vnet = pair % 6 == 5
    minute = _minute(rows)
    new = np.diff(minute, prepend=-1) | np.diff(rows.kind, prepend=-1) | np.diff(rows.nic, prepend=-1)
    starts = np.flatnonzero(new)
    lists = pa.ListArray.from_arrays(
        pa.array([*starts.tolist(), len(minute)], pa.int32()), _lines(rng, rows, ends, vnet)
    )
    texts = pc.binary_join(lists, '","').to_pylist()
    records: dict[tuple[int, int], dict[str, str]] = {}
    for nic, at, kind, text in zip(
        rows.nic[starts].tolist(), minute[starts].tolist(), rows.kind[starts].tolist(), texts, strict=True
    ):
        groups = records.setdefault((2 * pair + nic, at), {})
        rule = KINDS[NAMES[kind]].rule
        groups[rule] = f'{groups[rule]}","{text}' if rule in groups else text
    blobs: dict[Path, list[str]] = {}
    for (nic, at), groups in records.items():
        blobs.setdefault(folder / _name(nic, at // 60, vnet), []).append(_record(nic, at, groups, vnet))
    for path, written in blobs.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"records":[' + ",".join(written) + "]}", "utf-8")


def _lines(rng: np.random.Generator, rows: Rows, ends: pa.Array, vnet: bool) -> pa.Array:
    """Return the tuples' texts."""
    way = [f"{k.protocol},{k.direction},{k.decision}" for k in KINDS.values()]
    if vnet:
        way = [f"{'6' if k.protocol == 'T' else '17'},{k.direction}" for k in KINDS.values()]
    denied = rows.kind == SCAN
    state = np.where(denied & vnet, 3, rows.state) if vnet else rows.state
    states = [f"{letter},NX" for letter in "BCED"] if vnet else [*"BCE"]
    moment = rows.time if vnet else rows.time // 1000
    counters = [np.ma.filled(column, 0) if vnet else column for column in _counters(rng, rows)]
    columns = [
        _text(moment), ends.take(pa.array(rows.connection)), pa.array(way).take(pa.array(rows.kind)),
        pa.array(states).take(pa.array(state)), *(_text(column) for column in counters),
    ]  # fmt: skip
    return pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")


def _counters(rng: np.random.Generator, rows: Rows) -> list[np.ndarray]:
    """Return packets and bytes each way: mostly a few hundred bytes to some kB, seldom very many."""
    size, dns = len(rows.time), rows.kind == DNS
    sent = np.where(dns, 1, 3 + rng.lognormal(1.7, 1.1, size)).astype("int64")
    back = np.where(dns, 1, sent * rng.uniform(0.6, 1.6, size)).astype("int64")
    out = np.where(
        dns,
        rng.integers(60, 100, size),
        sent * rng.choice([54, 66, 78, 118, 240, 700], size) + rng.integers(0, 60, size),
    )
    into = np.where(
        dns,
        rng.integers(90, 260, size),
        back * rng.choice([54, 118, 420, 900, 1400], size) + rng.integers(0, 60, size),
    )
    return [np.ma.masked_array(column, rows.state == BEGIN) for column in (sent, out, back, into)]


def _name(nic: int, hour: int, vnet: bool) -> str:
    when = datetime.fromtimestamp(hour * HOUR, UTC)
    root = (
        f"insights-logs-flowlogflowevent/flowLogResourceID=/{SUB}_NETWORKWATCHERRG/NETWORKWATCHER_NORTHEUROPE_VNET-FLOWLOG"
        if vnet
        else f"insights-logs-networksecuritygroupflowevent/resourceId={NSG}{NSGS[nic // 2 % len(NSGS)]}"
    )
    return f"{root}/{when:y=%Y/m=%m/d=%d/h=%H}/m=00/macAddress={_mac(nic)}/PT1H.json"


def _mac(nic: int) -> str:
    return f"000D3A{0xB10000 + nic:06X}"


def _record(nic: int, minute: int, groups: dict[str, str], vnet: bool) -> str:
    mac, when = (
        _mac(nic),
        f"{datetime.fromtimestamp(minute * 60 + 35, UTC):%Y-%m-%dT%H:%M:%S}.{(minute * 7919 + nic) % 10**7:07d}Z",
    )
    if vnet:
        held = ",".join(f'{{"rule":"{rule}","flowTuples":["{text}"]}}' for rule, text in groups.items())
        return (
            f'{{"time":"{when}","flowLogVersion":4,"flowLogGUID":"9f2c6b04-7d18-4e5a-8b3f-60a1c7d2e954","macAddress":"{mac}",'
            f'"category":"FlowLogFlowEvent","flowLogResourceID":"{WATCHER}NETWORKWATCHER_NORTHEUROPE/FLOWLOGS/VNET-FLOWLOG",'
            f'"targetResourceID":"/subscriptions/{SUB.lower()}/resourceGroups/prod/providers/Microsoft.Network/virtualNetworks/VNET",'
            f'"operationName":"FlowLogFlowEvent","flowRecords":{{"flows":[{{"aclID":"3e5a86c0-b1f4-47d7-9c2e-80d4a6b1f432","flowGroups":[{held}]}}]}}}}'
        )
    held = ",".join(
        f'{{"rule":"{rule}","flows":[{{"mac":"{mac}","flowTuples":["{text}"]}}]}}'
        for rule, text in groups.items()
    )
    return (
        f'{{"time":"{when}","systemId":"0d9b7c52-6f0e-4b7e-9a53-1c4e2f6a7d01","macAddress":"{mac}","category":"NetworkSecurityGroupFlowEvent",'
        f'"resourceId":"{NSG}{NSGS[nic // 2 % len(NSGS)]}","operationName":"NetworkSecurityGroupFlowEvents","properties":{{"Version":2,"flows":[{held}]}}}}'
    )


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
    print(
        f"{len(sizes):,} blobs, {sum(sizes) / 1e6:,.0f} MB, the largest {max(sizes) / 1e6:.1f} MB: {seconds:.1f} s of CPU"
    )


if __name__ == "__main__":
    main()
