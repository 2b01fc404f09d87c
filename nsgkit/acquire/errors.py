"""What can go wrong on the way from the service, and how often it is tried again."""

import random
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from nsgkit.errors import NsgkitError

TRIES = 5
PAUSE = 1.0  # seconds before the second try; doubled for each further one
LONGEST_WAIT = 120.0  # seconds; a service that asks for more is asked another day

T = TypeVar("T")


class StorageError(NsgkitError):
    """Something went wrong while reading from the service."""


class BusyError(StorageError):
    """It may work in a moment: throttled, unavailable, cut off, too slow."""

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait  # seconds, where the service said so


class ChangedError(StorageError):
    """The blob is no longer the one that was listed: it has another etag."""


class GoneError(StorageError):
    """The blob is no longer there."""


class UnreadableError(StorageError):
    """One blob cannot be read, however often it is tried."""


class RefusedError(StorageError):
    """Who reads may not: nothing else will be readable either."""


class ForbiddenError(RefusedError):
    """Who reads may not read this blob; perhaps others."""


class DiskFullError(StorageError):
    """There is no room left for the evidence."""


class StoppedError(StorageError):
    """The analyst stopped it."""


def retry(action: Callable[[], T], stop: Event | None = None) -> T:
    """Return what `action` gives, trying at most five times while it raises BusyError.

    The pauses double, with jitter so that many readers do not come back at once, and are never
    shorter than what the service asked for. Raises StoppedError as soon as `stop` is set.
    """
    for attempt in range(TRIES):
        if stop is not None and stop.is_set():
            raise StoppedError("Stopped.")
        try:
            return action()
        except BusyError as fault:
            if attempt == TRIES - 1 or fault.wait > LONGEST_WAIT:
                raise
            pause = max(fault.wait, PAUSE * 2**attempt) * random.uniform(1, 1.5)  # noqa: S311
        (stop or Event()).wait(pause)
    raise AssertionError("unreachable")
