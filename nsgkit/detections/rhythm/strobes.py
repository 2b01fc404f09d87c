"""The question: between whom is there a connection every second, all day."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import ATTEMPT, attempts, by_outcome, collected, one_view
from nsgkit.detections.form import Finding, Kind, findings_table, parts, proofs, strength
from nsgkit.detections.rhythm.calls import on_port
from nsgkit.detections.rhythm.days import days
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import STROBES
from nsgkit.times import DAY

STROBE = "strobe"
_PAIR = ["src_ip", "dst_ip"]
_KEYS = [*_PAIR, "window"]


def strobes(conversations: object, *, network: Own = None, times: int = 86_400) -> pd.DataFrame:
    """Return between whom there were so many attempts in a day that it is one every second.

    Counting rule: connections and denied attempts that began in the logs, each once, by source and
    destination, however they ended, in windows of 24 hours from the first hour of the logs on. What one NIC
    let out and another turned away is one attempt, denied. The score is .5 at the line and .95 at ten times
    of it.

    Harmless look-alikes: load balancers and proxies, a busy service behind one address, monitoring with many
    checks, a client that was configured wrongly and never waits.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; this detection asks for none of them.
    times : int
        The line: so many attempts in 24 hours.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.STROBES`, one row a source and destination, with the figures of its
        busiest window. rows are the attempts of that window. dst_port is null where there are several. Times
        are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> len(strobes(conversations))
    0
    >>> strobes(conversations, times=1_000)[["src_ip", "times"]].to_numpy().tolist()
    [['192.0.2.200', 1440]]

    Source: RITA 5.1.1, its strobes.
    """
    rows = attempts(conversations, network)
    windows = days(rows)
    if windows is None:
        return findings_table(pd.DataFrame(), STROBE, STROBES)
    begun = rows.filter(nw.col("began") == 1).with_columns(window=windows.window(nw.col("first_ms")))
    busy = _at_least(one_view(_candidates(begun, times)), times)
    found = proofs(busy, _PAIR).join(by_outcome(busy, _PAIR)).join(_figures(busy))
    found["window"] = windows.start + found["window"] * DAY
    found["score"] = strength(found["times"], times)
    return findings_table(found, STROBE, STROBES, conversations, network)


def _candidates(begun: Rows, times: int) -> pd.DataFrame:
    """Return the attempts of pairs in their busiest window, where it has so many."""
    counted = begun.aggregate(_KEYS, n=nw.len()).filter(nw.col("n") >= times).materialize()
    most = counted.aggregate(_PAIR, most=nw.col("n").max(), windows=nw.len())
    busiest = counted.join(most, _PAIR).filter(nw.col("n") == nw.col("most")).materialize()
    few = begun.join(busiest.select(*_KEYS, "windows"), _KEYS)
    table = collected(few, *ATTEMPT, "outcome", "window", "windows")
    return table.astype({"window": "int64", "windows": "int64"})


def _at_least(table: pd.DataFrame, times: int) -> pd.DataFrame:
    """Keep the first window of each pair that has so many attempts, each counted once."""
    enough = table[table.groupby(_KEYS)["first_ms"].transform("size") >= times]
    return enough[enough["window"] == enough.groupby(_PAIR)["window"].transform("min")]


def _figures(busy: pd.DataFrame) -> pd.DataFrame:
    pairs = busy.groupby(_PAIR)
    found = pairs[["window", "windows", "dst_port"]].first().assign(times=pairs.size())
    one = pairs["dst_port"].nunique() == 1
    return found.assign(dst_port=found["dst_port"].astype("Int64").where(one))


def _told(finding: Finding) -> str:
    return (
        f"{finding['src_ip']} called {finding['dst_ip']}{on_port(finding)} {finding['times']:,} times in the "
        f"24 hours from {finding['window']:%Y-%m-%d %H:%M} UTC ({parts(finding)}), which is one every "
        f"{86_400 / finding['times']:.2g} seconds."
    )


STROBE_KIND = Kind(
    STROBE,
    strobes,
    STROBES,
    _told,
    "a load balancer, a proxy or a busy service stands behind one of the addresses, or a client never waits.",
    0.4,
)
