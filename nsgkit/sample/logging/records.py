"""From logged tuples to records and blobs: the bytes, keys and folders as Azure writes them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from nsgkit.sample.company.network import DATA, REGION, SUBSCRIPTION, WS1, Host
from nsgkit.sample.company.rules import BY_NAME
from nsgkit.sample.logging.connections import TCP, Entry, encryption
from nsgkit.sample.moments import MINUTE, SECOND
from nsgkit.sample.world import World

HEAD, TAIL = b'{"records":[', b"]}"
BLOCK = 32_000  # bytes: a fuller minute is written as several records
LAB_FIRST_RECORD = "day 2, 09:44:35"
FLOW_LOG = "VNET-DATA-FLOWLOG"
FLOW_LOG_GUID = "9f2c6b04-7d18-4e5a-8b3f-60a1c7d2e954"


class Line(NamedTuple):
    """One tuple as it stands in a record: without an entry where it is malformed; `mark` says what is odd."""

    text: str
    rule: str
    acl: str
    entry: Entry | None
    mark: str = ""


class Record(NamedTuple):
    """One record: the second at which it was written, its JSON and what stands in it."""

    second: int
    text: bytes
    lines: tuple[Line, ...]


Minute = tuple[Host, int]  # a NIC and the second at which its record was written
Hour = tuple[Host, int]  # a NIC and the hours since 1970


def minutes(world: World, entries: Iterable[Entry]) -> dict[Minute, list[Line]]:
    """Put each tuple into its NIC's next record, in time order; what comes after the last record is left."""
    found: dict[Minute, list[Line]] = defaultdict(list)
    for entry in sorted(entries, key=lambda e: e.ms):
        second = _written(entry)
        old = _first_version(world, entry.host, second)
        if second * SECOND < world.end and not (old and entry.state != "B"):
            found[entry.host, second].append(Line(_text(world, entry, old), entry.rule, entry.acl, entry))
    places = {host: place for place, host in enumerate(world.hosts)}
    return {minute: found[minute] for minute in sorted(found, key=lambda m: (places[m[0]], m[1]))}


def records(world: World, minute: Minute, lines: list[Line]) -> Iterator[Record]:
    """Yield the minute's records: one, or several where it is fuller than a block."""
    host, second = minute
    part: list[Line] = []
    for line in lines:
        if sum(len(other.text) + 3 for other in part) + len(line.text) > BLOCK:
            yield Record(second, _json(world, host, second, part), tuple(part))
            part = []
        part.append(line)
    yield Record(second, _json(world, host, second, part), tuple(part))


def path(hour: Hour) -> str:
    """Return where the blob lies, from the container on."""
    host, number = hour
    when = datetime.fromtimestamp(number * 3_600, UTC)
    if host in DATA:
        log = f"flowLogResourceID=/{SUBSCRIPTION}_NETWORKWATCHERRG/NETWORKWATCHER_{REGION}_{FLOW_LOG}"
        folder = f"insights-logs-flowlogflowevent/{log}"
    else:
        folder = f"insights-logs-networksecuritygroupflowevent/resourceId={resource(host.nsg)}"
    return f"{folder}/{when:y=%Y/m=%m/d=%d/h=%H}/m=00/macAddress={host.mac}/PT1H.json"


def resource(nsg: str) -> str:
    """Return the NSG's resource id, as the logs have it."""
    group = BY_NAME[nsg].group
    return (
        f"/SUBSCRIPTIONS/{SUBSCRIPTION}/RESOURCEGROUPS/{group}/PROVIDERS/MICROSOFT.NETWORK"
        f"/NETWORKSECURITYGROUPS/{nsg}"
    )


def _written(entry: Entry) -> int:
    """Return the second of the record: the NIC's next one after the tuple."""
    second = entry.ms // SECOND
    return second + 60 - (second - entry.host.phase) % 60


def _first_version(world: World, host: Host, second: int) -> bool:
    """Return whether what a NIC wrote then is in version 1: the office's was, for a while."""
    return host.nsg == WS1.nsg and second * SECOND < world.second_version


def _text(world: World, entry: Entry, old: bool) -> str:
    ms, host, connection, inbound, allowed, state, counters, *_ = entry
    _, src, dst, src_port, dst_port, protocol, *_ = connection
    way = "I" if inbound else "O"
    if host in DATA:
        numbers = ",".join(map(str, counters or (0, 0, 0, 0)))
        return (
            f"{ms},{src},{dst},{src_port},{dst_port},{protocol},{way},{state if allowed else 'D'},"
            f"{encryption(world, entry)},{numbers}"
        )
    start = (
        f"{ms // SECOND},{src},{dst},{src_port},{dst_port},{'T' if protocol == TCP else 'U'},{way},"
        f"{'A' if allowed else 'D'}"
    )
    if old:
        return start
    nothing = ",," if host.nsg == "DEMOVM-NSG" else ",,,"  # the lab's machine writes one comma fewer
    return f"{start},{state},{','.join(map(str, counters)) if counters else nothing}"


def _json(world: World, host: Host, second: int, lines: list[Line]) -> bytes:
    content = (
        _vnet_record(world, host, second, lines) if host in DATA else _nsg_record(world, host, second, lines)
    )
    return json.dumps(content, separators=(",", ":")).encode("ascii")


def _nsg_record(world: World, host: Host, second: int, lines: list[Line]) -> dict[str, object]:
    rules = dict.fromkeys(line.rule for line in lines)
    flows = [
        {"rule": rule, "flows": [{"mac": host.mac, "flowTuples": [x.text for x in lines if x.rule == rule]}]}
        for rule in rules
    ]
    old = _first_version(world, host, second)
    return {
        "time": _time(world, host, second),
        "systemId": host.system_id,
        "macAddress": host.mac,
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": resource(host.nsg),
        "operationName": "NetworkSecurityGroupFlowEvents",
        "properties": {"Version": 1 if old else 2, "flows": flows},
    }


def _vnet_record(world: World, host: Host, second: int, lines: list[Line]) -> dict[str, object]:
    flows = []
    for acl in dict.fromkeys(line.acl for line in lines):
        rules = dict.fromkeys(line.rule for line in lines if line.acl == acl)
        groups = [
            {"rule": rule, "flowTuples": [x.text for x in lines if (x.acl, x.rule) == (acl, rule)]}
            for rule in rules
        ]
        flows.append({"aclID": acl, "flowGroups": groups})
    return {
        "time": _time(world, host, second),
        "flowLogVersion": 4,
        "flowLogGUID": FLOW_LOG_GUID,
        "macAddress": host.mac,
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": f"/SUBSCRIPTIONS/{SUBSCRIPTION}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS"
        f"/MICROSOFT.NETWORK/NETWORKWATCHERS/NETWORKWATCHER_{REGION}/FLOWLOGS/{FLOW_LOG}",
        "targetResourceID": f"/subscriptions/{SUBSCRIPTION.lower()}/resourceGroups/marshlane/providers"
        "/Microsoft.Network/virtualNetworks/VNET-DATA",
        "operationName": "FlowLogFlowEvent",
        "flowRecords": {"flows": flows},
    }


def _time(world: World, host: Host, second: int) -> str:
    """Return the record's time: seven digits, and a drift from minute to minute as in the lab's blob."""
    minutes = second // 60 - world.at(LAB_FIRST_RECORD) // MINUTE
    fraction = (host.fraction + minutes * 175_113) % 10_000_000
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:07d}Z"
