"""The one way that a time is given: an ISO date or time in UTC, or an object that says the same.

Guessing is worse than asking: `03/04/2024` is a day in March or in April, `10:00` is today.
"""

import re
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from nsgkit.errors import NsgkitError, shown

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # in milliseconds
FIRST_YEAR = 1970  # a tuple counts from here on
LAST_YEAR = 9998  # so that an hour more is still a time

# Widths as pandas writes them, in milliseconds.
_WIDTHS = MappingProxyType({
    "ms": 1, "L": 1, "s": 1_000, "S": 1_000, "min": 60_000, "m": 60_000, "T": 60_000, "h": 3_600_000,
    "H": 3_600_000, "d": 86_400_000, "D": 86_400_000, "W": 604_800_000,
})  # fmt: skip
# Of bins of time that are easily read.
_USUAL = (
    1, 2, 5, 10, 20, 50, 100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE,
    2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
    12 * HOUR, DAY, 7 * DAY,
)  # fmt: skip
_PART = re.compile(r"(\d{0,6}(?:\.\d{1,6})?)\s*([A-Za-z]+)\s*")
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
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


def shifted(time: datetime, by: timedelta) -> datetime:
    """Return a time in UTC so much later, or earlier; the first or the last that there is where it is beyond.

    >>> shifted(datetime(9999, 12, 31, 23, tzinfo=UTC), timedelta(hours=1)).second
    59
    """
    try:
        return time + by
    except OverflowError:
        return _LAST if by > timedelta(0) else _FIRST


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


def bin_width(freq: object) -> int:
    """Return the whole milliseconds of a bin's width, as pandas takes it: "5min", "1h", a Timedelta.

    Raises NsgkitError where it has none, such as a month, which is 28 to 31 days long.

    >>> bin_width("5min"), bin_width(timedelta(hours=1)), bin_width("1W") == bin_width("7D")
    (300000, 3600000, True)
    """
    if isinstance(freq, timedelta):
        width = freq / timedelta(milliseconds=1)
    else:
        width = _written_width(getattr(freq, "freqstr", freq))
    if width >= 1 and width == int(width):
        return int(width)
    raise NsgkitError(
        f"freq takes no {shown(getattr(freq, 'freqstr', freq))}: give a fixed width of time, such as '5min', "
        "'1h', '1D' or '7D'; months have none."
    )


def fitting_width(first: int, last: int, most: int, *, least: int = SECOND) -> int:
    """Return the narrowest usual width of a bin, all in milliseconds, of which at most `most` cover a span.

    >>> fitting_width(0, 90 * MINUTE, 60) // MINUTE
    2
    """
    fitting = (width for width in _USUAL if width >= least and last // width - first // width < most)
    widest = _USUAL[-1]
    return next(fitting, widest * ((last - first) // (widest * max(most - 1, 1)) + 1))


def _written_width(text: object) -> float:
    """Return the milliseconds that a text such as 1h30min says; 0 where it says none."""
    parts = _PART.findall(text.strip()) if isinstance(text, str) else []
    if not parts or _PART.sub("", str(text).strip()):
        return 0
    if any(unit not in _WIDTHS for _, unit in parts):
        return 0
    return sum(float(number or 1) * _WIDTHS[unit] for number, unit in parts)
