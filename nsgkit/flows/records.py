"""One record: its version, what it belongs to, and its groups of tuples.

A group is a list of tuples under one rule at one NIC. The fast decoder leaves that list as the bytes
that it is; whatever it will not take, or may have understood too kindly, is read exactly.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from nsgkit.flows.framing import Piece
from nsgkit.flows.json_reader import JsonList, MalformedError, read_value, repeated_key
from nsgkit.layout import parse_mac

NSG, VNET = "NetworkSecurityGroupFlowEvent", "FlowLogFlowEvent"
VERSIONS = {NSG: {"1": 1, "1.0": 1, "2": 2, "2.0": 2}, VNET: {"4": 4, "4.0": 4}}
# A compact record has none of these; one that has is read exactly.
_UNUSUAL = (b" ", b"\n", b"\t", b"\r", b"\\")


class Header(NamedTuple):
    """What all tuples of a group share."""

    version: int
    rule: str | None
    acl: str | None
    mac: str | None
    resource: str | None
    flow_log: str | None


class Group(NamedTuple):
    """A list of tuples: as JSON bytes (fast) or as the values that were read (exact)."""

    header: Header
    body: memoryview | JsonList


class Record(NamedTuple):
    """What was read of a record: its time as written, its groups, and why parts are not read."""

    time: str | None
    groups: list[Group]
    problems: list[str]


class _Group(msgspec.Struct, gc=False):
    flowTuples: msgspec.Raw  # noqa: N815 (Azure's names)
    mac: str | None = None
    rule: str | None = None


class _Flow(msgspec.Struct, gc=False):
    rule: str | None = None
    flows: list[_Group] | None = None
    aclID: str | None = None  # noqa: N815
    flowGroups: list[_Group] | None = None  # noqa: N815


class _Flows(msgspec.Struct, gc=False):
    flows: list[_Flow]
    Version: int | None = None


class _Record(msgspec.Struct, gc=False):
    time: str
    category: str
    operationName: str  # noqa: N815
    macAddress: str | None = None  # noqa: N815
    systemId: str | None = None  # noqa: N815
    resourceId: str | None = None  # noqa: N815
    properties: _Flows | None = None
    flowLogVersion: int | None = None  # noqa: N815
    flowLogGUID: str | None = None  # noqa: N815
    flowLogResourceID: str | None = None  # noqa: N815
    targetResourceID: str | None = None  # noqa: N815
    flowRecords: _Flows | None = None  # noqa: N815


_decode = msgspec.json.Decoder(_Record).decode


def read_record(piece: Piece, *, exact: bool = False) -> Record:
    """Read one framed record. Never raises: what cannot be read is among the problems.

    >>> read_record(Piece(b'{"category": "Other"}', 0)).problems[0]
    "category 'Other' is no flow log that nsgkit reads"
    """
    return (None if exact else _read_fast(piece.raw)) or _read_exactly(piece)


def upper(text: str | None) -> str | None:
    """Return a resource id in one case: Azure mixes both, and compares neither."""
    return text if text is None else text.upper()


def nic(text: str | None) -> str | None:
    """Return a MAC as upper-case hex without separators, any other name of a NIC in upper case.

    >>> nic("00-0d-3a-b1-78-75")
    '000D3AB17875'
    """
    return text if text is None else parse_mac(text) or text.upper()


def _read_fast(raw: bytes | memoryview) -> Record | None:
    """Return the record where it is compact and has Azure's very keys, each once; else None."""
    whole = bytes(raw)
    if any(mark in whole for mark in _UNUSUAL):
        return None
    try:
        record = _decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None
    found = _nsg_fast(record) if record.category == NSG else _vnet_fast(record)
    if found is None:
        return None
    groups, keys = found
    return Record(record.time, groups, []) if whole.count(b'":') == keys else None


def _nsg_fast(record: _Record) -> tuple[list[Group], int] | None:
    flows, resource = record.properties, record.resourceId
    if flows is None or resource is None or record.systemId is None or flows.Version not in (1, 2):
        return None
    groups, keys = [], 8 + (record.macAddress is not None)
    for flow in flows.flows:
        keys += 2
        if flow.rule is None or flow.flows is None:
            return None
        for group in flow.flows:
            keys += 2
            if group.mac is None:
                return None
            header = Header(flows.Version, flow.rule, resource, group.mac, resource, None)
            groups.append(Group(header, memoryview(group.flowTuples)))
    return groups, keys


def _vnet_fast(record: _Record) -> tuple[list[Group], int] | None:
    flows, mac = record.flowRecords, record.macAddress
    target, flow_log = record.targetResourceID, record.flowLogResourceID
    if flows is None or record.category != VNET or record.flowLogVersion != 4:
        return None
    if None in (mac, target, flow_log, record.flowLogGUID):
        return None
    groups, keys = [], 10
    for flow in flows.flows:
        keys += 2
        if flow.aclID is None or flow.flowGroups is None:
            return None
        for group in flow.flowGroups:
            keys += 2
            if group.rule is None:
                return None
            header = Header(4, group.rule, flow.aclID, mac, target, flow_log)
            groups.append(Group(header, memoryview(group.flowTuples)))
    return groups, keys


def _read_exactly(piece: Piece) -> Record:
    try:
        value, _ = read_value(bytes(piece.raw).decode("latin-1"), 0)
    except MalformedError as error:
        return _refused(f"not JSON at byte {piece.offset + error.offset}: {error.reason}")
    if key := repeated_key(value):
        return _refused(f"the key {_shown(key)} stands twice in this record")
    category = value.get("category")
    if not isinstance(category, str) or category not in VERSIONS:
        return _refused(f"category {_shown(category)} is no flow log that nsgkit reads")
    written = value.get("flowLogVersion") if category == VNET else _object(value, "properties").get("Version")
    version = VERSIONS[category].get(str(written))
    if version is None:
        return _refused(f"version {_shown(written)} of {category} is not known")
    found = list((_vnet_groups if category == VNET else _nsg_groups)(value, version))
    problems = [item for item in found if isinstance(item, str)]
    return Record(_text(value, "time"), [item for item in found if isinstance(item, Group)], problems)


def _nsg_groups(record: dict[str, Any], version: int) -> Iterator[Group | str]:
    resource = _text(record, "resourceId")
    for flow in _objects(_object(record, "properties"), "flows"):
        if isinstance(flow, str):
            yield flow
            continue
        for group in _objects(flow, "flows"):
            mac = _text(group, "mac") or _text(group, "portId") or _text(record, "macAddress")
            yield _group(group, Header(version, _text(flow, "rule"), resource, mac, resource, None))


def _vnet_groups(record: dict[str, Any], version: int) -> Iterator[Group | str]:
    mac, target = _text(record, "macAddress"), _text(record, "targetResourceID")
    flow_log = _text(record, "flowLogResourceID")
    for flow in _objects(_object(record, "flowRecords"), "flows"):
        if isinstance(flow, str):
            yield flow
            continue
        for group in _objects(flow, "flowGroups"):
            header = Header(version, _text(group, "rule"), _text(flow, "aclID"), mac, target, flow_log)
            yield _group(group, header)


def _group(group: dict[str, Any] | str, header: Header) -> Group | str:
    if isinstance(group, str):
        return group
    tuples = group.get("flowTuples")
    return Group(header, tuples) if isinstance(tuples, JsonList) else "flowTuples is not a list"


def _objects(holder: dict[str, Any], name: str) -> Iterator[dict[str, Any] | str]:
    """Yield the objects of a list; a sentence where it is no list, or holds something else."""
    items = holder.get(name)
    for item in items if isinstance(items, list) else [items]:
        yield item if isinstance(item, dict) else f"{name} is not a list of objects"


def _object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _text(holder: dict[str, Any] | str, name: str) -> str | None:
    value = holder.get(name) if isinstance(holder, dict) else None
    return str(value) if isinstance(value, str) else None


def _refused(reason: str) -> Record:
    return Record(None, [], [reason])


def _shown(value: Any) -> str:
    return "(none)" if value is None else repr(str(value)[:60])
