"""The shop's own day: customers, the database behind the web servers, probes and payments."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import DB1, PAYMENTS, PLATFORM, WEB, Host
from nsgkit.sample.logging.connections import UDP, Connection, ephemeral, volume
from nsgkit.sample.moments import HOUR, MINUTE, SECOND
from nsgkit.sample.randomness import chance_of, integer, pick, skewed
from nsgkit.sample.truth import Fact
from nsgkit.sample.world import World

# Visits an hour, from 00 to 23 UTC: a British bookshop with its peaks at lunch and in the evening.
VISITS = (7, 4, 3, 2, 2, 5, 15, 32, 52, 64, 72, 82, 94, 86, 78, 74, 76, 80, 88, 100, 102, 76, 42, 18)
CUSTOMERS = tuple([f"192.0.2.{n}" for n in range(1, 190)] + [f"203.0.113.{n}" for n in range(1, 126)])


def connections(world: World) -> Iterator[Connection]:
    """Yield all connections of the shop's ordinary life."""
    yield from _customers(world)
    yield from _pools(world)
    yield from _probes(world)
    for host in WEB:
        yield from names(world, host, 5)


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
    for day in world.days:
        for hour, visits in enumerate(VISITS):
            for _ in range(integer(rng, visits * 4 // 5, visits * 6 // 5)):
                yield from _visit(rng, day + hour * HOUR + integer(rng, 0, HOUR - 1))


def _visit(rng: Random, start: int) -> Iterator[Connection]:
    """Yield one customer's connections: a page, its pictures, perhaps a payment."""
    customer = pick(rng, CUSTOMERS)
    if chance_of(rng, 8):
        yield _typed_without_https(rng, customer, start)
    server = pick(rng, WEB)
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


def _typed_without_https(rng: Random, customer: str, start: int) -> Connection:
    """Return the one request over http that is answered with the shop's real address."""
    server = pick(rng, WEB)
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


def _pools(world: World) -> Iterator[Connection]:
    """Yield the web servers' standing connections to the database, renewed together every hour."""
    rng = world.dice("pools")
    for hour in range(world.start - HOUR, world.end, HOUR):
        busy = VISITS[hour // HOUR % 24]
        for server in WEB:
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


def _probes(world: World) -> Iterator[Connection]:
    """Yield the load balancer's probes of both web servers."""
    rng = world.dice("probes")
    for start in range(world.start + 23 * SECOND, world.end, 3 * MINUTE):
        for server in WEB:
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
    return (
        Fact(
            "load-balancer-probes",
            "monitoring",
            True,
            {"src_ip": (PLATFORM,)},
            "Azure's load balancer probes both web servers every three minutes, from the platform's own "
            "address.",
        ),
    )
