"""What is chosen now: what a case takes, an export writes, and code makes again."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.analyses.filters.grammar import beside, quoted
from nsgkit.counting.sql import literal
from nsgkit.explore.timeline.question import Question, Timeline, places_of
from nsgkit.explore.traffic.as_code import own_as_code
from nsgkit.explore.workbench.held import fetched, is_pandas, kept, where
from nsgkit.schema import PLACE
from nsgkit.views.timeline.local_time import clock

_WORDS = {"peer": "ip", "host": "ip", "port": "dst_port"}  # of a lane, in a filter


def code_of_sight(timeline: Timeline, asked: Question, conversations: str, found: str) -> list[str]:
    """Return the calls that make `chosen`: the conversations in sight, each once."""
    start, end = (f"{clock(time)}Z" for time in timeline.span(asked))
    if is_pandas(timeline.conversations):
        seen = f"chosen[~chosen['folded'] & (chosen['last'] >= {start!r}) & (chosen['first'] < {end!r})]"
    else:
        seen = f"chosen.filter({f'NOT folded AND last >= {_moment(start)} AND first < {_moment(end)}'!r})"
    lines = [f"chosen = {_query(timeline, asked.filter, conversations)}", f"chosen = {seen}"]
    if asked.lanes == "finding":
        lines += [] if is_pandas(timeline.conversations) else ["chosen = nsgkit.fetch(chosen)"]
        proof = f"[tuple(place) for places in {found}['rows'] for place in places]"
        lines.append(f"chosen = chosen[chosen.set_index({[*PLACE]!r}).index.isin({proof})]")
    return lines


def code_of_one(timeline: Timeline, opened: pd.DataFrame, conversations: str, logs: str) -> list[str]:
    """Return the calls that make `opened`, one conversation, and with logs `rows`, its flow rows."""
    place = {name: _plain(opened.iloc[0][name]) for name in PLACE}
    rows = [f"rows = nsgkit.conversation_rows({logs}, opened)"] if logs else []
    if is_pandas(timeline.conversations):
        tests = [f"({conversations}[{name!r}] == {value!r})" for name, value in place.items()]
        return [f"opened = {conversations}[{' & '.join(tests)}]", *rows]
    told = " AND ".join(f'"{name}" = {literal(value)}' for name, value in place.items())
    return [f"opened = nsgkit.fetch({conversations}.filter({told!r}))", *rows]


def code_of_density(
    timeline: Timeline, asked: Question, mark: "pd.Series[Any]", listed: pd.DataFrame, conversations: str
) -> list[str]:
    """Return the calls that make `opened`, the conversations of a density, where a filter can say them."""
    word = _WORDS.get(asked.lanes)
    told = [f"{name}:{mark[name]}" for name in ("decision", "direction") if pd.notna(mark[name])]
    terms = beside(asked.filter, f"{word}:{quoted(mark['lane'], word)}" if word else "", *told)
    there = kept(timeline.conversations, terms, timeline.traffic.own) if word else listed.head(0)
    first = nw.col("first")
    there = where(there, ~nw.col("folded") & (first >= mark["start"]) & (first < mark["end"]))
    if {*places_of(fetched(there, PLACE))} != {*places_of(listed)}:
        return ["# No filter says the conversations of this density alone: export them."]
    start, end = (f"{clock(mark[name])}Z" for name in ("start", "end"))
    seen = f"opened[~opened['folded'] & (opened['first'] >= {start!r}) & (opened['first'] < {end!r})]"
    if not is_pandas(timeline.conversations):
        begun = f"NOT folded AND first >= {_moment(start)} AND first < {_moment(end)}"
        seen = f"nsgkit.fetch(opened.filter({begun!r}))"
    return [f"opened = {_query(timeline, terms, conversations)}", f"opened = {seen}"]


def _moment(time: str) -> str:
    return f"TIMESTAMPTZ '{time}'"


def _query(timeline: Timeline, terms: str, conversations: str) -> str:
    own = own_as_code(timeline.traffic.given)
    return f"nsgkit.query({conversations}, {terms!r}{f', {own}' if own else ''})"


def _plain(value: Any) -> object:
    return value.item() if hasattr(value, "item") else value
