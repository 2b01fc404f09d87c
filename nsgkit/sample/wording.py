"""How stories say figures: small numbers in words, machines by what they are for."""

from nsgkit.sample.company.network import DB1, FILES1, JUMP, WEB1, WEB2, WS1, WS2, Host
from nsgkit.sample.moments import HOUR, offset

_WORDS = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
_CALLED = {
    JUMP: "the jump host",
    WEB1: "the web server WEB1",
    WEB2: "the web server WEB2",
    DB1: "the database",
    FILES1: "the file server",
    WS1: "the order desk",
    WS2: "the accounts desk",
}


def called(host: Host) -> str:
    """Return what a story calls a machine."""
    return _CALLED[host]


def number(count: int) -> str:
    """Return a count as it is written: in words up to twelve.

    >>> number(12), number(13)
    ('twelve', '13')
    """
    return _WORDS[count] if count < len(_WORDS) else str(count)


def hour(count: int) -> str:
    """Return an hour of the day as people say it.

    >>> hour(0), hour(6)
    ('midnight', 'six')
    """
    return number(count) if count else "midnight"


def minutes(count: int) -> str:
    """Return so many minutes as people say it.

    >>> minutes(4), minutes(30), minutes(60), minutes(75)
    ('four minutes', 'half an hour', 'an hour', '75 minutes')
    """
    return {30: "half an hour", 60: "an hour"}.get(count) or f"{number(count)} minutes"


def gigabytes(size: int) -> str:
    """Return bytes in gigabytes, to a tenth.

    >>> gigabytes(1_723_120_000)
    '1.7 GB'
    """
    return f"{size / 1e9:.1f} GB"


def clock(moment: str) -> str:
    """Return the clock's time of a moment.

    >>> clock("day 1, 08:05:00")
    '08:05'
    """
    return moment.split(", ")[1][:5]


def time_of_day(moment: str) -> str:
    """Return when in a day a moment is, as a story begins with it.

    >>> time_of_day("day 2, 21:56:14"), time_of_day("day 2, 19:10:00")
    ('At night', 'In the evening')
    """
    return "At night" if offset(moment) % (24 * HOUR) >= 21 * HOUR else "In the evening"


def sentence(text: str) -> str:
    """Return the text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
