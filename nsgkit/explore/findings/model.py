"""What the findings explorer shows: no widget here."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import detections, schema
from nsgkit.detections.form import Finding
from nsgkit.enrich.names import names_beside
from nsgkit.enrich.network import Own, own_networks
from nsgkit.explore.workbench.held import fetched, is_pandas, where
from nsgkit.schema import PLACE
from nsgkit.views.findings.parts import NEEDED

KNOWN = 0  # the number of the incident of what is known
_ORDER = ["first", "last", "kind"]


@dataclass
class Found:
    """The findings of conversations, and their incidents; what proves a finding is fetched when asked for."""

    conversations: object
    table: pd.DataFrame  # what `nsgkit.detections.findings` gives
    network: Own = None
    known: Any = None  # as it was given
    _kept: dict[int, tuple[pd.DataFrame, pd.DataFrame | None]] = field(default_factory=dict)

    @cached_property
    def incidents(self) -> pd.DataFrame:
        """The incidents, the worst first."""
        return detections.incidents(self.table)

    @cached_property
    def hidden(self) -> int:
        """How many findings the allow-list names."""
        return int(self.table["known"].notna().sum())

    def finding(self, place: int) -> Finding:
        """Return the finding of that place."""
        return self.table.iloc[place]

    def of_incident(self, number: int) -> pd.DataFrame:
        """Return the findings of an incident in time order; of KNOWN what is known."""
        return self.table[self.table["incident"] == number].sort_values(_ORDER, kind="stable")

    def first_of(self, number: int) -> int | None:
        """Return the place of the finding that opens an incident: the one of the highest rank."""
        inside = self.table.index[self.table["incident"] == number]
        return int(inside[0]) if len(inside) else None

    def step(self, place: int, by: int, *, with_known: bool) -> int | None:
        """Return the place of the next finding, or the one before, through all incidents in their order."""
        numbers = [*self.incidents["incident"].tolist(), *([KNOWN] if with_known else [])]
        order = [int(p) for number in numbers for p in self.of_incident(number).index]
        at = order.index(place) + by if place in order else 0
        return order[at] if 0 <= at < len(order) else None

    def evidence(self, place: int) -> tuple[pd.DataFrame, pd.DataFrame | None]:
        """Return what proves a finding, and all conversations of its source, or else of its destination."""
        if place not in self._kept:
            finding = self.finding(place)
            end = end_of(finding)
            beside = self._beside(end, finding[end]) if end else None
            proof = detections.proof(self.conversations, finding)
            self._kept = {place: (self._named(proof), None if beside is None else self._named(beside))}
        return self._kept[place]

    def _beside(self, end: str, address: str) -> pd.DataFrame:
        """Return all that an address had to do with, with the columns that pictures need of a store's."""
        found = where(self.conversations, nw.col(end) == address)
        return fetched(found, () if is_pandas(found) else (*NEEDED, "folded", *PLACE))

    def _named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Let a part of the conversations carry what its addresses are called."""
        return schema.carrying(table, names_beside(table, self.conversations, self.own))

    @cached_property
    def own(self) -> Own:
        """The own networks, read once; None where none were given."""
        return None if self.network is None else own_networks(self.conversations, self.network)


def end_of(finding: Finding) -> str | None:
    """Return the column of the one address that a finding is about: its source, or else its destination."""
    return next((name for name in ("src_ip", "dst_ip") if isinstance(finding[name], str)), None)
