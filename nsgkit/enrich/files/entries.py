"""One entry of an analyst's file: each value is checked, the good ones are kept, the others reported."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import ip_interface, ip_network
from typing import Any, Final, NamedTuple, TypeAlias

from nsgkit.enrich.context import KnownPrefix, Problem
from nsgkit.enrich.geography.atlas import country_of
from nsgkit.enrich.prefixes import Prefix
from nsgkit.errors import shown

Said: TypeAlias = KnownPrefix | Problem
KINDS: Final = ("vnet", "vpn", "p2s", "public")
_LONGEST = 200  # characters of a text
_WIDEST_OWN = {4: 8, 6: 7}  # 10.0.0.0/8 and fc00::/7
_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_MEANT = {"UK": "GB", "EL": "GR"}  # what people write instead of a country's code


class At(NamedTuple):
    """Where an entry stands: its file, and where in it each key is."""

    file: str
    where: Callable[[str], str]

    def problem(self, key: str, what: str) -> Problem:
        """Return that what stands under a key cannot be used."""
        return Problem(self.file, self.where(key), what)


def standing(file: str, where: str) -> At:
    """Return that an entry stands in one place, with all its keys.

    >>> standing("geofeed.csv", "line 3").problem("city", "It is empty.").where
    'line 3'
    """
    return At(file, lambda _: where)


def entry(told: Mapping[str, Any], at: At, *, own: bool = False) -> Iterator[Said]:
    """Yield what is wrong with an entry, and then what it says of its prefix; nothing more without one.

    >>> for said in entry({"prefix": "192.0.2.0/24", "country": "UK", "city": "Leeds"}, At("a.csv", str)):
    ...     print(said.what if isinstance(said, Problem) else said.city)
    'UK' is no country code of ISO 3166. Do you mean GB?
    Leeds
    """
    try:
        prefix = prefix_of(told.get("prefix"))
    except ValueError as error:
        yield at.problem("prefix", str(error))
        return
    values, problems = checked(told, at)
    yield from problems
    if own and prefix.prefixlen < _WIDEST_OWN[prefix.version]:
        yield at.problem("prefix", f"{prefix} is too wide to be anybody's own. Give the networks in it.")
        own = False
    source = at.where("")
    yield KnownPrefix(prefix, own=own, source=f"{at.file}, {source}" if source else at.file, **values)


def checked(told: Mapping[str, Any], at: At) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values of an entry that can be used, and what is wrong with the others.

    >>> checked({"lat": 95, "lon": 0, "name": "WEB1"}, At("network.toml", str))[0]
    {'name': 'WEB1'}
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key in told.keys() & _CHECKS.keys():
        try:
            values[key] = _CHECKS[key](told[key])
        except ValueError as error:
            problems.append(at.problem(key, str(error)))
    if ("lat" in values) != ("lon" in values):
        if "lat" in told and "lon" in told:  # the other is reported already
            values = {key: value for key, value in values.items() if key not in ("lat", "lon")}
        else:
            problems.append(at.problem("lat" if "lat" in told else "lon", "A place needs both lat and lon."))
            values = {key: value for key, value in values.items() if key not in ("lat", "lon")}
    country, region = values.get("country"), values.get("region", "")
    if country and region and not region.startswith(f"{country}-"):
        problems.append(at.problem("region", f"{region} is no region of {country}."))
        del values["region"]
    return {key: values[key] for key in _CHECKS if key in values}, sorted(problems)


def unknown_keys(keys: Iterable[str], known: Iterable[str], at: At) -> Iterator[Problem]:
    """Yield for each key that is not known that it is left out, and which one may be meant.

    >>> [each.what for each in unknown_keys(["prefx"], ["prefix", "name"], At("network.toml", str))]
    ["'prefx' is no key that is known here. Do you mean prefix?"]
    """
    names = [*known]
    for key in keys:
        if key not in names:
            close = get_close_matches(key.casefold(), names, 1)
            help_ = f"Do you mean {close[0]}?" if close else f"Known are {', '.join(names)}."
            yield at.problem(key, f"{shown(key)} is no key that is known here. {help_}")


def prefix_of(value: object) -> Prefix:
    """Return the prefix or the address that a text is; ValueError says how one is written.

    >>> prefix_of(" 10.20.0.0/16 ")
    IPv4Network('10.20.0.0/16')
    """
    text = value.strip() if isinstance(value, str) else None
    if not text:
        given = "It has no prefix" if value in (None, "") else f"{shown(value)} is no prefix"
        raise ValueError(f'{given}. One is written as "10.20.0.0/16" or "2001:db8:30::/48".')
    try:
        if "%" in text:  # a zone: it means something on one machine only
            raise ValueError
        return ip_network(text)
    except ValueError:
        raise ValueError(_why_no_prefix(text)) from None


def _why_no_prefix(text: str) -> str:
    try:
        given = ip_interface(text)
    except ValueError:
        return f"{shown(text)} is no prefix and no address. One is written like 10.20.0.0/16."
    if "%" in text:
        return f"{shown(text)} has a zone behind %, which means something on one machine only."
    return (
        f"{shown(text)} has bits set behind its length. Write {given.network} for the network, or "
        f"{given.ip} for the machine."
    )


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else None
    if text is None:
        raise ValueError(f'A text is wanted here, such as "WEB1", not {shown(value)}.')
    if not text:
        raise ValueError("It is empty. Leave it out, or say it.")
    if len(text) > _LONGEST:
        raise ValueError(f"It has {len(text):,} characters, more than {_LONGEST}: {shown(text)}.")
    return text


def _kind(value: object) -> str:
    text = _text(value)
    if text.casefold() not in KINDS:
        raise ValueError(f"{shown(text)} is no kind of network. Known are {', '.join(KINDS)}.")
    return text.casefold()


def _country(value: object) -> str:
    code = _text(value).upper()
    if country_of(code).lat is None:  # a code of no country, or of several
        meant = f"Do you mean {_MEANT[code]}?" if code in _MEANT else "It has two letters, such as GB."
        raise ValueError(f"{shown(value)} is no country code of ISO 3166. {meant}")
    return code


def _region(value: object) -> str:
    code = _text(value).upper()
    if not _REGION.fullmatch(code):
        raise ValueError(f"{shown(value)} is no region of ISO 3166-2, such as GB-ENG.")
    return code


def _degrees(most: int) -> Callable[[object], float]:
    def degrees(value: object) -> float:
        try:
            number = float(value) if isinstance(value, str | int | float) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if isinstance(value, bool) or not -most <= number <= most:
            told = value if isinstance(value, int | float) and abs(value) < 1e6 else shown(value)
            raise ValueError(f"{told} is no number of degrees from -{most} to {most}.")
        return number

    return degrees


# In the order in which a KnownPrefix has them.
_CHECKS: Final[Mapping[str, Callable[[object], Any]]] = {
    "name": _text,
    "kind": _kind,
    "site": _text,
    "role": _text,
    "sensitivity": _text,
    "country": _country,
    "region": _region,
    "city": _text,
    "lat": _degrees(90),
    "lon": _degrees(180),
    "operator": _text,
}
PLACED: Final = (*_CHECKS,)
