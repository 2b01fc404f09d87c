"""The values of a term: whether they can be, and what they stand for."""

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fnmatch import translate
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import nextafter

from nsgkit import schema
from nsgkit.analyses.filters.words import (
    ADDRESS,
    AMOUNT,
    ANSWER,
    FIELDS,
    NUMBER,
    RELATIONS,
    TIME,
    Term,
    term_error,
)
from nsgkit.enrich.network import Network
from nsgkit.html import visible
from nsgkit.schema.ports import SERVICES
from nsgkit.times import milliseconds, parse_time

Range = tuple[int, int]
FloatRange = tuple[float, float]
_HIGHEST_PORT = 65_535
MOST = 2**63 - 1  # no counter is larger
_LONGEST = 1e300  # seconds
_NUMBER_AND_UNIT = re.compile(r"(\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?)([A-Za-z]*)", re.ASCII)
# What is larger: a unit, a thousand of them … A small b is a bit and a small m may be a minute: refused.
_SIZES = {f"{p}{b}": 1000**i for i, p in enumerate(("", "k", "M", "G", "T")) for b in ("", "B")}
_SIZES |= {f"K{b}": 1000 for b in ("", "B")}
_SIZES |= {f"{p}i{b}": 1024 ** (i + 1) for i, p in enumerate("KMGT") for b in ("", "B")}
_SIZES |= {"ki": 1024, "kiB": 1024}
_COUNTS = {p: 1000**i for i, p in enumerate(("", "k", "M", "G", "T"))} | {"K": 1000}
_TIMES = {"": 1, "s": 1, "min": 60, "h": 3600, "d": 86_400}
# What lies in an own network, and what does not: a text that is no address is on neither side.
_SIDES = {"inside": True, "outside": False}
_OWN_STATES = ("closed", "open", "orphan", "denied")  # of conversations, beside those of rows


def check(term: Term) -> None:
    """Raise NsgkitError where a term's values cannot be: what is wrong, where, and what to write."""
    if term.relation in RELATIONS and term.kind not in (NUMBER, AMOUNT):
        raise term_error(term, f"cannot be compared by {term.relation}", f"Write {term.field}:value.")
    if term.kind == TIME:
        moment(term)
        if len(term.values) > 1 or term.negated:
            raise term_error(term, "can only be one time", "Write it once, without a minus.")
    elif term.kind == NUMBER:
        ranges(term)
    elif term.kind == AMOUNT:
        seconds(term) if term.field == "duration" else amounts(term)
    elif term.kind == ADDRESS:
        matches(term)
    else:
        _check_choice(term)


def choices_of(field: str) -> list[str]:
    """Return the values that a field can have, where they are few and known; else none.

    >>> choices_of("direction")
    ['inbound', 'outbound']
    """
    if FIELDS[field][1] == ADDRESS:
        return [*_SIDES]
    if field in ("answered", "folded"):
        return ["yes", "no", *(["unknown"] if field == "answered" else [])]
    known = schema.column(field).values if field in ("direction", "decision", "state") else []
    return [*known, *(_OWN_STATES if field == "state" else ())]


def matches(term: Term, own: Network | None = None) -> Callable[[str], bool]:
    """Return the test that a text of the term's columns must pass, its minus left aside.

    `own` are the own networks: a term that asks for inside or outside needs them.
    """
    if term.exact:
        return lambda text: text in term.values
    if term.kind == ADDRESS:
        sides, wanted = sides_of(term), networks(term)
        return lambda text: _inside(text, wanted) or bool(sides and own and own.holds(text) in sides)
    tests = [_named(term.field, value) for value in term.values]
    return lambda text: any(test(text) for test in tests)


def networks(term: Term) -> "list[IPv4Network | IPv6Network | str]":
    """Return the networks of a term of addresses; one that was masked at the source stays a text."""
    return [_network(term, value) for value in term.values if value.lower() not in _SIDES]


def sides_of(term: Term) -> set[bool]:
    """Return the sides of the own networks that a term asks for, True is inside; most ask for none."""
    asked = term.values if term.kind == ADDRESS else ()
    return {_SIDES[value.lower()] for value in asked if value.lower() in _SIDES}


def ranges(term: Term) -> list[Range]:
    """Return the first and last number of each range of a term of numbers."""
    found = [r for value in term.values for r in _ranges_of(term, value)]
    if term.relation == ":":
        return found
    if len(found) > 1 or found[0][0] != found[0][1]:
        raise term_error(term, f"takes one number after {term.relation}", f"Such as {term.field}>1023.")
    return [_beyond(term.relation, Decimal(found[0][0]))]


def amounts(term: Term) -> list[Range]:
    """Return the first and last whole number of each range of a term of sizes or counts."""
    if term.relation != ":":
        return [_beyond(term.relation, _one_number(term))]
    pairs = [_numbers(term, value) for value in term.values]
    return [(_up(low), _down(high)) for low, high in pairs]


def seconds(term: Term) -> list[FloatRange]:
    """Return the shortest and the longest, in seconds, of each range of a term of a duration."""
    if term.relation == ":":
        return [(float(low), float(high)) for low, high in (_numbers(term, v) for v in term.values)]
    number = float(_one_number(term))
    return {
        ">": [(nextafter(number, _LONGEST), _LONGEST)],
        ">=": [(number, _LONGEST)],
        "<": [(-1.0, nextafter(number, -1.0))],
        "<=": [(-1.0, number)],
    }[term.relation]


def moment(term: Term) -> int:
    """Return the time of a from or until term in milliseconds since 1970."""
    where = f"{term.field}: (character {term.start + 1} of the filter)"
    return milliseconds(parse_time(term.values[0], where))


@lru_cache(maxsize=200_000)
def address(text: str) -> "IPv4Address | IPv6Address | None":
    """Return the address that a text is, or the first of a prefix; None where it is neither."""
    try:
        return ip_address(text) if "/" not in text else ip_network(text, strict=False)[0]
    except ValueError:
        return None


def _check_choice(term: Term) -> None:
    choices = choices_of(term.field)
    # A name that is empty is one that was not logged.
    strange = [v for v in term.values if (v or term.kind == ANSWER) and v.lower() not in choices]
    if choices and strange:
        raise term_error(term, f"knows no {strange[0]!r}", f"Choose one of {', '.join(choices)}.")


def _ranges_of(term: Term, value: str) -> list[Range]:
    if "port" in term.field and (ports := SERVICES.get(value.lower())):
        return [(port, port) for port in ports]
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", value, re.ASCII)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not low <= high <= _HIGHEST_PORT:
        what = "Write a number from 0 to 65535, or a range like 8000-8999."
        names = " Services go by name: ssh, rdp, https." if value[:1].isalpha() else ""
        raise term_error(term, f"takes no {value!r}", what + names)
    return [(low, high)]


def _beyond(relation: str, number: Decimal) -> Range:
    """Return the whole numbers that lie beyond a number, as first and last."""
    return {
        ">": (_down(number) + 1, MOST),
        ">=": (_up(number), MOST),
        "<": (0, _up(number) - 1),
        "<=": (0, _down(number)),
    }[relation]


def _one_number(term: Term) -> Decimal:
    if len(term.values) > 1:
        raise term_error(
            term, f"takes one number after {term.relation}", "Write it without commas, such as 1000000 or 1M."
        )
    low, high = _numbers(term, term.values[0])
    if low != high:
        raise term_error(term, f"takes one number after {term.relation}", f"A range is {term.field}:1-10.")
    return low


def _numbers(term: Term, value: str) -> tuple[Decimal, Decimal]:
    """Return both ends of a range; a single number is both."""
    units = _TIMES if term.field == "duration" else _SIZES if "bytes" in term.field else _COUNTS
    ends = re.fullmatch(f"{_NUMBER_AND_UNIT.pattern}(?:-{_NUMBER_AND_UNIT.pattern})?", value, re.ASCII)
    if ends and ends[2] in units and (ends[3] is None or ends[4] in units):
        low = Decimal(ends[1]) * units[ends[2]]
        high = low if ends[3] is None else Decimal(ends[3]) * units[ends[4]]
        if low <= high < MOST:
            return low, high
    raise term_error(term, f"takes no {value!r}", _what_to_write(term))


def _what_to_write(term: Term) -> str:
    if term.field == "duration":
        return "Write seconds, as 60, or 5min, 2h, 1d."
    if "bytes" in term.field:
        return f"Write a number, such as {term.field}>1e6, 500k, 1MB (a million) or 1MiB (1,048,576)."
    return f"Write a number, such as {term.field}:0 or {term.field}>1000."


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _down(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_FLOOR))


def _network(term: Term, value: str) -> "IPv4Network | IPv6Network | str":
    if not value.strip("x."):
        return value  # masked at the source: it stands for itself
    try:
        return ip_network(value, strict=False)
    except ValueError:
        what = "Write an address, a prefix, inside or outside, such as 203.0.113.9 or 203.0.113.0/24."
        raise term_error(term, f"takes no {value!r}", what) from None


def _inside(text: str, wanted: "Iterable[IPv4Network | IPv6Network | str]") -> bool:
    found = address(text)
    return any(
        text == network if isinstance(network, str) else found is not None and found in network
        for network in wanted
    )


def _named(field: str, value: str) -> Callable[[str], bool]:
    wanted = visible(re.sub("[:-]", "", value) if field == "nic" else value).lower()
    # A bracket in a name means itself; hidden characters are written as they are shown.
    like = re.compile(translate(wanted.replace("[", "[[]"))).match
    return lambda text: any(like(form) for form in _forms(field, visible(text).lower()))


def _forms(field: str, name: str) -> list[str]:
    if field in ("nsg", "flow_log"):
        return _tails(name)
    return _without_prefix(name) if field == "rule" else [name]


def _without_prefix(rule: str) -> list[str]:
    return [rule, re.sub("^(userrule|defaultrule)_", "", rule)]


def _tails(name: str) -> list[str]:
    parts = name.split("/")
    return [name, *("/".join(parts[i:]) for i in range(1, len(parts)))]
