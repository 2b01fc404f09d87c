"""A local time beside UTC: a second reading of the same moment, always with its zone's name."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import pandas as pd

from nsgkit.errors import NsgkitError, shown

UTC_ONLY = ""


@cache
def zones() -> tuple[str, ...]:
    """Return the zones that this machine knows, as IANA names them.

    >>> "Europe/Berlin" in zones()
    True
    """
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def checked_zone(name: str) -> str:
    """Return a zone's name; NsgkitError where there is no such zone. "" is none beside UTC.

    >>> checked_zone(" Europe/Berlin ")
    'Europe/Berlin'
    """
    if not isinstance(name, str):
        raise NsgkitError(f"zone takes no {shown(name)}: write an IANA name, such as 'Europe/Berlin'.")
    wanted = name.strip()
    if wanted == UTC_ONLY:
        return UTC_ONLY
    try:
        return ZoneInfo(wanted).key
    # A name with a slash too many, or of a folder, is a fault of the path.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    raise NsgkitError(
        f"There is no time zone {shown(name)}. Write an IANA name, such as 'Europe/Berlin'; '' is UTC alone."
    )


def in_utc(time: pd.Timestamp, zone: str = UTC_ONLY) -> str:
    """Return a time in UTC, and beside it what a clock in the zone showed then.

    >>> in_utc(pd.Timestamp("2024-12-18 02:12", tz="UTC"), "Europe/Berlin")
    '2024-12-18 02:12:00 UTC (= 03:12:00 Europe/Berlin)'
    >>> in_utc(pd.Timestamp("2024-12-18 23:30", tz="UTC"), "Europe/Berlin")
    '2024-12-18 23:30:00 UTC (= 2024-12-19 00:30:00 Europe/Berlin)'
    """
    said = f"{clock(time)} UTC"
    if zone in (UTC_ONLY, "UTC"):
        return said
    there = time.tz_convert(ZoneInfo(zone))
    return f"{said} (= {clock(there, date=there.date() != time.date())} {zone})"


def span_in_utc(start: pd.Timestamp, end: pd.Timestamp, zone: str = UTC_ONLY) -> str:
    """Return from when to when, both in UTC with the zone's time beside it."""
    return f"{in_utc(start, zone)} to {in_utc(end, zone)}"


def clock(time: pd.Timestamp, *, date: bool = True) -> str:
    """Return what a clock shows at a time, to the second, and finer where there is more.

    >>> clock(pd.Timestamp("2024-12-18 02:12:00.5")), clock(pd.Timestamp("2024-12-18 02:12"), date=False)
    ('2024-12-18 02:12:00.500', '02:12:00')
    """
    milliseconds = f".{time.microsecond // 1000:03}" if time.microsecond else ""
    return f"{time:{'%Y-%m-%d ' if date else ''}%H:%M:%S}{milliseconds}"
