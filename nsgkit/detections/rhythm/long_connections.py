"""The question: which connections between inside and outside last for hours."""

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts, collected
from nsgkit.detections.form import Finding, Kind, findings_table, proofs
from nsgkit.detections.rhythm.calls import on_port, require_target
from nsgkit.detections.rhythm.days import Days, days
from nsgkit.detections.rhythm.rarity import STEP, prevalence_step, usage
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema.findings import LONG_CONNECTIONS
from nsgkit.times import DAY, HOUR

LONG_CONNECTION = "long connection"
TIERS = {1: 0.3, 4: 0.5, 8: 0.6, 12: 0.7}  # hours in total -> score
_PAIR = ["src_ip", "dst_ip"]
_KEYS = [*_PAIR, "window"]
_COUNTED = ["total", "longest", "connections", "unfinished"]


def long_connections(
    conversations: object, *, network: Own = None, hours: float = 4, to: str = "outside"
) -> pd.DataFrame:
    """Return between whom connections last for hours, all of a day's together.

    Counting rule: allowed conversations of which the rows tell how long they lasted, each once, also those
    that began before the logs, by source and destination, in the window of 24 hours in which their first row
    lies. The total is the sum of what they last, as RITA counts it: two at once for an hour are two hours.
    What has no begin or no end in the logs lasted longer than its rows tell: `unfinished` says how many these
    are. Version 1 does not tell how long anything lasted, so nothing is found there.

    The score is that of the tier (.3, .5, .6, .7 for 1, 4, 8, 12 hours) and two steps of .15: down where none
    of the connections lasts an hour itself; up where at most 2 % of the active inside hosts call the
    destination and down where at least 50 % do, which is asked of calls from inside alone. Most long
    connections are harmless, so none comes near 1.

    Harmless look-alikes: chat and mail that wait for news, VPNs, remote desktops, replicas of databases,
    streams.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    hours : float
        The line: so many hours in total.
    to : str
        "outside": connections from or to outside. "anywhere": those that stay inside too.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.LONG_CONNECTIONS`, one row a source and destination, with the figures
        of its window with the longest total. rows are the connections of that window. dst_port is null where
        there are several. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `hours` is below 1, or `to` says anything else.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = long_connections(conversations)
    >>> found[["src_ip", "dst_ip", "tier", "score"]].to_numpy().tolist()
    [['10.20.3.5', '192.0.2.240', '12 h', 0.7]]

    Source: RITA 5.1.1, its tiers of total duration and its step for prevalence; the window, and the step for
    connections that are none of them long: own.
    """
    if not hours >= 1:
        raise NsgkitError(f"hours takes no {shown(hours)}: give 1 or more, such as 4.")
    rows = attempts(conversations, network)
    windows = days(rows)
    if windows is None:
        return findings_table(pd.DataFrame(), LONG_CONNECTION, LONG_CONNECTIONS)
    held = _lasting(rows, to, windows)
    longest = _longest(held, int(hours * HOUR))
    few = held.join(longest.select(*_KEYS), _KEYS, "semi")
    found = _figures(longest, few).join(usage(rows, few)["prevalence"], on="dst_ip")
    found["window"] = windows.start + found["window"] * DAY
    return findings_table(_ranked(found), LONG_CONNECTION, LONG_CONNECTIONS, conversations, network)


def _lasting(rows: Rows, to: str, windows: Days) -> Rows:
    """Return what lasted, with its window, how many milliseconds, and whether it has a begin and an end."""
    require_target(to)
    crossing = (nw.col(FROM_INSIDE) & nw.col(TO_OUTSIDE)) | nw.col(FROM_OUTSIDE)
    known = rows.filter(~nw.col("duration").is_null())
    return (known.filter(crossing) if to == "outside" else known).with_columns(
        window=windows.window(nw.col("first_ms")),
        lasts=nw.col("last_ms") - nw.col("first_ms"),
        unfinished=one_if(nw.col("state") != "closed"),
    )


def _longest(held: Rows, least: int) -> Rows:
    """Return the figures of pairs in their windows with the longest total, where that is long enough."""
    totals = held.aggregate(
        _KEYS,
        total=nw.col("lasts").sum().cast(nw.Int64),
        longest=nw.col("lasts").max(),
        connections=nw.len(),
        unfinished=nw.col("unfinished").sum().cast(nw.Int64),
    )
    totals = totals.filter(nw.col("total") >= least).materialize()
    most = totals.aggregate(_PAIR, most=nw.col("total").max(), windows=nw.len())
    return totals.join(most, _PAIR).filter(nw.col("total") == nw.col("most")).materialize()


def _figures(longest: Rows, few: Rows) -> pd.DataFrame:
    """Return the figures of each pair's window, the first of equal ones, with what proves them."""
    texts, whole = dict.fromkeys(_PAIR, "str"), dict.fromkeys(["window", "windows", *_COUNTED], "int64")
    figures = longest.collect({**texts, **whole}).sort_values("window").drop_duplicates(_PAIR)
    table = collected(few, *_PAIR, "window", "dst_port", "last_ms", FROM_INSIDE)
    table = table.astype({"window": "int64"}).merge(figures[_KEYS], on=_KEYS)
    pairs = table.groupby(_PAIR)
    ends = pairs[["dst_port", FROM_INSIDE]].first()
    ends["dst_port"] = ends["dst_port"].astype("Int64").where(pairs["dst_port"].nunique() == 1)
    return figures.set_index(_PAIR).join(proofs(table, _PAIR)).join(ends).reset_index()


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    """Return tier, seconds and score: see `long_connections`."""
    tier = pd.cut(found["total"] / HOUR, [*TIERS, np.inf], right=False, labels=[f"{n} h" for n in TIERS])
    prevalence = found["prevalence"].where(found[FROM_INSIDE]).astype("Float64")
    score = tier.map(dict(zip(tier.cat.categories, TIERS.values(), strict=True))).astype("float64")
    score -= STEP * (found["longest"] < HOUR)
    score += prevalence_step(prevalence)
    seconds = {name: found[name] / 1_000 for name in ("total", "longest")}
    return found.assign(tier=tier.astype("str"), score=score, prevalence=prevalence.round(3), **seconds)


def _told(finding: Finding) -> str:
    begun = "One connection" if finding["connections"] == 1 else f"{finding['connections']:,} connections"
    least = "at least " if finding["unfinished"] else ""
    total, longest = finding["total"] / 3_600, finding["longest"] / 3_600
    return (
        f"{begun} from {finding['src_ip']} to {finding['dst_ip']}{on_port(finding)} lasted {least}"
        f"{total:,.1f} hours in total, the longest {longest:,.1f} hours, from "
        f"{finding['first']:%Y-%m-%d %H:%M} UTC on."
    )


LONG_CONNECTION_KIND = Kind(
    LONG_CONNECTION,
    long_connections,
    LONG_CONNECTIONS,
    _told,
    "it is meant to stay open: chat, mail, a VPN, a remote desktop, the replica of a database, a stream.",
    0.3,
)
