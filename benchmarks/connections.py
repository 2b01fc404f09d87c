"""Connections of NICs in real shapes, and the rows that are logged of them: what written.py writes."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PAIRS, HOUR = 12, 3600
START = 1_733_097_600  # 2024-12-02, a Monday
SCANNERS, CLIENTS, SERVERS = 5_000, 20_000, 300
BUSY_HOURS, USUAL = 3, np.array([*[2] * 7, 5, 9, *[10] * 8, 6, *[3] * 6])  # connections by the hour of a day
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
        """Return some of the rows."""
        return Rows(*(column[chosen] for column in self))


def logged_rows(rng: np.random.Generator, wanted: int, days: int, *, busy: bool) -> Rows:
    """Return rows in the order of NIC, record, rule and time."""
    made: list[Rows] = []
    while sum(len(part.time) for part in made) < wanted:
        before = sum(int(part.connection[-1]) + 1 for part in made[-1:])
        part = _connections(rng, wanted // 3 + 50, days, busy=busy)
        made.append(part._replace(connection=part.connection + before))
    rows = Rows(*(np.concatenate(column)[:wanted] for column in zip(*made, strict=True)))
    minutes = days * 1440 + 2
    place = (rows.nic * minutes + minute_of(rows) - START // 60) * len(KINDS) + rows.kind
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
    both = _at_both_ends(rng, rows)
    inside = (both.time >= START * 1000) & (both.time < (START + days * 24 * HOUR) * 1000)
    both = both.of(inside)
    return both.of(np.argsort(both.connection, kind="stable"))


def _at_both_ends(rng: np.random.Generator, rows: Rows) -> Rows:
    """Add the second NIC's view of the connections between two that are logged."""
    twice = rows.of(rows.kind == TWICE)
    late = rng.integers(0, 900, int(rows.connection.max()) + 1)[twice.connection]
    second = np.full_like(twice.kind, SECOND)
    other = twice._replace(time=twice.time + late, kind=second, nic=1 - twice.nic)
    return Rows(*(np.concatenate(column) for column in zip(rows, other, strict=True)))


def _begins(rng: np.random.Generator, size: int, days: int, *, busy: bool) -> np.ndarray:
    """Return milliseconds from a day before the first on: most by day, many in a few busy hours."""
    hour = rng.choice(24, size, p=USUAL / USUAL.sum()) + 24 * rng.integers(-1, days, size)
    if busy:
        chosen = rng.choice(24 * days, min(BUSY_HOURS, 24 * days), replace=False)
        hour = np.where(rng.random(size) < 0.35, rng.choice(chosen, size), hour)
    return (START + hour * HOUR) * 1000 + rng.integers(0, HOUR * 1000, size)


def ends_of(rng: np.random.Generator, rows: Rows, pair: int) -> pa.Array:
    """Return `source,destination,ports` of each connection."""
    size = int(rows.connection.max()) + 1
    kind, nic = np.zeros((2, size), "int8")
    first = rows.kind != SECOND
    kind[rows.connection[first]], nic[rows.connection[first]] = rows.kind[first], rows.nic[first]
    address = pa.array([*_inside(), *_outside()])
    here = 2 * pair + nic.astype("int64")
    inbound = np.isin(kind, [SCAN, WEB, STATELESS])
    peer = _peers(rng, kind, here)
    columns = [
        address.take(pa.array(np.where(inbound, peer, here))),
        address.take(pa.array(np.where(inbound, here, peer))),
        as_text(rng.integers(32_768, 61_000, size)), as_text(_ports(rng, kind)),
    ]  # fmt: skip
    return pc.binary_join_element_wise(*columns, ",")


def _peers(rng: np.random.Generator, kind: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Return the number of each connection's other address, among those inside and then outside."""
    inside, outside = 2 * PAIRS, 2 * PAIRS + SERVERS
    client = outside + _often(rng, CLIENTS, len(kind))
    scanner = outside + CLIENTS + _often(rng, SCANNERS, len(kind))
    server = inside + _often(rng, SERVERS, len(kind))
    asked = [kind == SCAN, np.isin(kind, [WEB, INTERNET]), kind == TWICE]
    return np.select(asked, [scanner, client, here ^ 1], server)


def _ports(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    size = len(kind)
    usual = SERVICES[_often(rng, len(SERVICES), size)]
    probed = np.where(rng.random(size) < 0.5, usual, rng.integers(1, 65536, size))
    web = rng.choice([443, 443, 443, 80], size)
    asked = [kind == SCAN, np.isin(kind, [WEB, INTERNET]), kind == DNS, kind == STATELESS]
    return np.select(asked, [probed, web, np.full(size, 53), np.full(size, 22)], usual)


def _inside() -> Iterator[str]:
    yield from (f"10.20.{i // 8}.{i % 8 + 4}" for i in range(2 * PAIRS))
    yield from (f"10.30.{i // 50}.{i % 50 + 4}" for i in range(SERVERS))


def _outside() -> Iterator[str]:
    spread = np.random.default_rng(0).integers(1, 255, (CLIENTS + SCANNERS, 3)).tolist()
    yield from (f"{20 + i % 180}.{a}.{b}.{c}" for i, (a, b, c) in enumerate(spread))


def _often(rng: np.random.Generator, among: int, size: int) -> np.ndarray:
    """Return numbers below `among`, of which a few are drawn often and most seldom."""
    return (among ** rng.random(size) - 1).astype("int64") if among > 1 else np.zeros(size, "int64")


def as_text(numbers: np.ndarray) -> pa.Array:
    """Return numbers as texts; what is masked is null."""
    return pa.array(numbers).cast(pa.string())


def minute_of(rows: Rows) -> np.ndarray:
    """Return the minute of the record that holds each row: it is written up to a minute later."""
    return (rows.time // 1000 + 30) // 60
