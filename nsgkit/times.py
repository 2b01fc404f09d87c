"""The one way that a time is given: an ISO date or time in UTC, or an object that says the same.

Guessing is worse than asking: `03/04/2024` is a day in March or in April, `10:00` is today.
"""

import re
from datetime import UTC, date, datetime, timedelta

from nsgkit.errors import NsgkitError, shown

FIRST_YEAR = 1970  # a tuple counts from here on
LAST_YEAR = 9998  # so that an hour more is still a time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[T ](?:[01]\d|2[0-3])(?::\d\d(?::\d\d(?:\.\d{1,9})?)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def parse_time(given: object, argument: str) -> datetime:
    """Return a time in UTC; one without a zone is UTC already.

    `given` is a text such as `2024-12-19`, `2024-12-19 09:00` or `2024-12-19T09:00:00.123+01:00`, or
    a date, a datetime or a pandas Timestamp; what is finer than a microsecond is cut off. `argument` is
    what the error calls it. Raises NsgkitError for anything else, and for years before 1970 and
    after 9998.

    >>> parse_time("2024-12-19 09:00+01:00", "start").hour
    8
    """
    try:
        if isinstance(given, date):  # as every datetime is, and pandas' Timestamp and NaT
            time = datetime.fromisoformat(given.isoformat())
        elif isinstance(given, str) and _ISO.fullmatch(given.strip()):
            time = datetime.fromisoformat(given.strip())
        else:
            raise ValueError
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        if FIRST_YEAR <= time.year <= LAST_YEAR:
            return time
    except (ValueError, OverflowError):
        pass
    raise NsgkitError(
        f"{argument} takes no {shown(given)}: write a time in UTC, from 1970 to 9998, as '2024-12-19' or "
        "'2024-12-19 09:00'."
    )


def parse_span(start: object, end: object) -> tuple[datetime | None, datetime | None]:
    """Return both ends of a span in UTC; None is open. Raises NsgkitError unless it has a length.

    >>> parse_span(None, "2024-12-19")[1].day
    19
    """
    first = None if start is None else parse_time(start, "start")
    last = None if end is None else parse_time(end, "end")
    if first and last and first >= last:
        raise NsgkitError(f"start ({first:%Y-%m-%d %H:%M}) must lie before end ({last:%Y-%m-%d %H:%M}).")
    return first, last


def milliseconds(time: datetime) -> int:
    """Return the whole milliseconds since 1970.

    >>> milliseconds(parse_time("1970-01-01 00:00:01.5", "start"))
    1500
    """
    return (time - _EPOCH) // timedelta(milliseconds=1)
