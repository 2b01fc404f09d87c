"""The question: whom outside did an inside host send much to, that nobody inside ever called before."""

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.edges.baseline import (
    SIZES,
    baseline_end,
    baseline_hours,
    figures,
    new_groups,
    told_baseline,
    trust,
)
from nsgkit.detections.form import Finding, Kind, findings_table, parts, strength
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE, TO_OUTSIDE
from nsgkit.schema.findings import FIRST_SEEN_PEERS

PEER = "first-seen external peer"
_KEYS = ["dst_ip"]
_SENT = SIZES[0]


def first_seen_peers(
    conversations: object,
    *,
    network: Own = None,
    sent: int = 10_000_000,
    since: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Return the outside addresses that inside hosts sent much to, and that none of them called before.

    Counting rule: connections from inside to outside, by destination. A peer is first seen where an
    allowed connection to it was first seen after the baseline, was answered or has no counter that tells,
    and the baseline has none from any inside host. In the baseline too, what was only denied,
    unanswered or refused does not count; a connection that began before the data does, whenever it is
    seen. Who only called in is no peer here. Bytes are those that inside hosts sent to it, all together.

    A new address alone says little: whoever uses the internet meets new ones all day. So the line is
    `sent` bytes, which a visit to a page rarely sends, and a theft does. The score is .5 at the line and .95
    at ten times of it; times 1 - prevalence / 2, because what many hosts call is rarely theft; times .5 to 1
    for a baseline of 0 to 24 hours, which is the time before the baseline's end at which the NIC that logged
    it was first seen. Prevalence is inside hosts that reached it divided by active hosts (inside
    addresses with an allowed connection of their own).

    Blind spots: new peers to which little is sent, what is sent to an address that was called before, and
    connections whose size is unknown (version 1, or rules that are logged without state): they count as
    connections, but add no bytes.

    Harmless look-alikes: a new supplier or backup service, a video meeting, a service that changed its
    address.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives: all of it, or the baseline is not whole.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    sent : int
        The line: this many bytes from inside hosts to the peer since the baseline's end.
    since : str or pandas.Timestamp or None
        When the baseline ends (UTC); None takes the first half of the time that the logs span.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.FIRST_SEEN_PEERS`, one row a peer, the highest score first; src_ip and
        dst_port are null where there are several. Times are UTC.

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
    >>> first_seen_peers(conversations)[["src_ip", "dst_ip", "hosts", "connections"]].to_numpy().tolist()
    [['10.30.1.5', '198.51.100.240', 1, 3]]

    Source: RITA's first seen and prevalence; the line in bytes, own.
    """
    rows = attempts(conversations, network)
    end = baseline_end(rows, since)
    out = rows.filter(nw.col(FROM_INSIDE) & nw.col(TO_OUTSIDE))
    seen = new_groups(out.join(_large(out, end, sent), _KEYS, "semi"), _KEYS, end)
    if seen.empty:
        return findings_table(seen, PEER, FIRST_SEEN_PEERS)
    found = figures(seen, _KEYS, baseline_hours(rows, end))
    ends = seen[seen["reached"]].groupby(_KEYS)
    found["hosts"] = ends["src_ip"].nunique()
    for name in ("src_ip", "dst_port"):
        found[name] = ends[name].first().where(ends[name].nunique() == 1)
    found["active_hosts"] = _active(rows)
    found["prevalence"] = found["hosts"] / found["active_hosts"]
    rare = 1 - found["prevalence"] / 2
    found["score"] = strength(found[_SENT].fillna(0), sent) * rare * trust(found["baseline_hours"])
    found = found[found[_SENT].fillna(0) >= sent]
    return findings_table(found, PEER, FIRST_SEEN_PEERS, conversations, network)


def _large(out: Rows, end: int, sent: int) -> Rows:
    """Return the peers to which enough was sent since the baseline's end: few of many."""
    late = nw.when(nw.col("first_ms") >= end).then(nw.col(_SENT))
    return out.aggregate(_KEYS, n=late.sum()).filter(nw.col("n") >= sent).select(*_KEYS).materialize()


def _active(rows: Rows) -> int:
    allowed = rows.filter(nw.col(FROM_INSIDE) & (nw.col("decision") == "allowed"))
    return len(allowed.select("src_ip").unique().collect({"src_ip": "str"}))


def _told_peer(finding: Finding) -> str:
    who: str = finding["src_ip"] if pd.notna(finding["src_ip"]) else f"{finding['hosts']:,} inside hosts"
    return (
        f"{who} sent {finding[_SENT]:,} bytes to {finding['dst_ip']} ({parts(finding)}), which nobody inside "
        f"called in the baseline. {finding['hosts']:,} of {finding['active_hosts']:,} active inside hosts "
        f"called it since. {told_baseline(finding)}"
    )


FIRST_SEEN_PEER = Kind(
    PEER,
    first_seen_peers,
    FIRST_SEEN_PEERS,
    _told_peer,
    "it is a new supplier, backup service or meeting, or the new address of a known one.",
    0.6,
)
