"""The world of the sample: its two days, and the dice that decide what happens in them.

A moment is written as the company's people would say it, `day 1, 08:05`, and becomes a time only where it
is used: no scene knows the date.
"""

from datetime import UTC, datetime
from functools import cache
from random import Random

SECOND = 1_000  # milliseconds, as all times here
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

START = 1_734_480_000 * SECOND  # 2024-12-18T00:00Z
DAYS = (START, START + DAY)
END = START + len(DAYS) * DAY
FIRST, LAST = "day 1, 00:00", "day 3, 00:00"  # START and END as moments


@cache
def at(moment: str) -> int:
    """Return a moment of the sample in milliseconds since 1970, UTC.

    >>> at("day 1, 00:00")
    1734480000000
    >>> iso(at("day 2, 09:43:36"))
    '2024-12-19T09:43:36.000Z'
    """
    day, clock = moment.removeprefix("day ").split(", ")
    hours, minutes, seconds = map(int, f"{clock}:00".split(":")[:3])
    return START + (int(day) - 1) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND


def iso(ms: int) -> str:
    """Return milliseconds since 1970 as ISO time in UTC.

    >>> iso(1734480000123)
    '2024-12-18T00:00:00.123Z'
    """
    return f"{datetime.fromtimestamp(ms // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{ms % SECOND:03d}Z"


def dice(name: str) -> Random:
    """Return the dice of one scene: each scene has its own, so that changing one moves no other."""
    return Random(f"nsgkit sample: {name}")  # noqa: S311  nothing secret is made of it
