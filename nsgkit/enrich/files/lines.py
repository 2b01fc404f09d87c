"""Lines of prefixes: geofeeds (RFC 8805), and CSV whose header names the columns."""

import csv
from collections.abc import Iterator, Mapping
from typing import Final

from nsgkit.enrich.context import Problem
from nsgkit.enrich.files.entries import PLACED, At, Said, entry, prefix_of, standing, unknown_keys
from nsgkit.enrich.prefixes import Prefix
from nsgkit.enrich.special_purpose import NOT_THE_INTERNET
from nsgkit.schema import UNKNOWN_PLACE

GEOFEED: Final = ("prefix", "country", "region", "city", "postal")
HEADER: Final = ("prefix", *PLACED, "own")
# As RFC 8805 calls its fields, where somebody put them on top.
_ALSO: Final = {"ip_prefix": "prefix", "alpha2code": "country", "country_code": "country"}
_POSTAL: Final = ("postal", "postal_code")  # deprecated there, because it tells too much: left out
_YES, _NO = ("true", "yes", "1", "x"), ("false", "no", "0")
_NOWHERE = "ZZ"  # has been used for what is not to be located
_PRIVATE: Final = [(p.version, int(p[0]), int(p[-1])) for p in map(prefix_of, NOT_THE_INTERNET)]


def read_lines(text: str, file: str) -> Iterator[Said]:
    r"""Yield what the lines of a geofeed, or of a CSV with a header, say; each line is for itself.

    >>> [said.city for said in read_lines("# ours\n192.0.2.0/24,GB,GB-ENG,Leeds,\n", "geofeed.csv")]
    ['Leeds']
    >>> [said.name for said in read_lines("name,prefix\nWEB1,10.20.1.4\n", "hosts.csv")]
    ['WEB1']
    """
    numbered = enumerate(text.split("\n"), start=1)
    lines = ((number, line.strip()) for number, line in numbered)
    filled = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not filled:
        return
    delimiter, header = _header(filled[0][1])
    at = _line(file, filled[0][0])
    if not header and (why := _no_feed([line for _, line in filled])):
        yield at.problem("", why)
        return
    if header:
        yield from unknown_keys((name for name in header if name not in _POSTAL), HEADER, at)
        filled = filled[1:]
    for number, line in filled:
        try:
            (fields,) = csv.reader([line], delimiter=delimiter, strict=True)
        except csv.Error as error:
            yield Problem(file, f"line {number}", f"It is no line of CSV: {error}.")
            continue
        at = _line(file, number)
        yield from _row(header, fields, at) if header else _place(fields, at)


def _line(file: str, number: int) -> At:
    return standing(file, f"line {number}")


def _header(line: str) -> tuple[str, list[str]]:
    """Return what stands between columns, and what they are called: nothing without a header."""
    for delimiter in (",", ";", "\t"):
        names = [name.strip().strip('"').casefold() for name in line.split(delimiter)]
        names = [_ALSO.get(name, name) for name in names]
        if "prefix" in names:
            return delimiter, names
    return ",", []


def _no_feed(lines: list[str]) -> str:
    """Return why lines without a header that is known are no geofeed; nothing where they may be one."""
    if not any("," in line for line in lines) and any(letter.isdecimal() for letter in lines[0]):
        return (
            "It lists addresses and says nothing of them. A threat feed is named in network.toml: [[feeds]]."
        )
    first, comma, _ = lines[0].partition(",")
    if comma and not any(letter.isdecimal() or letter == ":" for letter in first):
        return f"The header names no column prefix. Known are {', '.join(HEADER)}."
    return ""


def _row(header: list[str], fields: list[str], at: At) -> Iterator[Said]:
    if len(fields) > len(header) and any(fields[len(header) :]):
        yield at.problem("", f"It has {len(fields)} fields, and the header {len(header)}.")
        return
    told = {key: field.strip() for key, field in zip(header, fields, strict=False) if field.strip()}
    own = told.pop("own", "").casefold()
    if own not in (*_YES, *_NO, ""):
        yield at.problem("own", f"own is yes or no, not {own[:20]!r}.")
    if own not in _YES and not told.keys() & {*PLACED}:
        if not own:
            yield at.problem("", "It says nothing of its prefix.")
        return
    yield from entry(told, at, own=own in _YES)


def _place(fields: list[str], at: At) -> Iterator[Said]:
    """Yield what a line of a geofeed says; without a place, that there is none, not even a wider one's."""
    told: Mapping[str, str] = {k: f.strip() for k, f in zip(GEOFEED, fields, strict=False) if f.strip()}
    if any(field.strip() for field in fields[len(GEOFEED) :]):
        yield at.problem("", f"It has {len(fields)} fields, and a geofeed 5: {', '.join(GEOFEED)}.")
        return
    hidden = told.get("country", "").upper() == _NOWHERE or not told.keys() - {"prefix", "postal"}
    for said in entry({"prefix": told.get("prefix")} if hidden else told, at):
        if isinstance(said, Problem):
            yield said
        elif _is_private(said.prefix):
            yield at.problem("", f"{said.prefix} holds private addresses, which are in many places.")
        elif hidden:
            yield said._replace(country=UNKNOWN_PLACE)
        elif said.country or said.region or said.city:
            yield said


def _is_private(prefix: Prefix) -> bool:
    first, last = int(prefix.network_address), int(prefix.broadcast_address)
    return any(version == prefix.version and first <= to and last >= of for version, of, to in _PRIVATE)
