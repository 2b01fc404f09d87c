"""The office's day: workstations, their files, the web, and the clerks who reach them from afar."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.machines import clerk
from nsgkit.sample.company.network import FILES1, PLATFORM, SAAS, Host
from nsgkit.sample.logging.connections import TCP, UDP, Connection, ephemeral, volume
from nsgkit.sample.moments import HOUR, MINUTE, SECOND
from nsgkit.sample.randomness import chance_of, integer, pick, skewed
from nsgkit.sample.world import World

# Pages an hour on one workstation, from 07 to 17 UTC.
PAGES = (4, 15, 22, 24, 20, 8, 18, 23, 21, 16, 5)


def connections(world: World) -> Iterator[Connection]:
    """Yield all connections of the office's ordinary life."""
    for days in world.parts():
        for host in world.office:
            rng = days.dice(f"office {host.name}")
            for day in days.working_days:
                yield from _desk(rng, host, day + 7 * HOUR)
                yield from _files(rng, host, day + 8 * HOUR)
                yield from _remote(rng, host, day + 7 * HOUR)
            yield from _night(days, rng, host)


def _desk(rng: Random, host: Host, morning: int) -> Iterator[Connection]:
    for hour, pages in enumerate(PAGES):
        for _ in range(integer(rng, pages * 3 // 4, pages)):
            yield from _page(rng, host, morning + hour * HOUR + integer(rng, 0, HOUR - 1))
        if chance_of(rng, 12):  # a scanner-copier's driver that tries to send mail by itself
            yield Connection(
                morning + hour * HOUR + integer(rng, 0, HOUR - 1),
                host.ip,
                pick(rng, SAAS),
                ephemeral(rng),
                25,
            )


def _page(rng: Random, host: Host, start: int) -> Iterator[Connection]:
    """Yield what one page costs: two look-ups, then a handful of connections."""
    for i in range(integer(rng, 1, 2)):
        yield Connection(
            start + i,
            host.ip,
            PLATFORM,
            ephemeral(rng),
            53,
            UDP,
            integer(rng, 2, 30),
            (1, integer(rng, 66, 90)),
            (1, integer(rng, 110, 290)),
        )
    yield from _fetches(rng, host, start)


def _fetches(rng: Random, host: Host, start: int) -> Iterator[Connection]:
    for _ in range(integer(rng, 2, 5)):
        start += integer(rng, 10, 900)
        quic = chance_of(rng, 20)
        yield Connection(
            start,
            host.ip,
            pick(rng, SAAS),
            ephemeral(rng),
            443,
            UDP if quic else TCP,
            skewed(rng, 500, 80 * SECOND),
            volume(rng, 9, 70, 210),
            volume(rng, 10, 300, 1_080),
        )


def _files(rng: Random, host: Host, morning: int) -> Iterator[Connection]:
    """Yield the office's shares: one standing connection a day, and short ones beside it."""
    yield Connection(
        morning + integer(rng, 0, 20) * MINUTE,
        host.ip,
        FILES1.ip,
        ephemeral(rng),
        445,
        lasts=integer(rng, 480, 530) * MINUTE,
        out=volume(rng, 30_000, 60_000, 240),
        back=volume(rng, 40_000, 90_000, 700),
    )
    for _ in range(integer(rng, 18, 26)):
        yield Connection(
            morning + integer(rng, 0, 9 * HOUR),
            host.ip,
            FILES1.ip,
            ephemeral(rng),
            445,
            lasts=integer(rng, 4, 90) * SECOND,
            out=volume(rng, 20, 400, 310),
            back=volume(rng, 20, 700, 820),
        )


def _remote(rng: Random, host: Host, morning: int) -> Iterator[Connection]:
    """Yield the clerks' remote desktops: one before and one after lunch."""
    for hours, minutes in ((integer(rng, 20, 50), 240), (integer(rng, 350, 370), 230)):
        yield Connection(
            morning + hours * MINUTE + integer(rng, 0, MINUTE),
            clerk(host),
            host.ip,
            ephemeral(rng),
            3389,
            lasts=minutes * MINUTE - integer(rng, 0, 900) * SECOND,
            out=volume(rng, 40_000, 80_000, 110),
            back=volume(rng, 60_000, 150_000, 640),
        )


def _night(world: World, rng: Random, host: Host) -> Iterator[Connection]:
    """Yield what a workstation does alone: a little telemetry twice an hour."""
    start = world.start + integer(rng, 0, 20) * MINUTE
    while start < world.end:
        yield from _page(rng, host, start)
        start += integer(rng, 14, 44) * MINUTE
