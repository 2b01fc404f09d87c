"""What the traffic explorer asks, and of what: no widget and no picture here."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from nsgkit.analyses.filters.grammar import beside
from nsgkit.analyses.traffic.over_time import over_time, over_time_of
from nsgkit.counting.arguments import By
from nsgkit.counting.quick.stitch import Stitched
from nsgkit.counting.spread import increments
from nsgkit.enrich.names import names_of
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.bins import AUTO, Span, fitting_bin, whole_span
from nsgkit.explore.workbench.held import (
    Facts,
    at_hand,
    facts_of,
    first_rows,
    has_any,
    is_empty,
    is_pandas,
    kept,
    let_go,
    names_of_ends,
    rows_behind,
    values_of,
    with_names,
)
from nsgkit.explore.workbench.spans import apart, span_of
from nsgkit.schema import short_labels, spoken
from nsgkit.times import bin_width

MOST_OPENED = 200  # conversations whose rows are shown
VOLUMES = ("bytes", "packets")
_ANSWERS = 7  # pictures over time that are kept beside the newest: Back and Forward are at once
# The bin in which a span is drawn that is no longer than this.
_BINS = (("2h", "1min"), ("8h", "5min"), ("30h", "15min"), ("14D", "1h"), ("60D", "6h"))
MEASURES = {spoken(name): name for name in ("connections", *VOLUMES, "denied", "peers")}
# What the bars are broken down by: the columns, and whose distinct values are the peers.
BREAKDOWNS: dict[str, tuple[list[str], str]] = {
    "source address": (["src_ip"], "dst_ip"),
    "destination address": (["dst_ip"], "src_ip"),
    "source and destination": (["src_ip", "dst_ip"], "dst_port"),
    "service (protocol and port)": (["protocol", "dst_port"], "src_ip"),
    "rule": (["acl", "rule"], "src_ip"),
    "NSG": (["acl"], "src_ip"),
    "NIC": (["mac"], "src_ip"),
    "direction": (["direction"], "src_ip"),
    "decision": (["decision"], "src_ip"),
    "protocol": (["protocol"], "src_ip"),
}
# Of few values: these also colour the picture over time.
_COLOURED = {"rule": "rule", "NSG": "acl", "NIC": "mac", "direction": "direction", "protocol": "protocol"}


@dataclass(frozen=True)
class Question:
    """What the controls say: a filter (`span` its part about time) and how to look at what it keeps."""

    filter: str = ""
    span: str = ""
    measure: str = "connections"
    by: str = "service (protocol and port)"
    freq: str = AUTO
    picture: str = "Top"
    prefix: int = 24

    @property
    def all_terms(self) -> str:
        """The whole filter as one line."""
        return beside(self.filter, self.span)

    @property
    def coloured_by(self) -> str | None:
        """The column that colours the picture over time; None where it would have too many values.

        Peers are not coloured: the peers of two groups do not add up.
        """
        return None if self.measure == "peers" else _COLOURED.get(self.by)


def asked_by(*, filter: str, measure: str, by: By, freq: str, picture: str) -> Question:
    """Return the question that a call asks; its options are those of `traffic_explorer`.

    >>> asked_by(filter="tcp from:2024-12-19", measure="bytes", by="src_ip", freq=AUTO, picture="Top").span
    'from:2024-12-19'
    """
    columns = [by] if isinstance(by, str) else [*by]
    label = {tuple(names): label for label, (names, _) in BREAKDOWNS.items()}.get(tuple(columns))
    if label is None:
        known = "; ".join(", ".join(names) for names, _ in BREAKDOWNS.values())
        raise NsgkitError(f"The explorer has no breakdown by {', '.join(columns)}. It has: {known}.")
    if measure not in MEASURES.values():
        raise NsgkitError(f"There is no measure {measure!r}. Choose one of {', '.join(MEASURES.values())}.")
    if freq != AUTO:
        bin_width(freq)
    kept, times = apart(filter)
    return Question(kept, times, measure, label, freq, picture)


@dataclass
class Traffic:
    """The flows that are explored, stitched once; each answer is kept until another filter is asked for."""

    flows: object
    conversations: Any  # a table of pandas, or a store's relation
    stitched_rows: Stitched | None = None
    given: Own = None  # the own networks, where the analyst gave them
    _kept: dict[str, Any] = field(default_factory=dict)
    _told: dict[str, Facts] = field(default_factory=dict)
    _over_time: dict[tuple[str, bool, str, str | None], pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def increments(self) -> pd.DataFrame:
        """What each row added: only bytes and packets over time need it."""
        return increments(self.flows, self.conversations, stitched_rows=self.stitched_rows)

    @cached_property
    def own(self) -> Network:
        """The own networks, given or as all of these logs tell them: the same whatever is chosen."""
        return own_networks(self.conversations, self.given)

    @cached_property
    def names(self) -> dict[str, str]:
        """What ids stand for, as all of these logs or the analyst tell it: the same whatever is chosen."""
        return names_of(self.conversations) | names_of_ends(self.conversations, self.own)

    @cached_property
    def named(self) -> Any:
        """The conversations, which carry these names: so does whatever is made of them."""
        return with_names(self.conversations, self.names)

    @cached_property
    def whole_span(self) -> Span:
        """From the hour of the first row to the end of the hour of the last."""
        return whole_span(self.conversations)

    def span(self, question: Question) -> Span:
        """Return from when to when the question asks: its own span, or the whole."""
        return span_of(question.span, self.whole_span) if question.span else self.whole_span

    def settled(self, question: Question) -> Question:
        """Return the question with the bin that its span needs, where it leaves that open."""
        if question.freq != AUTO:
            return question
        return replace(question, freq=fitting_bin(self.span(question), _BINS))

    @cached_property
    def nsgs(self) -> dict[str, str]:
        """The short name of each NSG: as much of its id as tells it from all others."""
        return short_labels(str(name) for name in values_of(self.conversations, "acl").dropna())

    @cached_property
    def is_empty(self) -> bool:
        """Whether there are no conversations at all."""
        return is_empty(self.conversations)

    def chosen(self, question: Question) -> Any:
        """Return the conversations that the filter keeps; they carry the names of ids."""
        text = question.all_terms
        if text not in self._kept:
            for earlier in self._kept.values():
                let_go(earlier)
            found = kept(self.named, text, self.own)
            self._kept = {text: at_hand(found) if text else found}
        return self._kept[text]

    def over_time(self, question: Question, freq: str, by: str | None) -> pd.DataFrame:
        """Return connections, and volumes where they are measured, over time; the last answers are kept."""
        volumes = question.measure in VOLUMES
        key = (question.all_terms, volumes, freq, by)
        if key not in self._over_time:
            found = self._made_over_time(self.chosen(question), volumes, freq, by)
            self._over_time = {**dict([*self._over_time.items()][-_ANSWERS:]), key: found}
        return self._over_time[key]

    def _made_over_time(self, chosen: Any, volumes: bool, freq: str, by: str | None) -> pd.DataFrame:
        if not volumes:
            return over_time(chosen, freq=freq, by=by)
        if is_pandas(chosen):
            return over_time_of(self.increments, chosen, freq=freq, by=by)
        return over_time(chosen, freq=freq, by=by, flows=self.flows)  # a store's carry their increments

    def told(self, question: Question) -> Facts:
        """Return how many conversations the filter keeps, and what they have: those of each filter, once."""
        text = question.all_terms
        if text not in self._told:
            self._told[text] = facts_of(self.chosen(question))
        return self._told[text]

    def measurable(self, question: Question) -> str:
        """Return the question's measure or, where nothing that is chosen has any of it, one that there is."""
        order = dict.fromkeys([question.measure, "connections", "denied", "bytes", "peers"])
        return next((each for each in order if self._any_of(question, each)), question.measure)

    def _any_of(self, question: Question, measure: str) -> bool:
        """Whether a picture of what the filter keeps has anything of the measure to draw."""
        told = self.told(question)
        if measure in VOLUMES:
            return bool(told.counted) and has_any(self.chosen(question), measure)
        return bool(told.counted if measure == "peers" else getattr(told, measure))

    def rows_behind(self, question: Question) -> pd.DataFrame:
        """Return the flow rows of the first conversations that the filter keeps."""
        return rows_behind(self.flows, first_rows(self.chosen(question), MOST_OPENED))
