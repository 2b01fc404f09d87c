"""An internet of a real one's size, in a world that has it: thousands of outsiders who knock or visit.

A few are very loud, most are seen once or twice. All are of ranges that nobody owns and nothing else of the
sample uses: RFC 2544's for benchmarks, and a part of RFC 3849's for documentation. Over IPv6 they only knock,
for the company has nothing there that is open to them.
"""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from random import Random

from nsgkit.sample.company.network import DB1, DEMOVM, FILES1, JUMP, Host
from nsgkit.sample.logging.connections import Connection, ephemeral
from nsgkit.sample.logging.records import LAB_FIRST_RECORD
from nsgkit.sample.moments import HOUR, MINUTE, SECOND
from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.sample.scenes.internet import PORTS
from nsgkit.sample.scenes.shop import VISITS, visit
from nsgkit.sample.truth import Fact
from nsgkit.sample.wording import number as spelled
from nsgkit.sample.wording import sentence
from nsgkit.sample.world import World

OUTSIDERS, LOUD, OVER_IPV6 = 5_000, 12, 300  # the loud come first, those over IPv6 last
RANGE, RANGE6 = ip_network("198.18.0.0/15"), ip_network("2001:db8:c00::/38")
_FIRST, _FIRST6 = int(RANGE.network_address), int(RANGE6.network_address)
_STEP = 50_021  # odd, so that no two of the range's numbers give one address
_LOUD_A_DAY = 200
_MOST = 60  # times that any of the others comes
_BUSY = tuple(hour for hour, visits in enumerate(VISITS) for _ in range(visits))


def connections(world: World) -> Iterator[Connection]:
    """Yield what each outsider does."""
    for number in range(OUTSIDERS if world.internet else 0):
        rng, address = world.dice(f"outsider {number}"), outsider(world, number)
        if number < LOUD:
            yield from _knocks(world, rng, address, integer(rng, 1, 2) * _LOUD_A_DAY * world.days)
        elif number >= OUTSIDERS - OVER_IPV6:
            yield from _knocks6(world, rng, address)
        elif chance_of(rng, 30):
            yield from _visits(world, rng, address)
        elif chance_of(rng, 25):
            yield from _once_everywhere(world, rng, address)
        else:
            yield from _knocks(world, rng, address, _times(rng, _MOST))


def outsider(world: World, number: int) -> str:
    """Return the address of an outsider: another in each world, and no other outsider's."""
    place = number * _STEP + world.seed * 7_919
    if number < OUTSIDERS - OVER_IPV6:
        return str(ip_address(_FIRST + place % RANGE.num_addresses))
    network = _FIRST6 + (place % 2 ** (64 - RANGE6.prefixlen) << 64)
    return str(ip_address(network + 1 + place * _STEP % 2**32))


def _times(rng: Random, most: int) -> int:
    """Return how often one comes: mostly once, and now and then many times."""
    u = rng.random()
    for _ in range(4):
        u *= u
    return 1 + int(u * most)


def _knocks(world: World, rng: Random, address: str, times: int) -> Iterator[Connection]:
    """Yield probes of any public machine at any time, at one port more than at others."""
    favourite = _port(rng)
    for _ in range(times):
        start = integer(rng, world.start, world.end - 1)
        port = favourite if chance_of(rng, 70) else _port(rng)
        yield _probe(rng, start, address, pick(rng, _public(world, start)).ip, port)


def _once_everywhere(world: World, rng: Random, address: str) -> Iterator[Connection]:
    """Yield one probe of each public machine, seconds apart, at one port: as a look-out does."""
    port, start = _port(rng), integer(rng, world.start, world.end - MINUTE)
    for host in _public(world, start):
        start += integer(rng, 1, 4 * SECOND)
        yield _probe(rng, start, address, host.ip, port)


def _knocks6(world: World, rng: Random, address: str) -> Iterator[Connection]:
    for _ in range(_times(rng, _MOST // 4)):
        host = pick(rng, (DB1, FILES1))
        yield _probe(rng, integer(rng, world.start, world.end - 1), address, host.ip6, _port(rng))


def _visits(world: World, rng: Random, address: str) -> Iterator[Connection]:
    """Yield visits of the shop, when people visit it."""
    for _ in range(_times(rng, _MOST // 4)):
        hour = pick(rng, world.midnights) + pick(rng, _BUSY) * HOUR
        yield from visit(world, rng, address, hour + integer(rng, 0, HOUR - 1))


def _public(world: World, ms: int) -> tuple[Host, ...]:
    """Return the machines that the internet reaches and that have a log then."""
    return (*world.web, JUMP, *([DEMOVM] if ms >= world.at(LAB_FIRST_RECORD) else ()))


def _port(rng: Random) -> int:
    return pick(rng, PORTS) if chance_of(rng, 80) else integer(rng, 1, 65_000)


def _probe(rng: Random, start: int, source: str, target: str, port: int) -> Connection:
    """Return a probe: where it is let in, it is answered, and is over at once."""
    return Connection(
        start,
        source,
        target,
        ephemeral(rng),
        port,
        lasts=integer(rng, 20, 600),
        out=(3, 180),
        back=(2, 128),
    )


def facts(world: World) -> tuple[Fact, ...]:
    """Return who is loud in a world with such an internet: whatever it looks like, it is nobody's attack."""
    if not world.internet:
        return ()
    loud = tuple(outsider(world, number) for number in range(LOUD))
    return (
        Fact(
            "loud-outsiders",
            "probe",
            True,
            {"src_ip": loud},
            f"{sentence(spelled(LOUD))} of the internet's {OUTSIDERS:,} outsiders knock at whatever is "
            "public, again and again, day and night: background noise.",
        ),
    )
