"""When a request is tried again: how often, after how long, and what the service's Retry-After says."""

import math
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import TypeVar

from nsgkit.acquire.errors import BusyError, StoppedError

TRIES = 5
PAUSE = 1.0  # seconds before the second try; doubled for each further one
LONGEST_WAIT = 120.0  # seconds; a service that asks for more is asked another day

T = TypeVar("T")


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


def retry_after(headers: Mapping[str, str]) -> float:
    """Return for how many seconds the service asks to wait, in seconds or as a date; 0 where it does not.

    >>> [retry_after({"Retry-After": asked}) for asked in ("7", "soon", "nan")], retry_after({})
    ([7.0, 0.0, 0.0], 0.0)
    """
    try:
        seconds = float(headers.get("Retry-After", 0))
        return 0.0 if math.isnan(seconds) else seconds
    except ValueError:  # a date
        try:
            return (parsedate_to_datetime(headers["Retry-After"]) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
