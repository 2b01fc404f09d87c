"""The question: who administers a machine that it never administered before."""

from collections.abc import Sequence

import narwhals as nw
import pandas as pd

from nsgkit.counting.expressions import distinct
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.edges.baseline import (
    baseline_end,
    baseline_hours,
    figures,
    known,
    new_groups,
    told_baseline,
    trust,
)
from nsgkit.detections.form import Finding, Kind, findings_table, parts
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE
from nsgkit.schema.findings import NEW_EDGES
from nsgkit.schema.ports import ADMIN_PORTS

EDGE = "new internal edge"
_KEYS = ["src_ip", "dst_ip", "dst_port"]


def new_edges(
    conversations: object,
    *,
    network: Own = None,
    ports: Sequence[int] = ADMIN_PORTS,
    since: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return who inside reached a port of administrators at an address where it never did before.

    Counting rule: an edge is source, destination and destination port, from inside. It is new where an
    allowed connection of it was first seen after the baseline, was answered or has no counter that tells,
    and the baseline has none. In the baseline too, what was only denied, unanswered or refused does not
    count; a connection that began before the data does, whenever it is seen. What one NIC let out and
    another turned away is one attempt, denied, and no edge. Outcomes are counted since the baseline's end.

    The score is .5; a source that reached nobody at this port in the baseline adds .25, and a destination
    whose port nobody inside reached adds .25. Where nothing tells that any was answered (version 1), it is
    multiplied by .7 and divided by the number of such new edges from this source to this port: a sweep looks
    like many edges there. All is multiplied by .5 to 1 for a baseline of 0 to 24 hours: the time before the
    baseline's end at which the NIC that logged the edge was first seen. Before, its log can know nothing.

    Harmless look-alikes: a new administrator or server, a backup or monitoring that was moved, work that is
    done once a month. An edge that is older than the logs, of a NIC whose log was switched on late.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives: all of it, or the baseline is not whole.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    ports : sequence of int
        The ports of administrators.
    since : str or pandas.Timestamp or None
        When the baseline ends (UTC); None takes the first half of the time that the logs span.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.NEW_EDGES`, one row an edge, the highest score first; `rows` are the
        connections that got through. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `since` is no time.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = new_edges(conversations)
    >>> found[["src_ip", "dst_ip", "dst_port"]].head(2).to_numpy().tolist()
    [['10.20.0.4', '10.30.1.5', 5985], ['10.20.0.4', '10.20.3.4', 3389]]

    Source: own.
    """
    rows = attempts(conversations, network)
    end = baseline_end(rows, since)
    admin = rows.filter(nw.col(FROM_INSIDE) & nw.col("dst_port").is_in([*ports]))
    seen = new_groups(admin, _KEYS, end)
    if seen.empty:
        return findings_table(seen, EDGE, NEW_EDGES)
    found = figures(seen, _KEYS, baseline_hours(rows, end)).reset_index()
    before = admin.filter(known(end))
    found["source_before"] = _before(found, before, ["src_ip", "dst_port"], "dst_ip")
    found["target_before"] = _before(found, before, ["dst_ip", "dst_port"], "src_ip")
    stranger = 0.25 * (found["source_before"] == 0) + 0.25 * (found["target_before"] == 0)
    found["score"] = (0.5 + stranger) * _certainty(found) * trust(found["baseline_hours"])
    return findings_table(found, EDGE, NEW_EDGES, conversations, network)


def _certainty(found: pd.DataFrame) -> "pd.Series[float]":
    """Return how sure it is that an edge was answered: a sweep of which nothing tells is many edges."""
    vague = found["answered"] == 0
    alike = found.groupby([vague.rename("vague"), "src_ip", "dst_port"])["dst_ip"].transform("size")
    return (0.7 / alike).where(vague, 1.0)


def _before(found: pd.DataFrame, before: Rows, keys: list[str], others: str) -> "pd.Series[int]":
    """Return of each edge's end how many others it is known with at that port."""
    counted = before.aggregate(keys, n=distinct(others))
    table = counted.collect({keys[0]: "str", keys[1]: "int64", "n": "int64"})
    return found[keys].merge(table, on=keys, how="left")["n"].fillna(0).astype("int64")


def _told_edge(finding: Finding) -> str:
    source, target = finding["source_before"], finding["target_before"]
    return (
        f"{finding['src_ip']} reached port {finding['dst_port']} of {finding['dst_ip']} ({parts(finding)}), "
        f"which it never did in the baseline. In the baseline it reached this port of {_others(source)}, and "
        f"{_others(target)} inside reached this port of {finding['dst_ip']}. {told_baseline(finding)}"
    )


def _others(count: int) -> str:
    if not count:
        return "no other address"
    return "1 other address" if count == 1 else f"{count:,} other addresses"


NEW_EDGE = Kind(
    EDGE,
    new_edges,
    NEW_EDGES,
    _told_edge,
    "an administrator, a backup or monitoring was moved there, or the work is done less often than the "
    "baseline is long.",
    0.8,
)
