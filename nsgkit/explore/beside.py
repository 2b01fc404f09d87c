"""A download that runs beside the notebook, so that a widget can show how far it is and can cancel it."""

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from threading import Event, Thread, current_thread
from time import monotonic
from typing import TextIO

import ipywidgets

from nsgkit.acquire.mirror import BLOBS, INCOMING

_EVERY = 0.5  # seconds between two looks at the folder


def run_beside(action: Callable[[], None]) -> None:
    """Run `action` in a thread of its own, which ends with the kernel.

    >>> run_beside(lambda: None)
    """
    Thread(target=action, daemon=True).start()


@contextmanager
def shown_progress(place: ipywidgets.Box, mirror: Path | str, size: int) -> Iterator[None]:
    """Show in `place`, while this lasts, how many of `size` bytes have come into a mirror.

    It counts what lies in the mirror's folders: the same for one blob of 500 MB and for 20,000 small
    ones.

    >>> with shown_progress(ipywidgets.VBox(), "no mirror yet", 10):
    ...     pass
    """
    bar, words = ipywidgets.FloatProgress(max=max(size, 1)), ipywidgets.HTML("Asking for the list …")
    place.children = (ipywidgets.HBox([bar, words]),)
    over = Event()
    watcher = Thread(target=_watch, args=(bar, words, Path(mirror), over), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
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


def _watch(bar: ipywidgets.FloatProgress, words: ipywidgets.HTML, mirror: Path, over: Event) -> None:
    held, begun, looked = _bytes_in(mirror), monotonic(), 0.0
    while not over.wait(max(_EVERY, 10 * looked)):  # a look at many files must not slow the download
        before = monotonic()
        arrived = _bytes_in(mirror) - held
        looked = monotonic() - before
        if arrived <= 0:
            begun = monotonic()  # the list is still being made: that is not the line's speed
        else:
            rate = arrived / (monotonic() - begun)
            left = max(0.0, bar.max - arrived) / rate
            bar.value = arrived
            words.value = (
                f"{arrived / 1e6:,.1f} of {bar.max / 1e6:,.1f} MB, {rate / 1e6:,.2f} MB/s, "
                f"about {left:,.0f} s left"
            )


def _bytes_in(mirror: Path) -> int:
    total = 0
    for part in (BLOBS, INCOMING):
        for path in (mirror / part).rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:  # it has just become evidence, and is counted there next time
                continue
    return total
