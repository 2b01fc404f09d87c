"""What befalls a world's logs: a hole, a copy too early, a record written twice, a change of version.

The hole may lie on the very machine that somebody got into, while it called home: then nobody can tell what
it did in those hours.
"""

from random import Random
from typing import NamedTuple

from nsgkit.sample.company.network import DB1, FILES1, OFFICE, WEB, WEB2, WS2, Host
from nsgkit.sample.moments import HOUR, MINUTE, moment
from nsgkit.sample.randomness import integer, pick


class Oddities(NamedTuple):
    """Where they are: as it stands, where they are in the sample."""

    gap: Host = WEB2
    gap_begins: str = "day 1, 14:00"
    gap_hours: int = 2
    growing: Host = WEB2  # its last hour was copied before it was over
    copied: str = "day 2, 23:41"
    repeated: Host = WS2  # in one hour of which one record is written twice
    repeated_in: str = "day 1, 10:00"
    second_version: str = "day 1, 05:22"  # the office's NSG was on version 1 until here


def drawn_oddities(rng: Random, entered: Host) -> Oddities:
    """Return them elsewhere. The hole comes after all that happens on the first day but the calls home.

    >>> drawn_oddities(Random(1), WEB2).gap_begins < "day 1, 18:00"
    True
    """
    return Oddities(
        gap=pick(rng, (entered, *WEB, DB1, FILES1)),
        gap_begins=moment(integer(rng, 15, 17) * HOUR),
        gap_hours=integer(rng, 1, 3),
        growing=pick(rng, (entered, *WEB, DB1, FILES1)),
        copied=moment(47 * HOUR + integer(rng, 11, 45) * MINUTE),
        repeated=pick(rng, OFFICE),
        repeated_in=moment(integer(rng, 8, 15) * HOUR),
        second_version=moment(integer(rng, 210, 390) * MINUTE),
    )
