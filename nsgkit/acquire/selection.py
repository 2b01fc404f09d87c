"""What is asked for: the span, the NSGs or flow logs, and the NICs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

from nsgkit.errors import NsgkitError, shown
from nsgkit.layout import parse_mac
from nsgkit.times import parse_span, parse_time

_AZURE_BEGAN = datetime(2010, 1, 1, tzinfo=UTC)
_TAKES = {
    "resource": "give the id or name of an NSG or flow log, or a list of them",
    "mac": "give a NIC's 12 hex digits, such as 000D3AB17875, or a list of such",
}

Names = str | Iterable[str] | None
Macs = frozenset[str] | None


def asked_span(start: object, end: object) -> tuple[datetime, datetime]:
    """Return what is asked for in UTC, from the first hour of which there can be a blob.

    >>> asked_span("1970-01-01", "2024-12-19")[0].year
    2010
    """
    first, last = parse_time(start, "start"), parse_time(end, "end")
    parse_span(first, last)
    return max(first, _AZURE_BEGAN), last


def names(one_or_more: Names, argument: str = "resource") -> list[str]:
    """Return a name or several as a list; raise NsgkitError where there is none, or something else.

    >>> names("DEMOVM-NSG")
    ['DEMOVM-NSG']
    """
    one = isinstance(one_or_more, str | bytes) or not isinstance(one_or_more, Iterable)
    given: list[object] = [one_or_more] if one else list(cast("Iterable[str]", one_or_more))
    found = [name for name in given if isinstance(name, str) and name.strip()]
    strange = [name for name in given if name not in found]
    if strange or not found:
        raise NsgkitError(
            f"{argument} takes no {shown(strange[0] if strange else one_or_more)}: {_TAKES[argument]}."
        )
    return found


def parse_macs(mac: Names) -> Macs:
    """Return MACs as names of blobs have them; None, for all, where none was asked for.

    >>> parse_macs("00-0d-3a-b1-78-75")
    frozenset({'000D3AB17875'})
    """
    if mac is None:
        return None
    macs = {text: parse_mac(text) for text in names(mac, "mac")}
    for text, parsed in macs.items():
        if parsed is None:
            raise NsgkitError(f"mac takes no {shown(text)}: {_TAKES['mac']}.")
    return frozenset(filter(None, macs.values()))
