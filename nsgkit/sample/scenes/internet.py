"""What comes in from the internet unasked, day and night, and the lab's own dozen probes among it."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import DEMOVM, FILES1, JUMP, OFFICE, SAAS, Host
from nsgkit.sample.logging.connections import TCP, UDP, Connection, ephemeral, volume
from nsgkit.sample.logging.records import LAB_FIRST_RECORD
from nsgkit.sample.moments import HOUR, MINUTE
from nsgkit.sample.randomness import chance_of, integer, pick, skewed
from nsgkit.sample.scenes.shop import CUSTOMERS, names
from nsgkit.sample.truth import Fact
from nsgkit.sample.world import World

NOISE = tuple(f"198.51.100.{n}" for n in range(1, 127))
NOISE6 = tuple(f"2001:db8:{n:x}::{n:x}" for n in (0xA01, 0xA17, 0xA42, 0xA7C))
PORTS = (
    23,
    23,
    23,
    22,
    3389,
    445,
    445,
    8080,
    8443,
    5555,
    5900,
    6379,
    2323,
    9200,
    27017,
    1433,
    3306,
    5432,
    21,
    25,
    110,
    135,
    2222,
    8888,
    7547,
    37215,
)
UDP_PORTS = (53, 123, 161, 389, 1900, 5060, 11211)

# The demo VM's flow log was switched on in the middle of the last day, as in the lab.
LAB = (  # from the lab's picture of its first PT1H.json; these alone are real addresses
    "1734601416,35.203.211.114,10.0.0.4,51318,12086,T",
    "1734601435,35.203.211.18,10.0.0.4,53572,5555,T",
    "1734601440,35.203.211.207,10.0.0.4,55256,49803,T",
    "1734601440,162.216.149.105,10.0.0.4,52309,16209,T",
    "1734601441,205.210.31.22,10.0.0.4,54994,10001,T",
    "1734601443,65.49.20.83,10.0.0.4,39090,4081,T",
    "1734601453,147.185.133.56,10.0.0.4,57057,36015,T",
    "1734601459,194.55.186.235,10.0.0.4,22531,37020,U",
    "1734601462,162.216.150.38,10.0.0.4,55716,47389,T",
    "1734601464,147.185.133.12,10.0.0.4,56762,992,T",
    "1734601467,162.216.150.119,10.0.0.4,55726,2307,T",
    "1734601468,205.210.31.46,10.0.0.4,57260,111,T",
)


def connections(world: World) -> Iterator[Connection]:
    """Yield everything that the internet sends, and the demo VM's own small life."""
    yield from _lab(world)
    yield from _demo(world.last_days)
    for days in world.parts():
        for host, percent in (*((host, 13) for host in world.web), (JUMP, 12)):
            yield from _noise(days, host, days.start, percent, 6)
    yield from _noise(world, DEMOVM, world.at(LAB_FIRST_RECORD), 92, 9)
    for days in world.parts():
        yield from _noise6(days)
        yield from _leftovers(days)


def _lab(world: World) -> Iterator[Connection]:
    """Yield the lab's probes, in the sample that the kit comes with: other worlds have no real addresses."""
    for line in () if world.seed else LAB:
        second, src, dst, src_port, dst_port, protocol = line.split(",")
        yield Connection(
            int(second) * 1_000, src, dst, int(src_port), int(dst_port), TCP if protocol == "T" else UDP
        )


def _noise(world: World, host: Host, start: int, percent: int, most: int) -> Iterator[Connection]:
    """Yield probes of a public address, in gusts: some minutes none, some many."""
    rng = world.dice(f"noise {host.name}")
    for minute in range(start, world.end, MINUTE):
        if chance_of(rng, percent):
            for _ in range(integer(rng, 1, most)):
                yield from _probe(rng, host.ip, minute + integer(rng, 1, MINUTE - 1))


def _probe(rng: Random, target: str, start: int) -> Iterator[Connection]:
    """Yield one probe; one in ten tries again, as TCP does when nobody answers."""
    source, src_port = pick(rng, NOISE), integer(rng, 1_024, 65_000)
    if chance_of(rng, 15):
        yield Connection(start, source, target, src_port, pick(rng, UDP_PORTS), UDP)
        return
    port = pick(rng, PORTS) if chance_of(rng, 60) else integer(rng, 1_024, 65_000)
    for wait in (0, 1_000, 3_000) if chance_of(rng, 10) else (0,):
        yield Connection(start + wait, source, target, src_port, port)


def _demo(world: World) -> Iterator[Connection]:
    """Yield the demo VM's web page, which people find, and its own look-ups."""
    rng = world.dice("demo")
    for minute in range(world.at(LAB_FIRST_RECORD), world.end, MINUTE):
        if chance_of(rng, 22):
            yield Connection(
                minute + integer(rng, 1, MINUTE - 1),
                pick(rng, CUSTOMERS),
                DEMOVM.ip,
                ephemeral(rng),
                80,
                lasts=integer(rng, 80, 9_000),
                out=volume(rng, 5, 14, 120),
                back=volume(rng, 5, 30, 800),
            )
    yield from (c for c in names(world, DEMOVM, 4) if c.start >= world.at(LAB_FIRST_RECORD))
    yield from _telemetry(world, rng)


def _telemetry(world: World, rng: Random) -> Iterator[Connection]:
    for hour in range(world.at("day 2, 10:00"), world.end, HOUR):
        yield Connection(
            hour + integer(rng, 0, HOUR - 1),
            DEMOVM.ip,
            pick(rng, SAAS),
            ephemeral(rng),
            443,
            lasts=skewed(rng, 900, 3 * MINUTE),
            out=volume(rng, 200, 700, 240),
            back=volume(rng, 300, 900, 900),
        )


def _noise6(world: World) -> Iterator[Connection]:
    rng = world.dice("noise over IPv6")
    for hour in range(world.start, world.end, HOUR):
        if chance_of(rng, 70):
            yield Connection(
                hour + integer(rng, 0, HOUR - 1),
                pick(rng, NOISE6),
                FILES1.ip6,
                ephemeral(rng),
                pick(rng, PORTS),
            )


def _leftovers(world: World) -> Iterator[Connection]:
    """Yield late answers to ports that the workstations' outbound address used before: denied at the NSG."""
    shared = world.dice("leftovers")
    for host in world.office:
        rng = shared if host in OFFICE else world.dice(f"leftovers {host.name}")
        for day in world.working_days:
            for _ in range(integer(rng, 10, 16)):
                yield Connection(
                    day + 8 * HOUR + integer(rng, 0, 9 * HOUR),
                    pick(rng, SAAS),
                    host.ip,
                    443,
                    integer(rng, 1_024, 2_047),
                )


def facts(world: World) -> tuple[Fact, ...]:
    """Return the one part of the background noise that comes from real addresses: of the sample alone."""
    if world.seed:
        return ()
    return (
        Fact(
            "lab-probes",
            "probe",
            True,
            {"mac": (DEMOVM.mac,), "src_ip": tuple(line.split(",")[1] for line in LAB)},
            "The twelve denied probes of the lab's own first record: background noise from real addresses.",
        ),
    )
