"""What looks like an attack and is none: backups, monitoring, a long talk, a scanner of the company's own."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.machines import peered
from nsgkit.sample.company.network import (
    BACKUP_SERVICE,
    CHAT,
    DB1,
    FILES1,
    JUMP,
    NAS,
    PEERED,
    SCANNER,
    UPDATES,
    UPDATES6,
    UPTIME,
    WEB,
    WEB1,
    WS2,
    Host,
)
from nsgkit.sample.logging.connections import Connection, ephemeral, volume
from nsgkit.sample.moments import DAY, HOUR, MINUTE, SECOND, offset, weekday
from nsgkit.sample.randomness import integer
from nsgkit.sample.truth import Fact
from nsgkit.sample.wording import hour, number
from nsgkit.sample.world import World

# What the scanner asks for: the usual ports, and of the file server everything up to 520.
_USUAL = (
    "21 22 23 25 53 80 110 135 139 143 389 443 445 587 636 993 995 1433 "
    "1521 2049 2222 3306 3389 5432 5900 5985 5986 6379 8000 8080 8443 8888 9090 9200 11211 27017"
)
USUAL = tuple(int(port) for port in _USUAL.split())
_UPDATED = (*WEB, JUMP, DB1, FILES1)
LISTENING = {
    WEB1.ip: (22, 80, 443, 8080),
    WEB[1].ip: (22, 80, 443, 8080),
    DB1.ip: (22, 1433, 9100),
    FILES1.ip: (445, 5985, 9100),
    JUMP.ip: (22, 9100),
}


def connections(world: World) -> Iterator[Connection]:
    """Yield the connections of everything that only looks like an attack."""
    for days in world.parts():
        yield from _backups(days)
        if world.habits.uptime:
            yield from _uptime(days)
    if world.habits.chat:
        yield from _chat(world)
    for days in world.parts():
        if (world.story - days.start) // DAY % 2 == 0:
            yield from _vulnerability_scan(days)
    if world.habits.updates:
        for days in world.parts():
            yield from _updates(days)


def _backups(world: World) -> Iterator[Connection]:
    """Yield each night's three transfers: the dump, the shop's copy from outside, the warehouse's."""
    rng = world.dice("backups")
    for day in world.midnights:
        dump, copy = integer(rng, 880, 940) * 1_000_000, integer(rng, 1_700, 2_200) * 1_000_000
        start = day + world.habits.backup_hour * HOUR + integer(rng, 1, 9) * SECOND
        yield _push(rng, start, dump)
        yield _pull(rng, start + HOUR, (FILES1.ip6, BACKUP_SERVICE, 443), 41 * MINUTE, copy)
        yield _pull(rng, start + 2 * HOUR, (NAS, FILES1.ip, 445), 37 * MINUTE, dump)


def _push(rng: Random, start: int, size: int) -> Connection:
    lasts = 26 * MINUTE + integer(rng, 0, 90) * SECOND
    receipts = size // 5_800
    return Connection(
        start,
        DB1.ip,
        FILES1.ip,
        ephemeral(rng),
        445,
        lasts=lasts,
        out=(size // 1_448, size),
        back=(receipts, receipts * 62),
    )


def _pull(rng: Random, start: int, way: tuple[str, str, int], lasts: int, size: int) -> Connection:
    """Return a download: almost all of it comes back from where it was asked for."""
    src, dst, port = way
    receipts = size // 5_800
    return Connection(
        start + integer(rng, 0, 7) * SECOND,
        src,
        dst,
        ephemeral(rng),
        port,
        lasts=lasts + integer(rng, 0, 90) * SECOND,
        out=(receipts, receipts * 62),
        back=(size // 1_420, size),
    )


def _uptime(world: World) -> Iterator[Connection]:
    """Yield the uptime service's visit, every minute to the second."""
    rng = world.dice("uptime")
    for start in range(world.start + 31 * SECOND, world.end, MINUTE):
        yield Connection(
            start + integer(rng, 0, 60),
            UPTIME,
            WEB1.ip,
            ephemeral(rng),
            443,
            lasts=integer(rng, 90, 260),
            out=(10, 1_184),
            back=(9, 6_210 + integer(rng, 0, 40)),
        )


def _chat(world: World) -> Iterator[Connection]:
    """Yield the one connection that an open chat window holds for more than a day."""
    rng = world.dice("chat")
    start = world.at(world.habits.chat_begins)
    yield Connection(
        start,
        WS2.ip,
        CHAT,
        ephemeral(rng),
        443,
        lasts=world.habits.chat_minutes * MINUTE,
        out=(9_412, 884_728),
        back=(10_977, 2_502_756),
    )


def _vulnerability_scan(world: World) -> Iterator[Connection]:
    """Yield the scan of a first evening: every other day, so that who reads more days knows it before."""
    rng = world.dice("vulnerability scan")
    for i, host in enumerate(peered(world.nics)):
        added = max(i - len(PEERED), 0)  # one follows the other more closely, for the evening to do
        start = world.start + offset(world.habits.scan_begins) + (i - added) * 4 * MINUTE + added * MINUTE
        ports, step = (range(1, 521), 105) if host is FILES1 else (USUAL, 1_500)
        for n, port in enumerate(ports):
            answers = port in _listening(host)
            yield Connection(
                start + n * step + integer(rng, 0, step - 5),
                SCANNER,
                host.ip,
                40_000 + n,
                port,
                lasts=integer(rng, 900, 3_000),
                out=(8, 622) if answers else (2, 120),
                back=(7, 1_140) if answers else (0, 0),
            )


def _listening(host: Host) -> tuple[int, ...]:
    """Return the ports at which a machine answers the scanner: an added web server as the first does."""
    return LISTENING.get(WEB1.ip if host.role == WEB1.role else host.ip, ())


def _updates(world: World) -> Iterator[Connection]:
    """Yield the updates that all servers fetch at six: the data subnet over IPv6."""
    shared = world.dice("updates")
    for day in world.midnights:
        morning = day + world.habits.update_hour * HOUR
        for host in _updated(world):
            rng = shared if host in _UPDATED else world.dice(f"updates {host.name} {day}")
            source, target = (host.ip6, UPDATES6) if host.ip6 else (host.ip, UPDATES)
            for _ in range(3):
                yield _package(rng, morning, source, target)
            yield Connection(
                morning + 4 * MINUTE,
                source,
                target,
                ephemeral(rng),
                443,
                lasts=1_500,
                out=volume(rng, 9, 20, 220),
                back=volume(rng, 9, 20, 300),
            )


def _updated(world: World) -> tuple[Host, ...]:
    """Return the servers that fetch updates."""
    return (*_UPDATED, *world.web[len(WEB) :])


def _package(rng: Random, morning: int, source: str, target: str) -> Connection:
    """Return the download of one package."""
    packets = integer(rng, 9_000, 48_000)
    return Connection(
        morning + integer(rng, 0, 40) * SECOND,
        source,
        target,
        ephemeral(rng),
        443,
        lasts=integer(rng, 20, 200) * SECOND,
        out=(packets // 3, packets // 3 * 66),
        back=(packets, packets * 1_391),
    )


def facts(world: World) -> list[Fact]:
    """Return everything here that looks like an attack, fact by fact."""
    there = [*_backup_facts(world)]
    if world.habits.uptime:
        there.append(_uptime_fact())
    if world.habits.chat:
        there.append(_chat_fact(world))
    there.append(_scanner_fact(world))
    if world.habits.updates:
        there.append(_updates_fact(world))
    return there


def _backup_facts(world: World) -> tuple[Fact, ...]:
    first = world.habits.backup_hour
    return (
        Fact(
            "backup-download",
            "backup",
            True,
            {"src_ip": (FILES1.ip6,), "dst_ip": (BACKUP_SERVICE,)},
            f"Every night at {hour(first + 1)} the file server downloads a copy of the shop from its hosting "
            "backup: gigabytes, but inwards.",
        ),
        Fact(
            "backup-of-the-database",
            "backup",
            True,
            {"src_ip": (DB1.ip,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
            f"Every night at {hour(first)} the database writes its dump to the file server; seen at both "
            "ends.",
        ),
        Fact(
            "backup-to-the-warehouse",
            "backup",
            True,
            {"src_ip": (NAS,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
            f"Every night at {hour(first + 2)} the warehouse's storage fetches the dump over the VPN: the "
            "bytes leave the file server as answers, and stay in the company.",
        ),
    )


def _uptime_fact() -> Fact:
    return Fact(
        "monitoring-every-minute",
        "monitoring",
        True,
        {"src_ip": (UPTIME,)},
        "An uptime service that the company pays visits the shop every minute, as regular as any beacon, "
        "from outside.",
    )


def _chat_fact(world: World) -> Fact:
    return Fact(
        "day-long-connection",
        "long connection",
        True,
        {"src_ip": (WS2.ip,), "dst_ip": (CHAT,)},
        "A chat window left open on a workstation: one connection for more than "
        f"{world.habits.chat_minutes // 60} hours.",
    )


def _scanner_fact(world: World) -> Fact:
    day = weekday(world.at(world.habits.scan_begins))
    when = f"every other evening, at last on {day}" if world.days > 3 else f"on {day} evening"
    return Fact(
        "vulnerability-scanner",
        "scan",
        True,
        {"src_ip": (SCANNER,)},
        f"The company's own vulnerability scanner in the warehouse goes through all servers {when}.",
    )


def _updates_fact(world: World) -> Fact:
    servers = _updated(world)
    over_ipv6 = number(sum(bool(host.ip6) for host in servers))
    return Fact(
        "scheduled-updates",
        "updates",
        True,
        {"dst_ip": (UPDATES, UPDATES6)},
        f"At {hour(world.habits.update_hour)} every morning {number(len(servers))} servers fetch updates in "
        f"the same minute, {over_ipv6} of them over IPv6.",
    )
