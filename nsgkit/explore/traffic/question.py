"""What the traffic explorer asks, and of what: no widget and no picture here."""

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from nsgkit.analyses.filters.grammar import beside
from nsgkit.analyses.filters.select import query
from nsgkit.counting.conversations import conversation_rows
from nsgkit.counting.quick.stitch import Stitched
from nsgkit.counting.spread import increments
from nsgkit.schema import short_labels, spoken

MOST_OPENED = 200  # conversations whose rows are shown
VOLUMES = ("bytes", "packets")
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
    freq: str = "1h"
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


@dataclass
class Traffic:
    """The flows that are explored, stitched once; each answer is kept until another filter is asked for."""

    flows: object
    conversations: pd.DataFrame
    stitched_rows: Stitched | None = None
    _kept: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def increments(self) -> pd.DataFrame:
        """What each row added: only bytes and packets over time need it."""
        return increments(self.flows, self.conversations, stitched_rows=self.stitched_rows)

    @cached_property
    def whole_span(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """From the hour of the first row to the end of the hour of the last."""
        first, last = self.conversations["first"].min(), self.conversations["last"].max()
        return first.floor("h"), last.floor("h") + pd.Timedelta("1h")

    @cached_property
    def nsgs(self) -> dict[str, str]:
        """The short name of each NSG: as much of its id as tells it from all others."""
        return short_labels(str(name) for name in self.conversations["acl"].dropna().unique())

    def chosen(self, question: Question, *, whole_span: bool = False) -> pd.DataFrame:
        """Return the conversations that the filter keeps; of the whole span, or of the chosen one."""
        everywhere = self._filtered(self.conversations, question.filter)
        if whole_span or not question.span:
            return everywhere
        key = question.all_terms
        if key not in self._kept:
            self._kept = {question.filter: everywhere, key: query(everywhere, question.span)}
        return self._kept[key]

    def _filtered(self, table: pd.DataFrame, text: str) -> pd.DataFrame:
        if text not in self._kept:
            self._kept = {text: query(table, text)}
        return self._kept[text]

    def rows_behind(self, question: Question) -> pd.DataFrame:
        """Return the flow rows of the first conversations that the filter keeps."""
        return conversation_rows(self.flows, self.chosen(question).head(MOST_OPENED))
