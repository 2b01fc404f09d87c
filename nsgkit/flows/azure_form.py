"""Records in the very form that Azure writes, read quickly: the lists of tuples stay the bytes that they are.

The decoder would keep the last of two equal keys, drop a new one and take white space and escapes.
Each of these makes a record longer than its values in Azure's form are; so its length tells.
"""

from typing import Literal

import msgspec

from nsgkit.flows.framing import Piece
from nsgkit.flows.json_reader import JsonList
from nsgkit.flows.records import Record, Shared

_OPENING, _CLOSING = b'{"records":[', b"]}"


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


class _NsgDocument(msgspec.Struct, gc=False):
    records: list[_NsgRecord]


class _VnetDocument(msgspec.Struct, gc=False):
    records: list[_VnetRecord]


_decode_nsg = msgspec.json.Decoder(_NsgRecord).decode
_decode_vnet = msgspec.json.Decoder(_VnetRecord).decode
_decode_nsg_blob = msgspec.json.Decoder(_NsgDocument).decode
_decode_vnet_blob = msgspec.json.Decoder(_VnetDocument).decode
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


def read_blob_quickly(data: bytes, known: dict[Shared, Shared]) -> list[tuple[Piece, Record]] | None:
    """Return the records of a blob that is in Azure's form from end to end, or None where it is not.

    `known` remembers what groups share: a million groups shall not hold a million tuples for the garbage
    collector.
    """
    if not (data.startswith(_OPENING) and data.endswith(_CLOSING)):
        return None
    found = _decoded(data, known)
    # No record is shorter than its values in Azure's form: so where the sum is right, each length is.
    if found is None or sum(length + 1 for _, length in found) - 1 + len(_OPENING + _CLOSING) != len(data):
        return None
    view, offset, pieces = memoryview(data), len(_OPENING), []
    for record, length in found:
        pieces.append((Piece(view[offset : offset + length], offset), record))
        offset += length + 1
    return pieces


def read_quickly(raw: bytes | memoryview, known: dict[Shared, Shared]) -> Record | None:
    """Return one record that is in Azure's form, or None where it is in any other."""
    try:
        record, length = _of_nsg(_decode_nsg(raw), known)
    except (msgspec.MsgspecError, RecursionError):
        try:
            record, length = _of_vnet(_decode_vnet(raw), known)
        except (msgspec.MsgspecError, RecursionError):
            return None
    return record if length == len(raw) else None


def _decoded(data: bytes, known: dict[Shared, Shared]) -> list[tuple[Record, int]] | None:
    try:
        return [_of_nsg(record, known) for record in _decode_nsg_blob(data).records]
    except (msgspec.MsgspecError, RecursionError):
        pass
    try:
        return [_of_vnet(record, known) for record in _decode_vnet_blob(data).records]
    except (msgspec.MsgspecError, RecursionError):
        return None


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
