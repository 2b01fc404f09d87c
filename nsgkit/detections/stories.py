"""Findings that belong together, and their story.

Two findings are related where they share an address and lie no more than a day apart. What failed from
outside is related through its source alone: that many strangers knock at the same door does not make them
one. So is a finding whose other end is many addresses.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.enrich.network import Network
from nsgkit.schema.findings import INCIDENTS
from nsgkit.times import DAY

_NEEDED = ["kind", "src_ip", "dst_ip", "first", "last", "rank", "incident", "told"]


def incidents(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the incidents of findings, the worst first, each with its story in order.

    An incident is what is related, through however many steps: findings that share an address within a day.
    A beacon's source that later scans and is scanned for is one story; a scan from outside that failed joins
    by its source alone, because many strangers knock at the same door. The rank grows with every kind
    of finding in it, by 1 - (1 - a)(1 - b)…, of each kind's highest rank. What is known is in none.

    Parameters
    ----------
    findings : pandas.DataFrame
        What `nsgkit.detections.findings` gives, or a part of it.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.INCIDENTS`. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.detections.findings` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.findings(conversations, known="data/samples/known.toml")
    >>> worst = incidents(found).iloc[0]
    >>> "10.20.0.4" in worst["hosts"]
    True

    Source: own.
    """
    schema.require(findings.columns, _NEEDED, "nsgkit.detections.findings")
    open_ones = findings[findings["incident"] > 0]
    rows = [_incident(number, group) for number, group in open_ones.groupby("incident", sort=True)]
    if not rows:
        return schema.empty(INCIDENTS)
    return schema.carrying(schema.typed(pd.DataFrame(rows), INCIDENTS), schema.names_carried(findings))


def numbered(findings: pd.DataFrame, own: Network) -> pd.DataFrame:
    """Return findings with the column `incident`: 1 is the worst, 0 is what is known."""
    groups = _groups(findings, own)
    ranks = {group: _rank(findings[groups == group]) for group in groups[groups >= 0].unique()}
    order = sorted(ranks, key=lambda group: (-ranks[group], group))
    number = {group: place for place, group in enumerate(order, start=1)}
    return findings.assign(incident=groups.map(number).fillna(0).astype("int64"))


def _groups(findings: pd.DataFrame, own: Network) -> "pd.Series[int]":
    """Return the group of each finding: the place of its first, or -1 where it is known."""
    parent = list(range(len(findings)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    for one, other in _related(findings, own):
        low, high = sorted((root(one), root(other)))
        parent[high] = low
    known = findings["known"].notna().tolist()
    return pd.Series([-1 if known[i] else root(i) for i in range(len(findings))], index=findings.index)


def _related(findings: pd.DataFrame, own: Network) -> Iterator[tuple[int, int]]:
    """Yield pairs of findings that share an address and are near: of each address, one after another."""
    met: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    unknown = findings["known"].isna().tolist()
    spans = zip(_ms(findings["first"]), _ms(findings["last"]), strict=True)
    for place, (span, ends) in enumerate(zip(spans, _ends(findings, own), strict=True)):
        for address in ends if unknown[place] else ():
            met[address].append((*span, place))
    for those in met.values():
        those.sort()
        reach, before = those[0][1], those[0][2]
        for first, last, place in those[1:]:
            if first - reach <= DAY:
                yield before, place
            reach, before = max(reach, last), place


def _ends(findings: pd.DataFrame, own: Network) -> Iterator[list[str]]:
    """Yield the addresses through which each finding is related."""
    knocks = scans_from_outside(findings, own)
    for src, dst, knock in zip(findings["src_ip"], findings["dst_ip"], knocks, strict=True):
        ends = [src] if knock else [src, dst]
        yield [end for end in ends if isinstance(end, str)]


def scans_from_outside(findings: pd.DataFrame, own: Network) -> "pd.Series[bool]":
    """Tell the findings that are a stranger's scan: outside, somebody scans always."""
    outside = findings["src_ip"].notna() & own.is_outside(findings["src_ip"])
    return outside & findings["kind"].str.contains("scan")


def _ms(times: "pd.Series[pd.Timestamp]") -> list[int]:
    return [int(t.timestamp() * 1000) for t in times]


def _rank(group: pd.DataFrame) -> float:
    left: float = np.prod(1 - group.groupby("kind")["rank"].max().to_numpy(dtype="float64"))
    return round(1 - left, 3)


def _incident(number: Any, group: pd.DataFrame) -> dict[str, object]:
    in_order = group.sort_values(["first", "last", "kind"])
    hosts = pd.concat([group["src_ip"], group["dst_ip"]]).dropna().value_counts(sort=False)
    named = sorted(hosts.index, key=lambda host: (-hosts[host], host))
    kinds = group.sort_values("rank", ascending=False)["kind"].unique()
    return {
        "incident": number,
        "rank": _rank(group),
        "first": group["first"].min(),
        "last": group["last"].max(),
        "findings": len(group),
        "kinds": ", ".join(kinds),
        "hosts": ", ".join(named) or None,
        "story": [
            f"{t:%Y-%m-%d %H:%M:%S} UTC: {said}"
            for t, said in zip(in_order["first"], in_order["told"], strict=True)
        ],
    }
