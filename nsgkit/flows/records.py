"""One record: its version, what it belongs to, and its groups of tuples.

A group is a list of tuples under one rule at one NIC. The quick way takes a record only in the very
form that Azure writes and leaves each list as the bytes that it is; anything else is read exactly.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from nsgkit.flows.framing import Piece
from nsgkit.flows.json_reader import JsonList, MalformedError, read_value, repeated_key
from nsgkit.layout import parse_mac

NSG, VNET = "NetworkSecurityGroupFlowEvent", "FlowLogFlowEvent"
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


class Record(NamedTuple):
    """What was read of a record: its time as written, its groups, and why parts are not read.

    A group is what its tuples share and their list: JSON bytes (quick), or the values (exact).
    """

    time: str | None
    headers: list[Shared]
    bodies: list[msgspec.Raw | JsonList]
    problems: list[str]


class _NsgGroup(msgspec.Struct, gc=False):
    mac: str
    flowTuples: msgspec.Raw  # noqa: N815 (Azure's names)


class _NsgFlow(msgspec.Struct, gc=False):
    rule: str
    flows: list[_NsgGroup]


class _Properties(msgspec.Struct, gc=False):
    Version: Literal[1, 2]
    flows: list[_NsgFlow]


class _NsgRecord(msgspec.Struct, gc=False):
    time: str
    systemId: str  # noqa: N815
    category: Literal["NetworkSecurityGroupFlowEvent"]
    resourceId: str  # noqa: N815
    operationName: str  # noqa: N815
    properties: _Properties
    macAddress: str | None = None  # noqa: N815 (missing until 2018)


class _VnetGroup(msgspec.Struct, gc=False):
    rule: str
    flowTuples: msgspec.Raw  # noqa: N815


class _VnetFlow(msgspec.Struct, gc=False):
    aclID: str  # noqa: N815
    flowGroups: list[_VnetGroup]  # noqa: N815


class _FlowRecords(msgspec.Struct, gc=False):
    flows: list[_VnetFlow]


class _VnetRecord(msgspec.Struct, gc=False):
    time: str
    flowLogVersion: Literal[4]  # noqa: N815
    flowLogGUID: str  # noqa: N815
    macAddress: str  # noqa: N815
    category: Literal["FlowLogFlowEvent"]
    flowLogResourceID: str  # noqa: N815
    targetResourceID: str  # noqa: N815
    operationName: str  # noqa: N815
    flowRecords: _FlowRecords  # noqa: N815


_decode_nsg = msgspec.json.Decoder(_NsgRecord).decode
_decode_vnet = msgspec.json.Decoder(_VnetRecord).decode
# What the compact form adds to its values, in bytes.
_MAC = len('"macAddress":"",')
_NSG_FRAME = len(
    '{"time":"","systemId":"","category":"NetworkSecurityGroupFlowEvent","resourceId":"",'
    '"operationName":"","properties":{"Version":2,"flows":[]}}'
)
_NSG_FLOW, _NSG_GROUP = len('{"rule":"","flows":[]},'), len('{"mac":"","flowTuples":},')
_VNET_FRAME = len(
    '{"time":"","flowLogVersion":4,"flowLogGUID":"","macAddress":"","category":"FlowLogFlowEvent",'
    '"flowLogResourceID":"","targetResourceID":"","operationName":"","flowRecords":{"flows":[]}}'
)
_VNET_FLOW, _VNET_GROUP = len('{"aclID":"","flowGroups":[]},'), len('{"rule":"","flowTuples":},')


def read_quickly(raw: bytes | memoryview, known: dict[Shared, Shared]) -> Record | None:
    """Return a record in the compact form that Azure writes, or None where it is in any other.

    The decoder would keep the last of two equal keys, drop a new one and take white space and escapes;
    each makes the record longer than its values in Azure's form, so the length tells. `known` remembers
    what groups share: a million groups shall not hold a million tuples for the garbage collector.
    """
    try:
        record, length = _of_nsg(_decode_nsg(raw), known)
    except (msgspec.MsgspecError, RecursionError):
        try:
            record, length = _of_vnet(_decode_vnet(raw), known)
        except (msgspec.MsgspecError, RecursionError):
            return None
    return record if length == len(raw) else None


def _of_nsg(record: _NsgRecord, known: dict[Shared, Shared]) -> tuple[Record, int]:
    version, resource = record.properties.Version, record.resourceId
    length = _NSG_FRAME + len(record.time) + len(record.systemId) + len(resource) + len(record.operationName)
    if record.macAddress is not None:
        length += _MAC + len(record.macAddress)
    headers: list[Shared] = []
    bodies: list[msgspec.Raw | JsonList] = []
    for flow in record.properties.flows:
        rule = flow.rule
        length += _NSG_FLOW + len(rule) - bool(flow.flows)  # one comma fewer than groups
        for group in flow.flows:
            shared = (version, rule, resource, group.mac, resource, None)
            headers.append(known.setdefault(shared, shared))
            bodies.append(group.flowTuples)
            length += _NSG_GROUP + len(group.mac) + len(memoryview(group.flowTuples))
    return Record(record.time, headers, bodies, []), length - bool(record.properties.flows)


def _of_vnet(record: _VnetRecord, known: dict[Shared, Shared]) -> tuple[Record, int]:
    mac, target, flow_log = record.macAddress, record.targetResourceID, record.flowLogResourceID
    length = _VNET_FRAME + len(record.time) + len(record.flowLogGUID) + len(mac) + len(target)
    length += len(flow_log) + len(record.operationName)
    headers: list[Shared] = []
    bodies: list[msgspec.Raw | JsonList] = []
    for flow in record.flowRecords.flows:
        length += _VNET_FLOW + len(flow.aclID) - bool(flow.flowGroups)
        for group in flow.flowGroups:
            shared = (4, group.rule, flow.aclID, mac, target, flow_log)
            headers.append(known.setdefault(shared, shared))
            bodies.append(group.flowTuples)
            length += _VNET_GROUP + len(group.rule) + len(memoryview(group.flowTuples))
    return Record(record.time, headers, bodies, []), length - bool(record.flowRecords.flows)


def upper(text: str | None) -> str | None:
    """Return a resource id in one case: Azure mixes both, and compares neither."""
    return text if text is None else text.upper()


def nic(text: str | None) -> str | None:
    """Return a MAC as upper-case hex without separators, any other name of a NIC in upper case.

    >>> nic("00-0d-3a-b1-78-75")
    '000D3AB17875'
    """
    return text if text is None else parse_mac(text) or text.upper()


def read_exactly(piece: Piece) -> Record:
    """Read one framed record in any form. Never raises: what cannot be read is among the problems.

    >>> read_exactly(Piece(b'{"category": "Other"}', 0)).problems[0]
    "category 'Other' is no flow log that nsgkit reads"
    """
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
    groups = [item for item in found if not isinstance(item, str)]
    problems = [item for item in found if isinstance(item, str)]
    return Record(
        _text(value, "time"), [header for header, _ in groups], [body for _, body in groups], problems
    )


def _nsg_groups(record: dict[str, Any], version: int) -> Iterator[_Group | str]:
    resource = _text(record, "resourceId")
    for flow in _objects(_object(record, "properties"), "flows"):
        if isinstance(flow, str):
            yield flow
            continue
        for group in _objects(flow, "flows"):
            mac = _text(group, "mac") or _text(group, "portId") or _text(record, "macAddress")
            yield _group(group, (version, _text(flow, "rule"), resource, mac, resource, None))


def _vnet_groups(record: dict[str, Any], version: int) -> Iterator[_Group | str]:
    mac, target = _text(record, "macAddress"), _text(record, "targetResourceID")
    flow_log = _text(record, "flowLogResourceID")
    for flow in _objects(_object(record, "flowRecords"), "flows"):
        if isinstance(flow, str):
            yield flow
            continue
        for group in _objects(flow, "flowGroups"):
            shared = (version, _text(group, "rule"), _text(flow, "aclID"), mac, target, flow_log)
            yield _group(group, shared)


def _group(group: dict[str, Any] | str, shared: Shared) -> _Group | str:
    if isinstance(group, str):
        return group
    tuples = group.get("flowTuples")
    return (shared, tuples) if isinstance(tuples, JsonList) else "flowTuples is not a list"


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
    return Record(None, [], [], [reason])


def _shown(value: Any) -> str:
    return "(none)" if value is None else repr(str(value)[:60])
