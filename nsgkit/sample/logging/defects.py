"""What real blobs do and no textbook says: malformed tuples, repetitions, a gap, a blob still growing."""

from collections.abc import Callable
from typing import NamedTuple

from nsgkit.sample.company.network import DB1, DEMOVM, FILES1, JUMP, WEB1, WEB2, WS1, Host
from nsgkit.sample.logging.records import Hour, Line, Minute, Record
from nsgkit.sample.moments import HOUR, SECOND
from nsgkit.sample.world import World

SWITCHED_ON = "day 2, 09:43:36"  # the demo VM's flow log, in the middle of a morning, as in the lab


class Malformed(NamedTuple):
    """A malformed tuple: where it stands, what is wrong, and how it is made from a sound one."""

    host: Host
    since: str
    what: str
    change: Callable[[list[str]], list[str]]


def _replaced(place: int, value: str) -> Callable[[list[str]], list[str]]:
    return lambda fields: [*fields[:place], value, *fields[place + 1 :]]


MALFORMED = (
    Malformed(WS1, "day 1, 03:00", "seven fields", lambda fields: fields[:7]),
    Malformed(WEB1, "day 1, 11:20", "a port above 65535", _replaced(4, "70000")),
    Malformed(WEB2, "day 1, 17:05", "an impossible address", _replaced(1, "192.0.2.999")),
    Malformed(JUMP, "day 1, 19:40", "a time that is no number", _replaced(0, "17345x0441")),
    Malformed(FILES1, "day 2, 04:10", "a negative counter", _replaced(9, "-52")),
    Malformed(DB1, "day 2, 12:00", "fourteen fields", lambda fields: [*fields, "0"]),
)


def gap(world: World) -> list[Hour]:
    """Return the hours that one NIC has no blob for."""
    odd = world.oddities
    first = world.at(odd.gap_begins) // HOUR
    return [(odd.gap, first + number) for number in range(odd.gap_hours)]


def growing(world: World) -> Hour:
    """Return the hour that was copied before it was over."""
    return world.oddities.growing, world.at(world.oddities.copied) // HOUR


def repeated(world: World) -> Hour:
    """Return the hour in which one record is written twice."""
    return world.oddities.repeated, world.at(world.oddities.repeated_in) // HOUR


def add_defects(world: World, minutes: dict[Minute, list[Line]]) -> None:
    """Put the odd tuples beside the sound ones."""
    for odd in MALFORMED:
        lines, place = _next(minutes, odd.host, world.at(odd.since), _counted if odd.host is FILES1 else _any)
        text = ",".join(odd.change(lines[place].text.split(",")))
        lines.insert(place + 1, lines[place]._replace(text=text, entry=None, mark=f"malformed: {odd.what}"))
    _unknown_decision(*_next(minutes, JUMP, world.at("day 1, 12:30"), _name_begins))
    _thrice(*_next(minutes, DEMOVM, world.at("day 2, 15:10"), _refused))
    _around(*_next(minutes, DB1, world.at("day 1, 16:00"), _at_once))
    _backwards(*_next(minutes, FILES1, world.at("day 2, 08:00"), _at_once))


def remove_gap(world: World, blobs: dict[Hour, list[Record]]) -> None:
    """Take the hours of the gap out."""
    for hour in gap(world):
        del blobs[hour]


def repeat_record(world: World, blobs: dict[Hour, list[Record]]) -> None:
    """Write one record a second time, word for word."""
    records = blobs[repeated(world)]
    place = next(i for i, record in enumerate(records) if len(record.lines) > 5)
    records.insert(place + 1, records[place])


def truncate_growing_blob(world: World, blobs: dict[Hour, list[Record]]) -> bytes:
    """Drop the records of the growing blob that were not yet written; return the cut one at its end."""
    records = blobs[growing(world)]
    whole = [record for record in records if record.second * SECOND < world.at(world.oddities.copied)]
    cut = records[len(whole)].text
    blobs[growing(world)] = whole
    return cut[: len(cut) * 3 // 5]


def _next(
    minutes: dict[Minute, list[Line]], host: Host, since: int, fits: Callable[[list[Line], int], bool]
) -> tuple[list[Line], int]:
    """Return the first line at or after `since` that fits: its minute's lines, and its place in them."""
    return next(
        (lines, place)
        for (owner, second), lines in minutes.items()
        if owner is host and second * SECOND >= since
        for place in range(len(lines))
        if fits(lines, place)
    )


def _any(lines: list[Line], place: int) -> bool:
    return not lines[place].mark


def _counted(lines: list[Line], place: int) -> bool:
    entry = lines[place].entry
    return entry is not None and bool(entry.counters)


def _refused(lines: list[Line], place: int) -> bool:
    entry = lines[place].entry
    return entry is not None and not entry.allowed and len(lines) > 3


def _name_begins(lines: list[Line], place: int) -> bool:
    entry = lines[place].entry
    return entry is not None and entry.connection.dst_port == 53 and entry.state == "B"


def _at_once(lines: list[Line], place: int) -> bool:
    """Say whether a begin is followed by its own end in the same millisecond."""
    if place + 1 == len(lines):
        return False
    begin, end = lines[place].entry, lines[place + 1].entry
    return bool(begin and end and begin.connection is end.connection and begin.ms == end.ms)


def _unknown_decision(lines: list[Line], place: int) -> None:
    text = lines[place].text.replace(",O,A,B,", ",O,B,B,")
    lines.insert(
        place, lines[place]._replace(text=text, entry=None, mark="a decision that is neither A nor D")
    )


def _thrice(lines: list[Line], place: int) -> None:
    lines[place : place + 1] = [lines[place]._replace(mark="the same denial three times")] * 3


def _around(lines: list[Line], place: int) -> None:
    begin = lines[place]._replace(mark="the same begin before and after its end")
    lines[place : place + 2] = [begin, lines[place + 1], begin]


def _backwards(lines: list[Line], place: int) -> None:
    begin, end = lines[place : place + 2]
    lines[place : place + 2] = [end._replace(mark="an end before its begin"), begin]
