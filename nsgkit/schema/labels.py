"""What a column is called: over a table, in a sentence, and before a colon in a filter.

One table of words for charts, tables, explorers and the filter language, made from the columns themselves.
"""

from collections.abc import Iterable

import pandas as pd

from nsgkit.schema import tables
from nsgkit.schema.columns import Column, Table

NOT_LOGGED = "not logged"

# A name means the same in each of them; where two say it differently, the first counts.
_TABLES: tuple[Table, ...] = (
    tables.FLOWS, tables.TRAFFIC, (tables.PEERS,), tables.RANKED, tables.CELL,
    tables.CHANGE, tables.STATELESS_RULES, tables.CONVERSATIONS, tables.HOURS, tables.GAPS,
)  # fmt: skip
_COLUMNS: dict[str, Column] = {c.name: c for table in reversed(_TABLES) for c in table}


def label(name: str) -> str:
    """Return the words that stand over a column; one that an analyst added is called by its own name.

    >>> label("src_ip"), label("country_code")
    ('Source address', 'Country code')
    """
    known = _COLUMNS.get(name)
    return known.label if known else name[:1].upper() + name[1:].replace("_", " ")


def spoken(name: str) -> str:
    """Return what a sentence calls a column, or the values in it.

    >>> spoken("src_ip"), spoken("denied"), spoken("mac"), spoken("country_code")
    ('source address', 'denied attempts', 'NIC', 'country code')
    """
    known = _COLUMNS.get(name)
    if known and known.spoken:
        return known.spoken
    words = label(name).removesuffix(" (UTC)")
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def spoken_list(names: Iterable[str]) -> str:
    """Return the spoken names of several columns as one part of a sentence.

    >>> spoken_list(["protocol", "dst_port"])
    'protocol and destination port'
    """
    words = [spoken(name) for name in names]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def filter_word(name: str) -> str | None:
    """Return the field of a filter that asks for a column's values; None where there is no such field.

    >>> filter_word("acl"), filter_word("bytes")
    ('nsg', None)
    """
    known = _COLUMNS.get(name)
    return (known.filter_word or None) if known else None


def short_labels(names: Iterable[str]) -> dict[str, str]:
    """Return name -> label: the last segment of a path, and more of it where two would be alike.

    >>> short_labels(["/SUB/1/NSG/WEB", "/SUB/2/NSG/DB", "unspecified"])
    {'/SUB/1/NSG/WEB': 'WEB', '/SUB/2/NSG/DB': 'DB', 'unspecified': 'unspecified'}
    >>> sorted(short_labels(["/RG/A/NSG/WEB", "/RG/B/NSG/WEB"]).values())
    ['A/NSG/WEB', 'B/NSG/WEB']
    """
    parts = {name: name.strip("/").split("/") for name in names}
    found, size = dict.fromkeys(parts, ""), 1
    clashing = set(parts)
    while clashing:
        found |= {name: "/".join(parts[name][-size:]) for name in clashing}
        taken = list(found.values())
        clashing = {name for name in clashing if taken.count(found[name]) > 1 and len(parts[name]) > size}
        size += 1
    return found


def shortened(names: "pd.Series[str]") -> "pd.Series[str]":
    """Return `names` as short labels; a name that is missing was not logged.

    >>> shortened(pd.Series(["/SUB/1/NSG/WEB", None])).tolist()
    ['WEB', 'not logged']
    """
    short = short_labels(names.dropna().unique())
    return pd.Series([short.get(name, NOT_LOGGED) for name in names], index=names.index, dtype="str")
