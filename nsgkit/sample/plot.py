"""What the attackers do in a world, when, and how much of it: every figure of their story comes from here."""

from dataclasses import dataclass
from random import Random

from nsgkit.sample.moments import DAY, HOUR, MINUTE, SECOND, moment, offset
from nsgkit.sample.randomness import chance_of, integer, pick, shuffled

THEFT, FOOTHOLD, NOTHING = "theft", "foothold", "nothing"
SERVICES = {22: "SSH", 3389: "RDP", 5985: "WinRM"}
_DOORS = (
    "21 22 23 25 53 80 81 110 111 135 139 143 389 443 445 465 587 993 1080 "
    "1433 1723 2222 3128 3306 3389 4444 5000 5432 5900 5985 6379 8000 8080 8443 9000 9090 9200 10000 27017"
)
DOORS = tuple(int(port) for port in _DOORS.split())


@dataclass(frozen=True)
class Times:
    """When each stage begins."""

    first_probe: str = "day 1, 00:19:07"
    vertical_scan: str = "day 1, 00:31:40"
    knocking: str = "day 1, 01:06"
    opened: str = "day 1, 08:05"
    shut: str = "day 1, 09:05"
    guessing: str = "day 1, 08:17:20"
    inside: str = "day 1, 08:47:10"
    beacon: str = "day 1, 09:12:33"
    horizontal_scan: str = "day 2, 10:20:05"
    to_files: str = "day 2, 10:41:12"
    to_desk: str = "day 2, 11:15:48"
    to_database: str = "day 2, 11:32:05"
    staging: str = "day 2, 13:05:30"
    remote_command: str = "day 2, 21:56:14"
    upload: str = "day 2, 22:03:41"


@dataclass(frozen=True)
class Plot:
    """What happens, and how much of it: as it stands, what happens in the sample. `minutes` are durations.

    The outcome is a theft, or a foothold from which nothing is taken, or nothing: nobody got in.
    """

    times: Times = Times()
    outcome: str = THEFT
    guesses: bool = True
    staged: bool = True  # else the workstation sends the loot out by itself
    port: int = 22  # the door
    desk_port: int = 3389
    doors: tuple[int, ...] = DOORS
    session_minutes: int = 52
    session_packets: int = 4_806
    beacon_seconds: tuple[int, int] = (225, 375)
    addresses: int = 140
    sweep_step: int = 1_600  # milliseconds from one address to the next
    stolen: int = 1_723_120_000  # bytes
    database_minutes: int = 69
    staging_minutes: int = 43
    staging_port: int = 51_877
    command_minutes: int = 4
    uploads: int = 3
    upload_minutes: int = 54

    @property
    def entered(self) -> bool:
        """Whether anybody got in."""
        return self.outcome != NOTHING

    @property
    def service(self) -> str:
        """What answers at the door."""
        return SERVICES[self.port]

    def minutes(self, begin: str, end: str, lasts: int = 0) -> int:
        """Return the minutes between two stages, to the nearest, after the first has lasted so long."""
        times = vars(self.times)
        return (offset(times[end]) - offset(times[begin]) - lasts + MINUTE // 2) // MINUTE


def drawn_plot(rng: Random) -> Plot:
    """Return another plot. In one world of five nobody gets in.

    >>> plots = [drawn_plot(Random(f"a plot {seed}")) for seed in range(200)]
    >>> 20 < sum(not plot.entered for plot in plots) < 60
    True
    """
    outcome = pick(rng, (THEFT, THEFT, THEFT, FOOTHOLD, NOTHING))
    port, period = pick(rng, tuple(SERVICES)), integer(rng, 3, 8) * 60
    spread = period * integer(rng, 10, 30) // 100
    addresses = integer(rng, 60, 200)
    return Plot(
        times=_drawn_times(rng),
        outcome=outcome,
        guesses=outcome != NOTHING or chance_of(rng, 50),
        staged=chance_of(rng, 60),
        port=port,
        desk_port=pick(rng, tuple(SERVICES)),
        doors=_drawn_doors(rng, port),
        session_minutes=integer(rng, 31, 89),
        session_packets=integer(rng, 3_200, 7_000),
        beacon_seconds=(period - spread, period + spread),
        addresses=addresses,
        sweep_step=integer(rng, 90, 280) * SECOND // addresses,
        stolen=integer(rng, 400, 2_600) * 1_000_000,
        database_minutes=integer(rng, 31, 74),
        staging_minutes=integer(rng, 21, 49),
        staging_port=integer(rng, 49_152, 65_000),
        command_minutes=integer(rng, 2, 9),
        uploads=integer(rng, 1, 4),
        upload_minutes=integer(rng, 31, 57),
    )


def _drawn_doors(rng: Random, port: int) -> tuple[int, ...]:
    """Return the ports that are tried, the door always among them and the two of the shop never."""
    others = [door for door in DOORS if door not in {port, 80, 443}]
    return tuple(sorted([port, *shuffled(rng, others)[: integer(rng, 17, 35)]]))


def _drawn_times(rng: Random) -> Times:
    """Return other times: doors at night, guesses in the day, the rest on the second day.

    Which of two machines is gone on to first is drawn. What is new between two of the company's machines
    comes after seven tenths of the logs: until there, a reader of them still learns who usually deals with
    whom.
    """

    def later(ms: int, low: int, high: int) -> int:
        """Return a time so many minutes later."""
        return ms + integer(rng, low, high) * MINUTE + integer(rng, 0, 59) * SECOND

    probe = later(0, 5, 150)
    scan = later(probe, 5, 40)
    knocking = later(scan, 20, 60)
    opened = integer(rng, 90, 150) * 5 * MINUTE
    guessing = later(opened, 10, 14)
    inside = later(guessing, 15, 27)
    sweep = later(DAY + 10 * HOUR, 0, 59)
    first = later(sweep, 12, 25)
    second = later(first, 20, 40)
    files, desk = shuffled(rng, (first, second))
    database = later(second, 10, 20)
    command = later(DAY + 17 * HOUR, 0, 290)
    return Times(
        first_probe=moment(probe),
        vertical_scan=moment(scan),
        knocking=moment(knocking),
        opened=moment(opened),
        shut=moment(opened + integer(rng, 3, 6) * 15 * MINUTE),
        guessing=moment(guessing),
        inside=moment(inside),
        beacon=moment(later(inside, 15, 45)),
        horizontal_scan=moment(sweep),
        to_files=moment(files),
        to_desk=moment(desk),
        to_database=moment(database),
        staging=moment(later(database, 80, 100)),
        remote_command=moment(command),
        upload=moment(later(command, 5, 12)),
    )
