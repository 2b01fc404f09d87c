"""Databases of places that the analyst has: .mmdb files, such as those of MaxMind and DB-IP."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from nsgkit.errors import NsgkitError

_ISO = re.compile("[A-Z]{2}")


class Where(NamedTuple):
    """Where an address is, as far as one source tells; what it does not tell is empty or None."""

    country: str = ""
    region: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    operator: str = ""
    source: str = ""


def told_by_databases(texts: Sequence[str | None], paths: Iterable[Path]) -> list[list[Where]]:
    """Return for each address what each database that knows it tells, in the order of the files.

    None is no address.
    """
    found: list[list[Where]] = [[] for _ in texts]
    for path in paths:
        with _opened(path) as database:
            source = _named(database, path)
            takes_ipv6 = database.metadata().ip_version != 4
            for text, told in zip(texts, found, strict=True):
                asked = text is not None and (takes_ipv6 or ":" not in text)
                if asked and (where := _where(database.get(text), source)):
                    told.append(where)
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a database; whatever is wrong with the file, also while it is read, is said in one sentence."""
    try:
        import maxminddb
    except ImportError as error:
        raise NsgkitError(
            f"{path} is a database of places, and the package that reads it is not installed: "
            'pip install "nsgkit[geo]", or leave the file out.'
        ) from error
    try:
        with maxminddb.open_database(path) as database:
            yield database
    except OSError as error:
        raise NsgkitError(f"{path} cannot be read: {error.strerror}. Give a .mmdb file.") from error
    except (maxminddb.InvalidDatabaseError, UnicodeDecodeError) as error:
        raise NsgkitError(
            f"{path} is no database of places, or is damaged. Download it again: a .mmdb file of MaxMind or "
            "DB-IP, unpacked."
        ) from error


def _named(database: Any, path: Path) -> str:
    """Return a database's name and the day on which it was built."""
    metadata = database.metadata()
    built = datetime.fromtimestamp(metadata.build_epoch, UTC) if metadata.build_epoch else None
    return f"{metadata.database_type or path.stem}, {f'{built:%Y-%m-%d}' if built else 'of an unknown date'}"


def _where(record: Any, source: str) -> Where | None:
    """Return what a record tells; None where that is nothing of use.

    >>> _where({"country": {"iso_code": "LU"}, "autonomous_system_organization": 7}, "mine").country
    'LU'
    """
    country, point = _part(record, "country"), _part(record, "location")
    code = _text(country.get("iso_code")).upper()
    regions = record.get("subdivisions") if isinstance(record, dict) else None
    region = regions[0] if isinstance(regions, list) and regions else {}
    lat, lon = _degrees(point.get("latitude"), 90), _degrees(point.get("longitude"), 180)
    known = lat is not None and lon is not None
    where = Where(
        country=code if _ISO.fullmatch(code) else "",
        region=_text(_part({"region": region}, "region").get("iso_code")),
        city=_text(_part(_part(record, "city"), "names").get("en")),
        lat=lat if known else None,
        lon=lon if known else None,
        operator=_text(record.get("autonomous_system_organization")) if isinstance(record, dict) else "",
    )
    return where._replace(source=source) if where != Where() else None


def _part(record: Any, name: str) -> dict[str, Any]:
    part = record.get(name) if isinstance(record, dict) else None
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _degrees(value: Any, most: int) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and -most <= value <= most else None
