"""What the places explorer asks, and of what: no widget and no picture here."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit import analyses
from nsgkit.analyses.filters.grammar import beside as terms_beside
from nsgkit.counting.beside import beside
from nsgkit.enrich.geography.far_end import outside
from nsgkit.enrich.labels.flow_types import flow_type
from nsgkit.enrich.labels.threats import threat
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError, shown
from nsgkit.explore.workbench.bins import AUTO, Span, fitting_bin, whole_span
from nsgkit.explore.workbench.held import (
    Facts,
    at_hand,
    distinct,
    facts_of,
    is_empty,
    is_pandas,
    kept,
    let_go,
    names_of_ends,
    where,
    with_names,
)
from nsgkit.explore.workbench.spans import span, span_of
from nsgkit.schema import spoken
from nsgkit.times import bin_width
from nsgkit.views.maps.points import MOST_BINS

_TELLING = ("src_ip", "dst_ip", "direction")  # what all facts about a conversation's ends are told by
_ANSWERS = 3  # that are kept beside the newest
ALL = -1  # bins of time: all of them together
# The bin in which a span is shown that is no longer than this: few enough to be played.
_BINS = (("2h", "1min"), ("10h", "5min"), ("30h", "15min"), ("7D", "1h"), ("45D", "6h"))
_MEASURED = ("connections", "denied", "bytes", "packets", "addresses")
MEASURES = {spoken(name): name for name in _MEASURED}
GROUPS = {"place": "place", "country": "country", "network operator": "operator", "flow type": "flow_type"}
DECISIONS = {"allowed and denied": "", "allowed": "allowed", "denied": "denied"}
# Where a conversation says the group that it is in.
BESIDE = {
    "place": "outside_place", "country": "outside_country", "operator": "outside_operator",
    "flow_type": "flow_type",
}  # fmt: skip
THREATS = ("src_threat", "dst_threat")


class Pick(NamedTuple):
    """A group that was chosen, and where: what it was chosen in goes on showing all of them."""

    by: str
    value: str
    chosen_in: str  # "map", "table" or "list"


@dataclass(frozen=True)
class Question:
    """What the controls say: a filter (`span` its part about time), what was picked, how to look at it."""

    filter: str = ""
    span: str = ""
    decision: str = ""
    flagged: bool = False
    picks: tuple[Pick, ...] = ()
    measure: str = "connections"
    by: str = "place"
    freq: str = AUTO
    bin: int = ALL

    @property
    def all_terms(self) -> str:
        """The whole filter as one line."""
        return terms_beside(self.filter, self.decision, self.span)

    def without(self, place: str) -> "Question":
        """Return the question without what was picked in a place."""
        return replace(self, picks=tuple(pick for pick in self.picks if pick.chosen_in != place))

    def with_pick(self, pick: Pick) -> "Question":
        """Return the question with one more group picked, in place of what was picked there before."""
        return replace(self, picks=(*self.without(pick.chosen_in).picks, pick))


def asked_by(**told: Any) -> Question:
    """Return the question that a call asks; NsgkitError where an option is none of the explorer's.

    >>> asked_by(measure="bytes", by="country").by
    'country'
    """
    known: dict[str, Iterable[str]] = {
        "measure": MEASURES.values(), "by": GROUPS.values(), "decision": DECISIONS.values()
    }  # fmt: skip
    for name, values in known.items():
        if name in told and told[name] not in values:
            listed = ", ".join(value or '""' for value in values)
            raise NsgkitError(f"The places explorer has no {name} {shown(told[name])}. It has: {listed}.")
    if told.get("freq", AUTO) != AUTO:
        bin_width(told["freq"])
    return Question(**told)


@dataclass
class Placed:
    """The conversations that are explored, each with where its end outside is."""

    conversations: Any  # a table of pandas, or a store's relation
    given: Own = None  # the own networks and files, as the analyst gave them
    _kept: dict[object, Any] = field(default_factory=dict)
    _told: dict[object, Facts] = field(default_factory=dict)

    @cached_property
    def own(self) -> Network:
        """The own networks and all that the files tell, read once."""
        return own_networks(self.conversations, self.given)

    @cached_property
    def names(self) -> dict[str, str]:
        """What addresses are called."""
        return names_of_ends(self.conversations, self.own)

    @cached_property
    def located(self) -> Any:
        """The conversations with place, flow type and threat of each, which carry names."""
        if is_pandas(self.conversations):
            return with_names(self._with_facts(self.conversations), self.names)
        pairs = self._with_facts(distinct(self.conversations, _TELLING))  # each of a store's is told once
        return with_names(beside(self.conversations, pairs, _TELLING), self.names)

    def _with_facts(self, table: pd.DataFrame) -> pd.DataFrame:
        told = flow_type(outside(table, self.own), network=self.own)
        found: pd.DataFrame = threat(told, network=self.own)
        return found

    @property
    def has_feeds(self) -> bool:
        """Whether a threat feed was given: without one, nothing can be flagged."""
        return bool(self.own.context.feeds)

    @cached_property
    def is_empty(self) -> bool:
        """Whether there are no conversations at all."""
        return is_empty(self.conversations)

    @cached_property
    def whole_span(self) -> Span:
        """From the hour of the first row to the end of the hour of the last."""
        return whole_span(self.conversations)

    def span(self, question: Question) -> Span:
        """Return from when to when the question asks: its own span, or the whole."""
        return span_of(question.span, self.whole_span) if question.span else self.whole_span

    def settled(self, question: Question) -> Question:
        """Return the question with the bin that its span needs, where it leaves that open."""
        if question.freq != AUTO or self.is_empty:
            return question if question.freq != AUTO else replace(question, freq="1h")
        return replace(question, freq=fitting_bin(self.span(question), _BINS))

    def bins(self, question: Question) -> list[pd.Timestamp]:
        """Return when each bin of the span begins; NsgkitError where there are too many to play."""
        freq = self.settled(question).freq
        width = pd.Timedelta(bin_width(freq), unit="ms")
        start, end = self.span(question)
        number = -((start.floor(width) - end) // width)
        if number > MOST_BINS:
            raise NsgkitError(
                f"{freq} makes {number:,} bins of this span, and at most {MOST_BINS} are played. Choose a "
                "larger bin, or a shorter span."
            )
        return [start.floor(width) + width * place for place in range(number)]

    def chosen(self, question: Question) -> Any:
        """Return the conversations that filter, feeds and picks keep, in the bin that is shown."""
        key = self._key(question)
        if key not in self._kept:
            for old in [*self._kept][:-_ANSWERS]:
                let_go(self._kept.pop(old))
            self._kept[key] = at_hand(self._found(question))
        return self._kept[key]

    def told(self, question: Question) -> Facts:
        """Return how many conversations that are."""
        key = self._key(question)
        if key not in self._told:
            self._told[key] = facts_of(self.chosen(question))
        return self._told[key]

    def _key(self, question: Question) -> object:
        return question.all_terms, self.terms_of_bin(question), question.flagged, question.picks

    def _found(self, question: Question) -> Any:
        found = kept(kept(self.located, question.all_terms, self.own), self.terms_of_bin(question), self.own)
        for pick in question.picks:
            found = where(found, nw.col(BESIDE[pick.by]) == pick.value)
        if question.flagged:
            found = where(
                found, nw.any_horizontal(*(~nw.col(end).is_null() for end in THREATS), ignore_nulls=True)
            )
        return found

    def terms_of_bin(self, question: Question) -> str:
        """Return the terms of the bin that is shown; nothing where that is all the time."""
        if question.bin == ALL:
            return ""
        start = self.bins(question)[question.bin]
        return span(start, start + pd.Timedelta(bin_width(self.settled(question).freq), unit="ms"))

    def map_table(self, question: Question) -> pd.DataFrame:
        """Return the table behind the map: what was picked in the map leaves no place out."""
        asked = self.settled(question).without("map")
        if asked.by != "country":
            asked = replace(asked, bin=ALL)
        return analyses.places(self.chosen(asked), self.own, **map_options(asked))

    def list_table(self, question: Question) -> pd.DataFrame:
        """Return the table of the groups: what was picked in it leaves none out."""
        asked = self.settled(question).without("table")
        return analyses.places(self.chosen(asked), self.own, measure=asked.measure, by=asked.by)

    def over_time(self, question: Question) -> pd.DataFrame:
        """Return what was with addresses outside over time: of all bins, whichever is shown."""
        asked = replace(self.settled(question), bin=ALL)
        away = where(self.chosen(asked), ~nw.col("outside_ip").is_null())
        return analyses.over_time(away, freq=asked.freq)


def map_options(asked: Question) -> dict[str, Any]:
    """Return the options of the call that makes the table behind the map."""
    if asked.by == "country":
        return {"measure": asked.measure, "by": "country"}
    return {"measure": asked.measure, "freq": asked.freq}
