"""What an explorer leaves in a saved notebook: its last state, and the pictures that were kept.

A widget lives as long as its kernel. Beside it goes an output of plain HTML, in which what the explorer
showed last is said and drawn; it is hidden while the explorer itself is there (`panel.py`).
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import altair as alt
import ipywidgets
from IPython.display import DisplayHandle

from nsgkit.html import escape, svg_image
from nsgkit.views.images import as_svg, title_words

_UNSAID = {"", "any"}  # a control that says nothing about what is shown
_SETTLED = 1.5  # seconds without a change, after which the last state is drawn


class LeftBehind:
    """The output below an explorer: what is left of it when its kernel is gone."""

    def __init__(self, frame: ipywidgets.Box, hidden: str) -> None:
        self.frame = frame
        self.hidden = hidden  # the class of what the living explorer hides
        self.kept: list[str] = []
        self._handle: Any = DisplayHandle()  # type: ignore[no-untyped-call]
        self._shown = False
        self._waiting: asyncio.TimerHandle | None = None

    def show(self) -> None:
        """Put the output below the explorer; the pictures come when nothing has changed for a moment."""
        self._handle.display(self._bundle(drawn=False), raw=True)
        self._shown = True
        self.renew()

    def renew(self) -> None:
        """Draw the last state again, as soon as nothing has changed for a moment."""
        if not self._shown:
            return
        if self._waiting is not None:
            self._waiting.cancel()
        try:
            self._waiting = asyncio.get_running_loop().call_later(_SETTLED, self.renew_now)
        except RuntimeError:  # nobody turns a loop here, as in a script
            self._waiting = None

    def renew_now(self) -> None:
        """Draw the last state again."""
        if self._shown:
            self._handle.update(self._bundle(), raw=True)

    def keep(self, said: str) -> None:
        """Keep what is seen now for good, under the words `said` and the time."""
        at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        heading = f"<p><strong>Kept at {at} UTC.</strong> {escape(said)}</p>"
        self.kept.append(f'<div class="nsgkit-kept">{heading}{"".join(_pictures(self.frame))}</div>')
        self.renew_now()

    def _bundle(self, *, drawn: bool = True) -> dict[str, str]:
        words = list(_words(self.frame))
        pictures = "".join(_pictures(self.frame)) if drawn else ""
        last = (
            "<p><strong>What the explorer showed last.</strong> To work with it again, run its cell.</p>"
            f"<ul>{''.join(f'<li>{line}</li>' for line in words)}</ul>{pictures}"
        )
        html = f'{"".join(self.kept)}<div class="nsgkit-left-behind {self.hidden}">{last}</div>'
        return {"text/html": html, "text/plain": "What the explorer showed last is in this output's HTML."}


def seen(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    """Yield the widgets in a frame that can be seen, in their order."""
    if getattr(widget.layout, "display", None) == "none":
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from seen(child)


def _words(frame: ipywidgets.Widget) -> Iterator[str]:
    """Yield what is chosen, and what is said, as HTML; never a secret that was typed."""
    for widget in seen(frame):
        if isinstance(widget, ipywidgets.HTML):
            if widget.value:
                yield widget.value  # inert already: all that explorers show went through nsgkit.html
        elif hasattr(widget, "as_html"):  # a list of rows, inert already
            if listed := widget.as_html():
                yield listed
        elif isinstance(widget, ipywidgets.Password | ipywidgets.Button):
            continue
        elif (label := getattr(widget, "description", "")) and (value := _value(widget)) not in _UNSAID:
            yield f"{escape(label.rstrip(':'))}: {escape(value)}"


def _value(widget: Any) -> str:
    """Return what a control says, in its own words; nothing where it says nothing."""
    label, value = getattr(widget, "label", None), getattr(widget, "value", "")
    if value != "" and isinstance(label, str):
        value = label
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return ", ".join(map(str, getattr(widget, "label", value)))
    return "" if value is None else str(value)


def _pictures(frame: ipywidgets.Widget) -> Iterator[str]:
    """Yield each chart and map in a frame as an image that needs nothing from elsewhere."""
    for widget in seen(frame):
        if isinstance(widget, alt.JupyterChart) and widget.chart is not None:
            yield picture(widget.chart)
        elif hasattr(widget, "as_image"):
            yield widget.as_image()


def picture(chart: Any) -> str:
    """Return a chart as an HTML image, with its title as the words beside it.

    >>> import pandas as pd
    >>> picture(alt.Chart(pd.DataFrame({"n": [1]}), title="Rows").mark_point())[:58]
    '<img alt="Rows" style="max-width:100%" src="data:image/svg'
    """
    return f"{svg_image(as_svg(chart), title_words(chart))}<br/>"
