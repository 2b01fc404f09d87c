"""Explain a tuple, a record or a whole PT1H.json field by field, and point out its mistakes.

Text in, a table out. What counts as a mistake is what makes the parser reject a tuple or a
record; what is odd is unusual, but a flow row all the same.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from nsgkit.flows.explain.fields import FORMATS, MISTAKE, ODD, Reading, columns_at, read_field, utc
from nsgkit.flows.explain.pasted import LONGEST, NO_KEY, Item, take_apart
from nsgkit.flows.parse.records import VERSIONS, read_exactly
from nsgkit.flows.parse.records_within import NSG, VNET, Piece
from nsgkit.flows.parse.tuples import FIELDS, NULL, read_tuple
from nsgkit.layout import parse_mac
from nsgkit.schema import column

SHOWN = 3
VERSION_OF = {"nsg_v1": 1, "nsg_v2": 2, "vnet_v4": 4}
_FORM_OF = {text: f"nsg_v{n}" for text, n in VERSIONS[NSG].items()} | dict.fromkeys(VERSIONS[VNET], "vnet_v4")
_WIDEST = 200
_MOST = 16  # fields of one tuple that are shown: three more than any format has
_NO_TUPLE = "A tuple is a text of 8, 12 or 13 fields with commas between them."
_TOLD = {
    "denied": "{a} tried to reach {b}; a rule denied it",
    "unknown": "{a} tried to reach {b}; what the rule did is unknown",
    "allowed": "{a} reached out to {b}; a rule allowed it",
    "begin": "{a} began a connection to {b}; a rule allowed it",
    "continuing": "the connection from {a} to {b} went on",
    "end": "the connection from {a} to {b} ended",
}

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
_FAMILIES = {NSG: "This one is an NSG flow log.", VNET: "This one is a VNet flow log."}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


class Row(NamedTuple):
    """One row of the explanation; see `explain` for what its columns mean."""

    part: str
    place: int | None
    column: str
    text: str
    meaning: str
    finding: str
    why: str


def explain(text: str) -> pd.DataFrame:
    """Explain what is pasted: a tuple, several, a record, a PT1H.json, or a piece of one.

    Quotes, white space, a comma left over and brackets missing at either end are forgiven. The
    format is decided by the record's version, or, where there is none, by the tuple itself.

    Parameters
    ----------
    text
        Anything. Beyond 100,000 characters it is cut, and a row says so. Never evaluated.

    Returns
    -------
    pandas.DataFrame
        A row per field, in the order in which they stand, of the first record and of the first
        three tuples, then of up to three more that hold a mistake; rows for what is not shown.
        `part` is the tuple or record; `place` counts from 1 (null for a row about the whole part);
        `column` is the flow table's column; `text` is what stands there; `meaning` says it in words;
        `finding` is empty, "odd" or "mistake", and `why` tells the reason. Empty text gives no row.

    Examples
    --------
    >>> table = explain("1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,")
    >>> table.loc[table.column == "state", "meaning"].item()
    'Begin by name only: the decision is D, so it began nothing.'
    >>> table = explain("1734601416,35.203.211.114,10.0.0.4,51318,70000,T,I,D")
    >>> table.loc[table.finding == "mistake", "why"].item()
    'There is no such port: the highest is 65535.'
    """
    rows = list(_rows(text)) if text.strip() else []
    types = dict.fromkeys(Row._fields, "str") | {"place": "Int64"}
    return pd.DataFrame(rows, columns=list(Row._fields)).astype(types)


def mistaken(value: object, version: object = None) -> bool:
    """Say whether a tuple holds a mistake, in a record of the given version (None: not known).

    >>> mistaken("1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D")
    False
    """
    return any(row.finding == MISTAKE for row in _tuple_rows("", value, version))


def read_key(key: str, value: object) -> Reading:
    """Explain what stands at `key` of a record.

    >>> read_key("macAddress", "DEMOVM").why
    'Not a MAC address: that would be twelve hexadecimal digits.'
    """
    text = str(value)
    if key == "category":
        return Reading(f"{_OTHERS[key]} {_FAMILIES.get(text, '')}".strip())
    name = COLUMN_OF.get(key)
    if name is None:
        return Reading(_OTHERS.get(key, "Not a key that the kit uses."))
    return Reading(column(name).meaning, *_oddity(name, text))


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


def _rows(text: str) -> Iterator[Row]:
    if len(text) > LONGEST:
        read = f"Only the first {LONGEST:,} of {len(text):,} characters are read here."
        why = f"{read} nsgkit.read_logs reads whole files."
        yield _about("all", "", Reading("A long text.", ODD, why))
    items, rest = take_apart(text[:LONGEST])
    tuples = [item for item in items if item.tuple is not None]
    faulty = [item for item in tuples[SHOWN:] if mistaken(item.value, item.version)]
    shown = {id(item) for item in tuples[:SHOWN] + faulty[:SHOWN]}
    for item in items:
        part = _part(item, len(tuples))
        if id(item) in shown:
            yield from _tuple_rows(part, item.value, item.version)
        elif item.tuple is None:
            yield from (row for row in _record_rows(part, item) if item.record <= 0 or row.finding)
    yield from _left_out(items, len(tuples) - len(shown), len(faulty[SHOWN:]))
    if not any(item.tuple is not None or item.key in COLUMN_OF for item in items):
        yield _about("all", text, Reading("No tuple and no record.", MISTAKE, _NO_TUPLE))
    if rest:
        yield _about(
            "the end", rest, Reading("A piece of something.", ODD, "It is not whole, so it is left out.")
        )


def _record_rows(part: str, item: Item) -> list[Row]:
    if isinstance(item.value, dict):
        return [_about(part, "", reading) for reading in read_record_whole(item.value)]
    name = COLUMN_OF.get(item.key, _short(item.key))
    return [Row(part, None, name, _short(item.value), *read_key(item.key, item.value))]


def _oddity(name: str, text: str) -> tuple[str, str]:
    if name == "mac" and parse_mac(text) is None:
        return ODD, "Not a MAC address: that would be twelve hexadecimal digits."
    if name == "record_time" and not _TIME.fullmatch(text):
        return ODD, "Not a time as Azure writes it, such as 2024-12-19T09:44:35.0475109Z."
    return "", ""


def _part(item: Item, tuples: int) -> str:
    record = f"record {item.record}" if item.record >= 0 else ""
    if item.tuple is None:
        return record or "around the tuples"
    return f"{record}, tuple {item.tuple}".strip(", ") if record or tuples > 1 else "tuple"


def _left_out(items: list[Item], tuples: int, faulty: int) -> Iterator[Row]:
    if not tuples:
        return
    records = len({item.record for item in items if item.record >= 0})
    inside = f", from {records:,} records" if records > 1 else ""
    told = f"{faulty:,} of them with a mistake" if faulty else "none of them with a mistake that is not shown"
    meaning = f"{tuples:,} more {'tuple' if tuples == 1 else 'tuples'}{inside}, {told}."
    why = "Only the first mistakes are shown in full." if faulty else ""
    yield _about("the rest", "", Reading(meaning, MISTAKE if faulty else "", why))


def _tuple_rows(part: str, value: object, version: object) -> list[Row]:
    fields = value.split(",") if isinstance(value, str) else []
    if not isinstance(value, str) or len(fields) == 1:
        return [_about(part, value, Reading("No tuple.", MISTAKE, _NO_TUPLE))]
    form, because = _format(fields, version)
    rows = [
        Row(
            part,
            place + 1,
            ", ".join(c.name for c in columns_at(place, form)),
            _short(field),
            *read_field(place, fields, form),
        )
        for place, field in enumerate(fields[:_MOST])
    ]
    if len(fields) > _MOST:
        rows.append(_about(part, "", Reading(f"{len(fields) - _MOST:,} more fields are not shown.")))
    named = f"{FORMATS[form]}, because {because}."
    if wrong := _wrong_count(fields, form):
        return [_about(part, value, Reading(named, MISTAKE, wrong)), *rows]
    if any(row.finding == MISTAKE for row in rows):
        return [_about(part, value, Reading(named)), *rows]
    return [_about(part, value, Reading(f"{named} In words: {_in_words(value, form)}.")), *rows]


def _format(fields: Sequence[str], version: object) -> tuple[str, str]:
    """Decide the format, so that a tuple without mistakes in any format has none in this one."""
    if form := _FORM_OF.get(str(version)):
        return form, "the record says so"
    protocol = fields[5] if len(fields) > 5 else ""
    if protocol.isdecimal():
        return "vnet_v4", "the protocol is a number"
    if protocol not in ("T", "U") and len(fields[0]) == 13:
        return "vnet_v4", "the time is in milliseconds"
    because = f"{'the protocol is a letter and ' if protocol in ('T', 'U') else ''}there {_counted(fields)}"
    if len(fields) <= 10:
        return "nsg_v1", because
    return "nsg_v2", f"{because} (the short form, one comma fewer)" if len(fields) == 12 else because


def _wrong_count(fields: Sequence[str], form: str) -> str:
    right = FIELDS[VERSION_OF[form]]
    if len(fields) in right:
        return ""
    lacking = "Something is missing." if len(fields) < max(right) else "There is something too much."
    return f"There {_counted(fields)} instead of {' or '.join(map(str, right))}. {lacking}"


def _in_words(value: str, form: str) -> str:
    row = read_tuple(value, VERSION_OF[form])
    decision = column("decision").values[row.decision]
    state = column("state").values[row.state] if row.state != NULL else "allowed"
    told = _TOLD[decision if decision != "allowed" else state]
    a, b = f"{row.src_ip} port {row.src_port}", f"{row.dst_ip} port {row.dst_port}"
    protocol = column("protocol").codes.get(str(row.protocol), f"protocol {row.protocol}")
    direction = column("direction").values[row.direction]
    return f"{utc(row.time)}, {direction}, {protocol}: {told.format(a=a, b=b)}"


def _counted(fields: Sequence[str]) -> str:
    return f"are {len(fields)} fields"


def _about(part: str, text: object, reading: Reading) -> Row:
    return Row(part, None, "", _short(text), *reading)


def _short(value: object) -> str:
    text = str(value).encode("utf-8", "backslashreplace").decode()  # half a surrogate pair fits no column
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]} … ({len(text):,} characters)"
