"""The servers among themselves: administration, replication, clocks, and the tunnel to the warehouse."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import (
    ADMIN,
    DATA,
    DB1,
    FILES1,
    JUMP,
    MONITOR,
    NAS,
    REPLICA,
    TIME6,
    WEB1,
    WEB2,
    Host,
)
from nsgkit.sample.logging.connections import ESP, UDP, Connection, ephemeral, volume
from nsgkit.sample.moments import HOUR, MINUTE, SECOND
from nsgkit.sample.randomness import integer, pick
from nsgkit.sample.scenes.shop import names
from nsgkit.sample.truth import Fact
from nsgkit.sample.world import World


def connections(world: World) -> Iterator[Connection]:
    """Yield all connections of the servers' ordinary life."""
    for days in world.parts():
        rng = days.dice("servers")
        for day in days.working_days:
            for hour in (7, 10, 13, 15):
                yield from _administration(rng, day + hour * HOUR + integer(rng, 0, 50) * MINUTE)
        if days.end == world.end:
            yield _replica(world, rng)
        yield from _clocks(days, rng)
        yield from _tunnel(days, rng)
        yield from _monitoring(days, rng)
        for host in (JUMP, DB1, FILES1):
            yield from names(days, host, 3)


def _administration(rng: Random, start: int) -> Iterator[Connection]:
    """Yield an administrator's session: from the warehouse to the jump host, and on from there."""
    lasts = integer(rng, 9, 35) * MINUTE
    yield Connection(
        start,
        ADMIN,
        JUMP.ip,
        ephemeral(rng),
        22,
        lasts=lasts,
        out=volume(rng, 900, 4_000, 90),
        back=volume(rng, 900, 5_000, 210),
    )
    yield from _hops(rng, start)


def _hops(rng: Random, start: int) -> Iterator[Connection]:
    for _ in range(integer(rng, 1, 3)):
        target: Host = pick(rng, (WEB1, WEB2, DB1))
        yield Connection(
            start + integer(rng, 1, 4) * MINUTE,
            JUMP.ip,
            target.ip,
            ephemeral(rng),
            22,
            lasts=integer(rng, 100, 400) * SECOND,
            out=volume(rng, 120, 900, 95),
            back=volume(rng, 140, 1_400, 220),
        )


def _replica(world: World, rng: Random) -> Connection:
    """Return the stock system's replica: its connection began before the first day and outlives the last."""
    hours = 42 + 24 * world.days
    return Connection(
        world.start - 31 * HOUR + 7 * MINUTE + 10 * SECOND,
        REPLICA,
        DB1.ip,
        ephemeral(rng),
        1433,
        lasts=hours * HOUR,
        out=(1_900_000 * hours // 90, 171_000_000 * hours // 90),
        back=(2_600_000 * hours // 90, 1_690_000_000 * hours // 90),
    )


def _clocks(world: World, rng: Random) -> Iterator[Connection]:
    for hour in range(world.start, world.end, 2 * HOUR):
        for host in DATA:
            yield Connection(
                hour + 2 * MINUTE + integer(rng, 0, 20 * SECOND),
                host.ip6,
                TIME6,
                123,
                123,
                UDP,
                integer(rng, 9, 60),
                (1, 96),
                (1, 96),
            )


def _tunnel(world: World, rng: Random) -> Iterator[Connection]:
    """Yield the encrypted tunnel between file server and warehouse: ESP, which has no ports."""
    for hour in range(world.start, world.end, 4 * HOUR):
        packets = integer(rng, 200, 900)
        yield Connection(
            hour + 41 * MINUTE + integer(rng, 0, 9 * SECOND),
            FILES1.ip,
            NAS,
            0,
            0,
            ESP,
            integer(rng, 60, 200) * SECOND,
            (packets, packets * 134),
            (packets - 7, packets * 118),
        )


def _monitoring(world: World, rng: Random) -> Iterator[Connection]:
    """Yield the warehouse's checks of the servers, every ten minutes."""
    for start in range(world.start + 27 * SECOND, world.end, 10 * MINUTE):
        for host in (JUMP, DB1, FILES1):
            yield Connection(
                start + integer(rng, 0, 700),
                MONITOR,
                host.ip,
                ephemeral(rng),
                9100,
                lasts=integer(rng, 20, 120),
                out=(6, 520),
                back=(9, 7_900 + integer(rng, 0, 700)),
            )


def facts(world: World) -> tuple[Fact, ...]:
    """Return what of the servers' day looks like an attack."""
    return (
        Fact(
            "server-monitoring",
            "monitoring",
            True,
            {"src_ip": (MONITOR,)},
            "The warehouse's monitoring asks three servers every ten minutes.",
        ),
        Fact(
            "time-service",
            "monitoring",
            True,
            {"dst_ip": (TIME6,)},
            "Database and file server set their clocks every two hours, over IPv6, alike in time and size.",
        ),
        Fact(
            "replica-connection",
            "long connection",
            True,
            {"src_ip": (REPLICA,)},
            "The stock system's database replica: its connection began before the logs and outlives them, "
            "so that it has neither begin nor end.",
        ),
    )
