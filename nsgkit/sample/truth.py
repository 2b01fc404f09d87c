"""truth.json: what is planted in the logs and what they add up to, counted from what was written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from nsgkit.sample.company.network import DATA, DEMOVM, NETWORKS, PLATFORM, WEB, Network
from nsgkit.sample.logging.connections import Entry
from nsgkit.sample.logging.defects import SWITCHED_ON, gap, growing, repeated
from nsgkit.sample.logging.records import Hour, Line, Record, path
from nsgkit.sample.moments import HOUR, date, iso
from nsgkit.sample.wording import clock, number
from nsgkit.sample.world import World

Blobs = dict[Hour, list[Record]]
Row = dict[str, object]
Value = str | int
# A logged tuple's fields by their columns' names in the flow table.
_FIELDS: dict[str, Callable[[Entry], Value]] = {
    "src_ip": lambda entry: entry.connection.src,
    "dst_ip": lambda entry: entry.connection.dst,
    "src_port": lambda entry: entry.connection.src_port,
    "dst_port": lambda entry: entry.connection.dst_port,
    "mac": lambda entry: entry.host.mac,
    "rule": lambda entry: entry.rule,
    "decision": lambda entry: "allowed" if entry.allowed else "denied",
}


class Fact(NamedTuple):
    """One planted thing: all tuples whose fields are among the `entities`' values, of a span or of all."""

    id: str
    kind: str
    harmless: bool
    entities: dict[str, tuple[Value, ...]]
    story: str
    between: tuple[str, str] | None = None


def truth(world: World, blobs: Blobs, cut_record: bytes, facts: Iterable[Fact]) -> Row:
    """Return everything that is planted, and the totals."""
    lines = [line for _, _, _, line in _places(blobs)]
    entries = [line.entry for line in lines if line.entry]
    return {
        "about": "Synthetic logs of a company that does not exist: what is planted in them.",
        "span": {"first": iso(world.start), "end": iso(world.end)},
        "totals": _totals(blobs, lines),
        "flow_types": _flow_types(lines, frozenset(world.cast.reported)),
        "facts": [_fact(world, fact, entries) for fact in facts],
        "oddities": [
            *_holes(world),
            _growing(world, cut_record),
            _repeated(world, blobs),
            _switch(world),
            *_marks(blobs),
        ],
    }


def _places(blobs: Blobs) -> Iterator[tuple[str, int, int, Line]]:
    """Yield blob, record, tuple and line of every tuple, but for those of a record's second copy."""
    for hour, records in blobs.items():
        seen: set[bytes] = set()
        for place, record in enumerate(records):
            order = _as_written(record) if record.text not in seen else ()
            seen.add(record.text)
            for inside, line in enumerate(order):
                yield path(hour), place, inside, line


def _as_written(record: Record) -> list[Line]:
    """Return the lines in the record's own order: by rule, as each first appears."""
    groups: dict[tuple[str, str], list[Line]] = {}
    acls = list(dict.fromkeys(line.acl for line in record.lines))
    for line in sorted(record.lines, key=lambda x: acls.index(x.acl)):
        groups.setdefault((line.acl, line.rule), []).append(line)
    return [line for group in groups.values() for line in group]


def _totals(blobs: Blobs, lines: list[Line]) -> Row:
    records = [record for hour in blobs.values() for record in hour]
    tuples = sum(len(record.lines) for record in records)
    malformed = sum(line.mark.startswith("malformed") for line in lines)
    again = tuples - len(lines)
    return {
        "blobs": len(blobs),
        "records": len(records),
        "tuples": tuples,
        "rows": tuples - malformed - again,
        "rejects": malformed + again,
        "malformed": malformed,
        "repeated": again,
        "unread": 1,
    }


def _flow_types(lines: list[Line], reported: frozenset[str]) -> Row:
    """Return how many flow rows there are of each of Traffic Analytics' flow types."""
    sound = (line.text.split(",") for line in lines if not line.mark.startswith("malformed"))
    pairs = Counter((src, dst) for _, src, dst, *_ in sound)
    found: Counter[str] = Counter()
    for (src, dst), rows in pairs.items():
        found[_flow_type(src, dst, reported)] += rows
    return dict(sorted(found.items()))


def _flow_type(src: str, dst: str, reported: frozenset[str] = frozenset()) -> str:
    """Say what the company would: all that it has not is public, and none of it Microsoft's but the platform.

    >>> _flow_type("10.20.1.4", "10.30.1.4"), _flow_type("192.0.2.9", "10.20.1.4")
    ('InterVNet', 'ExternalPublic')
    """
    if PLATFORM in (src, dst):
        return "AzurePublic"
    ends = [_network(src), _network(dst)]
    vnets = [end.site for end in ends if end and end.kind == "vnet"]
    if len(vnets) == len(ends):
        return "IntraVNet" if vnets[0] == vnets[1] else "InterVNet"
    if not vnets:
        return "Unknown"
    if all(ends):
        return "S2S"
    return "MaliciousFlow" if {src, dst} & reported else "ExternalPublic"


@cache
def _network(address: str) -> Network | None:
    """Return the company's network that an address is in."""
    return next((n for n in NETWORKS if ip_address(address) in ip_network(n.prefix)), None)


def _fact(world: World, fact: Fact, entries: list[Entry]) -> Row:
    times = [_logged(entry) for entry in _belonging(world, entries, fact)]
    return {
        "id": fact.id,
        "kind": fact.kind,
        "harmless": fact.harmless,
        "entities": {name: list(values) for name, values in fact.entities.items()},
        "first": iso(min(times)),
        "last": iso(max(times)),
        "tuples": len(times),
        "story": fact.story,
    }


def _belonging(world: World, entries: list[Entry], fact: Fact) -> list[Entry]:
    """Return the logged tuples that are the fact's."""
    begin, end = map(world.at, fact.between) if fact.between else (world.start, world.end)
    found = [entry for entry in entries if begin <= entry.ms < end]
    for name, values in fact.entities.items():
        field, wanted = _FIELDS[name], frozenset(values)
        found = [entry for entry in found if field(entry) in wanted]
    return found


def _logged(entry: Entry) -> int:
    """Return the time as the log has it: NSG logs know whole seconds only."""
    return entry.ms if entry.host in DATA else entry.ms // 1_000 * 1_000


def _holes(world: World) -> list[Row]:
    hours, odd = gap(world), world.oddities
    lab = "" if world.seed else ", as in the lab"
    lasts = f"{number(len(hours))} hour{'s' if len(hours) > 1 else ''}"
    meanwhile = "customers came" if odd.gap in WEB else "the others went on"
    afternoon = f"afternoon of {date(world.story)}" if world.days > 2 else "first afternoon"
    morning = "morning of the last day" if world.days > 2 else "second morning"
    return [
        {
            "kind": "gap",
            "mac": odd.gap.mac,
            "hours": [iso(hour * HOUR) for _, hour in hours],
            "story": f"{odd.gap.name} has no blobs for {lasts} of the {afternoon}, while {meanwhile}.",
        },
        {
            "kind": "switched on late",
            "mac": DEMOVM.mac,
            "first": iso(world.at(SWITCHED_ON)),
            "story": f"The demo machine's flow log was switched on in the {morning}{lab}.",
        },
    ]


def _growing(world: World, cut_record: bytes) -> Row:
    odd = world.oddities
    return {
        "kind": "growing",
        "blob": path(growing(world)),
        "cut_record_bytes": len(cut_record),
        "story": f"The last hour of {odd.growing.name} was copied at {clock(odd.copied)}, inside a record: "
        "no closing bracket.",
    }


def _repeated(world: World, blobs: Blobs) -> Row:
    records = blobs[repeated(world)]
    place = next(i for i, record in enumerate(records) if record.text == records[i - 1].text and i)
    return {
        "kind": "repeated record",
        "blob": path(repeated(world)),
        "record": place,
        "tuples": len(records[place].lines),
        "story": "One record is there twice, word for word: its second copy counts for nothing.",
    }


def _switch(world: World) -> Row:
    since = world.oddities.second_version
    return {
        "kind": "version switch",
        "macs": [host.mac for host in world.office],
        "first": iso(world.second_version),
        "story": f"The office's flow log was on version 1 until {clock(since)} of the first day: no states, "
        "no bytes.",
    }


def _marks(blobs: Blobs) -> list[Row]:
    return [
        {"kind": line.mark, "blob": blob, "record": record, "tuple": place, "raw": line.text}
        for blob, record, place, line in _places(blobs)
        if line.mark
    ]
