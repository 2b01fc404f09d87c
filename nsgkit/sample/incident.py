"""The one story in these logs, from the first probe to the theft."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.chance import dice, whole
from nsgkit.sample.clock import END, MINUTE, SECOND, at
from nsgkit.sample.connections import Connection, ephemeral, volume
from nsgkit.sample.network import DB1, FILES1, JUMP, WEB1, WEB2, WS1
from nsgkit.sample.rules import OPENED, SHUT

LOOKOUT = "198.51.100.201"
GUESSER = "203.0.113.199"
CONTROL = "203.0.113.222"
DROP = "198.51.100.240"
CONTRACTOR = "192.0.2.191"
_DOORS = (
    "21 22 23 25 53 80 81 110 111 135 139 143 389 443 445 465 587 993 1080 "
    "1433 1723 2222 3128 3306 3389 4444 5000 5432 5900 5985 6379 8000 8080 8443 9000 9090 9200 10000 27017"
)
DOORS = tuple(int(port) for port in _DOORS.split())

FIRST_PROBE = at("2024-12-18T00:19:07")
VERTICAL_SCAN = at("2024-12-18T00:31:40")
KNOCKING = at("2024-12-18T01:06")
GUESSING = at("2024-12-18T08:17:20")
INSIDE = at("2024-12-18T08:47:10")
BEACON = at("2024-12-18T09:12:33")
HORIZONTAL_SCAN = at("2024-12-19T10:20:05")
TO_FILES = at("2024-12-19T10:41:12")
TO_DESK = at("2024-12-19T11:15:48")
TO_DATABASE = at("2024-12-19T11:32:05")
STAGING = at("2024-12-19T13:05:30")
REMOTE_COMMAND = at("2024-12-19T21:56:14")
UPLOAD = at("2024-12-19T22:03:41")
STAGING_PORT = 51_877


def connections() -> Iterator[Connection]:
    """Yield the connections of the whole story, in its order."""
    yield from _reconnaissance()
    yield from _entry()
    yield from _beacon()
    yield from _sweep()
    yield from _lateral_movement()
    yield from _theft()


def _reconnaissance() -> Iterator[Connection]:
    rng = dice("reconnaissance")
    for i, host in enumerate((WEB1, WEB2, JUMP)):
        yield Connection(FIRST_PROBE + i * 2_300, LOOKOUT, host.ip, ephemeral(rng), 22)
    for i, port in enumerate(DOORS):
        yield Connection(
            VERTICAL_SCAN + i * 3_700 + whole(rng, 0, 900), LOOKOUT, JUMP.ip, ephemeral(rng), port
        )
    start = KNOCKING
    while start < OPENED - 5 * MINUTE:
        yield Connection(start, GUESSER, JUMP.ip, ephemeral(rng), 22)
        start += whole(rng, 9, 27) * MINUTE + whole(rng, 0, 59) * SECOND


def _entry() -> Iterator[Connection]:
    """Yield the hour with the open rule: the contractor it is for, the guessing, the one right guess."""
    rng = dice("entry")
    yield Connection(
        OPENED + 6 * MINUTE + 4 * SECOND,
        CONTRACTOR,
        JUMP.ip,
        ephemeral(rng),
        22,
        lasts=38 * MINUTE,
        out=(3_120, 290_160),
        back=(3_870, 812_700),
    )
    yield from _guesses(rng)
    yield from _inside(rng)


def _inside(rng: Random) -> Iterator[Connection]:
    yield Connection(
        INSIDE,
        GUESSER,
        JUMP.ip,
        ephemeral(rng),
        22,
        lasts=52 * MINUTE + 9 * SECOND,
        out=(4_806, 3_244_050),
        back=(4_120, 782_800),
    )
    for minutes in (3, 9, 47):  # the door is shut again: refused now by the rule that let them in
        yield Connection(SHUT + minutes * MINUTE, GUESSER, JUMP.ip, ephemeral(rng), 22)


def _guesses(rng: Random) -> Iterator[Connection]:
    start = GUESSING
    while start < INSIDE - 20 * SECOND:
        packets = whole(rng, 11, 14)
        yield Connection(
            start,
            GUESSER,
            JUMP.ip,
            ephemeral(rng),
            22,
            lasts=whole(rng, 1_900, 3_400),
            out=(packets, packets * 118 + whole(rng, 0, 24)),
            back=(packets - 1, packets * 142),
        )
        start += whole(rng, 6_000, 13_000)


def _beacon() -> Iterator[Connection]:
    """Yield calls home about every five minutes, give or take a quarter, alike in size."""
    rng = dice("beacon")
    start = BEACON
    while start < END:
        packets = whole(rng, 9, 10)
        yield Connection(
            start,
            JUMP.ip,
            CONTROL,
            ephemeral(rng),
            443,
            lasts=whole(rng, 700, 1_900),
            out=(packets, 1_206 + whole(rng, 0, 30)),
            back=(packets - 1, 3_904 + whole(rng, 0, 60)),
        )
        start += whole(rng, 225, 375) * SECOND + whole(rng, 0, 999)


def _sweep() -> Iterator[Connection]:
    """Yield the search for file shares: every address of the data subnet, almost all of them unused."""
    rng = dice("sweep")
    for last in range(1, 141):
        target = f"10.30.1.{last}"
        answers = target == FILES1.ip
        yield Connection(
            HORIZONTAL_SCAN + last * 1_600 + whole(rng, 0, 700),
            JUMP.ip,
            target,
            ephemeral(rng),
            445,
            lasts=240 if answers else 7_000,
            out=(5, 412) if answers else (3, 180),
            back=(4, 380) if answers else (0, 0),
        )


def _lateral_movement() -> Iterator[Connection]:
    rng = dice("lateral movement")
    yield from _from_the_jump_host(rng)
    yield from _to_the_database(rng)


def _from_the_jump_host(rng: Random) -> Iterator[Connection]:
    yield Connection(
        TO_FILES,
        JUMP.ip,
        FILES1.ip,
        ephemeral(rng),
        445,
        lasts=9 * MINUTE,
        out=volume(rng, 1_200, 1_900, 220),
        back=volume(rng, 1_500, 2_600, 610),
    )
    yield Connection(
        TO_DESK,
        JUMP.ip,
        WS1.ip,
        ephemeral(rng),
        3389,
        lasts=97 * MINUTE,
        out=volume(rng, 21_000, 30_000, 112),
        back=volume(rng, 38_000, 60_000, 690),
    )


def _to_the_database(rng: Random) -> Iterator[Connection]:
    """Yield the database's content on its way to the order desk, and the night's remote command."""
    yield Connection(
        TO_DATABASE,
        WS1.ip,
        DB1.ip,
        ephemeral(rng),
        1433,
        lasts=69 * MINUTE,
        out=(302_000, 20_536_000),
        back=(1_190_000, 1_723_120_000),
    )
    yield Connection(
        REMOTE_COMMAND,
        JUMP.ip,
        FILES1.ip,
        ephemeral(rng),
        5985,
        lasts=4 * MINUTE,
        out=volume(rng, 300, 500, 380),
        back=volume(rng, 300, 500, 290),
    )


def _theft() -> Iterator[Connection]:
    """Yield the staging at the file server, and its way out over three connections at once."""
    rng = dice("theft")
    yield Connection(
        STAGING,
        WS1.ip,
        FILES1.ip,
        STAGING_PORT,
        445,
        lasts=43 * MINUTE,
        out=(1_180_000, 1_708_640_000),
        back=(297_000, 18_414_000),
    )
    for i in range(3):
        packets = whole(rng, 398_000, 412_000)
        yield Connection(
            UPLOAD + i * 1_400,
            FILES1.ip,
            DROP,
            ephemeral(rng),
            443,
            lasts=54 * MINUTE + i * 37_000,
            out=(packets, packets * 1_431),
            back=(packets // 4, packets // 4 * 60),
        )
