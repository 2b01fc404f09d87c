"""A download that runs beside the notebook, so that a widget can show how far it is and can cancel it."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from threading import Thread, current_thread
from time import monotonic
from typing import TextIO

import ipywidgets

_EVERY = 0.5  # seconds between two messages to the page


def run_beside(action: Callable[[], None]) -> None:
    """Run `action` in a thread of its own, which ends with the kernel.

    >>> run_beside(lambda: None)
    """
    Thread(target=action, daemon=True).start()


@contextmanager
def shown_progress(place: ipywidgets.Box) -> Iterator[Callable[[int, int], None]]:
    """Show in `place`, while this lasts, what the function that it gives is told: bytes here, bytes in all.

    >>> with shown_progress(ipywidgets.VBox()) as tell:
    ...     tell(5, 10)
    """
    bar, words = ipywidgets.FloatProgress(), ipywidgets.HTML("Asking for the list …")
    place.children = (ipywidgets.HBox([bar, words]),)
    begun = shown = 0.0

    def tell(arrived: int, wanted: int) -> None:
        nonlocal begun, shown
        now = monotonic()
        begun = begun or now
        if arrived and now - max(begun, shown) >= _EVERY:
            shown, bar.max, bar.value = now, wanted, arrived
            words.value = _how_far(arrived, wanted, arrived / (now - begun))

    try:
        yield tell
    finally:
        place.children = ()


@contextmanager
def caught_words() -> Iterator[io.StringIO]:
    r"""Catch what is printed here: from a widget it would get only into JupyterLab's log.

    >>> with caught_words() as said:
    ...     print("Reading a container.")
    >>> said.getvalue()
    'Reading a container.\n'
    """
    words = _Words(sys.stdout)
    with redirect_stdout(words):
        yield words


class _Words(io.StringIO):
    """What one thread prints; what others print goes on to where it went before."""

    def __init__(self, others: TextIO) -> None:
        super().__init__()
        self._others, self._thread = others, current_thread()

    def write(self, text: str) -> int:
        mine = current_thread() is self._thread
        return super().write(text) if mine else self._others.write(text)


def _how_far(arrived: int, wanted: int, rate: float) -> str:
    return (
        f"{arrived / 1e6:,.1f} of {wanted / 1e6:,.1f} MB, {rate / 1e6:,.2f} MB/s, "
        f"about {max(0, wanted - arrived) / rate:,.0f} s left"
    )
