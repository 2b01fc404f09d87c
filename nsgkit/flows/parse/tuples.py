"""One tuple, read exactly: the reference that every faster way must agree with.

A tuple is a comma-separated text. NSG version 1 has 8 fields, NSG version 2 has 13 (also seen: 12,
one trailing comma fewer, and 8), VNet version 4 has 13 of its own. `nsgkit.schema` gives the
meaning of each.
"""

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

MASKED = "xxx.xxx.xxx.xxx"
# 2010-01-01 and 2100-01-01 in seconds; the same span in milliseconds does not overlap it.
EARLIEST, LATEST = 1_262_304_000, 4_102_444_800
COUNTER_MAX = 2**63 - 1
FIELDS = {1: (8,), 2: (8, 12, 13), 4: (13,)}
NSG_PROTOCOLS = {"T": 6, "U": 17}
DIRECTIONS = {"I": 0, "O": 1}
DECISIONS = {"A": 0, "D": 1}
UNKNOWN_DECISION = 2
STATES = {"B": 0, "C": 1, "E": 2}
NULL = -1
_LONGEST_CODE = 32
_NUMBER = re.compile(r"[0-9]{1,40}")


class Row(NamedTuple):
    """What one tuple says, in the codes of the flow table (places in a closed column's values)."""

    time: int
    src_ip: str
    dst_ip: str
    src_port: int
    dst_port: int
    protocol: int
    direction: int
    decision: int
    state: int
    encryption: str | None
    packets_src_to_dst: int | None
    bytes_src_to_dst: int | None
    packets_dst_to_src: int | None
    bytes_dst_to_src: int | None


class BadTupleError(ValueError):
    """The tuple is not a flow row; the message says why, in the analyst's words."""


def read_tuple(text: str, version: int) -> Row:
    """Return the row that `text` is in a record of `version` (1, 2 or 4), times in milliseconds.

    Raises BadTupleError with the reason where it is none.

    >>> read_tuple("1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,", 2).decision
    1
    """
    fields = text.split(",")
    if len(fields) not in FIELDS[version]:
        expected = " or ".join(map(str, FIELDS[version]))
        raise BadTupleError(f"{len(fields)} fields; version {version} has {expected}")
    source, destination = (_address(fields[i], end) for i, end in ((1, "source"), (2, "destination")))
    protocol, decision, state, encryption = (_vnet if version == 4 else _nsg)(fields)
    return Row(
        _time(fields[0]),
        source,
        destination,
        _integer(fields[3], 65535, "source port"),
        _integer(fields[4], 65535, "destination port"),
        protocol,
        _one_of(fields[6], DIRECTIONS, "direction"),
        decision,
        state,
        encryption,
        *_counters(fields),
    )


@lru_cache(maxsize=1 << 16)
def canonical_address(text: str) -> str | None:
    """Return the address in its one canonical spelling, or None where it is none.

    >>> canonical_address("2001:DB8:0::1"), canonical_address("10.0.0.256")
    ('2001:db8::1', None)
    """
    if text == MASKED:
        return text
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return text
    if address.scope_id is not None:
        return None
    if address.ipv4_mapped is not None:  # Python 3.13 began to print these differently
        return f"::ffff:{address.ipv4_mapped}"
    return address.compressed


def is_code(text: str) -> bool:
    """Tell whether a text may be a code for encryption: Azure adds new ones, and their rows are to stay.

    >>> is_code("NX_SOMETHING_NEW"), is_code("")
    (True, False)
    """
    return 0 < len(text) <= _LONGEST_CODE and text.isprintable()


def _time(text: str) -> int:
    value = _integer(text, COUNTER_MAX, "time")
    if EARLIEST <= value < LATEST:
        return value * 1000
    if EARLIEST * 1000 <= value < LATEST * 1000:
        return value
    raise BadTupleError(f"time {_quoted(text)} is neither seconds nor milliseconds between 2010 and 2100")


def _address(text: str, end: str) -> str:
    address = canonical_address(text)
    if address is None:
        raise BadTupleError(f"{end} {_quoted(text)} is not an IP address")
    return address


def _nsg(fields: list[str]) -> tuple[int, int, int, None]:
    protocol = _one_of(fields[5], NSG_PROTOCOLS, "protocol")
    if len(fields[7]) > 16:
        raise BadTupleError(f"decision {_quoted(fields[7])} is not A or D")
    decision = DECISIONS.get(fields[7], UNKNOWN_DECISION)
    return protocol, decision, NULL if len(fields) == 8 else _one_of(fields[8], STATES, "state"), None


def _vnet(fields: list[str]) -> tuple[int, int, int, str | None]:
    protocol = _integer(fields[5], 255, "protocol")
    denied = fields[7] == "D"
    state = NULL if denied else _one_of(fields[7], STATES, "state")
    if fields[8] and not is_code(fields[8]):
        raise BadTupleError(f"encryption {_quoted(fields[8])} is not a code")
    return protocol, DECISIONS["D" if denied else "A"], state, fields[8] or None


def _counters(fields: list[str]) -> tuple[int | None, int | None, int | None, int | None]:
    if len(fields) == 8:
        return None, None, None, None
    if len(fields) == 12:  # one trailing comma fewer: only unambiguous where there are no counters
        if any(fields[9:]):
            raise BadTupleError("12 fields with counters: one counter is missing")
        return None, None, None, None
    packets_out, bytes_out, packets_back, bytes_back = (
        _integer(text, COUNTER_MAX, "counter") if text else None for text in fields[9:]
    )
    return packets_out, bytes_out, packets_back, bytes_back


def _integer(text: str, largest: int, what: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) > largest:
        raise BadTupleError(f"{what} {_quoted(text)} is not a whole number from 0 to {largest}")
    return int(text)


def _one_of(text: str, codes: dict[str, int], what: str) -> int:
    if text not in codes:
        raise BadTupleError(f"{what} {_quoted(text)} is not one of {', '.join(codes)}")
    return codes[text]


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
