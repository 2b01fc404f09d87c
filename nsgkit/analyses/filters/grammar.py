"""The filter language: which rows or conversations a question is about, in one line of text.

Terms stand side by side and must all hold; commas part alternatives; a minus in front turns a
term round: `dst_port:22,3389 src:203.0.113.0/24 denied -rule:Temp*`.

| term | keeps |
|---|---|
| `src:` `dst:` `ip:` | the source's, the destination's or either address: an address or a prefix |
| `src_port:` `dst_port:` `port:` | a port or a range such as 8000-8999 |
| `protocol:` `direction:` `decision:` `state:` | the column's value, such as `TCP` |
| `rule:` `nsg:` `nic:` `flow_log:` `encryption:` | the name, `*` for any text; an NSG by its last segment |
| `version:` | 1, 2 or 4 |
| `answered:` | of conversations: yes where packets came back, no where counters say none did, or unknown |
| `from:` `until:` | what was first seen from that time on, or before that time (UTC) |
| `denied`, `inbound`, `tcp`, `203.0.113.9` … | the same without the field's name |

A name with spaces stands in double quotes; `rule:""` is a rule that was not logged.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import translate
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pandas as pd

from nsgkit import schema
from nsgkit.errors import NsgkitError
from nsgkit.html import visible
from nsgkit.times import milliseconds, parse_time

_ADDRESS, _NUMBER, _NAME, _TIME = "an address or prefix", "a number", "a name", "a time"
ANSWER = "yes, no or unknown"
FIELDS: dict[str, tuple[tuple[str, ...], str]] = {
    "src": (("src_ip",), _ADDRESS),
    "dst": (("dst_ip",), _ADDRESS),
    "ip": (("src_ip", "dst_ip"), _ADDRESS),
    "src_port": (("src_port",), _NUMBER),
    "dst_port": (("dst_port",), _NUMBER),
    "port": (("src_port", "dst_port"), _NUMBER),
    "version": (("version",), _NUMBER),
    "protocol": (("protocol",), _NAME),
    "direction": (("direction",), _NAME),
    "decision": (("decision",), _NAME),
    "state": (("state",), _NAME),
    "encryption": (("encryption",), _NAME),
    "rule": (("rule",), _NAME),
    "nsg": (("acl",), _NAME),
    "nic": (("mac",), _NAME),
    "flow_log": (("flow_log",), _NAME),
    "answered": (("answered",), ANSWER),
    "from": ((), _TIME),
    "until": ((), _TIME),
}
# A column's own name does as well.
_ALIASES = {
    **{c.name: c.filter_word for c in schema.FLOWS if c.filter_word},
    "address": "ip",
    "proto": "protocol",
}
# Words that need no field: closed values, and protocols by their names.
_WORDS = {v: name for name in ("direction", "decision") for v in schema.column(name).values} | {
    v.lower(): "protocol" for v in schema.column("protocol").codes.values()
}
_TERM = re.compile(r'\s*(?P<minus>-?)(?:(?P<field>[A-Za-z_]+):)?(?P<value>"[^"]*"|[^\s"]+)(?=\s|$)')
_HIGHEST = 65_535


@dataclass(frozen=True)
class Term:
    """One term of a filter: `value` in one of `columns`; `start` is its place in the text, from 0."""

    field: str
    values: tuple[str, ...]
    negated: bool
    start: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of which one must hold the value; none for from and until."""
        return FIELDS[self.field][0]

    @property
    def kind(self) -> str:
        """What a value of this field is: an address or prefix, a number, a name or a time."""
        return FIELDS[self.field][1]


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a filter; an empty text has none and keeps everything.

    Raises NsgkitError with what is wrong, where, and what to write instead.

    >>> [(t.field, t.values) for t in parse("dst_port:22 denied")]
    [('dst_port', ('22',)), ('decision', ('denied',))]
    """
    terms = tuple(_terms(text))
    for term in terms:
        _check(term)
    return terms


def quoted(value: object) -> str:
    """Return a value as it stands in a filter, in quotes where it needs them.

    A double quote cannot be written in a filter; any one character stands in its place.

    >>> quoted("Allow web"), quoted("Web")
    ('"Allow web"', 'Web')
    """
    text = "" if pd.isna(value) else re.sub(r'["\r\n]', "?", str(value))  # type: ignore[call-overload]
    return text if re.fullmatch(r"[^\s\",*?\[]+", text) else f'"{text}"'


def matches(term: Term) -> Callable[[str], bool]:
    """Return the test that a text of the term's columns must pass, its minus left aside."""
    if term.kind == _ADDRESS:
        wanted = [_network(term, value) for value in term.values]
        return lambda text: _inside(text, wanted)
    tests = [_named(term.field, value) for value in term.values]
    return lambda text: any(test(text) for test in tests)


def ranges(term: Term) -> list[tuple[int, int]]:
    """Return the first and last number of each range of a term of numbers."""
    return [_range(term, value) for value in term.values]


def moment(term: Term) -> int:
    """Return the time of a from or until term in milliseconds since 1970."""
    where = f"{term.field}: (character {term.start + 1} of the filter)"
    return milliseconds(parse_time(term.values[0], where))


def _terms(text: str) -> Iterator[Term]:
    place = 0
    while text[place:].strip():
        found = _TERM.match(text, place)
        if not found:
            rest = text[place:].strip()
            raise NsgkitError(
                f"The filter cannot be read from {rest[:40]!r} on (character {text.index(rest) + 1}). "
                'Write field:value, and close every double quote, such as rule:"Allow web".'
            )
        yield _term(found)
        place = found.end()


def _term(found: "re.Match[str]") -> Term:
    field, value, start = (found["field"] or "").lower(), found["value"], found.start("value")
    start = found.start("field") if field else start
    values = (value[1:-1],) if value.startswith('"') else tuple(value.split(","))
    if not field:
        # An IPv6 address has colons of its own; it never gets here with a field's name in front.
        field = _field_of_word(value, start)
    name = _ALIASES.get(field, field)
    if name not in FIELDS:
        if _address(found[0].strip().lstrip("-")):
            return Term("ip", (found[0].strip().lstrip("-"),), bool(found["minus"]), start)
        near = get_close_matches(name, FIELDS, 1)
        hint = f"Did you mean {near[0]}:? " if near else ""
        raise NsgkitError(
            f"The filter has no field {field!r} (character {start + 1}). {hint}"
            f"Fields are {', '.join(FIELDS)}."
        )
    return Term(name, values, bool(found["minus"]), start)


def _field_of_word(word: str, start: int) -> str:
    fields = {_WORDS.get(w.lower()) or ("ip" if _address(w) else "") for w in word.split(",")}
    if len(fields) == 1 and (field := fields.pop()):
        return field
    example = f"dst_port:{word}" if word.isdigit() else f"rule:{word}"
    raise NsgkitError(
        f"The filter does not say what {word!r} is (character {start + 1}). "
        f"Write field:value, such as {example}; fields are {', '.join(FIELDS)}."
    )


def _check(term: Term) -> None:
    if term.kind == _NUMBER:
        ranges(term)
    elif term.kind == _TIME:
        moment(term)
        if len(term.values) > 1 or term.negated:
            raise _error(term, "can only be one time", "Write it once, without a minus.")
    elif term.kind == _ADDRESS:
        matches(term)
    elif term.kind == ANSWER:
        if strange := [v for v in term.values if v.lower() not in ("yes", "no", "unknown")]:
            raise _error(term, f"knows no {strange[0]!r}", "Choose one of yes, no, unknown.")
    elif (column := schema.column(term.columns[0])).closed:
        # Conversations have states of their own, beside those of rows.
        known = [*column.values, *(("closed", "open", "orphan", "denied") if term.field == "state" else ())]
        if strange := [v for v in term.values if v and v.lower() not in known]:
            raise _error(term, f"knows no {strange[0]!r}", f"Choose one of {', '.join(known)}.")


def _range(term: Term, value: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", value)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not low <= high <= _HIGHEST:
        raise _error(
            term, f"takes no {value!r}", "Write a number from 0 to 65535, or a range like 8000-8999."
        )
    return low, high


def _network(term: Term, value: str) -> "IPv4Network | IPv6Network | str":
    if not value.strip("x."):
        return value  # masked at the source: it stands for itself
    try:
        return ip_network(value, strict=False)
    except ValueError:
        what = "Write an address or a prefix, such as 203.0.113.9 or 203.0.113.0/24."
        raise _error(term, f"takes no {value!r}", what) from None


def _inside(text: str, wanted: "Iterable[IPv4Network | IPv6Network | str]") -> bool:
    address = _address(text)
    return any(
        text == network if isinstance(network, str) else address is not None and address in network
        for network in wanted
    )


@lru_cache(maxsize=200_000)
def _address(text: str) -> "IPv4Address | IPv6Address | None":
    try:
        return ip_address(text) if "/" not in text else ip_network(text, strict=False)[0]
    except ValueError:
        return None


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


def _error(term: Term, problem: str, what_to_do: str) -> NsgkitError:
    return NsgkitError(f"{term.field}: {problem} (character {term.start + 1} of the filter). {what_to_do}")
