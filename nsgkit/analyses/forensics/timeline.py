"""The question: what happened around these addresses, ports, conversations or findings, in order."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.select import texts_meant
from nsgkit.analyses.filters.values import ranges, sides_of
from nsgkit.analyses.forensics.decisions import rule_changes
from nsgkit.analyses.forensics.entities import Asked, Entity, Of, asked_of, chosen
from nsgkit.analyses.forensics.holes import holes
from nsgkit.analyses.forensics.runs import conversation_events
from nsgkit.analyses.forensics.telling import told
from nsgkit.counting.arguments import check_top
from nsgkit.counting.columns import categories
from nsgkit.enrich.names import names_beside
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.flows.logs import FlowLogs
from nsgkit.schema import PLACE, TIMELINE, names_carried, with_names_behind
from nsgkit.times import parse_span

_Span = tuple[datetime | None, datetime | None]
_ENDS = ("src_ip", "dst_ip")


def timeline(  # noqa: PLR0913
    conversations: object,
    of: Of,
    *,
    found: pd.DataFrame | None = None,
    logs: FlowLogs | None = None,
    network: Own = None,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
    top: int | None = 2000,
) -> pd.DataFrame:
    """Return what happened around `of`, event by event, in the order of time.

    Counting rule: each connection and denied attempt once (`~folded`), each in exactly one event: the column
    `count` adds up to all of them. Denied attempts that are alike and follow each other within ten minutes
    are one event. Connections stand alone, but where more than 20 are alike: then they are told in the
    same way, and those that lasted or carried far more than the others of their kind still stand alone.
    `nsgkit.analyses.forensics.runs` has the whole rule, also of what happens beyond `top`.

    First and last seen are of each address, prefix and port that `of` names, in all of its conversations; of
    all of them together where it names none. A rule change is the same attempt (source, destination,
    protocol, destination port, direction) decided otherwise than the one before it: see
    `nsgkit.analyses.forensics.decisions`. Findings are those that name an address of `of`, or are proven by
    one of its conversations. Holes are those of the NICs that logged what `of` keeps, before and after it
    too; where nothing was seen, those of every NIC.

    Harmless look-alikes: a late packet of a connection that had ended is denied, and looks like a rule
    change. What is first seen shortly after the logs begin was there before.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    of : str, int, list, DataFrame or Series
        A filter as for `nsgkit.query`, such as "ip:203.0.113.199" or "port:22 denied"; an address, a
        prefix, a port, or a list of them; some rows of conversations; findings, or one of them: what
        proves them.
    found : pandas.DataFrame or None
        What `nsgkit.detections.findings` gives, or one detection's table. Without it there are no findings.
    logs : FlowLogs or None
        What `nsgkit.read_logs` gave. Without it nothing is said of holes in the logs.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`, and what they are called.
    start, end : str, datetime or None
        Events that touch this span (UTC), a connection also where it began before. Which was first or last
        seen, and what was decided before, is told of all conversations all the same.
    top : int or None
        How many events that are conversations; None gives all of them. What is beyond is told in longer
        runs, and at last together, as others.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.TIMELINE`, in the order of `first`. `told` says each event in a sentence. Its
        attrs have "conversations", how many it is of, "not_shown", how many of them are others, and
        "logs", whether holes were looked for.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where `of` is nothing that can be asked for, a filter cannot be read, or a time is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> events = timeline(conversations, "203.0.113.199")
    >>> opened = events[events["event"] == "rule change"].iloc[0]
    >>> opened["told"].partition(". ")[0]
    '203.0.113.199 at 10.20.0.4:22 (TCP, ssh) is now allowed by UserRule_Temp-SSH-Contractor'
    >>> len(events), int(events["count"].sum()), events.attrs["conversations"]
    (31, 214, 214)

    Source: own.
    """
    check_top(top)
    span, asked = parse_span(start, end), asked_of(of)
    sides = any(sides_of(each.term) for each in asked.addresses)
    own = own_networks(conversations, network) if sides or network is not None else None
    every = chosen(conversations, asked, own)
    here = every[_touches(every, span)]
    once = here[~here["folded"].astype("bool")]
    parts = [
        conversation_events(once, top),
        _seen(every, asked, own),
        rule_changes(every).assign(event="rule change").pipe(_at_once),
        _findings(found, every, asked, own),
        *([holes(logs, every)] if logs is not None else []),
    ]
    table = _in_order([part[_touches(part, span)] for part in parts if len(part)])
    table.attrs = {"conversations": len(once), "not_shown": _not_shown(table), "logs": logs is not None}
    return _with_names(table, conversations, own if network is not None else None)


def _touches(table: pd.DataFrame, span: _Span) -> "pd.Series[bool]":
    start, end = (None if time is None else pd.Timestamp(time) for time in span)
    kept = pd.Series(True, index=table.index)
    if start is not None:
        kept &= pd.to_datetime(table["last"], utc=True) >= start
    if end is not None:
        kept &= pd.to_datetime(table["first"], utc=True) < end
    return kept


def _at_once(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(last=rows["first"])


def _seen(every: pd.DataFrame, asked: Asked, own: Network | None) -> pd.DataFrame:
    """Return when each thing that was named was first and last seen: the conversation, and the moment."""
    if every.empty:
        return every
    masks = {each.name: _of_entity(every, each, own) for each in asked.entities}
    masks = masks or {"What was asked for": np.ones(len(every), dtype=bool)}
    rows = [
        {**every.loc[getattr(every.loc[mask, end], way)()].to_dict(), "about": name, "event": event}
        for name, mask in masks.items() if mask.any()
        for event, end, way in (("first seen", "first", "idxmin"), ("last seen", "last", "idxmax"))
    ]  # fmt: skip
    found = pd.DataFrame(rows, dtype="object")
    moment = found["last"].where(found["event"] == "last seen", found["first"])
    return found.assign(first=moment, last=moment)


def _of_entity(every: pd.DataFrame, entity: Entity, own: Network | None) -> Any:
    """Tell the conversations of one thing that was named."""
    if "port" in entity.term.field:
        wanted = ranges(entity.term)
        ports = [every[name].to_numpy() for name in entity.term.columns]
        return np.any([(port >= low) & (port <= high) for port in ports for low, high in wanted], axis=0)
    found = np.zeros(len(every), dtype=bool)
    for name in entity.term.columns:
        coded = categories(every[name])
        found |= np.append(texts_meant(entity.term, coded.categories, own), False)[coded.codes]
    return found


def _findings(
    found: pd.DataFrame | None, every: pd.DataFrame, asked: Asked, own: Network | None
) -> pd.DataFrame:
    """Return the findings that name an address of what was asked for, or that its conversations prove."""
    if found is None or found.empty:
        return pd.DataFrame()
    schema.require(found.columns, ["kind", "src_ip", "dst_ip", "first", "last", "rows"],
                   "nsgkit.detections.findings")  # fmt: skip
    touched = _proven(found, every)
    for end in _ENDS:
        texts = pd.Index(found[end].dropna().unique())
        for entity in asked.addresses:
            touched |= found[end].isin(texts[texts_meant(entity.term, texts, own)]).to_numpy()
    some = found[touched]
    place = [rows[0] if len(rows) else (None, None, None) for rows in some["rows"]]
    placed = {name: [each[at] for each in place] for at, name in enumerate(PLACE)}
    kept = some[[n for n in ("first", "last", *_ENDS, "dst_port", "told") if n in some]].astype("object")
    events: pd.DataFrame = kept.assign(event="finding", about=some["kind"].astype("object"), **placed)
    return events


def _proven(found: pd.DataFrame, every: pd.DataFrame) -> Any:
    """Tell the findings that are proven by one of these conversations, or more."""
    numbers = np.repeat(np.arange(len(found)), [len(rows) for rows in found["rows"]])
    places = pd.DataFrame([place for rows in found["rows"] for place in rows], columns=[*PLACE])
    here = pd.MultiIndex.from_frame(every[[*PLACE]].astype({"blob": "str"}))
    proven = np.zeros(len(found), dtype=bool)
    if len(places):
        proven[numbers[pd.MultiIndex.from_frame(places.astype({"blob": "str"})).isin(here)]] = True
    return proven


def _in_order(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return all events in time order, told in words."""
    if not parts:
        return schema.empty(TIMELINE)
    names = [c.name for c in TIMELINE]
    whole = pd.concat([_as_objects(part, names) for part in parts], ignore_index=True)
    for name in ("first", "last"):
        whole[name] = pd.to_datetime(whole[name], utc=True).dt.as_unit("ms")
    whole["told"] = [told(event) for event in whole.itertuples()]
    table = schema.typed(whole, TIMELINE)
    ordered: pd.DataFrame = table.sort_values(["first", "event", *PLACE, "about", "mac"], ignore_index=True)
    return ordered


def _as_objects(part: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    more = [*names, "answered", "decision_before", "last_before"]
    return part.reset_index(drop=True).reindex(columns=more).astype("object")


def _not_shown(table: pd.DataFrame) -> int:
    return int(table.loc[table["event"] == "others", "count"].sum())


def _with_names(table: pd.DataFrame, conversations: object, own: Network | None) -> pd.DataFrame:
    """Let the table carry what its addresses are called, and its sentences say it."""
    known = names_beside(table, conversations, own)
    said = [with_names_behind(text, known) for text in table["told"]]
    named = table.assign(told=pd.Series(said, index=table.index, dtype="str"))
    named.attrs = table.attrs
    return schema.carrying(named, known | dict(names_carried(conversations)))
