"""A record in words: what each of its keys is for, and what keeps the parser from reading it."""

import json
import re

from nsgkit import schema
from nsgkit.flows.explain.fields import MISTAKE, ODD, Reading
from nsgkit.flows.explain.pasted import NO_KEY
from nsgkit.flows.parse.pieces import NSG, VNET, Piece
from nsgkit.flows.parse.records import read_exactly
from nsgkit.layout import parse_mac

# What a record says outside its tuples: the flow table's column that it fills, or "" and its meaning.
COLUMN_OF = {
    "time": "record_time",
    "macAddress": "mac",
    "mac": "mac",
    "resourceId": "acl",
    "aclID": "acl",
    "rule": "rule",
    "Version": "version",
    "flowLogVersion": "version",
    "targetResourceID": "resource",
    "flowLogResourceID": "flow_log",
}
_OTHERS = {
    NO_KEY: "A value by itself: neither a tuple nor a field of a record.",
    "category": "The kind of log.",
    "systemId": "Azure's own id of the system that wrote the record. The kit does not use it.",
    "operationName": "The same in every record of its kind. The kit does not use it.",
    "flowLogGUID": "The flow log's own number. The kit uses its resource id instead.",
}
_KINDS = {NSG: "This one is an NSG flow log.", VNET: "This one is a VNet flow log."}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def read_key(key: str, value: object) -> Reading:
    """Explain what stands at `key` of a record.

    >>> read_key("macAddress", "DEMOVM").why
    'Not a MAC address: that would be twelve hexadecimal digits.'
    """
    text = str(value)
    if key == "category":
        return Reading(f"{_OTHERS[key]} {_KINDS.get(text, '')}".strip())
    name = COLUMN_OF.get(key)
    if name is None:
        return Reading(_OTHERS.get(key, "Not a key that the kit uses."))
    return Reading(schema.column(name).meaning, *_oddity(name, text))


def read_record_whole(record: dict[str, object]) -> list[Reading]:
    """Return what keeps the parser from reading a record, or parts of it: a Reading each.

    >>> read_record_whole({"category": "Other"})[0].why
    "Category 'Other' is no flow log that nsgkit reads. It is set aside, among the rejects."
    """
    if "category" not in record:
        return [Reading("A record, or a piece of one.", ODD, "A whole record has a category.")]
    reasons = [problem.reason for problem in read_exactly(Piece(json.dumps(record).encode(), 0)).problems]
    aside = "It is set aside, among the rejects."
    return [Reading("A record.", MISTAKE, f"{r[0].upper()}{r[1:]}. {aside}") for r in reasons]


def _oddity(name: str, text: str) -> tuple[str, str]:
    if name == "mac" and parse_mac(text) is None:
        return ODD, "Not a MAC address: that would be twelve hexadecimal digits."
    if name == "record_time" and not re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", text
    ):
        return ODD, "Not a time as Azure writes it, such as 2024-12-19T09:44:35.0475109Z."
    return "", ""
