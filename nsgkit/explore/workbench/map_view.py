"""A map in an explorer: a page of its own in a frame, whose clicks come back to Python."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nsgkit.explore.workbench.turns import in_turn
from nsgkit.html import png_image

ALL_BINS = -1


class MapView(anywidget.AnyWidget):
    """The place of a map; `clicked` is told the number of the row that a mark stands for.

    What the frame says is a number or nothing: a page that is shown no more is not listened to. `bin` is
    which bin of time the map shows, ALL_BINS for all of them together.

    >>> view = MapView(print)
    >>> view.told({"row": 3, "number": view.number})
    3
    """

    _esm = Path(__file__).with_name("map_view.js")
    _css = Path(__file__).with_name("map_view.css")
    page = traitlets.Unicode().tag(sync=True)
    words = traitlets.Unicode("Map").tag(sync=True)  # what a screen reader calls it
    number = traitlets.Int(0).tag(sync=True)  # of the page
    bin = traitlets.Int(ALL_BINS).tag(sync=True)

    def __init__(self, clicked: Callable[[int], None]) -> None:
        super().__init__()
        self._clicked = clicked
        self._made: Any = None
        self.on_msg(in_turn(lambda _widget, said, _buffers: self.told(said)))

    def show(self, made: Any, words: str) -> None:
        """Show a folium map."""
        self._made = made
        with self.hold_sync():
            self.words = words
            self.number += 1
            self.page = made.get_root().render()

    def told(self, said: Any) -> None:
        """Take in what the frame says: the row of a mark of the page that is shown."""
        row = said.get("row") if isinstance(said, dict) else None
        if type(row) is int and row >= 0 and said.get("number") == self.number:
            self._clicked(row)

    def as_png(self) -> bytes:
        """Return the map as the bytes of a PNG; none before there is one."""
        return b"" if self._made is None else bytes(self._made._repr_png_())

    def as_image(self) -> str:
        """Return the map as an image that needs nothing from elsewhere; nothing before there is one."""
        return f"{png_image(self.as_png(), self.words)}<br/>" if self._made is not None else ""
