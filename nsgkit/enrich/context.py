"""What an analyst's files say about addresses: one row a prefix, with the file and line that says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from nsgkit.enrich.prefixes import Prefix


class KnownPrefix(NamedTuple):
    """What a file says of a prefix, or of one address; what it does not say is empty or None.

    `kind` is "vnet", "vpn" (a site behind a VPN gateway or ExpressRoute), "p2s" (clients of a point-to-site
    VPN) or "public"; `site` the virtual network or site that it belongs to. `country` and `region` are those
    of ISO 3166, `lat` and `lon` degrees, `source` the file and the line or key. Where a file says that a
    prefix is not to be located, its country is "unknown", and it takes the place of none around it.
    """

    prefix: Prefix
    own: bool = False
    name: str = ""
    kind: str = ""
    site: str = ""
    role: str = ""
    sensitivity: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    operator: str = ""
    source: str = ""


class Problem(NamedTuple):
    """What in a file could not be used: where, what is wrong, and what to do."""

    file: str
    where: str  # such as "line 3" or "networks[2].prefix, line 14"
    what: str

    def text(self) -> str:
        """Return the problem as a sentence.

        >>> Problem("geofeed.csv", "line 3", "It is empty.").text()
        'geofeed.csv, line 3: It is empty.'
        """
        return f"{', '.join(part for part in (self.file, self.where) if part)}: {self.what}"


class Stamp(NamedTuple):
    """How a file was when it was read: when it was changed, in nanoseconds, and its size."""

    path: Path
    changed: int | None
    size: int | None


class FeedFile(NamedTuple):
    """A threat feed that the analyst gives: what it is called, and of which day it is (null: unknown)."""

    path: Path
    name: str
    date: str | None = None


@dataclass(frozen=True)
class Context:
    """All that the given files say, in their order: of one prefix that is there twice the first counts."""

    prefixes: tuple[KnownPrefix, ...] = ()
    databases: tuple[Path, ...] = ()  # .mmdb: cities, coordinates, network operators
    service_tags: tuple[Path, ...] = ()  # ServiceTags_Public.json
    feeds: tuple[FeedFile, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[Stamp, ...] = ()  # that were read

    @classmethod
    def joined(cls, parts: Iterable["Context"]) -> "Context":
        """Return what several files say together."""
        held = [*parts]
        return cls(
            tuple(each for part in held for each in part.prefixes),
            tuple(each for part in held for each in part.databases),
            tuple(each for part in held for each in part.service_tags),
            tuple(each for part in held for each in part.feeds),
            tuple(each for part in held for each in part.problems),
            tuple(each for part in held for each in part.files),
        )
