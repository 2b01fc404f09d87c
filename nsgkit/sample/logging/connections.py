"""From a connection to what the logged NICs at its ends write down about it."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import NamedTuple

from nsgkit.sample.company.machines import by_address
from nsgkit.sample.company.network import DATA, PLATFORM, WS1, WS2, Host
from nsgkit.sample.company.rules import BY_NAME, DEFAULT_RULES, Contact, decide
from nsgkit.sample.moments import MINUTE
from nsgkit.sample.randomness import integer, skewed
from nsgkit.sample.world import World

TCP, UDP, ESP = 6, 17, 50
CONTINUES = 5 * MINUTE
BULK = 50_000_000  # bytes: a transfer this large runs evenly, a smaller talk comes and goes
NO_ACL = "00000000-0000-0000-0000-000000000000"

Volume = tuple[int, int]  # packets, bytes
Counters = tuple[int, int, int, int]


class Connection(NamedTuple):
    """A connection as it was: times in milliseconds, `out` from source to destination, `back` from there."""

    start: int
    src: str
    dst: str
    src_port: int
    dst_port: int
    protocol: int = TCP
    lasts: int = 0
    out: Volume = (1, 60)
    back: Volume = (0, 0)


class Entry(NamedTuple):
    """One tuple to be logged at one NIC. No counters means that the log leaves them empty."""

    ms: int
    host: Host
    connection: Connection
    inbound: bool
    allowed: bool
    state: str
    counters: Counters | None
    rule: str
    acl: str


def ephemeral(rng: Random) -> int:
    """Return a port that a client would call from."""
    return integer(rng, 32_768, 65_000)


def volume(rng: Random, low: int, high: int, size: int) -> Volume:
    """Return so many packets, mostly few, of about `size` bytes each."""
    packets = skewed(rng, low, high)
    return packets, packets * max(size + integer(rng, -size // 8, size // 8), 52)


def logged(world: World, connection: Connection) -> Iterator[Entry]:
    """Yield what the NICs at both ends log: nothing at an end that has no logged NIC."""
    there = by_address(world.nics)
    source, target = there.get(connection.src), there.get(connection.dst)
    if source and not _verdict(world, connection, source, False)[1]:
        yield _denied(world, connection, source, False)
        return
    stopped = target is not None and not _verdict(world, connection, target, True)[1]
    if source:
        yield from _life(world, _unanswered(connection) if stopped else connection, source, False)
    if target and stopped:
        yield _denied(world, connection, target, True)
    elif target:
        yield from _life(world, connection, target, True)


def stateless(host: Host, rule: str) -> bool:
    """Say whether inbound connections under this rule are logged without counters and without an end.

    So it is under an NSG's own rules where the virtual network has no flow timeout set.
    """
    return host.nsg == "DEMOVM-NSG" and rule.startswith("UserRule_")


def _life(world: World, connection: Connection, host: Host, inbound: bool) -> Iterator[Entry]:
    rule, _, acl = _verdict(world, connection, host, inbound)
    later = 3 + connection.src_port % 23 if inbound else 0  # milliseconds on the way
    if connection.start >= world.start:
        yield Entry(connection.start + later, host, connection, inbound, True, "B", None, rule, acl)
    if inbound and stateless(host, rule):
        return
    end = connection.start + connection.lasts
    times = [*range(connection.start + CONTINUES, end, CONTINUES), end]
    for ms, counters in zip(times, _increments(world, connection, len(times)), strict=True):
        if world.start <= ms < world.end:
            state = "E" if ms == end else "C"
            yield Entry(ms + later, host, connection, inbound, True, state, counters, rule, acl)


def _denied(world: World, connection: Connection, host: Host, inbound: bool) -> Entry:
    rule, _, acl = _verdict(world, connection, host, inbound)
    return Entry(connection.start, host, connection, inbound, False, "B", None, rule, acl)


def _unanswered(connection: Connection) -> Connection:
    return connection._replace(lasts=21_000, out=(3, 180), back=(0, 0))


def _verdict(world: World, connection: Connection, host: Host, inbound: bool) -> tuple[str, bool, str]:
    """Return the rule's name as it is logged, whether it allowed, and the NSG's GUID."""
    start, src, dst, _, port, protocol, *_ = connection
    if host in DATA and PLATFORM in (src, dst):
        return "PlatformRule", True, NO_ACL
    rule, allowed = decide(world, host.nsg, inbound, Contact(src, dst, protocol, port), start)
    if rule in DEFAULT_RULES:
        name = f"DefaultRule_{rule.name}"
    else:  # the VNet family logs the NSG's own rules by their bare names
        name = rule.name if host in DATA else f"UserRule_{rule.name}"
    return name, allowed, BY_NAME[host.nsg].guid


def _increments(world: World, connection: Connection, parts: int) -> list[Counters]:
    """Share the connection's volume over its rows, so that they add up to it exactly."""
    packets, size = connection.out
    packets_back, size_back = connection.back
    if parts == 1:
        return [(packets, size, packets_back, size_back)]
    rng = world.dice(f"{connection.src} {connection.src_port} {connection.start}")
    even = max(size, size_back) >= BULK
    shares = list(accumulate(integer(rng, 8, 12) if even else integer(rng, 0, 9) for _ in range(parts)))
    shares[-1] = max(shares[-1], 1)
    out, back = _shared(connection.out, shares), _shared(connection.back, shares)
    return [(*a, *b) for a, b in zip(out, back, strict=True)]


def _shared(volume: Volume, shares: list[int]) -> list[Volume]:
    """Split packets by the running shares, and bytes by the packets: no bytes without a packet."""
    packets, size = volume
    so_far = [packets * share // shares[-1] for share in shares]
    sizes = [size * count // packets if packets else 0 for count in so_far]
    return list(zip(_steps(so_far), _steps(sizes), strict=True))


def _steps(running: list[int]) -> list[int]:
    return [now - before for before, now in zip([0, *running], running, strict=False)]


def encryption(world: World, entry: Entry) -> str:
    """Return the VNet log's encryption code: by what stands at the other end."""
    other = by_address(world.nics).get(entry.connection.src if entry.inbound else entry.connection.dst)
    if other is None:
        return "NX"
    if other.nsg == WS1.nsg:
        return "NX_FALLBACK" if other is WS2 else "NX_HW_NOT_SUPPORTED"
    return "X"
