"""The flow table: every column, its type, unit, meaning and place in each log format.

This is the single source of truth. The dtypes, the empty tables, the checks, the labels of
charts and the data dictionary in the field notebook and in the README are derived from it.

Sources: Microsoft's Network Watcher documentation of NSG and VNet flow logs, and public samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from nsgkit.errors import MissingColumnError

TIME = "datetime64[ms, UTC]"
TEXT = "category"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `nsg_v1`, `nsg_v2` and `vnet_v4` are the places (from 0) of the field in a tuple of that
    format, or None where the format has no such field. `codes` maps what stands in the log to
    what stands in the table; `closed` says that nothing but those values can occur.
    """

    name: str
    dtype: str
    label: str
    meaning: str
    unit: str = ""
    nullable: bool = False
    nsg_v1: int | None = None
    nsg_v2: int | None = None
    vnet_v4: int | None = None
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    closed: bool = False

    @property
    def values(self) -> list[str]:
        """The values of a closed column, in the order in which they are shown."""
        return list(dict.fromkeys(self.codes.values())) if self.closed else []


# Assigned Internet protocol numbers that Azure networks carry; any other stays a number.
IANA_PROTOCOLS: Mapping[str, str] = MappingProxyType(
    {
        "0": "HOPOPT",
        "1": "ICMP",
        "2": "IGMP",
        "4": "IPv4",
        "6": "TCP",
        "17": "UDP",
        "33": "DCCP",
        "41": "IPv6",
        "46": "RSVP",
        "47": "GRE",
        "50": "ESP",
        "51": "AH",
        "58": "IPv6-ICMP",
        "88": "EIGRP",
        "89": "OSPFIGP",
        "103": "PIM",
        "112": "VRRP",
        "115": "L2TP",
        "132": "SCTP",
        "136": "UDPLite",
    }
)

ENCRYPTION: Mapping[str, str] = MappingProxyType(
    {
        "X": "encrypted",
        "NX": "not encrypted",
        "NX_HW_NOT_SUPPORTED": "not encrypted: the hardware cannot",
        "NX_SW_NOT_READY": "dropped: the software was not ready to encrypt",
        "NX_NOT_ACCEPTED": "dropped: the other end does not accept unencrypted traffic",
        "NX_NOT_SUPPORTED": "dropped: encryption is not supported there",
        "NX_LOCAL_DST": "not encrypted: the destination is on the same host",
        "NX_FALLBACK": "not encrypted: fell back to plain traffic",
    }
)

FIRST_VNET_VERSION = 4  # of records; 1 and 2 are of NSG flow logs

# A rule allowed these connections, and then encryption did not let them pass.
DROPPED = tuple(code for code, meaning in ENCRYPTION.items() if meaning.startswith("dropped"))

_COUNTERS = (
    ("packets_src_to_dst", "Packets, source to destination", "packets", "source to destination"),
    ("bytes_src_to_dst", "Bytes, source to destination", "bytes", "source to destination"),
    ("packets_dst_to_src", "Packets, destination to source", "packets", "destination to source"),
    ("bytes_dst_to_src", "Bytes, destination to source", "bytes", "destination to source"),
)
COUNTERS = tuple(name for name, *_ in _COUNTERS)

# fmt: off
FLOWS: tuple[Column, ...] = (
    Column("time", TIME, "Time (UTC)", "When the tuple was logged: the tuple's own time, in "
           "seconds (NSG) or milliseconds (VNet) since 1970.", "UTC", nsg_v1=0, nsg_v2=0, vnet_v4=0),
    Column("src_ip", TEXT, "Source address", "The initiator's address. An address masked at the "
           "source (xxx.xxx.xxx.xxx) stays as it is.", nsg_v1=1, nsg_v2=1, vnet_v4=1),
    Column("dst_ip", TEXT, "Destination address", "The address that was called.",
           nsg_v1=2, nsg_v2=2, vnet_v4=2),
    Column("src_port", "uint16", "Source port", "The initiator's port.", nsg_v1=3, nsg_v2=3, vnet_v4=3),
    Column("dst_port", "uint16", "Destination port", "The port that was called: the service.",
           nsg_v1=4, nsg_v2=4, vnet_v4=4),
    Column("protocol", TEXT, "Protocol", "TCP or UDP; VNet logs carry any IANA protocol number, "
           "shown by its name, or as the number where it has none here.",
           nsg_v1=5, nsg_v2=5, vnet_v4=5, codes=MappingProxyType({"T": "TCP", "U": "UDP", **IANA_PROTOCOLS})),
    Column("direction", TEXT, "Direction", "Seen from the NIC that captured the row: inbound is "
           "towards it, outbound is from it.", nsg_v1=6, nsg_v2=6, vnet_v4=6,
           codes=MappingProxyType({"I": "inbound", "O": "outbound"}), closed=True),
    Column("decision", TEXT, "Decision", "What the rule did. NSG: A allowed, D denied, anything else "
           "unknown. VNet has no such field: state D is denied, every other state allowed.",
           nsg_v1=7, nsg_v2=7, vnet_v4=7,
           codes=MappingProxyType({"A": "allowed", "D": "denied", "": "unknown"}), closed=True),
    Column("state", TEXT, "State", "B begin, C continuing (about every five minutes), E end. Null in "
           "version 1 and for VNet denials. A denied NSG row says B: it began nothing.",
           nullable=True, nsg_v2=8, vnet_v4=7,
           codes=MappingProxyType({"B": "begin", "C": "continuing", "E": "end"}), closed=True),
    Column("encryption", TEXT, "Encryption", "Whether the virtual network encrypted it: X encrypted, "
           "NX and its kin not; see ENCRYPTION. VNet only.", nullable=True, vnet_v4=8),
    *(
        Column(name, "Int64", label, f"{unit.capitalize()} from {way} since the connection's previous "
               "row (an increment, never a total). Empty in the log is unknown: null, never 0."
               + (" Headers included." if unit == "bytes" else ""), unit,
               nullable=True, nsg_v2=9 + i, vnet_v4=9 + i)
        for i, (name, label, unit, way) in enumerate(_COUNTERS)
    ),
    Column("rule", TEXT, "Rule", "The security rule that decided, as logged, with or without its "
           "UserRule_ or DefaultRule_ prefix.", nullable=True),
    Column("acl", TEXT, "NSG or ACL", "NSG logs: the NSG's resource id. VNet logs: the aclID (a GUID, "
           "a resource id or 'unspecified'). Upper case.", nullable=True),
    Column("mac", TEXT, "NIC (MAC)", "The network interface that captured the row: upper-case hex "
           "without separators.", nullable=True),
    Column("resource", TEXT, "Logged resource", "What was logged: the NSG, or the VNet, subnet or NIC "
           "of a VNet flow log. Upper case.", nullable=True),
    Column("flow_log", TEXT, "Flow log", "The VNet flow log's resource id. Upper case. Null for NSG "
           "flow logs.", nullable=True),
    Column("version", "uint8", "Version", "The record's format: 1 and 2 are NSG, 4 is VNet."),
    Column("record_time", TIME, "Record time (UTC)", "When the record was written: up to a minute "
           "after its tuples. Never use it in place of time.", "UTC", nullable=True),
    Column("blob", TEXT, "Blob", "The blob that the row came from."),
    Column("record", "int32", "Record", "The record's place in the blob, from 0."),
    Column("tuple", "int32", "Tuple", "The tuple's place in the record, from 0."),
)

REJECTS: tuple[Column, ...] = (
    Column("blob", "str", "Blob", "The blob that holds it."),
    Column("record", "Int32", "Record", "The record's place in the blob, from 0; null where no "
           "record could be told.", nullable=True),
    Column("tuple", "Int32", "Tuple", "The tuple's place in the record, from 0; null where a whole "
           "record or blob was rejected, with an unknown number of tuples.", nullable=True),
    Column("offset", "Int64", "Offset", "Where it begins in the (unpacked) blob.", "bytes", nullable=True),
    Column("reason", "str", "Reason", "Why it is not a flow row."),
    Column("raw", "str", "Raw text", "What stands there: the first 2,000 characters.", nullable=True),
)

BLOBS: tuple[Column, ...] = (
    Column("name", "str", "Blob", "The file's path below the path that was read."),
    Column("hour", TIME, "Hour (UTC)", "The hour that the blob covers, by its path, else by its first "
           "record of the time asked for.", "UTC", nullable=True),
    Column("mac", "str", "NIC (MAC)", "The NIC, by the path, else the record's where there is only "
           "one.", nullable=True),
    Column("resource", "str", "Logged resource", "The NSG or VNet target, by the records, also those of "
           "other blobs of its flow log; else by the path. Upper case.", nullable=True),
    Column("family", "str", "Family", "NSG or VNet, or both, by the records.", nullable=True),
    Column("size", "int64", "Size", "The file's size as stored.", "bytes"),
    Column("sha256", "str", "SHA-256", "Of the file's bytes as stored; null where it cannot be read.",
           nullable=True),
    Column("etag", "str", "ETag", "Azure's mark of the blob's version; known in an evidence folder.",
           nullable=True),
    Column("complete", "bool", "Complete", "False while the closing bracket is missing: still growing "
           "when it was copied, or cut."),
    Column("begins_in_middle", "bool", "Begins in the middle", "True where its beginning is missing."),
    Column("records", "int64", "Records", "Records found, those rejected whole included."),
    Column("tuples", "int64", "Tuples", "Tuples found: always rows + rejects + outside."),
    Column("rows", "int64", "Flow rows", "Rows in the flow table."),
    Column("rejects", "int64", "Rejected tuples", "Tuples that are not flow rows; see the rejects."),
    Column("repeats", "int64", "Repeated tuples", "Those of the rejects that an earlier record has already."),
    Column("outside", "int64", "Rows outside", "Rows that were read, but not of the time asked for."),
    Column("asked", "bool", "Asked for", "False where its hour was not asked for: it was read for rows of "
           "the hour before it, which may stand there."),
    Column("unread", "int64", "Unread pieces", "Records or stretches rejected whole: how many tuples "
           "they held is unknown."),
    Column("note", "str", "Note", "What an analyst should know about this blob.", nullable=True),
)

SET_ASIDE: tuple[Column, ...] = (
    Column("name", "str", "File", "The file's path below the path that was read."),
    Column("size", "Int64", "Size", "The file's size as stored; null where it has none.", "bytes",
           nullable=True),
    Column("reason", "str", "Reason", "Why it was not read as flow logs."),
)
# fmt: on

TUPLE_COLUMNS: tuple[Column, ...] = tuple(
    c for c in FLOWS if (c.nsg_v1, c.nsg_v2, c.vnet_v4) != (None, None, None)
)


def column(name: str, table: tuple[Column, ...] = FLOWS) -> Column:
    """Return the column called `name`; KeyError where the table has none."""
    return {c.name: c for c in table}[name]


def empty(table: tuple[Column, ...] = FLOWS) -> pd.DataFrame:
    """Return the table with no rows, every column in its type.

    >>> len(empty().columns)
    24
    """
    return pd.DataFrame({c.name: _empty_series(c) for c in table})


def typed(frame: pd.DataFrame, table: tuple[Column, ...]) -> pd.DataFrame:
    """Return the frame with the table's columns in their order and types; a missing text stays missing."""
    columns = {c.name: _typed_series(frame[c.name], c) for c in table}
    return pd.DataFrame(columns, index=frame.index)


def require(columns: object, needed: list[str], remedy: str = "nsgkit.read_logs") -> None:
    """Raise MissingColumnError unless every name in `needed` is among `columns`.

    `remedy` names the function that adds what is missing.
    """
    have = set(columns)  # type: ignore[call-overload]
    missing = [name for name in needed if name not in have]
    if missing:
        raise MissingColumnError(f"The table has no column {', '.join(missing)}. Make it with {remedy}().")


def labels(table: tuple[Column, ...] = FLOWS) -> dict[str, str]:
    """Return column name -> label for charts and tables."""
    return {c.name: c.label for c in table}


def dictionary(table: tuple[Column, ...] = FLOWS) -> pd.DataFrame:
    """Return the data dictionary: one row per column, with its place (from 1) in each format.

    >>> dictionary().set_index("column").loc["dst_port", "NSG v2"]
    '5'
    """
    return pd.DataFrame(
        {
            "column": [c.name for c in table],
            "type": [c.dtype for c in table],
            "unit": [c.unit for c in table],
            "can be null": ["yes" if c.nullable else "" for c in table],
            "NSG v1": [_place(c.nsg_v1) for c in table],
            "NSG v2": [_place(c.nsg_v2) for c in table],
            "VNet v4": [_place(c.vnet_v4) for c in table],
            "meaning": [c.meaning for c in table],
        }
    )


def _place(position: int | None) -> str:
    return "" if position is None else str(position + 1)


def _typed_series(values: "pd.Series[Any]", col: Column) -> "pd.Series[Any]":
    dtype: Any = col.dtype
    if col.dtype == TIME:
        return pd.to_datetime(values, utc=True).astype(dtype)
    if col.dtype == "str":  # before pandas 3, astype would write "None"
        return values.astype("str").where(values.notna(), None)
    return values.astype(dtype)


def _empty_series(col: Column) -> "pd.Series[Any]":
    if col.dtype == TEXT:
        return pd.Series(pd.Categorical([], categories=pd.Index(col.values, dtype="str")))
    return pd.Series([], dtype=col.dtype)
