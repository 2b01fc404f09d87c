"""The question: what is there, in a few figures, before anybody looks closer."""

from collections.abc import Sequence
from typing import NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.traffic.change import change
from nsgkit.analyses.traffic.rankings import breakdown
from nsgkit.counting.arguments import require_columns
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.expressions import known_sum
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.enrich.sides import FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE, with_sides

_HOUR = 3_600_000
_NAMED = 4  # of many, how many are named
_SENT = "bytes_src_to_dst"
_NEEDED = ("mac", "resource", "direction", "protocol", *ENDS, "dst_port", "first", "last", "folded", _SENT)


class _Fact(NamedTuple):
    fact: str
    value: int | None
    unit: str
    detail: str | None = None


class _Times(NamedTuple):
    """In milliseconds: the first row, the last row, and when the last conversation began."""

    first: int
    last: int
    begun: int


def summary(
    conversations: object, *, own: Own = None, since: str | pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return what an analyst asks first, one row a fact: how much, how often denied, what is open and new.

    The facts are machines (logged NICs), span (the hours from the first row to the last, begun ones whole),
    connections, denied from outside, denied from inside, ports open to the internet (an address outside was
    let in), largest upload (from one machine inside to one address outside, all connections together), and
    new from inside (a source with a port that it did not call before `since`, as in `change`).

    Counting rule: as for `breakdown`; ports are counted at the machine that was called. A source whose text
    is no address, such as one masked at the source, is neither inside nor outside. Ports are those that were
    used: what rules leave open and nobody called is not here. Null is unknown, 0 was counted.

    Harmless look-alikes: a backup is often the largest upload, and a new service is new from inside.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    own : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; None takes those that the logs tell.
    since : str or pandas.Timestamp or None
        When what is new begins (UTC); None takes the middle of the data.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.SUMMARY`: fact, value, unit, detail (who or what is meant; the first few by
        name). Always the same eight rows; without any conversation each value is null.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where `own` names no networks, a span would be empty, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> summary(conversations).set_index("fact").loc["largest upload", "detail"]
    '10.30.1.5 to 198.51.100.240'
    """
    require_columns(_NEEDED, conversations)
    network = own_networks(conversations, own)
    sided = with_sides(as_table(conversations), network)
    times = _times(sided)
    facts = [_machines(sided), _span(times), *_counts(sided), _ports(sided), _upload(sided)]
    facts.append(_new(sided, network, since, times))
    if not times:
        facts = [fact._replace(value=None, detail=None) for fact in facts]
    return schema.typed(pd.DataFrame(facts, columns=list(_Fact._fields)), schema.SUMMARY)


def _machines(sided: Native) -> _Fact:
    rows = Rows.of(sided, ["mac", "resource"], coded=["mac", "resource"])
    found = rows.aggregate(["mac", "resource"], rows=nw.len()).collect({"mac": "str", "resource": "str"})
    logged = schema.shortened(pd.Series(sorted(found["resource"].dropna().unique()), dtype="str"))
    return _Fact("machines", found["mac"].nunique(), "NICs", _listed(logged.tolist(), len(logged)))


def _times(sided: Native) -> _Times | None:
    rows = Rows.of(sided, ["first", "last", "folded"])
    begun = nw.when(~nw.col("folded")).then(nw.col("first_ms"))
    edges = rows.select(first=nw.col("first_ms").min(), last=nw.col("last_ms").max(), begun=begun.max())
    found = edges.collect(dict.fromkeys(_Times._fields, "Int64")).dropna()
    return None if found.empty else _Times(*(int(found[name].item()) for name in _Times._fields))


def _span(times: _Times | None) -> _Fact:
    if times is None:
        return _Fact("span", None, "hours")
    first, last = (f"{pd.Timestamp(t, unit='ms'):%Y-%m-%d %H:%M}" for t in (times.first, times.last))
    hours = times.last // _HOUR - times.first // _HOUR + 1
    return _Fact("span", hours, "hours", f"{first} to {last} UTC")


def _counts(sided: Native) -> list[_Fact]:
    by = [FROM_INSIDE, FROM_OUTSIDE, "src_ip"]
    sources = breakdown(sided, by, measure="denied", top=None)
    unanswered, uncounted = (int(sources[name].sum()) for name in ("unanswered", "uncounted"))
    told = f"{unanswered:,} unanswered, {uncounted:,} of unknown size"
    return [
        _Fact("connections", int(sources["connections"].sum()), "connections", told),
        _denied("denied from outside", sources[sources[FROM_OUTSIDE]]),
        _denied("denied from inside", sources[sources[FROM_INSIDE]]),
    ]


def _denied(fact: str, sources: pd.DataFrame) -> _Fact:
    those = sources[sources["denied"] > 0]
    if those.empty:
        return _Fact(fact, 0, "attempts")
    most = those.iloc[0]
    many = f"{len(those):,} sources, most from " if len(those) > 1 else ""
    return _Fact(fact, int(those["denied"].sum()), "attempts", f"{many}{most['src_ip']} ({most['denied']:,})")


def _ports(sided: Native) -> _Fact:
    by = ["direction", FROM_OUTSIDE, "protocol", "dst_port"]
    every = breakdown(sided, by, top=None, count_every_view=True)
    ports = every[every["direction"].eq("inbound") & every[FROM_OUTSIDE] & every["connections"].gt(0)]
    names = [f"{p} {n}" for p, n in zip(ports["protocol"], ports["dst_port"], strict=True)]
    return _Fact("ports open to the internet", len(ports), "ports", _listed(names, len(names)))


def _upload(sided: Native) -> _Fact:
    rows = Rows.of(sided, [*ENDS, "folded", _SENT, FROM_INSIDE, TO_OUTSIDE], coded=ENDS)
    out = rows.filter(nw.col(FROM_INSIDE), nw.col(TO_OUTSIDE), ~nw.col("folded"))
    pairs = out.aggregate(ENDS, sent=known_sum(_SENT)).filter(~nw.col("sent").is_null())
    with sums_fit(sided):
        first = pairs.with_columns(_less=-nw.col("sent")).sort("_less", *ENDS).head(1)
        found = first.collect({**dict.fromkeys(ENDS, "str"), "sent": "int64"})
    if found.empty:
        return _Fact("largest upload", None, "bytes")
    source, destination = found.loc[0, [*ENDS]]
    return _Fact("largest upload", int(found["sent"].item()), "bytes", f"{source} to {destination}")


def _new(sided: Native, network: Network, since: str | pd.Timestamp | None, times: _Times | None) -> _Fact:
    """Ask `change`; where all began at one moment there is no later part, and nothing is known."""
    fact, unit = "new from inside", "sources with a port"
    if times is None or (since is None and times.first == times.begun):
        return _Fact(fact, None, unit)
    changes = change(sided, by=["src_ip", "dst_port"], since=since, own=network, top=None)
    new = changes[changes["from_inside"] & changes["change"].eq("new")]
    names = [f"{source} to {port}" for source, port in zip(new["src_ip"], new["dst_port"], strict=True)]
    return _Fact(fact, len(new), unit, _listed(names, len(names)))


def _listed(names: Sequence[str], many: int) -> str | None:
    more = [f"and {many - _NAMED:,} more"] if many > _NAMED else []
    return ", ".join([*names[:_NAMED], *more]) or None
