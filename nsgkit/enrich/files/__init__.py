"""Files that tell of addresses, each known by what it is: one of them in, what it says out."""

from pathlib import Path

from nsgkit.enrich.context import Context
from nsgkit.enrich.files.network_toml import read_network_toml


def read_file(path: Path) -> Context:
    """Return what a file says of addresses; NsgkitError where it cannot be read or is none that is known.

    >>> {each.name for each in read_file(Path("data/samples/network.toml")).prefixes} >= {"web subnet"}
    True
    """
    return read_network_toml(path)
