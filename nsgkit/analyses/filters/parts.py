"""A filter taken apart: the parts that must all hold, to be taken out or turned round one by one."""

import re

from nsgkit.analyses.filters.grammar import in_parentheses, parse
from nsgkit.analyses.filters.words import TIME, Group, Term

_NOT = re.compile(r"-|not(?![^\s()])\s*", re.IGNORECASE)


def parts_of(text: str) -> list[str]:
    """Return the parts of a filter that must all hold, each as it is written; `beside` joins them again.

    Raises NsgkitError where the filter cannot be read.

    >>> parts_of("(tcp denied) -(ssh or rdp)")
    ['tcp', 'denied', '-(ssh or rdp)']
    """
    return [text[part.start : part.end] for part in parse(text)]


def turned(part: str) -> str:
    """Return a part of a filter turned round: it keeps what it left out, and leaves out what it kept.

    A time cannot be turned: `until:` is what `from:` is not.

    >>> turned("dst_port:22"), turned("-(ssh or rdp)"), turned("ssh or rdp")
    ('-dst_port:22', '(ssh or rdp)', '-(ssh or rdp)')
    """
    if minus := _NOT.match(part):
        return part[minus.end() :]
    return f"-{part}" if _is_one(part) else f"-({part})"


def can_turn(part: str) -> bool:
    """Return whether a part can be turned round.

    >>> can_turn("denied"), can_turn("from:2024-12-18")
    (True, False)
    """
    (read_as,) = parse(part)
    return isinstance(read_as, Group) or read_as.kind != TIME


def term_of(part: str) -> Term | None:
    """Return the one term that a part is; None where it is a group.

    >>> term_of("-src:10.0.0.4").values, term_of("ssh or rdp")
    (('10.0.0.4',), None)
    """
    (read_as,) = parse(part)
    return read_as if isinstance(read_as, Term) else None


def _is_one(part: str) -> bool:
    """Whether a minus before the part is about all of it: a term, or a group in its own parentheses."""
    return in_parentheses(part) or isinstance(parse(part)[0], Term)
