"""A world of the sample: its two days, who plays in them, and the dice that decide what happens in them.

World 0 is the sample that the kit comes with. Any other seed gives another company's days, the same on every
machine.
"""

from dataclasses import dataclass
from random import Random

from nsgkit.errors import NsgkitError
from nsgkit.sample.cast import Cast, drawn_cast
from nsgkit.sample.habits import Habits, drawn_habits
from nsgkit.sample.moments import DAY, SECOND, offset
from nsgkit.sample.oddities import Oddities, drawn_oddities
from nsgkit.sample.plot import Plot, drawn_plot
from nsgkit.sample.randomness import integer

_DECEMBER_18 = 1_734_480_000 * SECOND  # 2024-12-18T00:00Z, a Wednesday
_MONDAY = 1_736_121_600 * SECOND  # 2025-01-06T00:00Z
_WEEKS = 50


@dataclass(frozen=True)
class World:
    """What all scenes are played in. `start` is the first midnight, in milliseconds since 1970, UTC."""

    seed: int
    start: int
    cast: Cast
    plot: Plot
    oddities: Oddities
    habits: Habits

    @property
    def days(self) -> tuple[int, int]:
        """The midnights with which the days begin."""
        return self.start, self.start + DAY

    @property
    def end(self) -> int:
        """The midnight after the last day."""
        return self.start + len(self.days) * DAY

    def at(self, moment: str) -> int:
        """Return a moment in milliseconds since 1970, UTC."""
        return self.start + offset(moment)

    def dice(self, name: str) -> Random:
        """Return the dice of one scene: each scene has its own, so that changing one moves no other."""
        return _dice(self.seed, name)


def the_world(seed: int = 0) -> World:
    """Return the world of a seed.

    >>> the_world(0).at("day 2, 09:43:36")
    1734601416000
    >>> the_world(7) == the_world(7) != the_world(8)
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise NsgkitError(f"The seed {seed!r} is no whole number from 0 on. Give one, such as 7.")
    if not seed:
        return World(0, _DECEMBER_18, Cast(), Plot(), Oddities(), Habits())
    date, cast = _start(_dice(seed, "date")), drawn_cast(_dice(seed, "cast"))
    oddities = drawn_oddities(_dice(seed, "oddities"), cast.entered)
    return World(
        seed, date, cast, drawn_plot(_dice(seed, "plot")), oddities, drawn_habits(_dice(seed, "habits"))
    )


def _dice(seed: int, name: str) -> Random:
    sample = f"nsgkit sample {seed}" if seed else "nsgkit sample"
    return Random(f"{sample}: {name}")  # noqa: S311  nothing secret is made of it


def _start(rng: Random) -> int:
    """Return the first midnight: two days of one working week, some week of a year."""
    return _MONDAY + (integer(rng, 0, _WEEKS - 1) * 7 + integer(rng, 0, 3)) * DAY
