"""The question: whom did these addresses deal with, and who else dealt with those."""

from datetime import datetime

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.select import texts_meant
from nsgkit.analyses.forensics.contacts import PAIR, contacts, near_in_time, of_addresses, peers_of, summed
from nsgkit.analyses.forensics.entities import Asked, Of, asked_of, chosen
from nsgkit.counting.arguments import check_measure, check_top
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.names import called
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.enrich.special_purpose import PLATFORM, RANGES
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import NEIGHBOURS, names_carried
from nsgkit.times import bin_width, parse_span

_HOPS = (1, 2)
_MEASURES = ("connections", "denied", "bytes")
_SIZES = ("bytes_sent", "bytes_received")
_PLATFORM = tuple(prefix.partition("/")[0] for prefix in RANGES[PLATFORM])
_Span = tuple[datetime | None, datetime | None]


def neighbours(  # noqa: PLR0913
    conversations: object,
    of: Of,
    *,
    hops: int = 1,
    within: object = None,
    measure: str = "connections",
    hub: int = 100,
    network: Own = None,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    top: int | None = 50,
) -> pd.DataFrame:
    """Return whom these addresses dealt with, and with `hops=2` whom those dealt with in turn.

    Counting rule: as in `breakdown`, each connection and denied attempt once, by who dealt with whom. Of a
    filter, hop 1 counts the conversations that it keeps, such as "ip:203.0.113.9 dst_port:443"; hop 2 counts
    all of the neighbours', but for those with what was asked for. An address of hop 1 stands at hop 2 as
    well where it dealt with another neighbour.

    `within` keeps at hop 2 what began near a contact: at most so long before or after a conversation of the
    same neighbour with what was asked for began. What `first` says tells which was earlier: who came before
    is how it got there, who came after is where it went on to.

    A hub, such as a name server or a proxy, deals with everybody, and its neighbours say nothing. One with
    more than `hub` peers is not followed to hop 2, nor are Azure's two platform addresses: `expanded` says
    so of each. A peer is one with whom there was a connection that was not left unanswered: a machine that is
    scanned, or scans, is no hub for that.

    Harmless look-alikes: an address behind which many machines stand. To have called the same address
    says little where everybody calls it: look at `peers`.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    of : str, list, DataFrame or Series
        Addresses and prefixes, as a filter such as "ip:203.0.113.9", or a list of them; conversations or
        findings: then both ends of them.
    hops : int
        1, or 2: also the neighbours' neighbours.
    within : str, timedelta or None
        A width of time, such as "1h"; None keeps all of hop 2.
    measure : str
        What to order by: connections, denied or bytes.
    hub : int
        How many peers a neighbour has at most that is followed.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    start, end : str, datetime or None
        Only conversations that were first seen in this span (UTC); `peers` are of all.
    top : int or None
        How many rows of each hop; None gives all. Only neighbours that are shown are followed.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.NEIGHBOURS`, hop 1 first, and in each the largest first. `groups` says how many
        there are, those left out included. Its attrs have "not_shown", how many rows `top` left out of
        each hop, and "not_followed", the hubs.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where `of` names no address, or another argument is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> near = neighbours(conversations, "203.0.113.222", hops=2, within="1h")
    >>> near.loc[0, ["address", "ports", "expanded"]].tolist(), near.attrs["not_shown"]
    (['10.20.0.4', '443 TCP (459)', 'yes'], {1: 0, 2: 225})

    Source: own.
    """
    width = _checked(hops, within, measure, hub, top)
    span, asked = parse_span(start, end), asked_of(of)
    own = own_networks(conversations, network)
    rows, them = _rows_of(conversations, asked, own)
    one = contacts(_in_span(rows, span), them, them)
    first = _ranked(summed(one), 1, measure, top)
    first, theirs = _with_peers(first, conversations, hub)
    parts = [first]
    if hops == 2:
        second = _ranked(_second(first, _in_span(theirs, span), one, them, width), 2, measure, top)
        followed = first if first.empty else first.assign(expanded=first["expanded"].replace("no", "yes"))
        parts = [followed, _with_peers(second, conversations, hub)[0]]
    return _table(parts, conversations, own, network)


def _checked(hops: object, within: object, measure: str, hub: object, top: int | None) -> int | None:
    """Return the milliseconds of `within`; raise NsgkitError where an argument is none."""
    check_measure(measure, _MEASURES)
    check_top(top)
    if hops not in _HOPS:
        raise NsgkitError(
            f"hops takes 1 or 2, not {shown(hops)}. To go on, ask again of those whom you found."
        )
    if isinstance(hub, bool) or not isinstance(hub, int) or hub < 0:
        raise NsgkitError(f"hub takes a number of addresses from 0 on, not {shown(hub)}.")
    return None if within is None else bin_width(within)


def _rows_of(conversations: object, asked: Asked, own: Network) -> tuple[pd.DataFrame, list[str]]:
    """Return the conversations of hop 1 that count, and the addresses that were asked for."""
    rows = chosen(conversations, asked, own)
    them = _addresses(rows, asked, own)
    if not them and asked.places is None and not asked.addresses:
        raise NsgkitError(
            "neighbours is asked of addresses, and of names none. Name some, such as 'ip:203.0.113.9 "
            "dst_port:443'; for a port, give some of its conversations."
        )
    if asked.places is not None:
        return of_addresses(conversations, them), them
    return rows[~rows["folded"].astype("bool")], them


def _addresses(rows: pd.DataFrame, asked: Asked, own: Network) -> list[str]:
    found: set[str] = set()
    for end in ENDS:
        texts = pd.Index(rows[end].dropna().unique().astype("str"))
        if asked.places is not None and not asked.addresses:
            found |= {*texts}
        for entity in asked.addresses:
            if end in entity.term.columns:
                found |= {*texts[texts_meant(entity.term, texts, own)]}
    return sorted(found)


def _in_span(rows: pd.DataFrame, span: _Span) -> pd.DataFrame:
    start, end = (None if time is None else pd.Timestamp(time) for time in span)
    kept = pd.Series(True, index=rows.index)
    if start is not None:
        kept &= rows["first"] >= start
    if end is not None:
        kept &= rows["first"] < end
    return rows[kept]


def _ranked(found: pd.DataFrame, hop: int, measure: str, top: int | None) -> pd.DataFrame:
    """Return the largest of a hop, with how many there are."""
    if found.empty:
        return found
    sizes = found[[*_SIZES]].astype("Float64").fillna(0).sum(axis=1)
    weights = {"bytes": sizes, "connections": found["connections"], "denied": found["denied"]}
    order = pd.DataFrame({"by": weights[measure], **weights}).mul(-1).assign(**found[[*PAIR]])
    ranked = found.loc[order.sort_values(["by", *weights, *PAIR]).index].assign(hop=hop, groups=len(found))
    return ranked.head(len(ranked) if top is None else top).reset_index(drop=True)


def _with_peers(found: pd.DataFrame, conversations: object, hub: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return neighbours with how many peers each has, and which are hubs; and all conversations of theirs."""
    addresses = [] if found.empty else found["address"].unique().tolist()
    theirs = of_addresses(conversations, addresses)
    if found.empty:
        return found, theirs
    peers = found["address"].map(peers_of(theirs, addresses))
    kinds = [found["address"].isin(_PLATFORM), peers > hub]
    return found.assign(peers=peers, expanded=np.select(kinds, ["platform", "hub"], "no")), theirs


def _second(
    first: pd.DataFrame, theirs: pd.DataFrame, one: pd.DataFrame, them: list[str], width: int | None
) -> pd.DataFrame:
    """Return whom the neighbours dealt with that are followed."""
    if first.empty:
        return first
    followed = first.loc[first["expanded"] == "no", "address"].unique()
    two = contacts(theirs, followed, them)
    return summed(two if width is None else near_in_time(two, one, width))


def _table(parts: list[pd.DataFrame], conversations: object, own: Network, network: Own) -> pd.DataFrame:
    kept = [part for part in parts if len(part)]
    if not kept:
        table = schema.empty(NEIGHBOURS)
    else:
        whole = pd.concat(kept, ignore_index=True)
        inside, outside = (test(whole["address"]) for test in (own.is_inside, own.is_outside))
        side = pd.Series(inside, dtype="boolean").where(inside | outside)
        table = schema.typed(whole.assign(inside=side), NEIGHBOURS)
    hubs = table.loc[table["expanded"].isin(["hub", "platform"]) & (table["hop"] == 1), "address"]
    table.attrs = {
        "not_shown": {hop: int(rows["groups"].iloc[0]) - len(rows) for hop, rows in table.groupby("hop")},
        "not_followed": hubs.drop_duplicates().tolist(),
    }
    ends = table.rename(columns=dict(zip(PAIR, ENDS, strict=True)))
    return schema.carrying(table, dict(names_carried(conversations)) | (called(ends, own) if network else {}))
