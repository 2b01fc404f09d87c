"""What real blobs do and no textbook says: malformed tuples, repetitions, a gap, a blob still growing."""

from collections.abc import Callable
from typing import NamedTuple

from nsgkit.sample.clock import SECOND, at
from nsgkit.sample.network import DB1, DEMOVM, FILES1, JUMP, WEB1, WEB2, WS1, WS2, Host
from nsgkit.sample.records import Hour, Line, Minute, Record

GAP = tuple((WEB2, at(f"2024-12-18T{hour}:00") // 3_600_000) for hour in (14, 15))
GROWING: Hour = (WEB2, at("2024-12-19T23:00") // 3_600_000)
COPIED_AT = at("2024-12-19T23:41")
REPEATED: Hour = (WS2, at("2024-12-18T10:00") // 3_600_000)


class Fault(NamedTuple):
    """A malformed tuple: where it stands, what is wrong, and how it is made from a sound one."""

    host: Host
    since: int
    what: str
    spoil: Callable[[list[str]], list[str]]


def _changed(place: int, value: str) -> Callable[[list[str]], list[str]]:
    return lambda fields: [*fields[:place], value, *fields[place + 1 :]]


FAULTS = (
    Fault(WS1, at("2024-12-18T03:00"), "seven fields", lambda fields: fields[:7]),
    Fault(WEB1, at("2024-12-18T11:20"), "a port above 65535", _changed(4, "70000")),
    Fault(WEB2, at("2024-12-18T17:05"), "an impossible address", _changed(1, "192.0.2.999")),
    Fault(JUMP, at("2024-12-18T19:40"), "a time that is no number", _changed(0, "17345x0441")),
    Fault(FILES1, at("2024-12-19T04:10"), "a negative counter", _changed(9, "-52")),
    Fault(DB1, at("2024-12-19T12:00"), "fourteen fields", lambda fields: [*fields, "0"]),
)


def spoil(found: dict[Minute, list[Line]]) -> None:
    """Put the odd tuples beside the sound ones."""
    for fault in FAULTS:
        lines, place = _next(found, fault.host, fault.since, _counted if fault.host is FILES1 else _any)
        text = ",".join(fault.spoil(lines[place].text.split(",")))
        lines.insert(place + 1, lines[place]._replace(text=text, entry=None, mark=f"malformed: {fault.what}"))
    _unknown_decision(*_next(found, JUMP, at("2024-12-18T12:30"), _name_begins))
    _thrice(*_next(found, DEMOVM, at("2024-12-19T15:10"), _refused))
    _around(*_next(found, DB1, at("2024-12-18T16:00"), _at_once))
    _backwards(*_next(found, FILES1, at("2024-12-19T08:00"), _at_once))


def wound(blobs: dict[Hour, list[Record]]) -> bytes:
    """Take the gap out, repeat a record, stop the growing blob; return the cut record at its end."""
    for hour in GAP:
        del blobs[hour]
    repeated = blobs[REPEATED]
    place = next(i for i, record in enumerate(repeated) if len(record.lines) > 5)
    repeated.insert(place + 1, repeated[place])
    growing = blobs[GROWING]
    kept = [record for record in growing if record.second * SECOND < COPIED_AT]
    torn = growing[len(kept)].text
    blobs[GROWING] = kept
    return torn[: len(torn) * 3 // 5]


def _next(
    found: dict[Minute, list[Line]], host: Host, since: int, fits: Callable[[list[Line], int], bool]
) -> tuple[list[Line], int]:
    return next(
        (lines, place)
        for (owner, second), lines in found.items()
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
