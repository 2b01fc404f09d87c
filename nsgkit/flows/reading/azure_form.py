"""Records in the very form that Azure writes, read quickly: the lists of tuples stay the bytes that they are.

The decoder would keep the last of two equal keys, drop a new one and take white space and escapes.
Each of these makes a record longer than what it is when it is encoded again; so its length tells.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, Literal, TypeAlias

import msgspec

from nsgkit.flows.reading.records import Headers, Record, Records, Shared

# What the groups of some records share, their lists, how many each record has, and its version.
_Parts: TypeAlias = tuple[list[Shared], list[msgspec.Raw], list[int], list[int]]
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


class _NsgRecord(msgspec.Struct, gc=False, omit_defaults=True):
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
_encode = msgspec.json.Encoder().encode
# msgspec's own errors are ValueErrors, and so is that of bytes that are not UTF-8.
_OTHER_FORM = (ValueError, RecursionError)
_LIST = ord("[")


def read_blob_quickly(data: bytes | memoryview, headers: Headers) -> Records | None:
    """Return the records of a blob that is in Azure's form from end to end, or None where it is not."""
    if data[: len(_OPENING)] != _OPENING or data[-len(_CLOSING) :] != _CLOSING:
        return None
    end = len(data) - len(_CLOSING)
    try:
        return _records(_decode_nsg_blob(data).records, _nsg, len(_OPENING), end, headers)
    except _OTHER_FORM:
        try:
            return _records(_decode_vnet_blob(data).records, _vnet, len(_OPENING), end, headers)
        except _OTHER_FORM:
            return None


def read_quickly(raw: bytes | memoryview, headers: Headers) -> Record | None:
    """Return one record that is in Azure's form, or None where it is in any other."""
    try:
        found = _records([_decode_nsg(raw)], _nsg, 0, len(raw), headers)
    except _OTHER_FORM:
        try:
            found = _records([_decode_vnet(raw)], _vnet, 0, len(raw), headers)
        except _OTHER_FORM:
            return None
    if found is None:
        return None
    return Record(found.times[0], found.versions[0], found.headers, found.bodies, [])


def _records(
    records: Sequence[Any], parts: Callable[[Sequence[Any]], _Parts], start: int, end: int, headers: Headers
) -> Records | None:
    """Return the records that stand between these offsets, or None where something else stands there too.

    No record is shorter than its values encoded again: so where the sum is right, each length is.
    """
    lengths = [len(_encode(record)) for record in records]
    if start + sum(lengths) + max(len(lengths) - 1, 0) != end:
        return None
    shared, bodies, groups, versions = parts(records)
    if {memoryview(body)[0] for body in bodies} - {_LIST}:
        return None
    return Records(
        numbers=list(range(len(lengths))),
        offsets=list(accumulate((length + 1 for length in lengths), initial=start))[:-1],
        lengths=lengths,
        times=[record.time for record in records],
        versions=versions,
        groups=groups,
        headers=[headers[each] for each in shared],
        bodies=list(bodies),
    )


def _nsg(records: Sequence[_NsgRecord]) -> _Parts:
    shared: list[Shared] = [
        (r.properties.Version, f.rule, r.resourceId, g.mac or r.macAddress, r.resourceId, None)
        for r in records for f in r.properties.flows for g in f.flows
    ]  # fmt: skip
    bodies = [g.flowTuples for r in records for f in r.properties.flows for g in f.flows]
    groups = [sum([len(f.flows) for f in r.properties.flows]) for r in records]
    return shared, bodies, groups, [r.properties.Version for r in records]


def _vnet(records: Sequence[_VnetRecord]) -> _Parts:
    shared: list[Shared] = [
        (4, g.rule, f.aclID, r.macAddress, r.targetResourceID, r.flowLogResourceID)
        for r in records for f in r.flowRecords.flows for g in f.flowGroups
    ]  # fmt: skip
    bodies = [g.flowTuples for r in records for f in r.flowRecords.flows for g in f.flowGroups]
    groups = [sum([len(f.flowGroups) for f in r.flowRecords.flows]) for r in records]
    return shared, bodies, groups, [4] * len(records)
