"""The field in which a filter is written: while it is typed, it offers what can stand there."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nsgkit.explore.workbench.turns import in_turn

# A text and a place in it -> where the word begins that is replaced, and what to write, with meanings.
Offer = Callable[[str, int], tuple[int, Sequence[tuple[str, str]]]]


class FilterField(anywidget.AnyWidget):
    """A line of text, told when it is entered or left; `offer` is asked at each key.

    Arrows choose among what is offered, Enter or Tab takes it, Escape lets it go.

    >>> field = FilterField(lambda text, place: (0, [("denied", "Decision")]), description="Filter")
    >>> field.typed = {"text": "de", "place": 2}
    >>> field.offered
    {'text': 'de', 'start': 0, 'offers': [['denied', 'Decision']]}
    """

    _esm = Path(__file__).with_name("filter_field.js")
    _css = Path(__file__).with_name("filter_field.css")
    value = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)
    typed = traitlets.Dict().tag(sync=True)
    offered = traitlets.Dict().tag(sync=True)

    def __init__(self, offer: Offer, **how: Any) -> None:
        super().__init__(**how)
        self._offer = offer
        self.observe(in_turn(self._answer), "typed")  # a store is asked by one thread at a time

    def _answer(self, change: Any) -> None:
        text, place = str(change["new"].get("text", "")), int(change["new"].get("place", 0))
        start, offers = self._offer(text, place)
        self.offered = {"text": text, "start": start, "offers": [list(offer) for offer in offers]}
