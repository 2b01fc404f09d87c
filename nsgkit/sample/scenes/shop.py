"""The shop's own day: customers, the database behind the web servers, probes and payments."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import DB1, PAYMENTS, PLATFORM, WEB, Host
from nsgkit.sample.logging.connections import UDP, Connection, ephemeral, volume
from nsgkit.sample.moments import HOUR, MINUTE, SECOND
from nsgkit.sample.randomness import chance_of, integer, pick, skewed
from nsgkit.sample.truth import Fact
from nsgkit.sample.wording import number
from nsgkit.sample.world import World

# Visits an hour, from 00 to 23 UTC: a British bookshop with its peaks at lunch and in the evening.
VISITS = (7, 4, 3, 2, 2, 5, 15, 32, 52, 64, 72, 82, 94, 86, 78, 74, 76, 80, 88, 100, 102, 76, 42, 18)
CUSTOMERS = tuple([f"192.0.2.{n}" for n in range(1, 190)] + [f"203.0.113.{n}" for n in range(1, 126)])


def connections(world: World) -> Iterator[Connection]:
    """Yield all connections of the shop's ordinary life."""
    for days in world.parts():
        yield from _customers(days)
        for name, servers in _teams(world, "pools"):
            yield from _pools(days, days.dice(name), servers)
        for name, servers in _teams(world, "probes"):
            yield from _probes(days, days.dice(name), servers)
        for host in world.web:
            yield from names(days, host, 5)


def _teams(world: World, scene: str) -> Iterator[tuple[str, tuple[Host, ...]]]:
    """Yield the web servers that share dice, and the name of these: each added one has dice of its own."""
    yield scene, WEB
    for host in world.web[len(WEB) :]:
        yield f"{scene} {host.name}", (host,)


def names(world: World, host: Host, per_hour: int) -> Iterator[Connection]:
    """Yield look-ups of names at the platform's resolver, in bursts as caches run out."""
    rng = world.dice(f"names {host.name}")
    for hour in range(world.start, world.end, HOUR):
        for _ in range(integer(rng, per_hour // 2, per_hour)):
            start = hour + integer(rng, 0, HOUR - SECOND)
            for i in range(integer(rng, 1, 3)):
                yield Connection(
                    start + i,
                    host.ip,
                    PLATFORM,
                    ephemeral(rng),
                    53,
                    UDP,
                    skewed(rng, 0, 40),
                    (1, integer(rng, 68, 96)),
                    (1, integer(rng, 110, 320)),
                )


def _customers(world: World) -> Iterator[Connection]:
    rng = world.dice("customers")
    for day in world.midnights:
        for hour, visits in enumerate(VISITS):
            for _ in range(integer(rng, visits * 4 // 5, visits * 6 // 5)):
                start = day + hour * HOUR + integer(rng, 0, HOUR - 1)
                yield from visit(world, rng, pick(rng, CUSTOMERS), start)


def visit(world: World, rng: Random, customer: str, start: int) -> Iterator[Connection]:
    """Yield one customer's connections: a page, its pictures, perhaps a payment."""
    if chance_of(rng, 8):
        yield _typed_without_https(rng, customer, pick(rng, world.web), start)
    server = pick(rng, world.web)
    for _ in range(integer(rng, 2, 6)):
        start += integer(rng, 100, 9 * SECOND)
        yield Connection(
            start,
            customer,
            server.ip,
            ephemeral(rng),
            443,
            lasts=skewed(rng, 800, 100 * SECOND),
            out=volume(rng, 9, 90, 190),
            back=volume(rng, 10, 240, 1_050),
        )
    if chance_of(rng, 10):
        yield from _order(rng, server, start + integer(rng, 20, 90) * SECOND)


def _typed_without_https(rng: Random, customer: str, server: Host, start: int) -> Connection:
    """Return the one request over http that is answered with the shop's real address."""
    return Connection(
        start,
        customer,
        server.ip,
        ephemeral(rng),
        80,
        lasts=integer(rng, 40, 400),
        out=(5, 480),
        back=(4, 620),
    )


def _order(rng: Random, server: Host, start: int) -> Iterator[Connection]:
    yield Connection(
        start,
        server.ip,
        PAYMENTS,
        ephemeral(rng),
        443,
        lasts=integer(rng, 600, 2_500),
        out=volume(rng, 9, 16, 260),
        back=volume(rng, 9, 14, 420),
    )
    yield Connection(
        start + integer(rng, 5, 300),
        server.ip,
        DB1.ip,
        ephemeral(rng),
        1433,
        lasts=integer(rng, 300, 6_000),
        out=volume(rng, 24, 120, 210),
        back=volume(rng, 26, 160, 340),
    )


def _pools(world: World, rng: Random, servers: tuple[Host, ...]) -> Iterator[Connection]:
    """Yield web servers' standing connections to the database, renewed together every hour.

    They begin with those of the hour before, which the day before leaves to this one.
    """
    end = world.end if world.end > world.story else world.end - HOUR
    for hour in range(world.start - HOUR, end, HOUR):
        busy = VISITS[hour // HOUR % 24]
        for server in servers:
            for i in range(2 if busy < 30 else 3):
                start = hour + 7 * MINUTE + 9 * SECOND + integer(rng, 0, 900) + i * 40
                yield Connection(
                    start,
                    server.ip,
                    DB1.ip,
                    ephemeral(rng),
                    1433,
                    lasts=HOUR - integer(rng, 2, 9) * SECOND,
                    out=volume(rng, busy * 100, busy * 200, 230),
                    back=volume(rng, busy * 120, busy * 280, 610),
                )


def _probes(world: World, rng: Random, servers: tuple[Host, ...]) -> Iterator[Connection]:
    """Yield the load balancer's probes of web servers."""
    for start in range(world.start + 23 * SECOND, world.end, 3 * MINUTE):
        for server in servers:
            yield Connection(
                start + integer(rng, 0, 350),
                PLATFORM,
                server.ip,
                integer(rng, 49_152, 65_000),
                8080,
                lasts=integer(rng, 3, 30),
                out=(5, 398),
                back=(4, 512),
            )


def facts(world: World) -> tuple[Fact, ...]:
    """Return what of the shop's day looks like an attack."""
    servers = "both" if len(world.web) == 2 else f"all {number(len(world.web))}"
    return (
        Fact(
            "load-balancer-probes",
            "monitoring",
            True,
            {"src_ip": (PLATFORM,)},
            f"Azure's load balancer probes {servers} web servers every three minutes, from the "
            "platform's own address.",
        ),
    )
