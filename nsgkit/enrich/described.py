"""The own networks and what is known of addresses, in a few lines, with what could not be used."""

from collections.abc import Sequence

from nsgkit.enrich.context import Context, KnownPrefix
from nsgkit.enrich.prefixes import Prefix
from nsgkit.enrich.special_purpose import NOBODY_S
from nsgkit.html import visible
from nsgkit.schema import UNKNOWN_PLACE

_SHOWN = 5


def described(own: Sequence[Prefix], context: Context) -> str:
    """Return what is own, how much is known beside, from which files, and the first problems of them.

    >>> from ipaddress import ip_network
    >>> print(described([ip_network("10.0.0.0/8")], Context()))
    Network: 1 own network: 10.0.0.0/8.
      No file tells more.
    """
    own = [prefix for prefix in own if str(prefix) not in NOBODY_S]  # inside whatever is given
    names = len({each.prefix for each in context.prefixes if each.name})
    places = len({each.prefix for each in context.prefixes if _is_placed(each)})
    lines = [f"Network: {counted(len(own), 'own network')}: {_some([str(prefix) for prefix in own])}."]
    files = [each.path.name for each in context.files]
    if files:
        known = f"{counted(names, 'name')} and {counted(places, 'place')} of prefixes and addresses"
        lines.append(f"{known}, from {_some(files)}.")
    else:
        lines.append("No file tells more.")
    if context.problems:
        lines.append(f"{counted(len(context.problems), 'problem')}: see .problems.")
        lines += [f"  {problem.text()}" for problem in context.problems[:_SHOWN]]
    return "\n  ".join(visible(line) for line in lines)


def _is_placed(each: KnownPrefix) -> bool:
    return each.country not in ("", UNKNOWN_PLACE) or bool(each.city) or each.lat is not None


def counted(count: int, word: str, more: str = "s") -> str:
    """Return a number with its word.

    >>> counted(1, "name"), counted(2_000, "address", "es")
    ('1 name', '2,000 addresses')
    """
    return f"{count:,} {word}{more if count != 1 else ''}"


def _some(texts: Sequence[str]) -> str:
    rest = len(texts) - _SHOWN
    return ", ".join([*texts[:_SHOWN], *([f"and {rest:,} more"] if rest > 0 else [])]) or "none"
