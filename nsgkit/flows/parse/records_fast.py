"""Records in the very form that Azure writes, read quickly: the lists of tuples stay the bytes that they are.

The decoder would keep the last of two equal keys, drop a new one and take white space and escapes.
Each of these makes a record longer than its values in Azure's form are; so its length tells.
"""

from collections.abc import Iterable
from itertools import accumulate
from typing import Literal

import msgspec

from nsgkit.flows.parse.records import Headers, Record, Records

_OPENING, _CLOSING = b'{"records":[', b"]}"
# Tuples below, not lists: Python's collector stops looking at tuples of such structs, but never at lists.


class _NsgGroup(msgspec.Struct, gc=False):
    mac: str
    flowTuples: msgspec.Raw  # noqa: N815 (Azure's names)


class _NsgFlow(msgspec.Struct, gc=False):
    rule: str
    flows: tuple[_NsgGroup, ...]


class _Properties(msgspec.Struct, gc=False):
    Version: Literal[1, 2]
    flows: tuple[_NsgFlow, ...]


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
    flowGroups: tuple[_VnetGroup, ...]  # noqa: N815


class _FlowRecords(msgspec.Struct, gc=False):
    flows: tuple[_VnetFlow, ...]


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
    records: tuple[_NsgRecord, ...]


class _VnetDocument(msgspec.Struct, gc=False):
    records: tuple[_VnetRecord, ...]


_decode_nsg = msgspec.json.Decoder(_NsgRecord).decode
_decode_vnet = msgspec.json.Decoder(_VnetRecord).decode
_decode_nsg_blob = msgspec.json.Decoder(_NsgDocument).decode
_decode_vnet_blob = msgspec.json.Decoder(_VnetDocument).decode
# msgspec's own errors are ValueErrors, and so is that of bytes that are not UTF-8.
_OTHER_FORM = (ValueError, RecursionError)
_LIST = ord("[")
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


def read_blob_quickly(data: bytes | memoryview, headers: Headers) -> Records | None:
    """Return the records of a blob that is in Azure's form from end to end, or None where it is not."""
    if data[: len(_OPENING)] != _OPENING or data[-len(_CLOSING) :] != _CLOSING:
        return None
    found = _decoded(data, headers)
    # No record is shorter than its values in Azure's form: so where the sum is right, each length is.
    if found is None or sum(found.lengths) + len(found.lengths) - 1 + len(_OPENING + _CLOSING) != len(data):
        return None
    ends = accumulate((length + 1 for length in found.lengths), initial=len(_OPENING))
    found.offsets = list(ends)[:-1]
    found.numbers = list(range(len(found.lengths)))
    return found


def read_quickly(raw: bytes | memoryview, headers: Headers) -> Record | None:
    """Return one record that is in Azure's form, or None where it is in any other."""
    found = Records()
    try:
        _add_nsg(found, [_decode_nsg(raw)], headers)
    except _OTHER_FORM:
        try:
            _add_vnet(found, [_decode_vnet(raw)], headers)
        except _OTHER_FORM:
            return None
    if found.lengths != [len(raw)]:
        return None
    return Record(found.times[0], found.versions[0], found.headers, found.bodies, [])


def _decoded(data: bytes | memoryview, headers: Headers) -> Records | None:
    found = Records()
    try:
        _add_nsg(found, _decode_nsg_blob(data).records, headers)
    except _OTHER_FORM:
        try:
            _add_vnet(found, _decode_vnet_blob(data).records, headers)
        except _OTHER_FORM:
            return None
    return found


# In the two below each name that a loop looks up counts: a quiet NIC's groups have two or three tuples.
def _add_nsg(found: Records, records: Iterable[_NsgRecord], headers: Headers) -> None:
    add_body, add_header, add_length = found.bodies.append, found.headers.append, found.lengths.append
    for record in records:
        version, flows = record.properties.Version, record.properties.flows
        resource, outer, groups = record.resourceId, record.macAddress, 0
        length = _NSG_FRAME + len(record.time) + len(record.systemId) + len(resource)
        length += len(record.operationName) - bool(flows)  # one comma fewer than flows, and than groups
        if outer is not None:
            length += _MAC + len(outer)
        for flow in flows:
            rule, inner = flow.rule, flow.flows
            groups += len(inner)
            length += _NSG_FLOW + len(rule) - bool(inner) + _NSG_GROUP * len(inner)
            for group in inner:
                mac, tuples = group.mac, group.flowTuples
                add_header(headers[version, rule, resource, mac or outer, resource, None])
                add_body(tuples)
                length += len(mac) + _length(tuples)
        add_length(length)
        found.times.append(record.time)
        found.versions.append(version)
        found.groups.append(groups)


def _add_vnet(found: Records, records: Iterable[_VnetRecord], headers: Headers) -> None:
    add_body, add_header, add_length = found.bodies.append, found.headers.append, found.lengths.append
    for record in records:
        mac, target, flow_log = record.macAddress, record.targetResourceID, record.flowLogResourceID
        flows, groups = record.flowRecords.flows, 0
        length = _VNET_FRAME + len(record.time) + len(record.flowLogGUID) + len(mac) + len(target)
        length += len(flow_log) + len(record.operationName) - bool(flows)
        for flow in flows:
            acl, inner = flow.aclID, flow.flowGroups
            groups += len(inner)
            length += _VNET_FLOW + len(acl) - bool(inner) + _VNET_GROUP * len(inner)
            for group in inner:
                rule, tuples = group.rule, group.flowTuples
                add_header(headers[4, rule, acl, mac, target, flow_log])
                add_body(tuples)
                length += len(rule) + _length(tuples)
        add_length(length)
        found.times.append(record.time)
        found.versions.append(4)
        found.groups.append(groups)


def _length(body: msgspec.Raw) -> int:
    """Return the length of a list; ValueError where it is something else."""
    view = memoryview(body)
    if view[0] != _LIST:
        raise ValueError
    return len(view)
