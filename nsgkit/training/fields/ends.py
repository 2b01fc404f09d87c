"""Who is at the ends of a connection, which service was called, and which way the bytes went."""

from random import Random

from nsgkit.sample.randomness import chance_of, integer, pick
from nsgkit.training.answers import ADDRESSES, PORT, WHOLE, together
from nsgkit.training.exercise import Case, Exercise, Slip
from nsgkit.training.lines import V2, V4, VERSIONS
from nsgkit.training.tiles import TEN, Tile, connection, in_order, inside, outside

_PLACES = "03-know-your-flow-log.ipynb#Every-field-of-every-format"
_ENDS = "03-know-your-flow-log.ipynb#One-connection,-seen-at-both-ends"
_COUNTED = "03-know-your-flow-log.ipynb#Begin,-continuing,-end"
_NUMBERS = {"TCP": 6, "UDP": 17}  # of protocols
_CALLED = {"TCP": (443, 80, 22, 3389, 1433, 8443, 5432, 9200, 25), "UDP": (53, 123, 443, 500, 514, 1194)}


def _between(rng: Random, own: str, version: int, *, inbound: bool, parts: int = 1) -> Tile:
    """Return a connection of the own machine, which called or was called, as its NIC logs it."""
    ends = (outside(rng), own) if inbound else (own, outside(rng))
    start = TEN + integer(rng, 0, 3000)
    return connection(rng, start, *ends, parts=parts, inbound=inbound, version=version)


def _both_ways(rng: Random) -> Case:
    """Draw some connections of one machine: some it opened itself, some others opened."""
    own, version = inside(rng), pick(rng, VERSIONS)
    ways = [True] * integer(rng, 1, 2) + [False] * integer(rng, 1, 2)
    tiles = [_between(rng, own, version, inbound=inbound) for inbound in ways]
    ends = {"sources": [tile.src for tile in tiles], "destinations": [tile.dst for tile in tiles]}
    return Case(in_order(tiles), {**ends, "own": own}, {"own": own})


def _others(case: Case) -> set[str]:
    return {*case.facts["sources"], *case.facts["destinations"]} - {case.facts["own"]}


WHO_CALLED = Exercise(
    name="who_called",
    level=1,
    skill="who opened a connection",
    ask="The NIC of {own} logged these rows. Who opened a connection? Give the address of each that did.",
    kind=ADDRESSES,
    make=_both_ways,
    right=lambda case: case.facts["sources"],
    code='flows["src_ip"].unique()',
    slips=(
        Slip(
            "destination",
            lambda case: case.facts["destinations"],
            "these are the addresses that were called: they stand second of the two.",
            _ENDS,
        ),
        Slip(
            "logger-is-source",
            lambda case: case.facts["own"],
            "that is the machine whose NIC logged the rows. It was called in some of them itself.",
            _ENDS,
        ),
        Slip(
            "stranger-is-source",
            _others,
            "you took the other end each time. Where the direction is O, the machine itself reached out.",
            _ENDS,
        ),
    ),
    hints=(
        "Two addresses stand side by side, after the time.",
        "The first of them opened the connection, whichever NIC logged it.",
        'flows["src_ip"] has it for each row.',
    ),
    why="The source opened the connection, whoever logged it, and whichever way the bytes went.",
    see=_ENDS,
)


def _one_call(rng: Random) -> Case:
    """Draw a connection to a service, by TCP or UDP; its caller's port may be the lower number."""
    protocol, inbound = pick(rng, ("TCP", "UDP")), chance_of(rng, 50)
    own, other = inside(rng), outside(rng)
    ends = (other, own) if inbound else (own, other)
    low = chance_of(rng, 30)
    port = integer(rng, 20_000, 60_000) if low else pick(rng, _CALLED[protocol])
    tile = connection(
        rng, TEN + integer(rng, 0, 3000), *ends, parts=integer(rng, 1, 2), inbound=inbound,
        version=pick(rng, VERSIONS), protocol=protocol, dst_port=port,
        src_port=integer(rng, 1_025, 19_000) if low else integer(rng, 32_768, 65_000),
    )  # fmt: skip
    facts = {"port": port, "source_port": tile.src_port, "protocol": _NUMBERS[protocol]}
    return Case(in_order([tile]), facts)


WHICH_PORT = Exercise(
    name="which_port",
    level=1,
    skill="which service was called",
    ask="These are the rows of one connection. Which port was called?",
    kind=PORT,
    make=_one_call,
    right=lambda case: case.facts["port"],
    code='flows["dst_port"].unique()',
    slips=(
        Slip(
            "source-port",
            lambda case: case.facts["source_port"],
            "that is the caller's own port. Its place tells that, not which of the two is the lower number.",
            _PLACES,
        ),
        Slip(
            "protocol-number",
            lambda case: case.facts["protocol"],
            "that is the number of the protocol, which stands behind the ports.",
            _PLACES,
        ),
    ),
    hints=(
        "Two ports stand side by side, after the addresses.",
        "They are in the order of the addresses: the caller's first, then the one that was called.",
        'flows["dst_port"] has it.',
    ),
    why="The destination port is the service; the source port is only where the answers go.",
    see=_PLACES,
)


def _there_and_back(rng: Random) -> Case:
    """Draw two connections of one machine, one that it opened and one that was opened to it."""
    own, version = inside(rng), pick(rng, (V2, V4))
    called, calling = (_between(rng, own, version, inbound=inbound) for inbound in (True, False))
    facts = {"called": called.bytes, "calling": calling.bytes}
    facts |= {"packets": (called.packets[1] + calling.packets[0], called.packets[0] + calling.packets[1])}
    return Case(in_order([called, calling]), facts, {"own": own})


def _sent_and_got(case: Case) -> tuple[int, int]:
    (to_us, from_us), (sent, got) = case.facts["called"], case.facts["calling"]
    return sent + from_us, got + to_us


REACHED_OR_LEFT = Exercise(
    name="reached_or_left",
    level=2,
    skill="which way the bytes went",
    ask="The NIC of {own} logged two connections. How many bytes did {own} send, and how many did it get? "
    "Give both numbers in this order.",
    kind=together(WHOLE, WHOLE),
    make=_there_and_back,
    right=_sent_and_got,
    code='[flows[there].where(flows["direction"] == "outbound", flows[back]).sum() for there, back in '
    '(("bytes_src_to_dst", "bytes_dst_to_src"), ("bytes_dst_to_src", "bytes_src_to_dst"))]',
    slips=(
        Slip(
            "direction-as-data-flow",
            lambda case: (sum(case.facts["calling"]), sum(case.facts["called"])),
            "you took the direction for the way of the bytes. It says who called; bytes go both ways in "
            "every connection.",
            _ENDS,
        ),
        Slip(
            "logger-is-source",
            lambda case: tuple(map(sum, zip(case.facts["called"], case.facts["calling"], strict=True))),
            "you took the machine for the source of both. One of the connections was opened to it: there "
            "it is the destination.",
            _ENDS,
        ),
        Slip(
            "packets-for-bytes",
            lambda case: case.facts["packets"],
            "these are packets. The counters stand in pairs, packets and then bytes, for each way.",
            _COUNTED,
        ),
    ),
    hints=(
        "The last four fields count: packets and bytes there, packets and bytes back.",
        "There is from the source to the destination. Where the direction is I, the machine is the "
        "destination.",
        'It sent flows["bytes_src_to_dst"] where the direction is outbound, and '
        'flows["bytes_dst_to_src"] where it is inbound.',
    ),
    why="Inbound says who called. A machine that is called can send more than it gets: so data leaves.",
    see=_ENDS,
)
