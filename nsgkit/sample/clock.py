"""The two days of the sample, in milliseconds since 1970, UTC."""

from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def at(text: str) -> int:
    """Return an ISO time without zone, read as UTC, in milliseconds since 1970.

    >>> at("2024-12-18T00:00")
    1734480000000
    """
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND


def iso(ms: int) -> str:
    """Return milliseconds since 1970 as ISO time in UTC.

    >>> iso(1734480000123)
    '2024-12-18T00:00:00.123Z'
    """
    return f"{datetime.fromtimestamp(ms // SECOND, UTC):%Y-%m-%dT%H:%M:%S}.{ms % SECOND:03d}Z"


START = at("2024-12-18T00:00")
END = at("2024-12-20T00:00")
DAYS = (START, START + DAY)
