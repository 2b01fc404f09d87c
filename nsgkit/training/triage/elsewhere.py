"""What other NICs wrote down about a machine in the hours that its own log lacks."""

from collections.abc import Iterator
from itertools import chain, pairwise

from nsgkit.sample.company.network import Host
from nsgkit.sample.logging.connections import Connection, Entry, logged
from nsgkit.sample.logging.defects import gap
from nsgkit.sample.moments import HOUR, MINUTE, iso
from nsgkit.sample.scenes import incident, lookalikes, office, servers, shop
from nsgkit.sample.world import World
from nsgkit.training.triage.played import played

_AMONG_OWN = (shop, office, servers, lookalikes, incident)  # the internet's scene has no other NIC in it


def hidden(world: World) -> tuple[Host, int, int]:
    """Return the machine whose log has a hole, and where it begins and ends, in milliseconds since 1970."""
    hours = gap(world)
    return hours[0][0], hours[0][1] * HOUR, (hours[-1][1] + 1) * HOUR


def in_hours(world: World) -> str:
    """Return the hours of the hole, as a filter says them."""
    _, begin, end = hidden(world)
    return f"from:{iso(begin)[:16]} until:{iso(end)[:16]}"


def seen_sending(world: World) -> tuple[str, ...]:
    """Return the machines whose NICs counted, in those hours, bytes that the hidden one sent."""
    return _counted(world, since_row_before=False)


def is_plain(world: World) -> bool:
    """Return whether all would say the same of those hours.

    It must not hang on a row whose bytes may be from just before them. And where no other NIC saw the
    machine, its own log must not tell of them: their last minute lies in the next hour's blob, and what ends
    after them may have begun in them.
    """
    seen = seen_sending(world)
    return seen == _counted(world, since_row_before=True) and bool(seen or not _tells_itself(world))


def _tells_itself(world: World) -> bool:
    host, begin, end = hidden(world)
    own = (row for rows in _at_nics(world, host, own=True) for row in rows if row.allowed)
    after = (row for row in own if row.ms >= end - MINUTE and row.connection.start < end)
    return any(row.ms < end or row.connection.start >= begin for row in after)


def _counted(world: World, *, since_row_before: bool) -> tuple[str, ...]:
    host, begin, end = hidden(world)
    found = set()
    for rows in _at_nics(world, host):
        for before, row in pairwise(chain(rows[:1], rows)):
            began = (before if since_row_before else row).ms >= begin
            if began and row.ms < end and _sent(row, host):
                found.add(row.host.ip)
    return tuple(sorted(found))


def _at_nics(world: World, host: Host, *, own: bool = False) -> Iterator[list[Entry]]:
    """Yield of each connection of the machine what the NIC at its other end wrote down, or its own."""
    connections = chain.from_iterable(played(scene, world) for scene in _AMONG_OWN)
    for connection in connections:
        if host.ip in (connection.src, connection.dst):
            yield [row for row in logged(world, connection) if (row.host is host) is own]


def _sent(row: Entry, host: Host) -> int:
    """Return the bytes that a machine sent, as one row counts them."""
    connection: Connection = row.connection
    return row.counters[1 if connection.src == host.ip else 3] if row.counters else 0
