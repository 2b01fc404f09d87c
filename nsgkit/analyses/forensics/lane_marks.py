"""The question: what happened when, in lanes: connections as long as they lasted, attempts, densities."""

from typing import Any

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.forensics.lane_names import Numbers
from nsgkit.analyses.forensics.lane_shapes import (
    FEWEST_BINS,
    MOST_MARKS,
    Entries,
    Span,
    densities,
    singles,
    told_apart,
)
from nsgkit.analyses.forensics.laned import Laned
from nsgkit.counting.arguments import check_top
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import LANES
from nsgkit.times import milliseconds, parse_span

_ORDER = ["rank", "start", "end", "mark", "decision", "direction", "blob", "record", "tuple"]


def lanes(  # noqa: PLR0913
    conversations: object,
    *,
    of: str = "",
    by: str = "peer",
    start: object = None,
    end: object = None,
    top: int | None = 20,
    bins: int = 300,
    network: Own = None,
    found: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what a timeline draws: each connection as long as it lasted, in lanes, most telling first.

    Counting rule: each conversation once, folded views left out; it is in the span where it was seen there:
    first seen before `end`, last seen at `start` or later. A lane's place is the better of two: by how many
    conversations it has in the span, and by their bytes; at the same place the one with more conversations
    comes first. By finding, lanes stand in the order of `found`. A lane with few conversations has a bar or
    tick for each (at most `bins`, and about 2,000 in all lanes). Any other has densities: how many of one
    decision and direction began in a bin; what was going on when the span began is one density that ends
    there. Of these lanes, the 20 longest of the conversations that are in sight for a 20th of the span or
    more stay bars. Bins have a usual width, and are wider where there would be more than 4,500 marks.

    Harmless look-alikes: two bars at once in one lane lie over each other. An end that is not in the data is
    no end of the connection: rules logged without state never end.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    of : str
        A filter as `nsgkit.query` takes it, such as "ip:203.0.113.199"; an empty one keeps everything.
    by : str
        What a lane is. peer: the other end, seen from the addresses that `of` names, else from the own
        networks. port: the destination port. host: the own end. finding: a finding, with the conversations
        that prove it; one may stand in several lanes, and others stand in none.
    start, end : time or None
        The span, in UTC; None is where the data begins or ends.
    top : int or None
        How many lanes; None gives all.
    bins : int
        At most so many bins cover the span.
    network : Network, iterable of str or path, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    found : pandas.DataFrame or None
        What `nsgkit.detections.findings` gives; needed by finding.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.LANES`, sorted by rank and start. Its attrs say `by`, `of`, `span` (start and
        end; None where there is nothing), `bin` (the width of bins in milliseconds), `lanes` (how many have
        conversations in the span), `conversations` (how many there are in all lanes) and `not_shown` (those
        in lanes beyond `top`): the column `conversations` and `not_shown` add up to `conversations`.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` or `nsgkit.detections.findings` makes.
    NsgkitError
        Where an argument cannot be used: it says which, and what to write.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> his = lanes(conversations, of="ip:203.0.113.199")
    >>> his.drop_duplicates("lane")["lane"].tolist(), his.attrs["not_shown"]
    (['10.20.0.4'], 0)
    """
    laned = Laned.of_conversations(conversations, of=of, by=by, network=network, found=found)
    return lanes_within(laned, start=start, end=end, top=top, bins=bins)


def lanes_within(
    laned: Laned, *, start: object = None, end: object = None, top: int | None = 20, bins: int = 300
) -> pd.DataFrame:
    """Return what `lanes` gives of conversations that stand in lanes already: of another span, at once.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> laned = Laned.of_conversations(conversations, of="ip:203.0.113.199")
    >>> lanes_within(laned, end="2024-12-18 08:00")["mark"].value_counts()["tick"].item()
    24
    """
    check_top(top)
    if isinstance(bins, bool) or not isinstance(bins, int) or bins < FEWEST_BINS:
        raise NsgkitError(f"bins takes a number of bins from {FEWEST_BINS} on, not {shown(bins)}.")
    span = _span(laned, start, end)
    if span is None:
        return _with_attrs(schema.empty(LANES), laned, None, {"lanes": 0, "conversations": 0, "bin": 0})
    seen = _seen(laned, span)
    order = _in_order(laned, seen)
    entries = _ranked(laned, seen, order[:top])
    single = told_apart(laned, entries, span, bins)
    binned, width = densities(laned, entries.only(~single), span, bins, MOST_MARKS - int(single.sum()))
    table = pd.concat([singles(laned, entries.only(single)), binned], ignore_index=True)
    table["lane"] = np.array(laned.names, dtype="object")[order[table["rank"].to_numpy("int64")]]
    table = schema.typed(table, LANES).sort_values(_ORDER, ignore_index=True)
    counts = {"lanes": len(order), "conversations": len(seen), "bin": width}
    return _with_attrs(table, laned, span, counts)


def _span(laned: Laned, start: object, end: object) -> Span | None:
    """Return the span that was asked for; what is open ends where the conversations do."""
    first, last = (None if time is None else milliseconds(time) for time in parse_span(start, end))
    if len(laned.first):
        first = laned.first.min().item() if first is None else first
        last = laned.last.max().item() + 1 if last is None else last
    if first is None or last is None:
        return None
    if first < last:
        return Span(first, last)
    return Span(first, first + 1) if end is None else Span(last - 1, last)  # beyond the data


def _seen(laned: Laned, span: Span) -> Numbers:
    """Return the entries whose conversation was seen in the span."""
    upto = np.searchsorted(laned.first, span.end)
    found: Numbers = np.flatnonzero(laned.last[:upto] >= span.start)
    return found


def _in_order(laned: Laned, seen: Numbers) -> Numbers:
    """Return the lanes that have any of these entries, the first on top."""
    lane = laned.lane[seen]
    counts = np.bincount(lane, minlength=len(laned.names))
    there: Numbers = np.flatnonzero(counts)
    if laned.by == "finding":
        return there
    size = np.bincount(lane, np.maximum(laned.size[seen], 0), len(laned.names))[there]
    counts = counts[there]
    by_count, by_size = _places(-size, -counts), _places(-counts, -size)
    ordered: Numbers = there[np.lexsort((by_count, np.minimum(by_count, by_size)))]
    return ordered


def _places(then: Any, first: Any) -> Numbers:
    """Return the place of each, sorted by `first`, equals by `then`, and these as they stand."""
    places: Numbers = np.empty(len(first), dtype="int64")
    places[np.lexsort((then, first))] = np.arange(len(first))
    return places


def _ranked(laned: Laned, seen: Numbers, shown_lanes: Numbers) -> Entries:
    """Return the entries of the lanes that are shown, each with the place of its lane."""
    ranks = np.full(len(laned.names), -1)
    ranks[shown_lanes] = np.arange(len(shown_lanes))
    rank = ranks[laned.lane[seen]]
    return Entries(seen, rank).only(rank >= 0)


def _with_attrs(table: pd.DataFrame, laned: Laned, span: Span | None, counts: dict[str, int]) -> pd.DataFrame:
    ends = span and tuple(pd.Timestamp(time, unit="ms", tz="UTC") for time in span)
    not_shown = counts["conversations"] - int(table["conversations"].sum())
    table.attrs |= {"by": laned.by, "of": laned.of, "span": ends, **counts, "not_shown": not_shown}
    return schema.carrying(table, laned.called)
