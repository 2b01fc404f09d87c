"""Files that tell of addresses, each known by what it is: one of them in, what it says out.

A file that is asked for again is read once, as long as it and the files that it names are as they were.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nsgkit.enrich.context import Context
from nsgkit.enrich.files.content import is_database, stamp, text_of
from nsgkit.enrich.files.lines import read_lines
from nsgkit.enrich.files.listed import is_json, read_json, split
from nsgkit.enrich.files.network_toml import is_network_toml, read_network_toml
from nsgkit.enrich.files.toml import is_toml
from nsgkit.enrich.overlaps import overlaps
from nsgkit.errors import NsgkitError
from nsgkit.html import visible

_log = logging.getLogger("nsgkit.enrich")
_held: dict[Path, Context] = {}
_MOST_HELD = 64
_KNOWN = (
    "Give a network.toml; what az network vnet list, az network nic list or az vm list-ip-addresses prints; "
    "a geofeed or a CSV with a column prefix; an .mmdb; ServiceTags_Public.json; a MISP event or STIX bundle."
)


def read_file(path: Path) -> Context:
    """Return what a file says of addresses; NsgkitError where it cannot be read or says nothing of them.

    >>> {each.name for each in read_file(Path("data/samples/network.toml")).prefixes} >= {"web subnet"}
    True
    """
    path = path.absolute()  # what is held must be true in another working folder too
    held = _held.get(path)
    if held is None or any(stamp(each.path) != each for each in held.files):
        held = _read(path, lambda text: read_network_toml(path, text, _read_named))
        if len(_held) >= _MOST_HELD:
            _held.clear()
        _held[path] = held
        _warn(held, path)
    return held


def _read_named(path: Path) -> Context:
    """Return what a file says that a network.toml names; it names no other network.toml."""

    def refuse(_: str) -> Context:
        raise NsgkitError(f"{path} is a network.toml, and one names no other. Give both to own, as a list.")

    return _read(path, refuse)


def _read(path: Path, read_toml: Callable[[str], Context]) -> Context:
    now = stamp(path)  # before it is read: what is written meanwhile is read again
    told = _told(path, read_toml)
    if not (told.prefixes or told.databases or told.service_tags or told.feeds):
        why = told.problems[0].text() if told.problems else _KNOWN
        raise NsgkitError(f"{path} says nothing of addresses that can be used. {why}")
    problems = dict.fromkeys([*told.problems, *overlaps(told.prefixes)])
    return replace(told, problems=tuple(problems), files=(now, *told.files))


def _told(path: Path, read_toml: Callable[[str], Context]) -> Context:
    """Read a file as what it is; where it is nothing whole, its name tells what it was to be."""
    if is_database(path):
        return Context(databases=(path,))
    text = text_of(path)
    if path.suffix == ".mmdb":
        raise NsgkitError(f"{path} is no MaxMind database: it does not end like one. Download it again.")
    if is_json(text) or (path.suffix == ".json" and text.strip()):
        return read_json(path, text)
    if path.suffix == ".toml" or is_toml(text, is_network_toml):
        return read_toml(text)
    return split(read_lines(text, path.name))


def _warn(told: Context, path: Path) -> None:
    if told.problems:
        count = len(told.problems)
        entries = "1 entry is" if count == 1 else f"{count:,} entries are"
        first = visible(told.problems[0].text())
        _log.warning("%s: %s not used as written. The first: %s", visible(path), entries, first)
