"""What runs in a thread of its own: a widget shows how far it is and what it logs, and can cancel it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread, get_ident
from time import monotonic

import ipywidgets

_EVERY = 0.5  # seconds between two messages to the page


def run_in_thread(action: Callable[[], None]) -> None:
    """Run `action` in a thread of its own, which ends with the kernel.

    >>> run_in_thread(lambda: None)
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
def log_shown(name: str, show: Callable[[str], None]) -> Iterator[None]:
    """Show, while this lasts, each sentence that this thread logs under `name`, from the level INFO on.

    >>> with log_shown("nsgkit.acquire", print):
    ...     logging.getLogger("nsgkit.acquire.download").info("Reading a container.")
    Reading a container.
    """
    logger, handler = logging.getLogger(name), _ThreadHandler(show)
    if logger.level == logging.NOTSET:
        # For good: a level that were put back could be put back under another thread that still listens.
        logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _ThreadHandler(logging.Handler):
    """Shows what the thread that made it logs, and nothing that others do."""

    def __init__(self, show: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._show, self._thread = show, get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._show(record.getMessage())


def _how_far(arrived: int, wanted: int, rate: float) -> str:
    return (
        f"{arrived / 1e6:,.1f} of {wanted / 1e6:,.1f} MB, {rate / 1e6:,.2f} MB/s, "
        f"about {max(0, wanted - arrived) / rate:,.0f} s left"
    )
