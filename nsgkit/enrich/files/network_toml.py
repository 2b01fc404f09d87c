"""network.toml: what the analyst writes about their own networks, sites and machines."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from nsgkit.enrich.context import Context, FeedFile, Problem
from nsgkit.enrich.files.content import stamp
from nsgkit.enrich.files.entries import At, Said, entry, standing, unknown_keys
from nsgkit.enrich.files.listed import split
from nsgkit.enrich.files.sites import (
    SITE,
    WHERE,
    Table,
    at_site,
    named_places,
    named_sites,
    placed,
    unlike_sites,
)  # fmt: skip
from nsgkit.enrich.files.toml import key_lines, parsed
from nsgkit.enrich.overlaps import corrected
from nsgkit.errors import NsgkitError, shown

# What may stand in it: tables, and their keys. Those of the file itself stand under "".
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("company", "region", "own", "files", "networks", "sites", "places", "hosts", "scanners", "feeds"),
    "networks": ("prefix", "name", "kind", "site", "sensitivity", *WHERE, "operator"),
    "sites": ("name", *SITE),
    "places": ("country", "city", "lat", "lon"),
    "hosts": ("addresses", "name", "role", "site", "sensitivity", "mac"),
    "scanners": ("addresses", "name"),
    "feeds": ("path", "name", "date"),
}
_TABLES: Final = tuple(KEYS)[1:]


def is_network_toml(told: Mapping[str, Any]) -> bool:
    """Return whether TOML has anything of a network.toml.

    >>> is_network_toml({"own": []}), is_network_toml({"known": []})
    (True, False)
    """
    return bool(told.keys() & {*KEYS[""]})


def read_network_toml(path: Path, text: str, read: Callable[[Path], Context]) -> Context:
    """Return what a network.toml says, and what the files say that it names, which `read` reads.

    What it says itself corrects those files. Sites and places lend their coordinates to both.

    >>> read_network_toml(Path("n.toml"), 'own = ["10.0.0.0/8"]', Context).prefixes[0].own
    True
    """
    told = parsed(text, path)
    lines = key_lines(text)
    tables, problems = _tables(told, path.name, lines)
    given = _given(told, tables, path.name, lines)
    said = [*problems, *_own(told, path.name, lines), *given]
    others = _files(told, path, lines, read)
    own = split(said)
    if "own" in told:  # then nothing else is
        others = replace(others, prefixes=tuple(each._replace(own=False) for each in others.prefixes))
    rest = corrected(others.prefixes, by=own.prefixes)
    sites, wrong = named_sites(tables["sites"])
    places, wrong_too = named_places(tables["places"])
    feeds, missing = _feeds(tables["feeds"], path.parent)
    known = tuple(placed(at_site(each, sites), places) for each in (*own.prefixes, *rest))
    unlike = [*unlike_sites(tables, sites)]
    problems = [*own.problems, *wrong, *wrong_too, *unlike, *missing, *others.problems]
    return replace(others, prefixes=known, feeds=(*feeds, *others.feeds), problems=tuple(problems))


def _tables(
    told: Mapping[str, Any], file: str, lines: Mapping[str, int]
) -> tuple[dict[str, list[Table]], list[Problem]]:
    """Return each table's entries with where they stand, and what is no table or no key of one."""
    problems = [*unknown_keys(told, KEYS[""], _at(file, "", lines))]
    tables: dict[str, list[Table]] = {}
    for name in _TABLES:
        listed = told.get(name, [])
        if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
            problems.append(_at(file, "", lines).problem(name, f"Begin each of the {name} with [[{name}]]."))
            listed = []
        tables[name] = [(each, _at(file, f"{name}[{n}]", lines)) for n, each in enumerate(listed)]
        for part, at in tables[name]:
            problems += unknown_keys(part, KEYS[name], at)
    return tables, problems


def _at(file: str, part: str, lines: Mapping[str, int]) -> At:
    """Say where a key stands: its path, and its line where it has one of its own."""

    def where(key: str) -> str:
        path = f"{part}.{key}" if part and key else part or key
        line = lines.get(path, lines.get(part))
        return f"{path}, line {line}" if line else path

    return At(file, where)


def _own(told: Mapping[str, Any], file: str, lines: Mapping[str, int]) -> Iterator[Said]:
    own, at = told.get("own", []), _at(file, "", lines)
    if not isinstance(own, list):
        yield at.problem("own", 'Write the own networks as own = ["10.0.0.0/8", "2001:db8:30::/48"].')
        return
    for place, text in enumerate(own):
        line = lines.get("own")
        where = f"own[{place}], line {line}" if line else f"own[{place}]"
        yield from entry({"prefix": text}, standing(file, where), own=True)


def _given(
    told: Mapping[str, Any], tables: Mapping[str, list[Table]], file: str, lines: Mapping[str, int]
) -> Iterator[Said]:
    for part, at in tables["networks"]:
        yield from entry(_asked(part, "networks"), at, own="own" not in told)
    for part, at in tables["hosts"]:
        yield from _addresses(_asked(part, "hosts"), at)
    for part, at in tables["scanners"]:
        name = part.get("name")
        role = f"own scanner: {name}" if isinstance(name, str) and name.strip() else "own scanner"
        yield from _addresses({"addresses": part.get("addresses"), "role": role}, at)


def _asked(part: Mapping[str, Any], table: str) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key in KEYS[table]}


def _addresses(part: Mapping[str, Any], at: At) -> Iterator[Said]:
    addresses = part.get("addresses")
    if not isinstance(addresses, list) or not addresses:
        yield at.problem("addresses", 'Write its addresses as addresses = ["10.20.1.4"].')
        return
    told = {key: value for key, value in part.items() if key != "addresses"}
    seen: set[Said] = set()
    for address in addresses:
        for said in entry({**told, "prefix": address}, At(at.file, lambda key: at.where(_listed(key)))):
            if said not in seen:  # a name that is none is none of each address
                seen.add(said)
                yield said


def _listed(key: str) -> str:
    return "addresses" if key == "prefix" else key


def _feeds(tables: list[Table], folder: Path) -> tuple[list[FeedFile], list[Problem]]:
    feeds: list[FeedFile] = []
    problems: list[Problem] = []
    for part, at in tables:
        path, name, day = part.get("path"), part.get("name"), part.get("date")
        if not isinstance(path, str) or not path.strip():
            problems.append(at.problem("path", 'Write the feed\'s file as path = "feed.csv".'))
            continue
        file = _beside(folder, path)
        if not file.is_file():
            problems.append(at.problem("path", f"There is no file {file}. Paths are relative to {at.file}."))
            continue
        told = name if isinstance(name, str) and name.strip() else file.name
        feeds.append(FeedFile(file, told, _day(day)))
        if day is not None and _day(day) is None:
            problems.append(at.problem("date", f"{shown(day)} is no date. Write it as 2024-12-17."))
    return feeds, problems


def _beside(folder: Path, name: str) -> Path:
    """Return a file by its name, which is relative to `folder`; no system has names with NUL in them."""
    try:
        return folder / Path(name.replace("\0", "\\0")).expanduser()
    except RuntimeError:  # ~ of somebody who is not there
        return folder / name


def _day(value: object) -> str | None:
    if isinstance(value, date):  # also with a time
        return f"{value:%Y-%m-%d}"
    try:
        return date.fromisoformat(value.strip()).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _files(
    told: Mapping[str, Any], path: Path, lines: Mapping[str, int], read: Callable[[Path], Context]
) -> Context:
    """Return what the named files say; one that says nothing is a problem of the file that names it."""
    at, named = _at(path.name, "", lines), told.get("files", [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        return Context(
            problems=(at.problem("files", 'Name files as files = ["vnets.json", "geofeed.csv"].'),)
        )
    parts = []
    for name in dict.fromkeys(named):
        file = _beside(path.parent, name)
        now = stamp(file)
        try:
            parts.append(read(file))
        except NsgkitError as error:
            parts.append(Context(problems=(at.problem("files", str(error)),), files=(now,)))
    return Context.joined(parts)
