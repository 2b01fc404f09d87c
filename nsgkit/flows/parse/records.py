"""One record: its version, what it belongs to, and its groups of tuples.

A group is a list of tuples under one rule at one NIC. Here a record is read exactly, in any form;
`nsgkit.flows.parse.records_fast` reads the form that Azure writes, and is quick.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import msgspec

from nsgkit.flows.parse.json_exact import (
    JsonList,
    MalformedError,
    Number,
    Object,
    Text,
    read_value,
    repeated_key,
)
from nsgkit.flows.parse.records_within import NSG, VNET, Piece, Problem, strays
from nsgkit.layout import parse_mac

VERSIONS = {NSG: {"1": 1, "1.0": 1, "2": 2, "2.0": 2}, VNET: {"4": 4, "4.0": 4}}
# What all tuples of a group share: version, rule, acl, mac, resource, flow log. A plain tuple, as there
# are as many as groups; Header names its parts.
Shared = tuple[int, str | None, str | None, str | None, str | None, str | None]

_Group = tuple[Shared, JsonList]


class Header(NamedTuple):
    """What all tuples of a group share."""

    version: int
    rule: str | None
    acl: str | None
    mac: str | None
    resource: str | None
    flow_log: str | None


class Headers(dict[Shared, int]):
    """What groups share -> its number, in the order of first use: `headers[shared]` never fails."""

    def __missing__(self, shared: Shared) -> int:
        """Give the next number to what is new."""
        self[shared] = number = len(self)
        return number


class Record(NamedTuple):
    """What was read of a record: its time as written, version, groups, and why parts are not read.

    A group is the number of what its tuples share and their list: JSON bytes (quick), or the values (exact).
    """

    time: str | None
    version: int
    headers: list[int]
    bodies: list[msgspec.Raw | JsonList]
    problems: list[Problem]


@dataclass
class Records:
    """Records of one buffer: an entry of each list a record, but of the last two a group of tuples."""

    numbers: list[int] = field(default_factory=list)  # its place among the records of its blob
    offsets: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    times: list[str | None] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)  # how many it has
    headers: list[int] = field(default_factory=list)
    bodies: list[msgspec.Raw | JsonList] = field(default_factory=list)

    def add(self, offset: int, length: int, record: Record) -> None:
        """Add one more record."""
        self.numbers.append(len(self.numbers))
        self.offsets.append(offset)
        self.lengths.append(length)
        self.times.append(record.time)
        self.versions.append(record.version)
        self.groups.append(len(record.bodies))
        self.headers += record.headers
        self.bodies += record.bodies

    def extend(self, other: Self) -> None:
        """Add the records of another."""
        for mine, its in zip(vars(self).values(), vars(other).values(), strict=True):
            mine.extend(its)

    def part(self, first: int, last: int) -> "Records":
        """Return the records from `first` to before `last`."""
        groups = slice(sum(self.groups[:first]), sum(self.groups[:last]))
        of_records, of_groups = list(vars(self).values())[:-2], (self.headers, self.bodies)
        return Records(*(values[first:last] for values in of_records), *(v[groups] for v in of_groups))


def upper(text: str | None) -> str | None:
    """Return a resource id in one case: Azure mixes both, and compares neither."""
    return text if text is None else text.upper()


def nic(text: str | None) -> str | None:
    """Return a MAC as upper-case hex without separators, any other name of a NIC in upper case.

    >>> nic("00-0d-3a-b1-78-75")
    '000D3AB17875'
    """
    return text if text is None else parse_mac(text) or text.upper()


def read_exactly(piece: Piece, headers: Headers | None = None) -> Record:
    """Read one framed record in any form. Never raises: what cannot be read is among the problems.

    >>> read_exactly(Piece(b'{"category": "Other"}', 0)).problems[0].reason
    "category 'Other' is no flow log that nsgkit reads"
    """
    text = bytes(piece.raw).decode("latin-1")
    try:
        value, _ = read_value(text, 0)
    except MalformedError as error:
        return refused(f"not JSON at byte {piece.offset + error.offset}: {error.reason}")
    if key := repeated_key(value):
        return refused(f"the key {_shown(key)} stands twice in this record")
    category = value.get("category")
    if not isinstance(category, str) or category not in VERSIONS:
        return refused(f"category {_shown(category)} is no flow log that nsgkit reads")
    written = value.get("flowLogVersion") if category == VNET else _object(value, "properties").get("Version")
    version = VERSIONS[category].get(str(written))
    if version is None:
        return refused(f"version {_shown(written)} of {category} is not known")
    return _with_groups(value, text, version, headers)


def _with_groups(value: Object, text: str, version: int, headers: Headers | None) -> Record:
    groups: list[_Group] = []
    problems: list[Problem] = []
    seen: set[int] = set()
    for shared, group in (_vnet_groups if version == 4 else _nsg_groups)(value, version):
        seen.add(id(group))
        tuples = _tuples(group, text)
        if isinstance(tuples, Problem):
            problems.append(tuples)
        else:
            groups.append((shared, tuples))
    numbers = Headers() if headers is None else headers
    return Record(
        _text(value, "time"), version, [numbers[shared] for shared, _ in groups],
        [body for _, body in groups], problems + list(strays(value, (0, len(text)), frozenset(seen))),
    )  # fmt: skip


def _nsg_groups(record: Object, version: int) -> Iterator[tuple[Shared, Any]]:
    resource = _text(record, "resourceId")
    for flow in _items(_object(record, "properties"), "flows"):
        for group in _items(flow, "flows"):
            mac = _text(group, "mac") or _text(group, "portId") or _text(record, "macAddress")
            yield (version, _text(flow, "rule"), resource, mac, resource, None), group


def _vnet_groups(record: Object, version: int) -> Iterator[tuple[Shared, Any]]:
    mac, target = _text(record, "macAddress"), _text(record, "targetResourceID")
    flow_log = _text(record, "flowLogResourceID")
    for flow in _items(_object(record, "flowRecords"), "flows"):
        for group in _items(flow, "flowGroups"):
            yield (version, _text(group, "rule"), _text(flow, "aclID"), mac, target, flow_log), group


def _tuples(group: Any, text: str) -> JsonList | Problem:
    """Return a group's list of tuples; a text alone is a list of one, as tools write it."""
    if isinstance(group, str):
        return Problem(f"{group} is not a list of objects")
    for key, value, at, end in group.pairs:
        if key == "flowTuples" and isinstance(value, Text):
            alone = JsonList(text)
            alone.append(value)
            alone.spans.append((at, end))
            return alone
        if key == "flowTuples":
            return value if isinstance(value, JsonList) else Problem("flowTuples is not a list", (at, end))
    return Problem("flowTuples is not a list: there is none")


def _items(holder: Any, name: str) -> Iterator[Any]:
    """Yield the objects of a list; its name where it is no list, or holds something else."""
    if isinstance(holder, str):
        yield holder
        return
    items = holder.get(name)
    for item in items if isinstance(items, list) else [items]:
        yield item if isinstance(item, dict) else name


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(holder: Any, name: str) -> str | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    return str(value) if isinstance(value, Text | Number) else None


def refused(reason: str) -> Record:
    """Return the record of what is none."""
    return Record(None, 0, [], [], [Problem(reason)])


def _shown(value: Any) -> str:
    return "(none)" if value is None else repr(str(value)[:60])
