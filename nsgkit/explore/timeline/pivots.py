"""Pivots: from a value of what is open to what else has it, to all without it, and to who else was there."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import ipywidgets
import pandas as pd

from nsgkit.analyses.filters.grammar import beside, quoted
from nsgkit.explore.workbench.controls import button, row
from nsgkit.html import escape, visible
from nsgkit.schema import NOT_LOGGED, filter_word, in_words, label

_VALUES = ("src_ip", "dst_ip", "dst_port", "rule", "mac")
_ADDRESSES = ("src_ip", "dst_ip")
_SHORT = 48  # characters that are shown of a value


class Pivot(NamedTuple):
    """A value of a conversation: what it is called, and the term of a filter that keeps what has it."""

    what: str
    shown: str
    term: str


def pivots_of(conversation: "pd.Series[Any]", names: dict[str, str]) -> Iterator[Pivot]:
    """Yield what can be pivoted on; an address is meant at either end."""
    for name in _VALUES:
        value = conversation[name]
        word = "ip" if name in _ADDRESSES else filter_word(name) or ""
        known = NOT_LOGGED if pd.isna(value) else visible(in_words(value, names))
        short = known if len(known) <= _SHORT else f"{known[:_SHORT]}…"
        yield Pivot(label(name), short, f"{word}:{quoted(_whole(value), word)}")


class Pivots(ipywidgets.VBox):  # type: ignore[misc]
    """A line of buttons for each value; `narrow` is told the filter as it is to be, `others` a pivot.

    `now` gives the filter that is asked. `safely` lets a handler's errors be told.
    """

    def __init__(
        self,
        now: Callable[[], str],
        narrow: Callable[[str], None],
        others: Callable[[Pivot], None],
        safely: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        super().__init__()
        self._now, self._narrow, self._others, self._safely = now, narrow, others, safely

    def show(self, conversation: "pd.Series[Any] | None", names: dict[str, str]) -> None:
        """Offer the values of a conversation; of none, nothing."""
        pivots = [] if conversation is None else pivots_of(conversation, names)
        self.children = [self._line(pivot) for pivot in pivots]

    def _line(self, pivot: Pivot) -> ipywidgets.HBox:
        said = f"{pivot.what}: {pivot.shown}"
        name = ipywidgets.HTML(f"<div>{escape(said)}</div>", layout={"width": "26em"})
        asked: tuple[tuple[str, Callable[[], None], str], ...] = (
            ("Only this", partial(self._add, pivot.term), f"Narrow to {said}"),
            ("Without this", partial(self._add, f"-{pivot.term}"), f"Leave out {said}"),
            ("All of this", partial(self._narrow, pivot.term), f"Leave the filter for {said}, in this span"),
            ("Who else", partial(self._others, pivot), f"Who else had to do with {said}, below"),
        )
        return row(name, *(button(what, self._safely(press), hint=hint) for what, press, hint in asked))

    def _add(self, term: str) -> None:
        self._narrow(beside(self._now(), term))


def _whole(value: Any) -> Any:
    """Return a number as one of Python's: it is written as digits."""
    return value.item() if hasattr(value, "item") else value
