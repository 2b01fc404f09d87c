"""What a threat feed names, by its form: lines, CSV, a MISP event, a STIX 2.1 bundle. One indicator each."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

_ADDRESS = (
    "ip", "address", "ip_address", "ipaddress", "dst_ip", "src_ip", "indicator", "prefix", "cidr", "network",
    "ioc", "ioc_value", "value",
)  # fmt: skip
_TYPE = ("type", "threat", "threat_type", "category", "malware", "tag", "tags")
_DATE = ("date", "last_seen", "last_seen_utc", "last_online", "first_seen", "first_seen_utc", "timestamp")
_MISP = ("ip-src", "ip-dst", "ip-src|port", "ip-dst|port", "domain|ip")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_STIX_VALUE = re.compile(
    r"(?:ipv[46]-addr:value|network-traffic:(?:src|dst)_ref\.value)\s*(?:=|ISSUBSET|IN)\s*"
    r"(\(\s*'[^']*'(?:\s*,\s*'[^']*')*\s*\)|'[^']*')"
)
_STIX_MORE = re.compile(r"\b(?:AND|NOT|FOLLOWEDBY)\b|!=")  # then an address alone is not what is meant


class Indicator(NamedTuple):
    """One thing that a feed names: the text of an address or prefix, or why it is none to be used."""

    where: str  # such as "line 3"
    text: str
    type: str = ""
    date: str = ""  # a day, empty where it is not told
    until: str = ""
    unusable: str = ""


def indicators(told: str) -> Iterator[Indicator]:
    r"""Yield what a feed names; ValueError where it is JSON of neither MISP nor STIX.

    >>> [one.text for one in indicators("# bad ones\n192.0.2.7  # seen\n198.51.100.0/24 ; SBL1\n")]
    ['192.0.2.7', '198.51.100.0/24']
    """
    if told.lstrip().startswith(("{", "[")):
        yield from _of_json(json.loads(told))
    else:
        yield from _of_lines(told.splitlines())


def _of_lines(lines: list[str]) -> Iterator[Indicator]:
    """Yield the lines; where a line before the first address names columns, as a table."""
    columns: list[str] = []
    begun = False
    for number, line in enumerate(lines, 1):
        bare = line.strip()
        if not begun and (names := _header(bare)):
            columns, begun = names, True
        elif bare and not bare.startswith(("#", ";", "//")):
            begun, where = True, f"line {number}"
            yield _cell(where, columns, bare) if columns else Indicator(where, _address(_first(bare)))


def _header(line: str) -> list[str]:
    """Return the names of columns where a line has those of a table; feeds write them as a comment too."""
    names = [name.strip().lower() for name in _cells(line.lstrip("# "))]
    return names if any(name in _ADDRESS for name in names) else []


def _cell(where: str, columns: list[str], line: str) -> Indicator:
    row = dict(zip(columns, _cells(line), strict=False))
    address, kind, date = (
        next((row[n] for n in names if row.get(n)), "") for names in (_ADDRESS, _TYPE, _DATE)
    )
    return Indicator(where, _address(address), kind.strip(), _day(date))


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:
        return [line]


def _first(line: str) -> str:
    return re.split(r"[\s#;,]", line, maxsplit=1)[0]


def _address(text: str) -> str:
    """Return the address of a text: without quotes, without a port, and with its dots.

    >>> _address('"192[.]0.2.7:8080"'), _address("2001:db8::1"), _address("192.0.2.7|443")
    ('192.0.2.7', '2001:db8::1', '192.0.2.7')
    """
    bare = text.strip().strip("\"'").replace("[.]", ".").partition("|")[0]
    return bare.partition(":")[0] if bare.count(":") == 1 else bare


def _day(told: object) -> str:
    """Return the day of a time as feeds write it: ISO, or seconds since 1970; empty where it is neither.

    >>> _day("2024-12-17 08:00:00"), _day("1734425000"), _day("yesterday")
    ('2024-12-17', '2024-12-17', '')
    """
    text = str(told).strip()
    if found := _DAY.match(text):
        return found[0]
    if text.isascii() and text.isdecimal() and 9 <= len(text) <= 10:
        return f"{datetime.fromtimestamp(int(text), UTC):%Y-%m-%d}"
    return ""


def _of_json(told: Any) -> Iterator[Indicator]:
    if isinstance(told, dict) and told.get("type") == "bundle":
        yield from _of_stix(told)
        return
    events = told.get("response", [told]) if isinstance(told, dict) else told
    found = [one.get("Event") for one in events if isinstance(one, dict)] if isinstance(events, list) else []
    if not any(isinstance(event, dict) for event in found):
        raise ValueError("this JSON is neither a MISP event nor a STIX bundle")
    for number, event in enumerate(found):
        if isinstance(event, dict):
            yield from _of_misp(event, "Event" if len(found) == 1 else f"[{number}].Event")


def _of_misp(event: dict[str, Any], where: str) -> Iterator[Indicator]:
    places = [(f"{where}.Attribute", event.get("Attribute"))]
    places += [(f"{where}.Object[{n}].Attribute", one.get("Attribute"))
               for n, one in enumerate(_objects(event.get("Object")))]  # fmt: skip
    for place, attributes in places:
        for number, one in enumerate(_objects(attributes)):
            if one.get("type") in _MISP:
                yield _attribute(f"{place}[{number}]", one, event)


def _attribute(where: str, one: dict[str, Any], event: dict[str, Any]) -> Indicator:
    text = str(one.get("value", ""))
    if one["type"] == "domain|ip":
        text = text.rpartition("|")[2]
    date = _day(one.get("last_seen")) or _day(one.get("timestamp")) or _day(event.get("date"))
    wrong = "it was deleted" if one.get("deleted") is True else ""
    if one.get("to_ids") is False:
        wrong = "it is context and no indicator (to_ids is false)"
    return Indicator(where, _address(text), str(event.get("info", "")), date, unusable=wrong)


def _of_stix(bundle: dict[str, Any]) -> Iterator[Indicator]:
    for number, one in enumerate(_objects(bundle.get("objects"))):
        pattern = str(one.get("pattern", ""))
        if one.get("type") != "indicator" or ("-addr" not in pattern and "_ref.value" not in pattern):
            continue
        where, wrong = f"objects[{number}]", "it was revoked" if one.get("revoked") is True else ""
        if _STIX_MORE.search(re.sub(r"'[^']*'", "''", pattern)):
            wrong = "its pattern asks for more than an address"
        kinds = one.get("indicator_types") or one.get("labels") or [one.get("name", "")]
        kind = ", ".join(map(str, kinds)) if isinstance(kinds, list) else str(kinds)
        days = _day(one.get("valid_from", one.get("modified"))), _day(one.get("valid_until", ""))
        for found in _STIX_VALUE.findall(pattern) or ["'?'"]:
            for text in re.findall(r"'([^']*)'", found):
                yield Indicator(where, _address(text), kind, *days, wrong)


def _objects(told: object) -> list[dict[str, Any]]:
    return [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
