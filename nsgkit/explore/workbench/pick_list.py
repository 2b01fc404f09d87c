"""A list of rows of which one is chosen: by a click, or by the arrows of the keyboard."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape, visible

NONE = -1
MOST_ROWS = 500


class PickList(anywidget.AnyWidget):
    """Rows of texts under their heads; `value` is the place of the chosen one, from 0, or NONE.

    Up and down choose the one before and after, Home and End the first and last. The texts are drawn as
    texts: nothing in them is HTML.

    >>> listed = PickList("Incidents", ["Incident", "Hosts"])
    >>> listed.fill([["1", "10.20.0.4"]])
    >>> listed.value = 0
    """

    _esm = Path(__file__).with_name("pick_list.js")
    _css = Path(__file__).with_name("pick_list.css")
    words = traitlets.Unicode().tag(sync=True)  # what a screen reader calls the list
    tall = traitlets.Unicode("11em").tag(sync=True)  # at most; then it scrolls
    heads: Any = traitlets.List().tag(sync=True)
    rows: Any = traitlets.List().tag(sync=True)
    value = traitlets.Int(NONE).tag(sync=True)

    def __init__(self, words: str, heads: Sequence[str], **how: Any) -> None:
        super().__init__(words=words, heads=[*heads], **how)

    def fill(self, rows: Iterable[Sequence[object]], value: int = NONE) -> None:
        """Show other rows, of which `value` is chosen; no more than MOST_ROWS of them."""
        texts = [[visible(text) for text in row] for row in rows][:MOST_ROWS]
        with self.hold_sync():
            self.value = NONE
            self.rows = texts
            self.value = value if value < len(texts) else NONE

    def as_html(self) -> str:
        """Return the rows as an inert table, the chosen one marked: it outlives the kernel."""
        cells = ([_cell(text, chosen=at == self.value) for text in row] for at, row in enumerate(self.rows))
        return html_table(self.heads, cells) if self.rows else ""


def _cell(text: str, *, chosen: bool) -> str:
    return f"<strong>{escape(text)}</strong>" if chosen else escape(text)
