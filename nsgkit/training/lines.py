"""The lines of an exercise, as they stand in the logs; and the same as records, blobs and a flow table."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pandas as pd

from nsgkit.flows.in_memory import read_in_memory

V1, V2, V4 = 1, 2, 4  # the versions of the formats: both of NSG flow logs, and the VNet flow log's
VERSIONS = (V1, V2, V4)
WEB = "UserRule_AllowWeb"
OWN = "10.8.0.0/16"  # the network of all exercises
_SUBSCRIPTION = "7A1D5C30-52B8-4E0F-9C64-3D8F0B21A6E7"
_GROUP = f"/SUBSCRIPTIONS/{_SUBSCRIPTION}/RESOURCEGROUPS/PRACTICE/PROVIDERS/MICROSOFT.NETWORK"


class Line(NamedTuple):
    """One tuple: at which NIC it was logged ("A", "B", …), in which version, by which rule.

    Tuples of one NIC and version stand in one record; with another number they stand in another record.
    """

    text: str
    version: int = V2
    nic: str = "A"
    rule: str = WEB
    record: int = 0

    @property
    def where(self) -> str:
        """At which NIC, and in which kind of log."""
        return f"NIC {self.nic}, {'VNet' if self.version == V4 else 'NSG'}"

    @property
    def fields(self) -> list[str]:
        """What stands between the commas."""
        return self.text.split(",")

    @property
    def seconds(self) -> int:
        """Its time in seconds since 1970, whichever unit the log counts in."""
        return int(self.fields[0]) // (1000 if self.version == V4 else 1)

    def changed(self, place: int, text: str) -> "Line":
        """Return the line with another text in a field; places are counted from 0.

        >>> Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A").changed(7, "D").text[-5:]
        'T,I,D'
        """
        fields = self.fields
        fields[place] = text
        return self._replace(text=",".join(fields))


def by_time(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return lines in time order, as logs of several NICs and formats are read side by side.

    >>> [line.text for line in by_time([Line("1741082401000,…", V4), Line("1741082400,…")])]
    ['1741082400,…', '1741082401000,…']
    """
    return tuple(sorted(lines, key=lambda line: line.seconds))


def mac(nic: str) -> str:
    """Return the MAC address of a NIC.

    >>> mac("A")
    '0022480A0001'
    """
    return f"0022480A{ord(nic) - ord('A') + 1:04d}"


def nsg(nic: str) -> str:
    """Return the id of a NIC's NSG, as logs write it."""
    return f"{_GROUP}/NETWORKSECURITYGROUPS/{nic}-NSG"


def flow_table(lines: Iterable[Line]) -> pd.DataFrame:
    """Return the flow rows of lines, as `nsgkit.read_logs` gives them; the index is a line's number, from 1.

    A line that is no flow row, or whose record was there before, is missing in it.

    >>> flow_table([Line("1741082400,192.0.2.9,10.8.0.4,50000,443,T,I,A,B,,,,")])["dst_port"].to_dict()
    {1: 443}
    """
    lines = [*lines]
    numbers: dict[tuple[str, int, int], int] = {}
    blobs = {}
    for name, records in _blobs(lines).items():
        texts = []
        for place, group in enumerate(records):
            told, order = _record([lines[number - 1] for number in group], group)
            texts.append(told)
            numbers |= {(name, place, tuple_): number for tuple_, number in enumerate(order)}
        blobs[name] = json.dumps({"records": texts}, separators=(",", ":")).encode()
    table = read_in_memory(blobs).flows
    places = table[["blob", "record", "tuple"]].astype("object").itertuples(index=False, name=None)
    return table.set_axis([numbers[place] for place in places]).sort_index()


def records(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return the records that the lines stand in, as Azure writes them."""
    lines = [*lines]
    return [
        _record([lines[number - 1] for number in group], group)[0]
        for found in _blobs(lines).values()
        for group in found
    ]


def _blobs(lines: list[Line]) -> dict[str, list[list[int]]]:
    """Return the numbers of the lines by blob and record, each in the order in which they first come."""
    found: dict[str, dict[int, list[int]]] = {}
    for number, line in enumerate(lines, 1):
        found.setdefault(_name(line), {}).setdefault(line.record, []).append(number)
    return {name: [*groups.values()] for name, groups in found.items()}


def _name(line: Line) -> str:
    """Return the blob of a line: one for each NIC and version, whatever the hours."""
    kind = "flowLogResourceID" if line.version == V4 else "resourceId"
    what = f"/PRACTICE_NETWORKWATCHER_{line.nic}" if line.version == V4 else nsg(line.nic)
    return f"{kind}={what}/y=2025/m=03/d=04/h=10/m=00/macAddress={mac(line.nic)}/V{line.version}/PT1H.json"


def _record(lines: list[Line], numbers: list[int]) -> tuple[dict[str, Any], list[int]]:
    """Return a record, and the numbers of its lines in the order of its tuples: rules stand together."""
    rules: dict[str, list[tuple[str, int]]] = {}
    for line, number in zip(lines, numbers, strict=True):
        rules.setdefault(line.rule, []).append((line.text, number))
    order = [number for group in rules.values() for _, number in group]
    texts = {rule: [text for text, _ in group] for rule, group in rules.items()}
    first = lines[0]
    made = _vnet(first, texts) if first.version == V4 else _nsg(first, texts)
    return {"time": _written(lines), **made}, order


def _nsg(line: Line, texts: dict[str, list[str]]) -> dict[str, Any]:
    flows = [
        {"rule": rule, "flows": [{"mac": mac(line.nic), "flowTuples": group}]}
        for rule, group in texts.items()
    ]
    return {
        "systemId": "3f0a6c1e-8d24-4b6f-a1d7-5e9c70b2f418",
        "macAddress": mac(line.nic),
        "category": "NetworkSecurityGroupFlowEvent",
        "resourceId": nsg(line.nic),
        "operationName": "NetworkSecurityGroupFlowEvents",
        "properties": {"Version": line.version, "flows": flows},
    }


def _vnet(line: Line, texts: dict[str, list[str]]) -> dict[str, Any]:
    groups = [{"rule": rule, "flowTuples": group} for rule, group in texts.items()]
    return {
        "flowLogVersion": V4,
        "flowLogGUID": "5b7d2f90-1c3e-4a86-b0d5-92e4f6a8c713",
        "macAddress": mac(line.nic),
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": f"{_GROUP}/NETWORKWATCHERS/NETWORKWATCHER/FLOWLOGS/PRACTICE-FLOWLOG",
        "targetResourceID": f"{_GROUP}/VIRTUALNETWORKS/PRACTICE-VNET",
        "operationName": "FlowLogFlowEvent",
        "flowRecords": {"flows": [{"aclID": nsg(line.nic), "flowGroups": groups}]},
    }


def _written(lines: list[Line]) -> str:
    """Return when a record was written: in the minute after its last tuple."""
    seconds = (line.seconds for line in lines if line.fields[0].isdecimal())  # a damaged one may have no time
    written = datetime.fromtimestamp(max(seconds, default=0), UTC) + timedelta(minutes=1)
    return f"{written:%Y-%m-%dT%H:%M:%S}.0417113Z"
