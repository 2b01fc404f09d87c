"""Every public table, stated once: each column's type, unit, meaning and place in each log format.

This is the single source of truth. The dtypes, the empty tables, the checks, the labels of
charts and the data dictionary in the field notebook and in the README are derived from it.

Sources: Microsoft's Network Watcher documentation of NSG and VNet flow logs, and public samples.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from nsgkit.schema.columns import TEXT, TIME, Column, Table, closed, empty_series

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
PLACE = ("blob", "record", "tuple")  # the columns that say where in the logs a row stands

# fmt: off
FLOWS: tuple[Column, ...] = (
    Column("time", TIME, "Time (UTC)", "When the tuple was logged: the tuple's own time, in "
           "seconds (NSG) or milliseconds (VNet) since 1970.", "UTC", nsg_v1=0, nsg_v2=0, vnet_v4=0),
    Column("src_ip", TEXT, "Source address", "The initiator's address. An address masked at the "
           "source (xxx.xxx.xxx.xxx) stays as it is.", nsg_v1=1, nsg_v2=1, vnet_v4=1,
           filter_word="src"),
    Column("dst_ip", TEXT, "Destination address", "The address that was called.",
           nsg_v1=2, nsg_v2=2, vnet_v4=2, filter_word="dst"),
    Column("src_port", "uint16", "Source port", "The initiator's port.", nsg_v1=3, nsg_v2=3, vnet_v4=3,
           filter_word="src_port"),
    Column("dst_port", "uint16", "Destination port", "The port that was called: the service.",
           nsg_v1=4, nsg_v2=4, vnet_v4=4, filter_word="dst_port"),
    Column("protocol", TEXT, "Protocol", "TCP or UDP; VNet logs carry any IANA protocol number, "
           "shown by its name, or as the number where it has none here.",
           nsg_v1=5, nsg_v2=5, vnet_v4=5, codes=MappingProxyType({"T": "TCP", "U": "UDP", **IANA_PROTOCOLS}),
           filter_word="protocol"),
    Column("direction", TEXT, "Direction", "Seen from the NIC that captured the row: inbound is "
           "towards it, outbound is from it.", nsg_v1=6, nsg_v2=6, vnet_v4=6,
           codes=MappingProxyType({"I": "inbound", "O": "outbound"}), closed=True,
           filter_word="direction"),
    Column("decision", TEXT, "Decision", "What the rule did. NSG: A allowed, D denied, anything else "
           "unknown. VNet has no such field: state D is denied, every other state allowed.",
           nsg_v1=7, nsg_v2=7, vnet_v4=7, taken_from="state",
           codes=MappingProxyType({"A": "allowed", "D": "denied", "": "unknown"}), closed=True,
           filter_word="decision"),
    Column("state", TEXT, "State", "B begin, C continuing (about every five minutes), E end. Null in "
           "version 1 and for VNet denials. A denied NSG row says B: it began nothing.",
           nullable=True, nsg_v2=8, vnet_v4=7,
           codes=MappingProxyType({"B": "begin", "C": "continuing", "E": "end"}), closed=True,
           filter_word="state"),
    Column("encryption", TEXT, "Encryption", "Whether the virtual network encrypted it: X encrypted, "
           "NX and its kin not; see ENCRYPTION. VNet only.", nullable=True, vnet_v4=8,
           filter_word="encryption"),
    *(
        Column(name, "Int64", label, f"{unit.capitalize()} from {way} since the connection's previous "
               "row (an increment, never a total). Empty in the log is unknown: null, never 0."
               + (" Headers included." if unit == "bytes" else ""), unit,
               nullable=True, nsg_v2=9 + i, vnet_v4=9 + i)
        for i, (name, label, unit, way) in enumerate(_COUNTERS)
    ),
    Column("rule", TEXT, "Rule", "The security rule that decided, as logged, with or without its "
           "UserRule_ or DefaultRule_ prefix.", nullable=True, filter_word="rule"),
    Column("acl", TEXT, "NSG or ACL", "NSG logs: the NSG's resource id. VNet logs: the aclID (a GUID, "
           "a resource id or 'unspecified'). Upper case.", nullable=True, spoken="NSG", filter_word="nsg"),
    Column("mac", TEXT, "NIC (MAC)", "The network interface that captured the row: upper-case hex "
           "without separators.", nullable=True, spoken="NIC", filter_word="nic"),
    Column("resource", TEXT, "Logged resource", "What was logged: the NSG, or the VNet, subnet or NIC "
           "of a VNet flow log. Upper case.", nullable=True),
    Column("flow_log", TEXT, "Flow log", "The VNet flow log's resource id. Upper case. Null for NSG "
           "flow logs.", nullable=True, filter_word="flow_log"),
    Column("version", "uint8", "Version", "The record's format: 1 and 2 are NSG, 4 is VNet.",
           filter_word="version"),
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


def column(name: str, table: Table = FLOWS) -> Column:
    """Return the column called `name`; KeyError where the table has none.

    >>> column("dst_port").label
    'Destination port'
    """
    return {c.name: c for c in table}[name]


def _kept(*names: str) -> tuple[Column, ...]:
    return tuple(column(name) for name in names)


_RESOURCE = Column("resource", "str", "Logged resource", "The NSG, or the VNet target of a flow log.")
_NIC = Column("mac", "str", "NIC (MAC)", "The NIC.", spoken="NIC", filter_word="nic")
_INTERVAL = (
    Column("start", TIME, "Start (UTC)", "Where the interval begins.", "UTC"),
    Column("end", TIME, "End (UTC)", "Where it ends: no longer part of it.", "UTC"),
)
_NSG = Column("nsg", "str", "NSG", "The NSG or ACL by its short name.", filter_word="nsg")

# fmt: off
CONVERSATIONS: tuple[Column, ...] = (
    Column("first", TIME, "First seen (UTC)", "The time of its first row.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "The time of its last row.", "UTC"),
    Column("duration", "float64", "Duration", "From its first row to its last: all of it where closed, at "
           "least so long where open or orphan, null where rows do not tell (denied, version 1).",
           "seconds", nullable=True),
    Column("state", TEXT, "State", "closed: begin and end are there. open: no end yet. orphan: its begin "
           "lies before the data. denied: a denied attempt. Null in version 1, which does not tell.",
           nullable=True, **closed("closed", "open", "orphan", "denied"), filter_word="state"),
    Column("counted_by", TEXT, "Counted by", "Which row counts it. begin: its begin row. row: its only row "
           "(denied, version 1). end: its end row, because its flow log writes no begin rows. Null: not "
           "counted here, because its begin lies before the data.", nullable=True,
           **closed("begin", "row", "end")),
    *_kept("decision", "direction", "protocol", "src_ip", "src_port", "dst_ip", "dst_port"),
    *(replace(column(name), meaning="The sum of its continuing and end rows; null where none of them "
              "had a counter: unknown, never 0.") for name in COUNTERS),
    Column("answered", "boolean", "Answered", "True where packets came back (bytes, where packets are "
           "unknown), False where counters say that none did, null without counters.", nullable=True,
           filter_word="answered"),
    *_kept("rule", "acl", "mac", "resource", "flow_log", "version", "encryption"),
    Column("rows", "int64", "Rows", "How many flow rows it was stitched from; conversation_rows() gives "
           "them.", "rows"),
    *(replace(column(name), meaning=f"Where its first row stands: the {name}.")
      for name in PLACE),
    Column("folded", "bool", "Folded", "True where another view of the same connection counts in its place."),
    Column("into_blob", TEXT, "Folded into: blob", "The blob of the counting view's first row.",
           nullable=True),
    Column("into_record", "Int32", "Folded into: record", "The record of that row.", nullable=True),
    Column("into_tuple", "Int32", "Folded into: tuple", "The tuple of that row.", nullable=True),
    Column("stateless", "bool", "Suspected stateless", "True where its rule seems to be logged without "
           "state: inbound TCP connections that are never counted and never end."),
)

# What every table of traffic counts; how, `nsgkit.counting.measures` says.
TRAFFIC: tuple[Column, ...] = (
    Column("connections", "int64", "Connections", "Allowed, with the row that counts it.", "connections"),
    Column("denied", "int64", "Denied attempts", "Denied rows.", "denied attempts"),
    Column("unknown", "int64", "Undecided", "Connections whose decision is unknown.", "connections"),
    Column("unanswered", "int64", "Unanswered", "Connections whose counters say that no packet came back.",
           "connections"),
    Column("dropped", "int64", "Dropped", "Connections that a rule allowed and encryption dropped "
           f"({', '.join(DROPPED)}).", "connections"),
    Column("orphans", "int64", "Orphans", "Not counted: they began before the data.", "conversations"),
    Column("bytes", "Int64", "Bytes", "Both ways; null where no counter is known.", "bytes", nullable=True),
    Column("packets", "Int64", "Packets", "Both ways; null where no counter is known.", "packets",
           nullable=True),
    *(replace(column(name), meaning="The sum of what is known; null where nothing is.") for name in COUNTERS),
    Column("uncounted", "int64", "Uncounted", "Connections of unknown size: no counter at all.",
           "connections"),
    Column("folded", "int64", "Folded views", "Second views of connections counted elsewhere.", "views"),
    Column("first", TIME, "First seen (UTC)", "Their first row.", "UTC", nullable=True),
    Column("last", TIME, "Last seen (UTC)", "Their last row.", "UTC", nullable=True),
)
PEERS = Column("peers", "int64", "Distinct peers", "Distinct addresses at the other end.", "addresses")
RANKED: tuple[Column, ...] = (
    Column("share", "float64", "Share", "Part of the measure's total over all groups.", nullable=True),
    Column("groups", "int64", "Groups", "How many there are, those left out included.", "groups"),
)
# The ends of a cell of the matrix; the columns of TRAFFIC and RANKED follow them.
CELL: tuple[Column, ...] = (
    Column("source", "str", "Source", "The network that called.", filter_word="src"),
    Column("destination", "str", "Destination", "The network that was called.", filter_word="dst"),
)

# Beside the groups: what was compared, and how it changed.
CHANGE: tuple[Column, ...] = (
    Column("from_inside", "bool", "From inside", "Whether the source lies in an own network."),
    Column("change", TEXT, "Change", "new or gone: the other span has none of it. risen or fallen: the rate "
           "changed by the factor. Each by at_least or more: else it is small where the other span has none, "
           "and steady where both have some.",
           **closed("new", "risen", "gone", "fallen", "small", "steady")),
    Column("earlier", "Int64", "Earlier", "The measure in the earlier span.", nullable=True),
    Column("later", "Int64", "Later", "The measure in the later span.", nullable=True),
    Column("earlier_per_hour", "float64", "Earlier, an hour", "Its rate there.", nullable=True),
    Column("later_per_hour", "float64", "Later, an hour", "Its rate there.", nullable=True),
    Column("difference_per_hour", "float64", "Difference, an hour", "Later less earlier.", nullable=True),
    Column("changes", "int64", "Changes", "How many of its side (from inside, or not) are new, risen, gone "
           "or fallen, those left out included.", "groups"),
    replace(column("groups", RANKED), meaning="How many there are of its side, those left out included."),
)

# Beside the groups: what was denied, and later allowed.
DENIED_THEN_ALLOWED: tuple[Column, ...] = (
    Column("denied_before", "int64", "Denied before", "Denied attempts before it was first allowed.",
           "denied attempts"),
    Column("first_denied", TIME, "First denied (UTC)", "The first denied attempt.", "UTC"),
    Column("last_denied_before", TIME, "Last denied before (UTC)", "The last denied attempt before it was "
           "first allowed.", "UTC"),
    Column("first_allowed_after", TIME, "First allowed after (UTC)", "The first connection after a denied "
           "attempt.", "UTC"),
    Column("allowed_after", "int64", "Allowed after", "Connections from then on.", "connections"),
    Column("allowed_before", "int64", "Allowed before", "Connections up to the first denied attempt: 0 where "
           "these logs have none.", "connections"),
    Column("denied_by", "str", "Denied by", "The rule of the last denied attempt before.", nullable=True),
    Column("allowed_by", "str", "Allowed by", "The rule of the first connection after, at the end that "
           "denied; at the other end where that is not logged.", nullable=True),
    replace(column("groups", RANKED), meaning="How many there are, those left out included."),
)
# The life of an address or port: one row for each end at which it was seen, and one for either.
LIFE: tuple[Column, ...] = (
    Column("seen_as", TEXT, "Seen as", "source: it called. destination: it was called. either: both "
           "together, each conversation once.", **closed("either", "source", "destination")),
    *(column(name, TRAFFIC) for name in ("connections", "denied", "unknown", "unanswered", "dropped",
                                         "orphans", "uncounted", "folded", "first", "last")),
    *(Column(f"{way}_{decision}", TIME, f"{way.capitalize()} {decision} (UTC)", f"When the {way} "
             f"conversation that was {decision} was first seen.", "UTC", nullable=True)
      for decision in ("allowed", "denied") for way in ("first", "last")),
    *(Column(f"{unit}_{way}", "Int64", f"{unit.capitalize()} {way}", "By the address or port, as source "
             "or destination; the sum of what is known, null where nothing is.", unit, nullable=True)
      for unit in ("bytes", "packets") for way in ("sent", "received")),
    Column("sources", "int64", "Distinct sources", "Distinct addresses that called.", "addresses"),
    Column("destinations", "int64", "Distinct destinations", "Distinct addresses that were called.",
           "addresses"),
    PEERS,
    Column("ports", "int64", "Distinct ports", "Distinct pairs of protocol and destination port.", "ports"),
    Column("rules", "int64", "Distinct rules", "Distinct rules of an NSG or ACL that decided, at each end.",
           "rules"),
)

HOURS: tuple[Column, ...] = (
    Column("hour", TIME, "Hour (UTC)", "The hour.", "UTC"),
    _RESOURCE,
    _NIC,
    Column("status", TEXT, "Logs", "Whether there is a blob, and what is wrong with it.", **closed(
        "present", "with rejects", "begins in the middle", "growing", "could not be read",
        "no longer in Azure", "missing", "not asked for", "before the first", "after the last")),
    Column("rows", "Int64", "Rows", "Flow rows in it; null where there is no blob.", "rows", nullable=True),
    Column("rejects", "Int64", "Rejected tuples", "Without repeats; null where there is no blob.",
           nullable=True),
    Column("reason", "str", "Reason", "Why it could not be read.", nullable=True),
)
GAPS: tuple[Column, ...] = (
    _RESOURCE, _NIC, *_INTERVAL, Column("hours", "int64", "Hours", "How many hours.", "hours"),
)
STOPS: tuple[Column, ...] = (
    _RESOURCE, replace(_NIC, nullable=True, meaning="The NIC; null where its whole flow log stopped."),
    Column("last_hour", TIME, "Last hour (UTC)", "The last that has a blob.", "UTC"),
    Column("hours_since", "int64", "Hours since", "Up to the last hour of all blobs.", "hours"),
    Column("together_with", "str", "Together with", "How many others stopped in that hour, and which.",
           nullable=True),
)
SILENCES: tuple[Column, ...] = (
    _RESOURCE, _NIC, *_INTERVAL,
    Column("minutes", "int64", "Minutes", "How long there was no row.", "minutes"),
    Column("usual_rows_per_minute", "float64", "Usual rows a minute", "The lower quartile of its hours.",
           "rows"),
    Column("expected_rows", "float64", "Expected rows", "What the usual rate would have brought.", "rows"),
)
DOUBLY_LOGGED: tuple[Column, ...] = (
    _NIC,
    Column("nsg_rows", "int64", "Rows of NSG logs", "Rows of version 1 and 2.", "rows"),
    Column("vnet_rows", "int64", "Rows of VNet logs", "Rows of version 4.", "rows"),
    Column("hours_nsg", "int64", "Hours of NSG logs", "Hours with such rows.", "hours"),
    Column("hours_vnet", "int64", "Hours of VNet logs", "Hours with such rows.", "hours"),
    Column("hours_both", "int64", "Hours of both", "Hours with rows of each.", "hours"),
    Column("first_both", TIME, "First of both (UTC)", "Where the first such hour begins.", "UTC",
           nullable=True),
    Column("last_both", TIME, "Last of both (UTC)", "Where the last such hour begins.", "UTC", nullable=True),
)
STATELESS_RULES: tuple[Column, ...] = (
    _NSG, *(replace(column(name), dtype="str") for name in ("acl", "rule")), TRAFFIC[0],
    *(column(name, TRAFFIC) for name in ("first", "last")),
)
BUSIEST_NICS: tuple[Column, ...] = (
    _NIC, Column("rows", "int64", "Rows", "Flow rows that it logged.", "rows"), RANKED[0],
    Column("minutes", "int64", "Minutes", "Minutes that have rows.", "minutes"),
    Column("usual_rows_per_minute", "float64", "Usual rows a minute", "The mean over those minutes.", "rows"),
    Column("peak_rows_per_minute", "int64", "Most rows a minute", "In its busiest minute.", "rows"),
    Column("peak", TIME, "Busiest minute (UTC)", "The first such minute.", "UTC"),
)
COUNTER_FORMS: tuple[Column, ...] = (
    *(column(name) for name in ("version", "decision", "state")),
    Column("rows", "int64", "Rows", "Flow rows of this kind.", "rows"),
    Column("empty", "int64", "Empty", "Rows without any counter: unknown.", "rows"),
    Column("zeros", "int64", "Zeros", "Rows whose counters are all 0.", "rows"),
    Column("one_way", "int64", "One way", "Rows that counted something in one direction, and 0 in the other.",
           "rows"),
    Column("counted", "int64", "Counted", "All other rows that counted something.", "rows"),
)
EQUAL_ROWS: tuple[Column, ...] = (
    *(column(name) for name in ("time", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "direction",
                                "decision", "state", "mac")),
    Column("times", "int64", "Times", "How many equal rows the record holds.", "rows"),
    *(column(name) for name in PLACE[:2]),
    replace(column("tuple"), meaning="The place of the first of them in the record, from 0."),
)
VERSION_CHANGES: tuple[Column, ...] = (
    *(column(name) for name in ("mac", "blob", "version")),
    Column("rows", "int64", "Rows", "Flow rows of this version in the blob.", "rows"),
    Column("first_record", TIME, "First record (UTC)", "The time of its first record with a row.", "UTC",
           nullable=True),
    Column("last_record", TIME, "Last record (UTC)", "The time of its last.", "UTC", nullable=True),
)
LATE_ANSWERS: tuple[Column, ...] = (
    *(column(name) for name in ("mac", "dst_ip", "src_ip", "src_port")),
    Column("rows", "int64", "Rows", "Inbound rows from that port.", "rows"),
    Column("denied", "int64", "Denied attempts", "Those of them that were denied.", "denied attempts"),
    Column("first", TIME, "First seen (UTC)", "The first of them.", "UTC"),
    Column("last", TIME, "Last seen (UTC)", "The last of them.", "UTC"),
    Column("calls", "int64", "Calls", "Connections of the same machine to that address and port.",
           "connections"),
    Column("first_call", TIME, "First call (UTC)", "When it first called there.", "UTC"),
)
RECORD_TYPES: tuple[Column, ...] = (
    *(replace(column(name), dtype="str") for name in ("flow_log", "resource")),
    Column("begin", "int64", "Begin rows", "Rows that begin a connection.", "rows"),
    Column("continuing", "int64", "Continuing rows", "Rows of a connection that goes on.", "rows"),
    Column("end", "int64", "End rows", "Rows that end a connection.", "rows"),
    Column("denied", "int64", "Denied rows", "Rows of denied attempts.", "rows"),
    Column("meaning", "str", "Meaning", "What follows where a kind is missing; null where none is.",
           nullable=True),
)
SUMMARY: tuple[Column, ...] = (
    Column("fact", "str", "Fact", "What is told."),
    Column("value", "Int64", "Value", "How many; null where nothing is known.", nullable=True),
    Column("unit", "str", "Unit", "Of what."),
    Column("detail", "str", "Detail", "Who or what is meant, the most first; null where nothing is.",
           nullable=True),
)
# fmt: on


def empty(table: Table = FLOWS) -> pd.DataFrame:
    """Return the table with no rows, every column in its type.

    >>> len(empty().columns)
    24
    """
    return pd.DataFrame({c.name: empty_series(c) for c in table})
