"""One prefix that several entries speak of: what they say differently, and who is believed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nsgkit.enrich.context import KnownPrefix, Problem
from nsgkit.enrich.prefixes import Prefix
from nsgkit.errors import shown

# An address may have several roles; where it is comes as one saying.
_SAYINGS: Final = (
    "name",
    "kind",
    "site",
    "sensitivity",
    "country",
    "region",
    "city",
    "lat",
    "lon",
    "operator",
)


def overlaps(known: Iterable[KnownPrefix]) -> Iterator[Problem]:
    """Yield for each entry what another said before of the same prefix, differently: the first counts.

    >>> from ipaddress import ip_network
    >>> web = KnownPrefix(ip_network("10.20.1.0/24"), name="web", source="a.csv, line 2")
    >>> [each.what for each in overlaps([web, web._replace(name="data", source="b.csv, line 7")])]
    ["10.20.1.0/24: name is 'data' here and 'web' in a.csv, line 2: that counts, as the first."]
    """
    first: dict[tuple[Prefix, str], KnownPrefix] = {}
    held = [*known]
    often = {prefix for prefix, count in Counter(each.prefix for each in held).items() if count > 1}
    for each in held if often else ():
        if each.prefix not in often:
            continue
        told = []
        for key in _SAYINGS:
            if getattr(each, key) in ("", None):
                continue
            earlier = first.setdefault((each.prefix, key), each)
            if _differ(getattr(each, key), getattr(earlier, key)):
                told.append((key, earlier))
        if told:
            yield _problem(each, told)


def corrected(known: Iterable[KnownPrefix], by: Iterable[KnownPrefix]) -> list[KnownPrefix]:
    """Return entries without what `by` says of the same prefix: whoever corrects by hand is believed.

    >>> from ipaddress import ip_network
    >>> web = KnownPrefix(ip_network("10.20.1.0/24"), name="snet-1", country="IE")
    >>> corrected([web], by=[web._replace(name="web", country="")])[0][2], web.country
    ('', 'IE')
    """
    said = {(each.prefix, key) for each in by for key in _SAYINGS if getattr(each, key) not in ("", None)}
    prefixes = {prefix for prefix, _ in said}
    return [_without(each, said) if each.prefix in prefixes else each for each in known]


def _without(each: KnownPrefix, said: set[tuple[Prefix, str]]) -> KnownPrefix:
    nothing: dict[str, Any] = KnownPrefix._field_defaults
    return each._replace(**{key: nothing[key] for key in _SAYINGS if (each.prefix, key) in said})


def _differ(one: Any, other: Any) -> bool:
    return bool(one.casefold() != other.casefold() if isinstance(one, str) else one != other)


def _problem(each: KnownPrefix, told: list[tuple[str, KnownPrefix]]) -> Problem:
    said = "; ".join(
        f"{key} is {_value(each, key)} here and {_value(earlier, key)} in {earlier.source}"
        for key, earlier in told
    )
    file, _, where = each.source.partition(", ")
    return Problem(file, where, f"{each.prefix}: {said}: that counts, as the first.")


def _value(each: KnownPrefix, key: str) -> str:
    value = getattr(each, key)
    return shown(value) if isinstance(value, str) else str(value)
