"""Where the logs have no rows: gaps, stops, silences, and NICs that were logged only later."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from nsgkit.case.contents import Evidence
from nsgkit.case.report.reading import Reading
from nsgkit.case.report.words import from_to, short, spoken
from nsgkit.times import shifted

_HOUR = timedelta(hours=1)


class Hole(NamedTuple):
    """A time of which the logs tell nothing, or less than usual, at one NIC or at a whole flow log."""

    kind: str
    start: datetime
    end: datetime
    mac: str | None
    resource: str | None
    told: str


class Sorted(NamedTuple):
    """Holes by what they have to do with a case."""

    both: list[Hole]  # at a NIC that is cited, within the time of the case
    time: list[Hole]  # within its time, at other NICs
    place: list[Hole]  # at a NIC that is cited, before or after
    elsewhere: list[Hole]


def holes(logs: Evidence) -> list[Hole]:
    """Return all the holes of the logs, in the order of time."""
    found = {*_gaps(logs), *_stops(logs), *_silences(logs), *_late(logs)}
    return sorted(found, key=lambda hole: (hole.start, hole.end, hole.told))


def sort_out(reading: Reading, found: list[Hole]) -> Sorted:
    """Sort holes by whether they touch the time of the case and the NICs of what it cites."""
    span, sides = reading.span(), Sorted([], [], [], [])
    rows = reading.rows()
    nics, resources = {row.mac for row in rows} - {None}, {row.resource for row in rows} - {None}
    for hole in found:
        within = span is not None and hole.start <= span[1] and span[0] < hole.end
        cited = hole.mac in nics if hole.mac else hole.resource in resources
        side = (
            (sides.both if cited else sides.time) if within else (sides.place if cited else sides.elsewhere)
        )
        side.append(hole)
    return sides


def _gaps(logs: Evidence) -> Iterator[Hole]:
    for gap in logs.gaps:
        told = (
            f"No blob of {_place(gap.mac, gap.resource)} from {from_to(gap.start, gap.end)}, "
            "but before and after"
        )
        yield Hole(
            "gap", gap.start, gap.end, gap.mac, gap.resource, f"{told}: what happened then is unknown."
        )


def _stops(logs: Evidence) -> Iterator[Hole]:
    end = _end(logs)
    for stop in logs.stops:
        start = shifted(stop.last_hour, _HOUR)
        told = f"Logging of {_place(stop.mac, stop.resource)} stopped: its last blob is of the hour from "
        told += f"{spoken(stop.last_hour)} UTC, while others went on. What happened after it is unknown"
        told += f" (together with {stop.together_with})." if stop.together_with else "."
        yield Hole("stop", start, max(start, end or start), stop.mac, stop.resource, told)


def _silences(logs: Evidence) -> Iterator[Hole]:
    for each in logs.silences:
        told = (
            f"No row of {_place(each.mac, each.resource)} from {from_to(each.start, each.end)}, where there "
        )
        told += "usually are some: it was silent, or not logged; the logs cannot tell which."
        yield Hole("silence", each.start, each.end, each.mac, each.resource, told)


def _late(logs: Evidence) -> Iterator[Hole]:
    """Yield the hours before the first blob of NICs that have one later than others."""
    firsts: dict[tuple[str, str | None], datetime] = {}
    for blob in logs.blobs:
        if blob.mac and blob.hour:
            stream = (blob.mac, blob.resource)
            firsts[stream] = min(blob.hour, firsts.get(stream, blob.hour))
    begin = min(firsts.values(), default=None)
    for (mac, resource), first in sorted(firsts.items(), key=str):
        if begin is not None and first > begin:
            told = (
                f"The first blob of {_place(mac, resource)} is of the hour from {spoken(first)} UTC: these "
            )
            told += "logs do not tell what happened there before, or whether the machine was there."
            yield Hole("late", begin, first, mac, resource, told)


def _end(logs: Evidence) -> datetime | None:
    hours = [shifted(blob.hour, _HOUR) for blob in logs.blobs if blob.hour]
    return max(hours, default=logs.last)


def _place(mac: str | None, resource: str | None) -> str:
    return f"the NIC {mac} ({short(resource)})" if mac else f"the whole flow log of {short(resource)}"
