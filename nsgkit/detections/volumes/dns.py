"""The question: who carries data out in look-ups of names."""

from typing import NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import count, known_sum
from nsgkit.counting.frame import Rows
from nsgkit.counting.spread import bins_in_engine
from nsgkit.detections.attempts import attempts
from nsgkit.detections.evidence import earliest, is_any
from nsgkit.detections.form import Finding, Kind, findings_table, strength
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import DNS_VOLUME
from nsgkit.times import MINUTE

DNS = "DNS by volume"
ENOUGH = 100  # queries, before their mean size says anything
_PAIR = ["src_ip", "dst_ip"]
_OUT, _PACKETS = "bytes_src_to_dst", "packets_src_to_dst"
_LAST = 10**14  # milliseconds: later than any time


class _Lines(NamedTuple):
    bytes: float
    queries: float
    size: float


def dns_volume(
    conversations: object,
    *,
    network: Own = None,
    bytes_a_minute: int = 300_000,
    queries_a_minute: int = 1_000,
    mean_size: int = 200,
) -> pd.DataFrame:
    """Return who sends more to port 53 than look-ups need: bytes a minute, queries a minute, bytes a query.

    Counting rule: what a rule allowed, from inside the own networks to port 53 of any address, over UDP and
    TCP, what began before the data too. Over UDP a query is a packet of the source, because one connection
    may carry many; over TCP, and where packets are unknown, a connection is one query. Bytes and queries of a
    connection are spread evenly over the time from its first row to its last, and summed by minute. The mean
    size is over all of a pair's queries over UDP with counters, and is told from 100 of them on. A line is
    crossed above it, not at it. `crossed` names those that were. The score is .5 at a line and .75 at
    twice of it, by the line that is crossed furthest.

    Harmless look-alikes: a resolver of your own that asks for everybody, a mail server, a transfer of a
    zone. Not seen: look-ups over HTTPS or TLS, and a tunnel that is slower than these lines.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    bytes_a_minute, queries_a_minute, mean_size : int
        The three lines.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.DNS_VOLUME`, one row a source and destination, the highest score
        first; dst_port is 53. Of very many connections, 1,000 stand in `rows`: those that began in a minute
        in which a line was crossed, and then the earliest. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> len(dns_volume(conversations)), len(dns_volume(conversations, mean_size=75)) > 0
    (0, True)

    Source: the lines are those of Sigma's rules on DNS by volume; how they are counted here is own.
    """
    lines = _Lines(bytes_a_minute, queries_a_minute, mean_size)
    rows = attempts(conversations, network).filter(
        nw.col("decision") == "allowed", nw.col("dst_port") == 53, nw.col("from_inside")
    )
    rows = _with_queries(rows)
    rows = rows.join(_large(rows, lines).materialize(), _PAIR, "semi")
    minutes = _minutes(rows).materialize()
    found = _crossed(_summed(rows, minutes), lines)
    if found.empty:
        return findings_table(found.reset_index(drop=True), DNS, DNS_VOLUME)
    proved = earliest(_busy_first(rows, minutes, lines), found.reset_index(), _PAIR, after="_order")
    return findings_table(found.join(proved).assign(dst_port=53), DNS, DNS_VOLUME, conversations, network)


def _with_queries(rows: Rows) -> Rows:
    """Add how many queries each connection is, and of those whose size is known (`sized`) their bytes."""
    packets = nw.when(is_any(rows, "protocol", ["UDP"])).then(nw.col(_PACKETS))
    known = ~packets.is_null() & ~nw.col(_OUT).is_null()
    return rows.with_columns(
        queries=nw.coalesce(packets, nw.lit(1)).cast(nw.Int64),
        sized=nw.when(known).then(packets),
        sized_bytes=nw.when(known).then(nw.col(_OUT)),
    )


def _large(rows: Rows, lines: _Lines) -> Rows:
    """Return the pairs that may cross a line: what they sent in a minute is at most all of it."""
    sums = rows.aggregate(
        _PAIR, out=known_sum(_OUT), queries=known_sum("queries"), sized=known_sum("sized"),
        sized_bytes=known_sum("sized_bytes"),
    )  # fmt: skip
    size = (nw.col("sized") >= ENOUGH) & (nw.col("sized_bytes") > lines.size * nw.col("sized"))
    crossed = (nw.col("out") > lines.bytes) | (nw.col("queries") > lines.queries) | size
    return sums.filter(crossed).select(*_PAIR)


def _minutes(rows: Rows) -> Rows:
    """Return what each pair sent in each minute: bytes and queries."""
    spread = rows.with_columns(
        _since=nw.col("first_ms"), _until=nw.col("last_ms"), **{_PACKETS: nw.col("queries")}
    )
    bins = bins_in_engine(spread, MINUTE, _PAIR)
    return bins.select(*_PAIR, _OUT, minute=nw.col("_start") // MINUTE, queries=nw.col(_PACKETS))


def _summed(rows: Rows, minutes: Rows) -> pd.DataFrame:
    """Return the figures of each pair, the pairs as index."""
    sums = rows.aggregate(
        _PAIR,
        connections=nw.len().cast(nw.Int64),
        uncounted=count(nw.col(_OUT).is_null()),
        bytes_out=known_sum(_OUT),
        **{name: known_sum(name) for name in ("queries", "sized", "sized_bytes")},
    )
    most = minutes.aggregate(_PAIR, most_bytes=nw.col(_OUT).max(), most_queries=nw.col("queries").max())
    always = dict.fromkeys(("connections", "uncounted", "queries", "most_queries"), "int64")
    known = dict.fromkeys(("bytes_out", "sized", "sized_bytes", "most_bytes"), "Int64")
    table = sums.join(most, _PAIR).collect({"src_ip": "str", "dst_ip": "str", **always, **known})
    sized = table["sized"].astype("float64")
    mean_size = (table["sized_bytes"].astype("float64") / sized).where(sized >= ENOUGH)
    return table.assign(mean_size=mean_size).set_index(_PAIR).sort_index()


def _crossed(table: pd.DataFrame, lines: _Lines) -> pd.DataFrame:
    """Return the pairs beyond a line, with which lines these are, and the score."""
    parts = {
        "bytes": table["most_bytes"].astype("float64") / lines.bytes,
        "queries": table["most_queries"] / lines.queries,
        "size": table["mean_size"] / lines.size,
    }
    beyond = pd.DataFrame(parts, index=table.index).fillna(0.0)
    names = [
        ", ".join(name for name, times in zip(parts, row, strict=True) if times > 1)
        for row in beyond.to_numpy().tolist()
    ]
    scored = table.assign(crossed=names, score=strength(beyond.max(axis=1), 1))
    return scored[(beyond > 1).any(axis=1)]


def _busy_first(rows: Rows, minutes: Rows, lines: _Lines) -> Rows:
    """Add `_order`: what began in a minute in which a line was crossed comes first, then by time."""
    busy = minutes.filter((nw.col(_OUT) > lines.bytes) | (nw.col("queries") > lines.queries))
    busy = busy.select(*_PAIR, "minute", _busy=nw.lit(1))
    marked = rows.with_columns(minute=nw.col("first_ms") // MINUTE).join(busy, [*_PAIR, "minute"], "left")
    later = nw.when(nw.col("_busy").is_null()).then(nw.lit(_LAST)).otherwise(nw.lit(0))
    return marked.with_columns(_order=nw.col("first_ms") + later)


def _told(finding: Finding) -> str:
    size: str = "" if pd.isna(finding["mean_size"]) else f", of {finding['mean_size']:.0f} bytes on average"
    most: str = "" if pd.isna(finding["most_bytes"]) else f"{finding['most_bytes']:,} bytes and "
    return (
        f"{finding['src_ip']} sent up to {most}{finding['most_queries']:,} queries a minute to port 53 of "
        f"{finding['dst_ip']}{size} (beyond the line: {finding['crossed']}). A look-up of a name needs less."
    )


DNS_BY_VOLUME = Kind(
    DNS,
    dns_volume,
    DNS_VOLUME,
    _told,
    "the source is a resolver or a mail server of your own, or fetches a zone.",
    0.7,
)
