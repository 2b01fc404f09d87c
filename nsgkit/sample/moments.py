"""How the sample tells time: a moment is written as its people would say it, `day 1, 08:05`.

The days are the story's two. A moment becomes a time only in a world, which knows the date: no scene does.
"""

from datetime import UTC, datetime
from functools import cache

SECOND = 1_000  # milliseconds, as all times here
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LAST = "day 3, 00:00"  # where the story's two days end, and the logs with them
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@cache
def offset(moment: str) -> int:
    """Return how many milliseconds after the beginning of the first day a moment is.

    >>> offset("day 1, 00:01"), offset("day 2, 00:00:07")
    (60000, 86407000)
    """
    day, clock = moment.removeprefix("day ").split(", ")
    hours, minutes, seconds = map(int, f"{clock}:00".split(":")[:3])
    return (int(day) - 1) * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND


def moment(ms: int) -> str:
    """Return the moment that is so many milliseconds after the beginning of the first day, to the second.

    >>> moment(offset("day 2, 09:43:36") + 700)
    'day 2, 09:43:36'
    """
    seconds = ms // SECOND % 86_400
    return f"day {ms // DAY + 1}, {seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def weekday(ms: int) -> str:
    """Return the day of the week.

    >>> weekday(1734480000000)
    'Wednesday'
    """
    return _WEEK[datetime.fromtimestamp(ms // SECOND, UTC).weekday()]


def dates(start: int, days: int = 2) -> str:
    """Return the day that begins then and the last of so many, as people write them.

    >>> dates(1734480000000), dates(1738195200000 + DAY)
    ('18 and 19 December 2024', '31 January and 1 February 2025')
    >>> dates(1734480000000, 3), dates(1734480000000, 20)
    ('18 to 20 December 2024', '18 December 2024 to 6 January 2025')
    """
    first, last = (datetime.fromtimestamp(ms // SECOND, UTC) for ms in (start, start + (days - 1) * DAY))
    begin = str(first.day) if first.month == last.month else date(start)
    year = "" if first.year == last.year else f" {first.year}"
    return f"{begin}{year} {'and' if days == 2 else 'to'} {date(start + (days - 1) * DAY)} {last.year}"


def date(ms: int) -> str:
    """Return a day as people say it.

    >>> date(1734480000000)
    '18 December'
    """
    day = datetime.fromtimestamp(ms // SECOND, UTC)
    return f"{day.day} {_MONTHS[day.month - 1]}"


def iso(ms: int) -> str:
    """Return milliseconds since 1970 as ISO time in UTC.

    >>> iso(1734480000123)
    '2024-12-18T00:00:00.123Z'
    """
    return f"{datetime.fromtimestamp(ms // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{ms % SECOND:03d}Z"
