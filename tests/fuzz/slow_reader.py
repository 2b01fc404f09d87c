"""A third witness: what a well-formed document of flow logs holds, by the standard library alone.

Written from the description of the formats, without nsgkit's reader: it must not share its mistakes.
"""

import ipaddress
import json
from collections import Counter
from dataclasses import dataclass, field

# IANA's names, as REFERENCE says that the table shows them; any other number stays a number.
PROTOCOLS = {
    0: "HOPOPT", 1: "ICMP", 2: "IGMP", 4: "IPv4", 6: "TCP", 17: "UDP", 33: "DCCP", 41: "IPv6", 46: "RSVP",
    47: "GRE", 50: "ESP", 51: "AH", 58: "IPv6-ICMP", 88: "EIGRP", 89: "OSPFIGP", 103: "PIM", 112: "VRRP",
    115: "L2TP", 132: "SCTP", 136: "UDPLite",
}  # fmt: skip
NSG, VNET = "NetworkSecurityGroupFlowEvent", "FlowLogFlowEvent"
VERSIONS = {NSG: {"1": 1, "1.0": 1, "2": 2, "2.0": 2}, VNET: {"4": 4, "4.0": 4}}


class Pairs(list):
    """A JSON object as its keys and values, in order, with all repetitions."""

    def get(self, name):
        found = [value for key, value in self if key == name]
        return found[-1] if found else None


class Number(str):
    """A number as it is written."""


@dataclass
class Seen:
    """Rows and rejected tuples with how often each, and the lists of tuples that were not read."""

    rows: Counter = field(default_factory=Counter)
    rejected: Counter = field(default_factory=Counter)
    lost: int = 0
    records: set = field(default_factory=set)


def _word(word):
    raise ValueError(word)


_DECODER = json.JSONDecoder(
    object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=_word, strict=False
)


def read_slowly(data):
    """Return what Seen holds of a document, or of JSON lines; None where it is not well-formed."""
    try:
        text = data.decode().lstrip("\ufeff")
        text.encode("utf-16")
    except UnicodeError:
        return None
    seen = Seen()
    for form in ([text], text.splitlines()):
        try:
            values = [_DECODER.decode(part) for part in form if part.strip()]
        except (ValueError, RecursionError):
            continue
        for value in values:
            look(value, seen)
        return seen
    return None


def look(value, seen):
    """Find the records inside a value; lists of tuples outside of one are lost."""
    if isinstance(value, Pairs):
        is_list = bool(value) and value[0][0] == "records" and plain_list(value[0][1])
        if text(value, "category") in VERSIONS and not is_list:
            read_record(value, seen)
            return
        for key, item in value:
            seen.lost += key == "flowTuples"
            if key != "flowTuples":
                look(item, seen)
    elif isinstance(value, list):
        for item in value:
            look(item, seen)


def plain_list(value):
    return isinstance(value, list) and not isinstance(value, Pairs)


def lists_in(value):
    """Count the lists of tuples in a value, without looking into them."""
    if isinstance(value, Pairs):
        return sum(1 if key == "flowTuples" else lists_in(item) for key, item in value)
    return sum(map(lists_in, value)) if isinstance(value, list) else 0


def twice(value):
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        return len(set(keys)) < len(keys) or any(
            twice(item) for key, item in value if key != "flowTuples" or not plain_list(item)
        )
    return isinstance(value, list) and any(map(twice, value))


def text(holder, name):
    value = holder.get(name)
    return str(value) if isinstance(value, str) else None


def members(holder, name):
    """Return the objects under a key: a list's, or the one that stands there alone."""
    value = holder.get(name) if isinstance(holder, Pairs) else None
    return [item for item in (value if plain_list(value) else [value]) if isinstance(item, Pairs)]


def read_record(record, seen):
    seen.lost += lists_in(record)
    is_vnet = record.get("category") == VNET
    inner = record.get("flowRecords" if is_vnet else "properties")
    inner = inner if isinstance(inner, Pairs) else Pairs()
    written = record.get("flowLogVersion") if is_vnet else inner.get("Version")
    version = VERSIONS[record.get("category")].get(written if isinstance(written, str) else None)
    if twice(record) or version is None:
        return
    groups = []
    for flow in members(inner, "flows"):
        for group in members(flow, "flowGroups" if is_vnet else "flows"):
            tuples = group.get("flowTuples")
            tuples = [tuples] if isinstance(tuples, str) and not isinstance(tuples, Number) else tuples
            if plain_list(tuples):
                seen.lost -= 1
                groups.append((shared(record, flow, group, version), tuples))
    content = repr((text(record, "time"), [group for group in groups if group[1]]))
    repeats = content in seen.records
    seen.records.add(content)
    for head, tuples in groups:
        for written in tuples:
            row = read_tuple(written, version)
            if row is None or repeats:
                seen.rejected[written if isinstance(written, str) else None] += 1
            else:
                seen.rows[row + head] += 1


def shared(record, flow, group, version):
    """Return rule, acl, mac, resource, flow log and version of a group."""
    if version == 4:
        acl, mac, resource = text(flow, "aclID"), text(record, "macAddress"), text(record, "targetResourceID")
        head = (text(group, "rule"), upper(acl), nic(mac), upper(resource))
        return (*head, upper(text(record, "flowLogResourceID")), 4)
    acl = upper(text(record, "resourceId"))
    mac = text(group, "mac") or text(group, "portId") or text(record, "macAddress")
    return text(flow, "rule"), acl, nic(mac), acl, None, version


def upper(value):
    return None if value is None else value.upper()


def nic(value):
    if value is None:
        return None
    digits = "".join(value.translate(dict.fromkeys(map(ord, "-:."))).split()).upper()
    is_mac = len(digits) == 12 and set(digits) <= set("0123456789ABCDEF")
    return digits if is_mac else value.upper()


def read_tuple(written, version):
    """Return the fields of a tuple in plain words, or None where it is no flow row."""
    if not isinstance(written, str) or isinstance(written, Number):
        return None
    fields = written.split(",")
    if len(fields) not in {1: (8,), 2: (8, 12, 13), 4: (13,)}[version]:
        return None
    try:
        ends = [number(fields[3], 65535), number(fields[4], 65535)]
        when, source, destination = moment(fields[0]), address(fields[1]), address(fields[2])
        direction = {"I": "inbound", "O": "outbound"}[fields[6]]
        kind = (vnet if version == 4 else nsg)(fields)
        counters = [number(field, 2**63 - 1) if field else None for field in fields[9:]]
    except (KeyError, ValueError):
        return None
    if len(fields) == 12 and any(fields[9:]):
        return None
    counters = counters if len(fields) == 13 else [None] * 4
    return (when, source, destination, *ends, kind[0], direction, *kind[1:], *counters)


def vnet(fields):
    protocol = PROTOCOLS.get(number(fields[5], 255), str(int(fields[5])))
    state = {"B": "begin", "C": "continuing", "E": "end", "D": None}[fields[7]]
    code = fields[8] or None
    if code and (len(code) > 32 or not code.isprintable()):
        raise ValueError
    return protocol, "denied" if fields[7] == "D" else "allowed", state, code


def nsg(fields):
    if len(fields[7]) > 16:
        raise ValueError
    decision = {"A": "allowed", "D": "denied"}.get(fields[7], "unknown")
    state = {"B": "begin", "C": "continuing", "E": "end"}[fields[8]] if len(fields) > 8 else None
    return {"T": "TCP", "U": "UDP"}[fields[5]], decision, state, None


def number(written, largest):
    if not (written.isascii() and written.isdigit() and len(written) <= 40 and int(written) <= largest):
        raise ValueError
    return int(written)


def moment(written):
    """Return milliseconds: of our days, as seconds or as what they are."""
    value = number(written, 2**63 - 1)
    for factor in (1000, 1):
        if 1_262_304_000_000 <= value * factor < 4_102_444_800_000:
            return value * factor
    raise ValueError


def address(written):
    if written == "xxx.xxx.xxx.xxx":
        return written
    found = ipaddress.ip_address(written)
    if found.version == 6 and found.scope_id is not None:
        raise ValueError
    if found.version == 6 and found.ipv4_mapped is not None:
        return f"::ffff:{found.ipv4_mapped}"
    return str(found)
