"""TOML files that an analyst writes."""

import tomllib
from pathlib import Path
from typing import Any

from nsgkit.errors import NsgkitError


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Return what a file of an analyst's says; NsgkitError asks for a `name` where it is none.

    >>> read_toml(Path("data/samples/network.toml"), "network.toml")["company"]
    'Marsh Lane Books'
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NsgkitError(f"{path} cannot be read: {error.strerror}. Give a {name}.") from error
    except ValueError as error:  # of TOML, or of UTF-8
        raise NsgkitError(f"{path} is no TOML: {error}.") from error
