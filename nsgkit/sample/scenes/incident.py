"""The one story in these logs, from the first probe to the theft, or as far as it goes in a world."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import DB1, FILES1, JUMP, WEB1, WEB2
from nsgkit.sample.logging.connections import Connection, ephemeral, volume
from nsgkit.sample.moments import MINUTE, SECOND
from nsgkit.sample.plot import THEFT
from nsgkit.sample.randomness import integer
from nsgkit.sample.world import World

PROBED = (WEB1, WEB2, JUMP)
_KNOCK = 2_300  # milliseconds from one machine to the next
LAST_KNOCK = _KNOCK * (len(PROBED) - 1)


def connections(world: World) -> Iterator[Connection]:
    """Yield the connections of the whole story, in its order."""
    yield from _reconnaissance(world)
    yield from _entry(world)
    if world.plot.entered:
        yield from _beacon(world)
        yield from _sweep(world)
    if world.plot.outcome == THEFT:
        yield from _lateral_movement(world)
        yield from theft(world)


def sweep(world: World) -> tuple[str, ...]:
    """Return the addresses of the data subnet that are looked at: almost all of them are unused."""
    return tuple(f"10.30.1.{last}" for last in range(1, world.plot.addresses + 1))


def _reconnaissance(world: World) -> Iterator[Connection]:
    rng, cast, plot, times = world.dice("reconnaissance"), world.cast, world.plot, world.plot.times
    for i, host in enumerate(PROBED):
        start = world.at(times.first_probe) + i * _KNOCK
        yield Connection(start, cast.lookout, host.ip, ephemeral(rng), plot.port)
    for i, port in enumerate(plot.doors):
        start = world.at(times.vertical_scan) + i * 3_700 + integer(rng, 0, 900)
        yield Connection(start, cast.lookout, cast.entered.ip, ephemeral(rng), port)
    start = world.at(times.knocking)
    while start < world.at(times.opened) - 5 * MINUTE:
        yield Connection(start, cast.guesser, cast.entered.ip, ephemeral(rng), plot.port)
        start += integer(rng, 9, 27) * MINUTE + integer(rng, 0, 59) * SECOND


def _entry(world: World) -> Iterator[Connection]:
    """Yield the hour with the open rule: the contractor it is for, the guessing, the one right guess."""
    rng, plot = world.dice("entry"), world.plot
    yield Connection(
        world.at(plot.times.opened) + 6 * MINUTE + 4 * SECOND,
        world.cast.contractor,
        world.cast.entered.ip,
        ephemeral(rng),
        plot.port,
        lasts=38 * MINUTE,
        out=(3_120, 290_160),
        back=(3_870, 812_700),
    )
    if plot.guesses:
        yield from _guesses(world, rng)
        yield from _inside(world, rng)


def _inside(world: World, rng: Random) -> Iterator[Connection]:
    cast, plot = world.cast, world.plot
    packets = plot.session_packets
    if plot.entered:
        yield Connection(
            world.at(plot.times.inside),
            cast.guesser,
            cast.entered.ip,
            ephemeral(rng),
            plot.port,
            lasts=plot.session_minutes * MINUTE + 9 * SECOND,
            out=(packets, packets * 675),
            back=(packets * 4_120 // 4_806, packets * 4_120 // 4_806 * 190),
        )
    for minutes in (3, 9, 47):  # the door is shut again: refused now by the rule that let them in
        start = world.at(plot.times.shut) + minutes * MINUTE
        yield Connection(start, cast.guesser, cast.entered.ip, ephemeral(rng), plot.port)


def _guesses(world: World, rng: Random) -> Iterator[Connection]:
    start = world.at(world.plot.times.guessing)
    while start < world.at(world.plot.times.inside) - 20 * SECOND:
        packets = integer(rng, 11, 14)
        yield Connection(
            start,
            world.cast.guesser,
            world.cast.entered.ip,
            ephemeral(rng),
            world.plot.port,
            lasts=integer(rng, 1_900, 3_400),
            out=(packets, packets * 118 + integer(rng, 0, 24)),
            back=(packets - 1, packets * 142),
        )
        start += integer(rng, 6_000, 13_000)


def _beacon(world: World) -> Iterator[Connection]:
    """Yield calls home at a rhythm, give or take, alike in size."""
    rng = world.dice("beacon")
    low, high = world.plot.beacon_seconds
    start = world.at(world.plot.times.beacon)
    while start < world.end:
        packets = integer(rng, 9, 10)
        yield Connection(
            start,
            world.cast.entered.ip,
            world.cast.control,
            ephemeral(rng),
            443,
            lasts=integer(rng, 700, 1_900),
            out=(packets, 1_206 + integer(rng, 0, 30)),
            back=(packets - 1, 3_904 + integer(rng, 0, 60)),
        )
        start += integer(rng, low, high) * SECOND + integer(rng, 0, 999)


def _sweep(world: World) -> Iterator[Connection]:
    """Yield the search for file shares in the data subnet."""
    rng = world.dice("sweep")
    for place, target in enumerate(sweep(world), 1):
        answers = target == FILES1.ip
        yield Connection(
            world.at(world.plot.times.horizontal_scan) + place * world.plot.sweep_step + integer(rng, 0, 700),
            world.cast.entered.ip,
            target,
            ephemeral(rng),
            445,
            lasts=240 if answers else 7_000,
            out=(5, 412) if answers else (3, 180),
            back=(4, 380) if answers else (0, 0),
        )


def _lateral_movement(world: World) -> Iterator[Connection]:
    rng = world.dice("lateral movement")
    yield from _from_the_machine_entered(world, rng)
    yield from _to_the_database(world, rng)


def _from_the_machine_entered(world: World, rng: Random) -> Iterator[Connection]:
    yield Connection(
        world.at(world.plot.times.to_files),
        world.cast.entered.ip,
        FILES1.ip,
        ephemeral(rng),
        445,
        lasts=9 * MINUTE,
        out=volume(rng, 1_200, 1_900, 220),
        back=volume(rng, 1_500, 2_600, 610),
    )
    yield Connection(
        world.at(world.plot.times.to_desk),
        world.cast.entered.ip,
        world.cast.desk.ip,
        ephemeral(rng),
        world.plot.desk_port,
        lasts=97 * MINUTE,
        out=volume(rng, 21_000, 30_000, 112),
        back=volume(rng, 38_000, 60_000, 690),
    )


def _to_the_database(world: World, rng: Random) -> Iterator[Connection]:
    """Yield the database's content on its way to the workstation, and the late remote command."""
    plot = world.plot
    asked = _part(plot.stolen // 1_448, 302)
    yield Connection(
        world.at(plot.times.to_database),
        world.cast.desk.ip,
        DB1.ip,
        ephemeral(rng),
        1433,
        lasts=plot.database_minutes * MINUTE,
        out=(asked, asked * 68),
        back=(plot.stolen // 1_448, plot.stolen),
    )
    if plot.staged:
        yield Connection(
            world.at(plot.times.remote_command),
            world.cast.entered.ip,
            FILES1.ip,
            ephemeral(rng),
            5985,
            lasts=plot.command_minutes * MINUTE,
            out=volume(rng, 300, 500, 380),
            back=volume(rng, 300, 500, 290),
        )


def theft(world: World) -> Iterator[Connection]:
    """Yield the staging at the file server, and its way out over some connections at once."""
    rng, plot = world.dice("theft"), world.plot
    whole = plot.stolen // 1_448
    if plot.staged:
        yield Connection(
            world.at(plot.times.staging),
            world.cast.desk.ip,
            FILES1.ip,
            plot.staging_port,
            445,
            lasts=plot.staging_minutes * MINUTE,
            out=(_part(whole, 1_180), _part(whole, 1_180) * 1_448),
            back=(_part(whole, 297), _part(whole, 297) * 62),
        )
    for i in range(plot.uploads):
        packets = integer(rng, _part(whole, 1_194) // plot.uploads, _part(whole, 1_236) // plot.uploads)
        yield Connection(
            world.at(plot.times.upload) + i * 1_400,
            (FILES1 if plot.staged else world.cast.desk).ip,
            world.cast.drop,
            ephemeral(rng),
            443,
            lasts=plot.upload_minutes * MINUTE + i * 37_000,
            out=(packets, packets * 1_431),
            back=(packets // 4, packets // 4 * 60),
        )


def _part(packets: int, of_1190: int) -> int:
    """Return so many 1,190th parts: what else a transfer carries, and what it leaves behind."""
    return packets * of_1190 // 1_190
