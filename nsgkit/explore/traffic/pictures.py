"""The pictures of the traffic explorer: of each, its table, its drawing, and what can be picked in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from nsgkit import analyses, views
from nsgkit.explore.traffic.picked import hours_to_pick, rows_to_pick
from nsgkit.explore.traffic.question import BREAKDOWNS, MOST_OPENED, VOLUMES, Question, Traffic
from nsgkit.explore.workbench.code import Call
from nsgkit.schema import NOT_LOGGED, OTHERS, carrying
from nsgkit.views.theme import StandIn, hinted, titled

TOP = 15  # bars
ROWS = "Rows"  # the picture that is a table: the flow rows of what is chosen
_WIDTH, _HEIGHT = 560, 130  # pixels of the picture over time: two pictures are in sight together
_Answer: TypeAlias = Callable[[Traffic, Question], pd.DataFrame]


@dataclass(frozen=True)
class Picture:
    """One way to look at what the filter keeps."""

    answer: _Answer  # the table behind it
    code: Callable[[Question, str], str]  # the call that makes the table, of `chosen` and the flows' name
    draw: Callable[..., Any] | None  # a table and its measure -> a chart; None: the table is the picture
    fields: Callable[[Question], list[str]]  # the columns that name what was clicked
    offer: Callable[..., list[tuple[str, str]]] = rows_to_pick  # what the keyboard can pick
    controls: tuple[str, ...] = ()  # labels of the controls that only it has


def answer(traffic: Traffic, question: Question) -> pd.DataFrame:
    """Return the table behind the question's picture."""
    return PICTURES[question.picture].answer(traffic, question)


def draw(question: Question, table: pd.DataFrame) -> Any:
    """Return the question's picture, to be chosen from by a click; None where its table is all."""
    drawn = PICTURES[question.picture].draw
    return drawn(table, measure=question.measure) if drawn else None


def over_time(traffic: Traffic, question: Question) -> pd.DataFrame:
    """Return the measure over time."""
    asked = traffic.settled(question)
    return traffic.over_time(asked, asked.freq, asked.coloured_by)


def draw_over_time(question: Question, table: pd.DataFrame) -> alt.Chart:
    """Return the picture over time."""
    chart = views.over_time(table, measure=question.measure)
    if isinstance(chart, StandIn):
        return chart
    title = chart.title.text if isinstance(chart.title.text, str) else " ".join(chart.title.text)
    how = "Drag to look closer, double click for the whole; after a click also wheel, + - and arrows."
    drawn = hinted(titled(chart, title, chart.title.subtitle), how)
    return drawn.properties(width=_WIDTH, height=_HEIGHT)


def named(traffic: Traffic, table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its NSGs by their short names, as people and filters call them."""
    if "acl" not in table:
        return table
    names = table["acl"].map(traffic.nsgs).astype("object").fillna(NOT_LOGGED)
    return table.drop(columns="acl").assign(nsg=names)[["nsg", *table.columns.drop("acl")]]


def _bars(question: Question) -> Call:
    by, peers = BREAKDOWNS[question.by]
    options = {"by": by, "measure": question.measure, "top": TOP, "peers": peers}
    return Call(analyses.breakdown, "analyses.breakdown", options)


def _matrix(question: Question) -> Call:
    options = {"prefix": question.prefix, "measure": question.measure}
    return Call(analyses.matrix, "analyses.matrix", options)


def _links(question: Question) -> Call:
    options = {"measure": question.measure}
    return Call(analyses.traffic_links, "analyses.traffic_links", options)


def _hours(traffic: Traffic, question: Question) -> pd.DataFrame:
    return traffic.over_time(question, "1h", None)


def _made_by(call: Callable[[Question], Call]) -> tuple[_Answer, Callable[[Question, str], str]]:
    """Return the table and the code of a picture whose table is one call."""
    return (
        lambda traffic, question: call(question).run(traffic.chosen(question)),
        lambda question, _flows: call(question).written("chosen"),
    )


def _made_by_own(call: Callable[[Question], Call]) -> tuple[_Answer, Callable[[Question, str], str]]:
    """Return the same of a call that tells inside from outside: by all conversations, not by those chosen."""

    def run(traffic: Traffic, question: Question) -> pd.DataFrame:
        asked = call(question)
        whole = replace(asked, options={**asked.options, "own": traffic.own})
        return carrying(whole.run(traffic.chosen(question)), traffic.names)

    return run, lambda question, _flows: call(question).written("chosen", own="own")


PICTURES = {
    "Top": Picture(*_made_by(_bars), views.top_bars, lambda question: BREAKDOWNS[question.by][0]),
    "Hours and days": Picture(
        _hours,
        lambda question, flows: timeline_code(question, "chosen", flows, "1h", None),
        views.heat_map,
        lambda _question: ["time"],
        hours_to_pick,
    ),
    "Matrix": Picture(
        *_made_by_own(_matrix),
        views.matrix,
        lambda _question: ["source", "destination"],
        controls=("Matrix of",),
    ),
    "Links": Picture(
        *_made_by_own(_links),
        views.links,
        lambda _question: ["ribbon", "from", "to"],
        lambda table, measure: rows_to_pick(table[table["src_ip"] != OTHERS], measure),
    ),
    ROWS: Picture(
        lambda traffic, question: traffic.rows_behind(question),
        lambda _question, flows: (
            f"nsgkit.conversation_rows({flows}, nsgkit.fetch(chosen, top={MOST_OPENED}))"
        ),
        None,
        lambda _question: [],
        lambda _table, _measure: [],
    ),
}


def timeline_code(question: Question, chosen: str, flows: str, freq: str, by: str | None) -> str:
    """Return the call that makes the table over time."""
    call = Call(analyses.over_time, "analyses.over_time", {"freq": freq} | ({"by": by} if by else {}))
    return call.written(chosen, flows=flows) if question.measure in VOLUMES else call.written(chosen)
