"""What the timeline explorer asks, and of what: no widget and no picture here."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import analyses, schema
from nsgkit.analyses.filters.grammar import beside
from nsgkit.analyses.forensics.lane_marks import lanes_within
from nsgkit.analyses.forensics.laned import Laned
from nsgkit.counting.cited import cited
from nsgkit.enrich.addresses import Bools
from nsgkit.errors import NsgkitError, shown
from nsgkit.explore.traffic.question import Traffic
from nsgkit.explore.workbench.bins import Span, fitting_bin
from nsgkit.explore.workbench.held import facts_of, is_pandas, kept, where
from nsgkit.explore.workbench.spans import apart, span_of
from nsgkit.schema import PLACE, carrying, names_carried
from nsgkit.times import bin_width

LANES = {"peer": "peer", "port": "port", "host": "host", "finding": "finding"}
COLOURS = {"decision": "decision", "direction": "direction"}
# To what a span that is no longer than this is rounded when it is chosen by hand, and counted in below.
_STEPS = (("12h", "1s"), ("4D", "1min"), ("60D", "15min"))
_BINS = (("6h", "5min"), ("2D", "15min"), ("14D", "1h"), ("90D", "6h"))
PAIR, MOST_PAIRS = ("src_ip", "dst_ip"), 50  # who dealt with whom at a port, and how many of them
MOST_LANED = 1_000_000  # conversations of a store in lanes: of each, some hundred bytes are in memory
_KEPT = 4  # filters whose lanes are kept: Back and Forward are at once


@dataclass(frozen=True)
class Question:
    """What the controls say: a filter (`span` its part about time), and how to look at what it keeps."""

    filter: str = ""
    span: str = ""
    lanes: str = "peer"
    colour: str = "decision"

    @property
    def all_terms(self) -> str:
        """The whole filter as one line."""
        return beside(self.filter, self.span)


def asked_by(*, filter: str, lanes: str, colour: str, found: pd.DataFrame | None) -> Question:
    """Return the question that a call asks; NsgkitError where an option is none of the explorer's.

    >>> asked_by(filter="tcp from:2024-12-19", lanes="port", colour="decision", found=None).span
    'from:2024-12-19'
    """
    for name, value, known in (("lanes", lanes, LANES), ("colour", colour, COLOURS)):
        if value not in known:
            raise NsgkitError(f"{name} takes no {shown(value)}: choose one of {', '.join(known)}.")
    if lanes == "finding" and found is None:
        raise NsgkitError("Lanes by finding need found=: what nsgkit.detections.findings gives.")
    kept, times = apart(filter)
    return Question(kept, times, lanes, colour)


@dataclass
class Timeline:
    """The conversations that are explored; the lanes of the last few filters are kept."""

    traffic: Traffic  # its flows are the logs, where they were given
    found: pd.DataFrame | None = None
    logs: Any = None
    _kept: dict[tuple[str, str, str], Laned] = field(default_factory=dict)
    _counts: dict[tuple[str, str], int] = field(default_factory=dict)
    _over_time: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def conversations(self) -> Any:
        """All conversations, which carry the names of addresses."""
        return self.traffic.named

    @cached_property
    def whole_span(self) -> Span:
        """From the hour of the first row to the end of the hour of the last."""
        return self.traffic.whole_span

    def span(self, question: Question) -> Span:
        """Return from when to when the question looks: its own span, or the whole."""
        start, end = span_of(question.span, self.whole_span)
        if start >= end:
            first, last, *whole = (f"{time:%Y-%m-%d %H:%M:%S}" for time in (start, end, *self.whole_span))
            raise NsgkitError(
                f"From ({first}) must lie before Until ({last}). The conversations are from {whole[0]} to "
                f"{whole[1]} UTC."
            )
        return start, end

    def step(self, question: Question) -> int:
        """Return the milliseconds to which a span is rounded that is chosen by hand."""
        return bin_width(fitting_bin(self.span(question), _STEPS))

    def laned(self, question: Question) -> Laned:
        """Return the conversations that the filter keeps, in their lanes: of all the time.

        Of a store, those of the span alone where all would be too many.
        """
        told = "" if is_pandas(self.conversations) else self._narrowed(question)
        key = (question.filter, told, question.lanes)
        if key not in self._kept:
            chosen = self._seen_in(self.conversations, question) if told else self.conversations
            made = Laned.of_conversations(
                chosen,
                of=question.filter,
                by=question.lanes,
                network=self.traffic.own,
                found=None
                if question.lanes != "finding" or self.found is None
                else carrying(self.found, self.traffic.names),
            )
            made = replace(made, called={**self.traffic.names, **made.called})
            self._kept = {**dict([*self._kept.items()][1 - _KEPT :]), key: made}
        return self._kept[key]

    def _narrowed(self, question: Question) -> str:
        """Return the span where what the filter keeps of a store goes into lanes only by that, else "".

        NsgkitError where even that is too many.
        """
        if self._counted(question.filter, "") <= MOST_LANED:
            return ""
        there = self._counted(question.filter, question.span) if question.span else 0
        if 0 < there <= MOST_LANED:
            return question.span
        number = there or self._counted(question.filter, "")
        raise NsgkitError(
            f"{number:,} conversations are too many for lanes, which take {MOST_LANED:,} at most. Drag over "
            "a shorter span in the strip below, or add to the filter."
        )

    def _counted(self, filter: str, span: str) -> int:
        if (filter, span) not in self._counts:
            chosen = kept(self.conversations, filter, self.traffic.own)
            chosen = self._seen_in(chosen, Question(filter, span)) if span else chosen
            self._counts[filter, span] = facts_of(chosen).counted
        return self._counts[filter, span]

    def _seen_in(self, conversations: Any, question: Question) -> Any:
        """Return the conversations of which a part lies in the span."""
        start, end = self.span(question)
        return where(conversations, nw.col("last") >= start, nw.col("first") < end)

    def table(self, question: Question) -> pd.DataFrame:
        """Return what is drawn of the span: bars, ticks and densities."""
        start, end = self.span(question)
        return lanes_within(self.laned(question), start=start, end=end)

    def in_sight(self, question: Question) -> Any:
        """Return the conversations in lanes of which a part lies in the span, each once."""
        chosen = kept(self.conversations, question.filter, self.traffic.own)
        chosen = where(self._seen_in(chosen, question), ~nw.col("folded"))
        if question.lanes != "finding" or self.found is None:
            return chosen
        proof = [tuple(place) for places in self.found["rows"] for place in places]
        if not is_pandas(chosen):
            return carrying(cited(chosen, proof), self.traffic.names)
        return chosen[chosen.set_index([*PLACE]).index.isin(proof)]

    def of_mark(
        self, question: Question, drawn: pd.DataFrame, row: int
    ) -> "tuple[pd.Series[Any], pd.DataFrame]":
        """Return a mark of the drawn table, and the conversations that it stands for, in time order.

        A column of the picture counts what has one colour: where that is the decision, both directions.
        """
        mark = drawn.iloc[row]
        if mark["mark"] != "density":
            return mark, at_place(self.conversations, mark)
        laned, other = self.laned(question), "direction" if question.colour == "decision" else "decision"
        there = _in_density(laned, mark, question.colour, _milliseconds(self.span(question)))
        places = laned.table[[*PLACE]].iloc[np.unique(laned.row[there])]
        alone = drawn[(drawn["lane"] == mark["lane"]) & (drawn["mark"] != "density")]
        listed = self._whole(places[~places_of(places).isin(places_of(alone))])
        return _with(mark, other, [*listed[other].dropna().unique()]), listed

    def _whole(self, places: pd.DataFrame) -> pd.DataFrame:
        """Return conversations with all their columns, by where they stand."""
        everything = self.conversations
        if not is_pandas(everything):
            return carrying(cited(everything, places.itertuples(index=False, name=None)), self.traffic.names)
        numbered = everything[[*PLACE]].assign(number=np.arange(len(everything)))
        whole: pd.DataFrame = everything.iloc[places.merge(numbered, on=[*PLACE])["number"].to_numpy()]
        return whole

    def over_time(self, question: Question) -> pd.DataFrame:
        """Return what the filter keeps over the whole time, whichever span is looked at."""
        if question.filter not in self._over_time:
            chosen = kept(self.conversations, question.filter, self.traffic.own)
            self._over_time = {question.filter: analyses.over_time(chosen, freq=self.freq)}
        return self._over_time[question.filter]

    def others(self, term: str) -> pd.DataFrame:
        """Return whom an address dealt with; of a port, rule or NIC, who dealt with whom there."""
        if about_address(term):
            return analyses.neighbours(self.conversations, term, network=self.traffic.own)
        there = kept(self.conversations, term, self.traffic.own)
        return analyses.breakdown(there, list(PAIR), top=MOST_PAIRS)

    def events(self, question: Question) -> pd.DataFrame:
        """Return what happened in the span around what the filter names, event by event."""
        start, end = self.span(question)
        return analyses.timeline(
            self.conversations, question.filter, found=self.found, logs=self.logs,
            network=self.traffic.own, start=start, end=end,
        )  # fmt: skip

    @cached_property
    def freq(self) -> str:
        """The bin of the strip that shows the whole time."""
        return fitting_bin(self.whole_span, _BINS)

    @cached_property
    def gaps(self) -> pd.DataFrame | None:
        """The stretches of hours without a blob, of each NIC; None where the logs were not given."""
        if self.logs is None:
            return None
        return analyses.coverage_gaps(self.logs.blobs, evidence=self.logs.evidence_hours)


def about_address(term: str) -> bool:
    """Return whether a term of a filter is about addresses.

    >>> about_address("ip:10.0.0.4"), about_address("dst_port:22")
    (True, False)
    """
    return term.startswith("ip:")


def at_place(conversations: Any, of: "pd.Series[Any]") -> pd.DataFrame:
    """Return the conversation whose first row stands where `of` says."""
    if not is_pandas(conversations):
        place = (str(of["blob"]), int(of["record"]), int(of["tuple"]))
        return carrying(cited(conversations, [place]), names_carried(conversations))
    found = conversations["tuple"].to_numpy() == of["tuple"]
    found &= conversations["record"].to_numpy() == of["record"]
    there = conversations[found]
    one: pd.DataFrame = there[there["blob"] == of["blob"]]
    return one


def _in_density(laned: Laned, mark: "pd.Series[Any]", colour: str, span: tuple[int, int]) -> Bools:
    """Return which entries a column of the picture counts, and those that are drawn beside it."""
    start, end = _milliseconds((mark["start"], mark["end"]))
    there = (laned.lane == laned.names.index(mark["lane"])) & (laned.first < span[1])
    codes, known = getattr(laned, colour), schema.column(colour).values
    there &= codes == (known.index(mark[colour]) if pd.notna(mark[colour]) else -1)
    if end <= span[0]:  # what was going on when the span began
        there &= (laned.first < span[0]) & (laned.last >= span[0])
    else:
        there &= (laned.first >= max(start, span[0])) & (laned.first < end)
    held: Bools = there
    return held


def _with(mark: "pd.Series[Any]", name: str, values: list[Any]) -> "pd.Series[Any]":
    """Return a mark of which a column says what all its conversations have in common, or nothing."""
    told = mark.copy()
    told[name] = values[0] if len(values) == 1 else None
    return told


def places_of(table: pd.DataFrame) -> pd.MultiIndex:
    """Return where the conversations of a table stand, whatever types its columns have."""
    return pd.MultiIndex.from_frame(
        table[[*PLACE]].astype(dict(zip(PLACE, ("object", "int64", "int64"), strict=True)))
    )


def _milliseconds(span: Span) -> tuple[int, int]:
    start, end = (time.value // 1_000_000 for time in span)
    return start, end
