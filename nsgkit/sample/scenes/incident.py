"""The one story in these logs, from the first probe to the theft."""

from collections.abc import Iterator
from random import Random

from nsgkit.sample.company.network import DB1, FILES1, JUMP, WEB1, WEB2, WS1
from nsgkit.sample.company.rules import OPENED, SHUT, TEMPORARY
from nsgkit.sample.logging.connections import Connection, ephemeral, volume
from nsgkit.sample.randomness import integer
from nsgkit.sample.truth import Fact
from nsgkit.sample.world import END, LAST, MINUTE, SECOND, at, dice

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

FIRST_PROBE = "day 1, 00:19:07"
VERTICAL_SCAN = "day 1, 00:31:40"
KNOCKING = "day 1, 01:06"
GUESSING = "day 1, 08:17:20"
INSIDE = "day 1, 08:47:10"
BEACON = "day 1, 09:12:33"
HORIZONTAL_SCAN = "day 2, 10:20:05"
TO_FILES = "day 2, 10:41:12"
TO_DESK = "day 2, 11:15:48"
TO_DATABASE = "day 2, 11:32:05"
STAGING = "day 2, 13:05:30"
REMOTE_COMMAND = "day 2, 21:56:14"
UPLOAD = "day 2, 22:03:41"
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
        yield Connection(at(FIRST_PROBE) + i * 2_300, LOOKOUT, host.ip, ephemeral(rng), 22)
    for i, port in enumerate(DOORS):
        yield Connection(
            at(VERTICAL_SCAN) + i * 3_700 + integer(rng, 0, 900), LOOKOUT, JUMP.ip, ephemeral(rng), port
        )
    start = at(KNOCKING)
    while start < at(OPENED) - 5 * MINUTE:
        yield Connection(start, GUESSER, JUMP.ip, ephemeral(rng), 22)
        start += integer(rng, 9, 27) * MINUTE + integer(rng, 0, 59) * SECOND


def _entry() -> Iterator[Connection]:
    """Yield the hour with the open rule: the contractor it is for, the guessing, the one right guess."""
    rng = dice("entry")
    yield Connection(
        at(OPENED) + 6 * MINUTE + 4 * SECOND,
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
        at(INSIDE),
        GUESSER,
        JUMP.ip,
        ephemeral(rng),
        22,
        lasts=52 * MINUTE + 9 * SECOND,
        out=(4_806, 3_244_050),
        back=(4_120, 782_800),
    )
    for minutes in (3, 9, 47):  # the door is shut again: refused now by the rule that let them in
        yield Connection(at(SHUT) + minutes * MINUTE, GUESSER, JUMP.ip, ephemeral(rng), 22)


def _guesses(rng: Random) -> Iterator[Connection]:
    start = at(GUESSING)
    while start < at(INSIDE) - 20 * SECOND:
        packets = integer(rng, 11, 14)
        yield Connection(
            start,
            GUESSER,
            JUMP.ip,
            ephemeral(rng),
            22,
            lasts=integer(rng, 1_900, 3_400),
            out=(packets, packets * 118 + integer(rng, 0, 24)),
            back=(packets - 1, packets * 142),
        )
        start += integer(rng, 6_000, 13_000)


def _beacon() -> Iterator[Connection]:
    """Yield calls home about every five minutes, give or take a quarter, alike in size."""
    rng = dice("beacon")
    start = at(BEACON)
    while start < END:
        packets = integer(rng, 9, 10)
        yield Connection(
            start,
            JUMP.ip,
            CONTROL,
            ephemeral(rng),
            443,
            lasts=integer(rng, 700, 1_900),
            out=(packets, 1_206 + integer(rng, 0, 30)),
            back=(packets - 1, 3_904 + integer(rng, 0, 60)),
        )
        start += integer(rng, 225, 375) * SECOND + integer(rng, 0, 999)


def _sweep() -> Iterator[Connection]:
    """Yield the search for file shares: every address of the data subnet, almost all of them unused."""
    rng = dice("sweep")
    for last in range(1, 141):
        target = f"10.30.1.{last}"
        answers = target == FILES1.ip
        yield Connection(
            at(HORIZONTAL_SCAN) + last * 1_600 + integer(rng, 0, 700),
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
        at(TO_FILES),
        JUMP.ip,
        FILES1.ip,
        ephemeral(rng),
        445,
        lasts=9 * MINUTE,
        out=volume(rng, 1_200, 1_900, 220),
        back=volume(rng, 1_500, 2_600, 610),
    )
    yield Connection(
        at(TO_DESK),
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
        at(TO_DATABASE),
        WS1.ip,
        DB1.ip,
        ephemeral(rng),
        1433,
        lasts=69 * MINUTE,
        out=(302_000, 20_536_000),
        back=(1_190_000, 1_723_120_000),
    )
    yield Connection(
        at(REMOTE_COMMAND),
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
        at(STAGING),
        WS1.ip,
        FILES1.ip,
        STAGING_PORT,
        445,
        lasts=43 * MINUTE,
        out=(1_180_000, 1_708_640_000),
        back=(297_000, 18_414_000),
    )
    for i in range(3):
        packets = integer(rng, 398_000, 412_000)
        yield Connection(
            at(UPLOAD) + i * 1_400,
            FILES1.ip,
            DROP,
            ephemeral(rng),
            443,
            lasts=54 * MINUTE + i * 37_000,
            out=(packets, packets * 1_431),
            back=(packets // 4, packets // 4 * 60),
        )


# The incident fact by fact, so that anybody can find each again in the logs.
FACTS = (
    Fact(
        "first-probe",
        "probe",
        False,
        {"src_ip": (LOOKOUT,), "dst_port": (22,)},
        "Somebody knocks at port 22 of three public machines, seconds apart.",
        (FIRST_PROBE, VERTICAL_SCAN),
    ),
    Fact(
        "vertical-scan",
        "vertical scan",
        False,
        {"src_ip": (LOOKOUT,), "dst_ip": (JUMP.ip,)},
        "Twelve minutes later the same address tries 39 ports of the jump host, all denied.",
        (VERTICAL_SCAN, "day 1, 01:31:40"),
    ),
    Fact(
        "denied-ssh",
        "denied attempts",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("denied",)},
        "Another address comes back to the jump host's SSH port all morning, and is denied.",
        (KNOCKING, OPENED),
    ),
    Fact(
        "rule-opened",
        "rule opened",
        False,
        {"rule": (f"UserRule_{TEMPORARY}",), "decision": ("allowed",)},
        "At 08:05 a rule for a contractor opens SSH to the whole internet. An hour later it is turned "
        "into a deny, but who is inside stays inside.",
    ),
    Fact(
        "contractor",
        "rule opened",
        True,
        {"src_ip": (CONTRACTOR,)},
        "The contractor whom the rule was opened for: one session, harmless.",
    ),
    Fact(
        "ssh-brute-force",
        "brute force",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("allowed",)},
        "For half an hour the address that was denied all morning guesses passwords, one small "
        "connection after the other.",
        (GUESSING, INSIDE),
    ),
    Fact(
        "ssh-success",
        "brute force succeeded",
        False,
        {"src_ip": (GUESSER,), "dst_ip": (JUMP.ip,), "dst_port": (22,), "decision": ("allowed",)},
        "One guess is right: a session of 52 minutes that carries megabytes in.",
        (INSIDE, LAST),
    ),
    Fact(
        "beacon",
        "beacon",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (CONTROL,)},
        "From now on the jump host calls home about every five minutes, day and night, with jitter.",
    ),
    Fact(
        "horizontal-scan",
        "horizontal scan",
        False,
        {
            "src_ip": (JUMP.ip,),
            "dst_port": (445,),
            "dst_ip": tuple(f"10.30.1.{n}" for n in range(1, 141)),
        },
        "A day later, in office hours, the jump host looks for file shares in the data subnet: 140 "
        "addresses in under four minutes.",
        (HORIZONTAL_SCAN, TO_FILES),
    ),
    Fact(
        "lateral-to-files",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (FILES1.ip,), "dst_port": (445,)},
        "It finds the file server and opens its share: an edge that was never there, seen at both ends.",
        (TO_FILES, LAST),
    ),
    Fact(
        "lateral-to-desk",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (WS1.ip,), "dst_port": (3389,)},
        "From the jump host on to the order desk by remote desktop, seen at both ends.",
    ),
    Fact(
        "collection",
        "lateral movement",
        False,
        {"src_ip": (WS1.ip,), "dst_ip": (DB1.ip,), "dst_port": (1433,)},
        "From the order desk into the database, which it never spoke to before: 1.7 GB come back.",
    ),
    Fact(
        "staging",
        "staging",
        False,
        {"src_ip": (WS1.ip,), "dst_ip": (FILES1.ip,), "src_port": (STAGING_PORT,)},
        "The order desk lays 1.7 GB down on the file server, among its ordinary use of the share.",
        (STAGING, "day 2, 14:05:30"),
    ),
    Fact(
        "remote-command",
        "lateral movement",
        False,
        {"src_ip": (JUMP.ip,), "dst_ip": (FILES1.ip,), "dst_port": (5985,)},
        "At night the jump host manages the file server remotely, for four minutes.",
    ),
    Fact(
        "upload",
        "large upload",
        False,
        {"src_ip": (FILES1.ip,), "dst_ip": (DROP,)},
        "The file server uploads 1.7 GB to an address that nobody ever spoke to: the theft.",
    ),
)
