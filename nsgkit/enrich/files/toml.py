"""TOML files that an analyst writes: what they say, and in which line."""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nsgkit.enrich.files.content import text_of
from nsgkit.errors import NsgkitError
from nsgkit.layout import STORE

_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*(?P<name>[A-Za-z0-9_-]+)[ \t]*\]\]")
_KEY = re.compile(r"^[ \t]*\"?(?P<name>[A-Za-z0-9_-]+)\"?[ \t]*=")
_HEADING = re.compile(r"^[ \t]*\[")


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Return what a file of an analyst's says; NsgkitError asks for a `name` where it is none.

    >>> read_toml(Path("data/samples/network.toml"), "network.toml")["company"]
    'Marsh Lane Books'
    """
    return parsed(text_of(path), path)


def parsed(text: str, path: Path) -> dict[str, Any]:
    """Return what TOML says; NsgkitError where it is none.

    >>> parsed("a = 3", Path("network.toml"))
    {'a': 3}
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise NsgkitError(f"{path} is no TOML: {error}.") from error
    except RecursionError:
        raise NsgkitError(f"{path} is no TOML that can be read: it is nested too deeply.") from None


def is_toml(text: str, known: Callable[[Mapping[str, Any]], bool]) -> bool:
    """Return whether a text is TOML that has something `known`.

    >>> is_toml("own = []", bool), is_toml("# a comment", bool), is_toml("10.0.0.0/8,GB", bool)
    (True, False, False)
    """
    try:
        return known(tomllib.loads(text))
    except (ValueError, RecursionError):
        return False


def key_lines(text: str) -> Mapping[str, int]:
    r"""Return in which line each key stands: `own`, `networks[2]` and `networks[2].prefix`.

    It is for messages: what stands in a text of several lines may be taken for a key.

    >>> key_lines('own = []\n[[networks]]\nprefix = "10.0.0.0/8"\n')
    {'own': 1, 'networks[0]': 2, 'networks[0].prefix': 3}
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if table := _TABLE.match(line):
            name = table["name"]
            inside = f"{name}[{counts.get(name, 0)}]"
            counts[name] = counts.get(name, 0) + 1
            lines[inside] = number
        elif _HEADING.match(line):
            inside = inside or "?"
        elif key := _KEY.match(line):
            lines.setdefault(f"{inside}.{key['name']}" if inside else key["name"], number)
    return lines


def beside(logs: str | Path, name: str) -> Path | None:
    """Return the file of this name in the folder of the logs, or beside it; None where there is none.

    What an analyst writes belongs to a network: it lies with its logs, and no other's is taken for it. A
    store remembers the folder that its logs came from: what lies there is its own as well.

    >>> beside("data/samples", "known.toml").name
    'known.toml'
    """
    folder = Path(logs).expanduser()
    source = _source_of(folder)
    came_from = [source / name, source.parent / name] if source else []
    places = (folder / name, *came_from, folder.parent / name)
    return next((place for place in places if place.is_file()), None)


def _source_of(folder: Path) -> Path | None:
    """Return the folder that a store's logs came from; None where `folder` is no store, or does not tell."""
    try:
        told = json.loads((folder / STORE).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    source = told.get("source") if isinstance(told, dict) else None
    return Path(source) if isinstance(source, str) and source else None
