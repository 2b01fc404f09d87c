"""What of the company's ordinary days looks like an attack, and is drawn: what there is, and at what hour.

For each kind of thing that attackers do there is always one that is harmless: the scanner beside their scans,
the clocks and probes beside their calls home, the backups beside their transfers.
"""

from random import Random
from typing import NamedTuple

from nsgkit.sample.moments import HOUR, MINUTE, SECOND, moment
from nsgkit.sample.randomness import chance_of, integer


class Habits(NamedTuple):
    """What looks like an attack: as it stands, what does so in the sample."""

    uptime: bool = True  # a service visits the shop every minute
    chat: bool = True  # a window is left open for a day
    updates: bool = True  # servers fetch them in one minute
    backup_hour: int = 1  # of the first transfer of each night; the others follow, an hour apart
    update_hour: int = 6
    scan_begins: str = "day 1, 20:00"
    chat_begins: str = "day 1, 07:42:18"
    chat_minutes: int = 25 * 60 + 17


def drawn_habits(rng: Random) -> Habits:
    """Return other habits.

    >>> drawn_habits(Random(1)).scan_begins < "day 1, 23:00"
    True
    """
    return Habits(
        uptime=chance_of(rng, 70),
        chat=chance_of(rng, 70),
        updates=chance_of(rng, 70),
        backup_hour=integer(rng, 0, 2),
        update_hour=integer(rng, 5, 7),
        scan_begins=moment(integer(rng, 18, 22) * HOUR),
        chat_begins=moment(integer(rng, 420, 540) * MINUTE + integer(rng, 0, 59) * SECOND),
        chat_minutes=integer(rng, 25 * 60 + 5, 30 * 60),
    )
