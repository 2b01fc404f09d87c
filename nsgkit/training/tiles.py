"""What exercises are laid of: connections and denied attempts, as each format writes them.

A tile knows what it carries, so an exercise tells the right answer by what it laid.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from nsgkit.sample.randomness import integer, pick
from nsgkit.training.lines import V1, V2, V4, WEB, Line, by_time

TEN = 1_741_082_400  # 2025-03-04 10:00:00 UTC, in seconds
CONTINUES = 300  # seconds between continuing rows
DENY = "DefaultRule_DenyAllInBound"
SERVICES = (443, 80, 22, 3389, 1433, 53)
_PROTOCOLS = {"TCP": ("T", "6"), "UDP": ("U", "17")}

Counters = tuple[int, int, int, int]  # packets and bytes there, packets and bytes back


@dataclass(frozen=True)
class Tile:
    """A connection or a denied attempt: where it begins (seconds), who calls whom, and how it is logged."""

    start: int
    src: str
    dst: str
    src_port: int
    dst_port: int
    protocol: str = "TCP"
    inbound: bool = True
    allowed: bool = True
    ended: bool = True  # else it goes on after the last row
    begun: bool = True  # else it began before the first row
    # Of each row after the begin; None: no such row, or a row whose counters are empty.
    parts: tuple[Counters | None, ...] | None = ((4, 400, 3, 300),)
    lasts: int = 60  # seconds between the last continuing row and the end
    version: int = V2
    nic: str = "A"
    rule: str = WEB
    encryption: str = "NX"

    @property
    def packets(self) -> tuple[int, int]:
        """How many packets it carried there and back."""
        return self._sum(0), self._sum(2)

    @property
    def bytes(self) -> tuple[int, int]:
        """How many bytes it carried there and back."""
        return self._sum(1), self._sum(3)

    def _sum(self, place: int) -> int:
        return sum(part[place] for part in self.parts or () if part)


def lines(tile: Tile) -> list[Line]:
    """Return the rows of a tile in time order.

    >>> [line.text[-17:] for line in lines(Tile(TEN, "192.0.2.9", "10.8.0.4", 50000, 443))]
    ['0,443,T,I,A,B,,,,', 'I,A,E,4,400,3,300']
    """
    if not tile.allowed or tile.version == V1:
        return [_line(tile, tile.start, "B", None)]
    made = [_line(tile, tile.start, "B", None)] if tile.begun else []
    parts = tile.parts if tile.parts is not None else ()
    for number, (time, counters) in enumerate(zip(counted_at(tile), parts, strict=True), 1):
        made.append(_line(tile, time, "E" if tile.ended and number == len(parts) else "C", counters))
    return made


def counted_at(tile: Tile) -> list[int]:
    """Return when each row after the begin is written, in seconds."""
    times = [tile.start + CONTINUES * number for number in range(1, len(tile.parts or ()) + 1)]
    if tile.ended and times:
        times[-1] += tile.lasts - CONTINUES
    return times


def second_view(tile: Tile, nic: str) -> Tile:
    """Return the same connection as the NIC at its other end logs it."""
    return replace(tile, nic=nic, inbound=not tile.inbound)


def connection(rng: Random, start: int, src: str, dst: str, parts: int = 1, **how: object) -> Tile:
    """Return a connection of so many counted rows with random sizes, from a random source port."""
    sizes = tuple(counters(rng) for _ in range(parts))
    made = Tile(
        start, src, dst, ephemeral(rng), pick(rng, SERVICES[:2]), parts=sizes, lasts=integer(rng, 5, 290)
    )
    return replace(made, **how)  # type: ignore[arg-type]


def denial(rng: Random, start: int, dst: str, **how: object) -> Tile:
    """Return a denied attempt from outside."""
    made = Tile(
        start, outside(rng), dst, ephemeral(rng), pick(rng, (22, 23, 445, 3389)), allowed=False, rule=DENY
    )
    return replace(made, **how)  # type: ignore[arg-type]


def counters(rng: Random) -> Counters:
    """Return the counters of a row: mostly more comes back than was sent."""
    sent, got = integer(rng, 2, 80), integer(rng, 2, 120)
    return sent, sent * integer(rng, 52, 900), got, got * integer(rng, 52, 1400)


def large(rng: Random) -> Counters:
    """Return the counters of a row of some megabytes."""
    sent, got = integer(rng, 1, 40) * 1_000_000, integer(rng, 1, 400) * 1_000_000
    sent, got = sent + integer(rng, 0, 999_999), got + integer(rng, 0, 999_999)
    return sent // 1_000, sent, got // 1_200, got


def ephemeral(rng: Random) -> int:
    """Return a port that a client calls from."""
    return integer(rng, 32_768, 65_000)


def outside(rng: Random) -> str:
    """Return an address of nobody, outside."""
    return f"{pick(rng, ('192.0.2', '198.51.100', '203.0.113'))}.{integer(rng, 1, 250)}"


def inside(rng: Random, net: int = 0) -> str:
    """Return an address of an own machine."""
    return f"10.8.{net}.{integer(rng, 4, 250)}"


def in_order(tiles: Iterable[Tile], more: Iterable[Line] = ()) -> tuple[Line, ...]:
    """Return the lines of all tiles, and more, in time order, as logs of several NICs are read together."""
    return by_time([*(line for tile in tiles for line in lines(tile)), *more])


def _line(tile: Tile, time: int, state: str, given: Counters | None) -> Line:
    way, letters = "I" if tile.inbound else "O", _PROTOCOLS[tile.protocol]
    ends = f"{tile.src},{tile.dst},{tile.src_port},{tile.dst_port}"
    if tile.version == V4:
        numbers = ",".join(map(str, given or (0, 0, 0, 0)))
        told = state if tile.allowed else "D"
        time = time * 1000 + tile.src_port % 1000
        text = f"{time},{ends},{letters[1]},{way},{told},{tile.encryption},{numbers}"
    else:
        text = f"{time},{ends},{letters[0]},{way},{'A' if tile.allowed else 'D'}"
        if tile.version == V2:
            text += f",{state},{','.join(map(str, given)) if given else ',,,'}"
    return Line(text, tile.version, tile.nic, tile.rule)
