"""One field of a tuple in words: what stands there, what it means, and what is wrong with it.

The rules are those of the parser: a field that is a mistake here makes its tuple a reject there.
What is merely unusual ("odd") is a flow row all the same. Codes, labels and places come from the
schema; nothing about a column is said a second time here.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from nsgkit import schema
from nsgkit.flows.parse.tuples import (
    COUNTER_MAX,
    EARLIEST,
    LATEST,
    MASKED,
    canonical_address,
    is_code,
)

MISTAKE, ODD = "mistake", "odd"
FORMATS = {"nsg_v1": "NSG version 1", "nsg_v2": "NSG version 2", "vnet_v4": "VNet version 4"}

_YEAR_9999 = 253_402_300_799
# RFC 1918 and RFC 4193. A public address can be in private use all the same.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
# RFC 5737 and RFC 3849: examples and samples use them, real traffic never does.
_DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
_DIGITS = re.compile(r"[0-9]{1,40}")


class Reading(NamedTuple):
    """What a field means, and, if `finding` is not empty, why it is odd or a mistake."""

    meaning: str
    finding: str = ""
    why: str = ""


def columns_at(place: int, form: str) -> list[schema.Column]:
    """Return the flow table's columns that the field at `place` (from 0) fills; usually one.

    >>> [c.name for c in columns_at(7, "vnet_v4")]
    ['decision', 'state']
    """
    return [c for c in schema.TUPLE_COLUMNS if getattr(c, form) == place]


def read_field(place: int, fields: Sequence[str], form: str) -> Reading:
    """Explain the field at `place` (from 0) of a tuple in the format `form` (a key of FORMATS).

    >>> read_field(6, "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D".split(","), "nsg_v1").meaning
    'Inbound. Seen from the NIC that captured the row: inbound is towards it, outbound is from it.'
    """
    columns = columns_at(place, form)
    if not columns:
        return Reading("Nothing is known to stand at this place.", MISTAKE, "One field too many.")
    text, col = fields[place], columns[-1]
    if text != text.strip() and col.name != "decision":  # a decision may be any short text
        return Reading(col.meaning, MISTAKE, "There are blanks or line breaks in this field: take them away.")
    return _READERS[col.name](text, col, fields, form)


def denied(fields: Sequence[str], form: str) -> bool:
    """Say whether the tuple was denied: decision D in NSG logs, state D in VNet logs."""
    return len(fields) > 7 and fields[7] == "D"


def utc(milliseconds: int) -> str:
    """Return a time since 1970 as text, to the second or, where it has any, the millisecond.

    >>> utc(1734601416000)
    '2024-12-19 09:43:36 UTC'
    """
    time = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    precision = "milliseconds" if time.microsecond else "seconds"
    return time.replace(tzinfo=None).isoformat(" ", precision) + " UTC"


def _time(text: str, col: schema.Column, _fields: Sequence[str], form: str) -> Reading:
    value = int(text) if _DIGITS.fullmatch(text) else 0
    if EARLIEST <= value < LATEST:
        odd = "VNet logs nearly always count in milliseconds (13 digits)." if form == "vnet_v4" else ""
        return Reading(f"{utc(value * 1000)}: seconds since 1970.", ODD if odd else "", odd)
    if EARLIEST * 1000 <= value < LATEST * 1000:
        odd = "" if form == "vnet_v4" else "NSG logs count in seconds (10 digits); these are milliseconds."
        return Reading(f"{utc(value)}: milliseconds since 1970.", ODD if odd else "", odd)
    return Reading(col.meaning, MISTAKE, _no_time(text))


def _no_time(text: str) -> str:
    must = "It must be seconds (10 digits) or milliseconds (13 digits) since 1970"
    if not _DIGITS.fullmatch(text):
        return f"Not a number. {must}."
    value, size = int(text), len(text)
    unit = next((name for digits, name in ((17, "nano"), (14, "micro"), (12, "milli")) if size > digits), "")
    seconds = value // {"nano": 10**9, "micro": 10**6, "milli": 1000, "": 1}[unit]
    if seconds > _YEAR_9999:
        return f"{size} digits. {must}."
    year = datetime.fromtimestamp(seconds, UTC).year
    return f"As {unit}seconds that would be the year {year}. {must}, between 2010 and 2100."


def _address(text: str, col: schema.Column, _fields: Sequence[str], _form: str) -> Reading:
    if text == MASKED:
        return Reading("An address that was masked at the source: which one it was cannot be told.")
    canonical = canonical_address(text)
    if canonical is None:
        scoped = " An address with a scope (after the %) cannot stand here." if "%" in text else ""
        return Reading(col.meaning, MISTAKE, f"Not an IPv4 or IPv6 address.{scoped}")
    also = "" if canonical == text else f" The flow table writes it {canonical}."
    return Reading(f"{col.meaning.split('. ')[0].rstrip('.')}: {_kind(canonical)}.{also}")


def _kind(canonical: str) -> str:
    address = ipaddress.ip_address(canonical)
    kinds = {
        "a documentation (made-up)": _within(address, _DOCUMENTATION),
        "a loopback": address.is_loopback,
        "a link-local": address.is_link_local,
        "a multicast": address.is_multicast,
        "a public": address.is_global,
        "a private": _within(address, _PRIVATE),
    }
    kind = next((name for name, fits in kinds.items() if fits), "a reserved")
    return f"{kind} IPv{address.version} address"


def _within(address: ipaddress.IPv4Address | ipaddress.IPv6Address, networks: Sequence[str]) -> bool:
    return any(address in ipaddress.ip_network(network) for network in networks)


def _port(text: str, col: schema.Column, _fields: Sequence[str], _form: str) -> Reading:
    if not _DIGITS.fullmatch(text):
        return Reading(col.meaning, MISTAKE, "A port is digits only, from 0 to 65535.")
    if int(text) > 65535:
        return Reading(col.meaning, MISTAKE, "There is no such port: the highest is 65535.")
    return Reading(col.meaning if int(text) else f"{col.meaning} 0: none, or not told.")


def _protocol(text: str, col: schema.Column, _fields: Sequence[str], form: str) -> Reading:
    if form == "vnet_v4":
        if not _DIGITS.fullmatch(text) or int(text) > 255:
            return Reading(
                col.meaning, MISTAKE, "VNet logs carry the protocol's number, 0 to 255 (TCP is 6)."
            )
        name = col.codes.get(str(int(text)))
        return Reading(f"{name}: IANA protocol number {text}." if name else f"IANA protocol number {text}.")
    if text not in ("T", "U"):
        return Reading(col.meaning, MISTAKE, "NSG logs know T (TCP) and U (UDP) alone.")
    return Reading(f"{col.codes[text]}.")


def _direction(text: str, col: schema.Column, _fields: Sequence[str], _form: str) -> Reading:
    if text not in col.codes:
        return Reading(col.meaning, MISTAKE, "The direction must be I (inbound) or O (outbound).")
    return Reading(f"{col.codes[text].capitalize()}. {col.meaning}")


def _decision(text: str, col: schema.Column, _fields: Sequence[str], _form: str) -> Reading:
    if len(text) > 16:
        return Reading(col.meaning, MISTAKE, "A decision is a letter, A or D; this is a text of its own.")
    known = col.codes.get(text) if text else None
    if known is None:
        return Reading("Unknown. It is not counted as denied.", ODD, "Neither A (allowed) nor D (denied).")
    return Reading(f"{known.capitalize()} by the rule.")


def _state(text: str, col: schema.Column, fields: Sequence[str], form: str) -> Reading:
    if form == "vnet_v4" and text == "D":
        return Reading(
            "Denied. VNet logs have no decision field: D says it here, and the table's state is null."
        )
    if text not in col.codes:
        known = "B, C, E or D" if form == "vnet_v4" else "B, C or E"
        return Reading(col.meaning, MISTAKE, f"The state must be {known}.")
    if denied(fields, form):
        odd = "" if text == "B" else ODD
        why = "A denied attempt is logged with B." if odd else ""
        return Reading(
            f"{col.codes[text].capitalize()} by name only: the decision is D, so it began nothing.", odd, why
        )
    allowed = " VNet logs have no decision field: every state but D is allowed." if form == "vnet_v4" else ""
    return Reading(_STATES[text] + allowed)


_STATES = {
    "B": "Begin: the connection started here. Begin rows are what connections are counted by.",
    "C": "Continuing: still going on, logged about every five minutes. Not a new connection.",
    "E": "End: the connection is over. Its counters are the last increment.",
}


def _encryption(text: str, col: schema.Column, _fields: Sequence[str], _form: str) -> Reading:
    if not text:
        return Reading("Encryption is not told: null in the table.", ODD, "A word should stand here.")
    if not is_code(text):
        return Reading(col.meaning, MISTAKE, "Encryption is one short word, such as X or NX.")
    known = schema.ENCRYPTION.get(text)
    if known is None:
        return Reading("A word that the kit does not know: kept as it stands.", ODD, "Not a documented word.")
    return Reading(f"{known.capitalize()}.")


def _counter(text: str, col: schema.Column, fields: Sequence[str], form: str) -> Reading:
    if not text:
        why = _why_none(fields, form)
        unknown = "In the table it is null" if why else "How many is unknown: null in the table"
        return Reading(f"Empty{': ' if why else ''}{why}. {unknown}, never 0.")
    if not _DIGITS.fullmatch(text):
        never = "never negative" if text.startswith("-") else "digits only, or empty"
        return Reading(col.meaning, MISTAKE, f"A counter is {never}.")
    if int(text) > COUNTER_MAX:
        return Reading(col.meaning, MISTAKE, f"No counter is larger than {COUNTER_MAX:,}.")
    if len(fields) == 12:
        return Reading(col.meaning, MISTAKE, "One of the four counters is missing: which one cannot be told.")
    if int(text) == 0 and (why := _why_none(fields, form)):
        return Reading(f"0: {why}.")
    unit = col.unit.removesuffix("s") if int(text) == 1 else col.unit
    way = col.label.split(", ")[1]
    return Reading(f"{int(text):,} {unit} from {way} since the connection's previous row: an increment.")


def _why_none(fields: Sequence[str], form: str) -> str:
    if denied(fields, form):
        return "nothing passed, the attempt was denied"
    begins = fields[7 if form == "vnet_v4" else 8] == "B"
    return "nothing was counted yet when the connection began" if begins else ""


_READERS: dict[str, Callable[[str, schema.Column, Sequence[str], str], Reading]] = {
    "time": _time,
    "src_ip": _address,
    "dst_ip": _address,
    "src_port": _port,
    "dst_port": _port,
    "protocol": _protocol,
    "direction": _direction,
    "decision": _decision,
    "state": _state,
    "encryption": _encryption,
    **{c.name: _counter for c in schema.TUPLE_COLUMNS if c.unit in ("packets", "bytes")},
}
