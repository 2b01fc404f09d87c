"""A world of the sample: its days, who plays in them, and the dice that decide what happens in them.

World 0 is the sample that the kit comes with. Any other seed gives another company, the same on every
machine. The story takes the last two days; a world may have ordinary days before them, more machines, and an
internet of a real one's size. None of it moves the story.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from nsgkit.errors import NsgkitError, shown
from nsgkit.sample.cast import Cast, drawn_cast
from nsgkit.sample.company import machines
from nsgkit.sample.company.naming import ITS_OWN, Naming, drawn_naming
from nsgkit.sample.company.network import Host
from nsgkit.sample.habits import Habits, drawn_habits
from nsgkit.sample.moments import DAY, SECOND, offset, weekday
from nsgkit.sample.oddities import Oddities, drawn_oddities
from nsgkit.sample.plot import Plot, drawn_plot
from nsgkit.sample.randomness import integer

_DECEMBER_18 = 1_734_480_000 * SECOND  # 2024-12-18T00:00Z, a Wednesday
_MONDAY = 1_736_121_600 * SECOND  # 2025-01-06T00:00Z
_WEEKS = 50
_STORY = 2  # days
_MOST_DAYS = 31
_WEEKEND = ("Saturday", "Sunday")


@dataclass(frozen=True)
class World:
    """What all scenes are played in: from midnight to midnight, in milliseconds since 1970, UTC."""

    seed: int
    start: int
    story: int  # the midnight with which the story begins: all its moments are told from there
    end: int
    cast: Cast
    plot: Plot
    oddities: Oddities
    habits: Habits
    nics: int = machines.FEWEST
    internet: bool = False
    naming: Naming = ITS_OWN

    @property
    def midnights(self) -> tuple[int, ...]:
        """The midnights with which the days begin."""
        return tuple(range(self.start, self.end, DAY))

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.midnights)

    @property
    def working_days(self) -> tuple[int, ...]:
        """The midnights of the days on which the office works."""
        return tuple(day for day in self.midnights if weekday(day) not in _WEEKEND)

    @property
    def hosts(self) -> tuple[Host, ...]:
        """All machines with a logged NIC."""
        return machines.hosts(self.nics)

    @property
    def web(self) -> tuple[Host, ...]:
        """The web servers of the shop."""
        return machines.web(self.nics)

    @property
    def office(self) -> tuple[Host, ...]:
        """The workstations."""
        return machines.office(self.nics)

    @property
    def second_version(self) -> int:
        """When, on the first day of all, the office's flow log went over to version 2."""
        return self.start + offset(self.oddities.second_version)

    def parts(self) -> Iterator["World"]:
        """Yield the days before the story one by one, then the story's: each with dice of its own.

        An ordinary day more moves nothing on the others.
        """
        for day in range(self.start, self.story, DAY):
            yield replace(self, start=day, end=day + DAY)
        yield self.last_days

    @property
    def last_days(self) -> "World":
        """The two days of the story."""
        return replace(self, start=self.story)

    def at(self, moment: str) -> int:
        """Return a moment of the story in milliseconds since 1970, UTC."""
        return self.story + offset(moment)

    def dice(self, name: str) -> Random:
        """Return the dice of one scene: each scene has its own, so that changing one moves no other."""
        before = (self.story - self.start) // DAY
        return _dice(self.seed, name if self.end > self.story else f"{name}, {before} days before")


def the_world(
    seed: int = 0, *, days: int = _STORY, nics: int = machines.FEWEST, internet: bool = False
) -> World:
    """Return the world of a seed, with so many days and NICs.

    >>> the_world(0).at("day 2, 09:43:36")
    1734601416000
    >>> the_world(7) == the_world(7) != the_world(8)
    True
    >>> the_world(7, days=5).at("day 1, 08:05") == the_world(7).at("day 1, 08:05")
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise NsgkitError(f"The seed {seed!r} is no whole number from 0 on. Give one, such as 7.")
    _check(days, nics, internet)
    cast, plot, oddities, habits, story = Cast(), Plot(), Oddities(), Habits(), _DECEMBER_18
    if seed:
        story, cast = _start(_dice(seed, "date")), drawn_cast(_dice(seed, "cast"))
        oddities = drawn_oddities(_dice(seed, "oddities"), cast.entered)
        plot, habits = drawn_plot(_dice(seed, "plot")), drawn_habits(_dice(seed, "habits"))
    end, naming = story + _STORY * DAY, drawn_naming(_dice(seed, "naming")) if seed else ITS_OWN
    return World(seed, end - days * DAY, story, end, cast, plot, oddities, habits, nics, internet, naming)


def _check(days: object, nics: object, internet: object) -> None:
    """Raise NsgkitError where a world cannot be so."""
    if not _between(days, _STORY, _MOST_DAYS):
        raise NsgkitError(
            f"days={_said(days)}: give a whole number from {_STORY} to {_MOST_DAYS}. The story takes the "
            f"last {_STORY} days, ordinary days come before it."
        )
    if not _between(nics, machines.FEWEST, machines.MOST):
        raise NsgkitError(
            f"nics={_said(nics)}: give a whole number from {machines.FEWEST} to {machines.MOST}. Fewer "
            f"cannot be: each of those {machines.FEWEST} has a part in the story, or in what is odd about "
            "the logs."
        )
    if not isinstance(internet, bool):
        raise NsgkitError(f"internet={_said(internet)}: give True or False.")


def _said(value: object) -> str:
    return str(value) if isinstance(value, int) else shown(value)


def _between(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _dice(seed: int, name: str) -> Random:
    sample = f"nsgkit sample {seed}" if seed else "nsgkit sample"
    return Random(f"{sample}: {name}")  # noqa: S311  nothing secret is made of it


def _start(rng: Random) -> int:
    """Return the midnight with which the story begins: two days of one working week, some week of a year."""
    return _MONDAY + (integer(rng, 0, _WEEKS - 1) * 7 + integer(rng, 0, 3)) * DAY
