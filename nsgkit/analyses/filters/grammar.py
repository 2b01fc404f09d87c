r"""The filter language: which rows or conversations a question is about, in one line of text.

Terms stand side by side and must all hold; commas part alternatives; a minus in front turns a
term round: `dst_port:22,3389 src:203.0.113.0/24 denied -rule:Temp*`.

| term | keeps |
|---|---|
| `src:` `dst:` `ip:` | the source's, the destination's or either address: an address or a prefix |
| `src:outside` `dst:inside` | in none, or in one, of the own networks; a masked address is neither |
| `src_port:` `dst_port:` `port:` | a port, a range such as 8000-8999, or a service such as `ssh` |
| `protocol:` `direction:` `decision:` `state:` | the column's value, such as `TCP` |
| `rule:` `nsg:` `nic:` `flow_log:` `encryption:` | the name, `*` for any text; an NSG by its last segment |
| `rule:="Web*"` | the name to the letter: no `*`, the same capitals, all of it |
| `version:` | 1, 2 or 4 |
| `bytes>1e6` `bytes>=1MB` `bytes<2KiB` | by size, both ways together; k, M, G are 1000s, Ki, Mi, Gi 1024s |
| `packets:0` `packets:1-9` `bytes_dst_to_src<100` | by a count, or a size; of both ways or of one |
| `rows>3` `duration>60` `duration>=5min` | of conversations: by their rows, by their seconds |
| `answered`, `unanswered` | of conversations: packets came back, or counters say that none did |
| `answered:unknown` | of conversations: there are no counters |
| `folded` | of conversations: a second view of a connection that is counted elsewhere |
| `from:` `until:` | what was first seen from that time on, or before that time (UTC) |
| `denied`, `inbound`, `tcp`, `ssh`, `203.0.113.9` … | the same without the field's name |
| `A or B` | what A or B keeps |
| `not A` | what A does not keep; the same as a minus |
| `(…)` | what stands in it is read first: `inbound (ssh or rdp) -(denied or src:10.0.0.0/8)` |

`not` is read before terms side by side, and those before `or`: `a b or not c` is `(a b) or (not c)`. Capitals
make no difference, but after `:=`. `dst_port=22` is read as `dst_port:22`.

What is unknown (null) is no value: no term keeps it, so that a minus or `not` keeps it. `bytes>0`
does not keep conversations without counters, and `-bytes>0` does. `rule:""` keeps what has no rule in
the log.

A name with spaces or parentheses stands in double quotes. After `:=`, a backslash stands before a quote or a
backslash in quotes, and `\n`, `\t` and `\u200b` are characters that cannot be seen.
"""

import re

import pandas as pd

from nsgkit.analyses.filters.syntax import read
from nsgkit.analyses.filters.values import check
from nsgkit.analyses.filters.words import ANSWER, FIELDS, FREE_TEXTS, Group, Part, Term, terms_in
from nsgkit.errors import NsgkitError
from nsgkit.html import visible

__all__ = [
    "ANSWER", "EXAMPLES", "FIELDS", "Group", "Part", "Term", "beside", "parse", "quoted",
]  # fmt: skip

# Filters to learn from, and what each keeps.
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("dst_port:22 denied", "denied attempts at port 22"),
    ("inbound allowed (ssh or rdp)", "connections that were let in to SSH or Remote Desktop"),
    ("src:outside allowed dst_port:1-1023", "connections that were let in from the internet"),
    ("src:inside dst:outside bytes>1MB", "what went from the own networks to the internet, and was large"),
    ("ip:203.0.113.9", "everything from or to one address"),
    ("bytes>1MB outbound", "outbound connections of more than a million bytes, both ways together"),
    ("unanswered tcp allowed", "allowed TCP connections to which no packet came back"),
    ("duration>1h", "connections that lasted more than an hour"),
    ("rule:*Deny* -folded", "what a rule decided that has Deny in its name, each connection once"),
    (
        "dst_port:1-1023 not (https or dns or ntp)",
        "connections to a port below 1024 that is none of the usual",
    ),
    ("from:2024-12-18T02:00 until:2024-12-18T03:00", "what was first seen in that hour (UTC)"),
    ("bytes_src_to_dst>10k bytes_dst_to_src<10k", "connections that sent much and got little back"),
)


def parse(text: str) -> tuple[Part, ...]:
    """Return the parts of a filter that must all hold: terms, and groups with `or` or `not` in them.

    An empty text has none and keeps everything. Raises NsgkitError with what is wrong, where, and what to
    write instead.

    >>> [(t.field, t.values) for t in parse("dst_port:22 denied")]
    [('dst_port', ('22',)), ('decision', ('denied',))]
    """
    parts = read(text)
    for term in terms_in(parts):
        check(term)
    return parts


def quoted(value: object, field: str = "") -> str:
    r"""Return a value as it stands after the colon of a field, so that it is meant to the letter.

    A missing one is what was not logged. `field` makes it shorter where nothing can be mistaken.

    >>> print("rule:" + quoted('Allow "web"*'), "nsg:" + quoted(None), "src:" + quoted("10.0.0.4", "src"))
    rule:="Allow \"web\"*" nsg:"" src:10.0.0.4
    """
    if pd.isna(value):  # type: ignore[call-overload]
        return '""'
    text = str(value)
    if not isinstance(value, str) or (field and field not in FREE_TEXTS):
        return text if re.fullmatch(r'[^\s",*?\[()=]+', text) else _exact(text)
    return _exact(text)


def beside(*filters: str) -> str:
    """Return filters side by side, so that all must hold: one with an `or` is put in parentheses.

    >>> beside("ssh or rdp", "denied")
    '(ssh or rdp) denied'
    """
    texts = [text.strip() for text in filters if text.strip()]
    return " ".join(f"({text})" if len(texts) > 1 and _is_either(text) else text for text in texts)


def _is_either(text: str) -> bool:
    try:
        parts = read(text)
    except NsgkitError:
        return False  # it stays as it is, and is refused with its place in it
    return len(parts) == 1 and isinstance(parts[0], Group) and parts[0].either and not parts[0].negated


def _exact(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'="{visible(escaped)}"'
