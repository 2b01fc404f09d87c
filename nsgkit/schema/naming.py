"""What a column is called: over a table, in a sentence, and before a colon in a filter.

One table of words for charts, tables, explorers and the filter language, made from the columns themselves.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from nsgkit.schema import forensics, places, tables
from nsgkit.schema.columns import Column, Table

NOT_LOGGED = "not logged"
OTHERS = "others"  # what a table or picture calls all that it leaves out, together
BETWEEN = "  ·  "  # the names of a group of several columns
_GUID_ROOM = 5  # characters of a GUID behind what it logs
NAMES = "names"  # where a table's attrs carry what its ids stand for: the `known` of `labels`
_NOTHING: Mapping[str, str] = MappingProxyType({})

# A name means the same in each of them; where two say it differently, the first counts.
_TABLES: tuple[Table, ...] = (
    tables.FLOWS, tables.TRAFFIC, (tables.PEERS,), tables.RANKED, tables.CELL,
    tables.CHANGE, tables.DENIED_THEN_ALLOWED, tables.LIFE, tables.STATELESS_RULES,
    tables.CONVERSATIONS, tables.HOURS, tables.GAPS, places.PLACES, places.PLACE_LINKS, places.PLACED,
    forensics.TIMELINE, forensics.NEIGHBOURS,
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

    No two are alike: what no segments tell apart is called by its whole name.

    >>> short_labels(["/SUB/1/NSG/WEB", "/SUB/2/NSG/DB", "unspecified"])
    {'/SUB/1/NSG/WEB': 'WEB', '/SUB/2/NSG/DB': 'DB', 'unspecified': 'unspecified'}
    >>> sorted(short_labels(["/RG/A/NSG/WEB", "/RG/B/NSG/WEB"]).values())
    ['A/NSG/WEB', 'B/NSG/WEB']
    """
    parts = {name: name.strip("/").split("/") for name in names}

    def end(name: str, size: int) -> str:
        return "/".join(parts[name][-size:]) if size <= len(parts[name]) else name

    sizes = dict.fromkeys(parts, 1)
    while True:
        found = {name: end(name, size) for name, size in sizes.items()}
        counts = Counter(found.values())
        clashing = [n for n, text in found.items() if counts[text] > 1 and sizes[n] <= len(parts[n])]
        if not clashing:
            return found
        for name in clashing:
            sizes[name] += 1


def labels(names: Iterable[str], known: Mapping[str, str] = _NOTHING) -> dict[str, str]:
    """Return name -> what pictures and tables call it; no two names are called the same.

    Parameters
    ----------
    names : iterable of str
        Ids of NSGs, VNets and flow logs, GUIDs, MACs, rules, addresses.
    known : mapping of str to str
        What a name stands for, where that says more: of a GUID the id of what it logs, of a MAC its address,
        and whatever else an analyst calls it. `nsgkit.enrich.names_of` makes it from the logs.

    Examples
    --------
    >>> labels(["/SUB/1/NSG/WEB", "3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432"],
    ...     {"3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432": "/SUB/1/VIRTUALNETWORKS/VNET-DATA"})
    {'/SUB/1/NSG/WEB': 'WEB', '3E5A86C0-B1F4-47D7-9C2E-80D4A6B1F432': 'VNET-DATA'}
    """
    called = {name: known.get(name, name) for name in names}
    short = short_labels(dict.fromkeys(called.values()))
    found = {name: short[text] for name, text in called.items()}
    counts = Counter(found.values())
    apart = cut_apart([n for n, text in found.items() if counts[text] > 1 and n in known], _GUID_ROOM)
    told = {n: f"{text} ({apart[n]})" if n in apart else text for n, text in found.items()}
    return _numbered(told)


def cut_apart(texts: Iterable[str], room: int) -> dict[str, str]:
    """Return text -> the text cut in its middle to `room` characters, or to as many as tell it from others.

    >>> cut_apart(["DefaultRule_AllowInternetOutBound", "Web"], 20)
    {'DefaultRule_AllowInternetOutBound': 'DefaultRu…etOutBound', 'Web': 'Web'}
    """
    return {text: label for (text,), label in join_apart([(text,) for text in texts], room).items()}


def join_apart(rows: Iterable[tuple[str, ...]], room: int) -> dict[tuple[str, ...], str]:
    """Return row -> its texts as one, the longest cut in their middle as far as `room` and the others ask.

    >>> join_apart([("WEB-NSG", "DefaultRule_AllowInternetOutBound")], 28)
    {('WEB-NSG', 'DefaultRule_AllowInternetOutBound'): 'WEB-NSG  ·  DefaultR…tOutBound'}
    """
    sizes = dict.fromkeys(rows, room)
    while True:
        found = {row: BETWEEN.join(_fitted(row, size)) for row, size in sizes.items()}
        counts = Counter(found.values())
        clashing = [row for row, label in found.items() if counts[label] > 1 and label != BETWEEN.join(row)]
        if not clashing:
            return found
        for row in clashing:
            sizes[row] += 4


def _fitted(row: tuple[str, ...], room: int) -> list[str]:
    """Return a row's texts in the room that is left to each: the short ones stay whole."""
    texts, left = [*row], room - 3 * (len(row) - 1)  # a page draws two spaces as one
    for done, place in enumerate(sorted(range(len(row)), key=lambda place: len(row[place]))):
        texts[place] = _cut(row[place], max(left // (len(row) - done), 3))
        left -= len(texts[place])
    return texts


def shortened(names: "pd.Series[str]", known: Mapping[str, str] = _NOTHING) -> "pd.Series[str]":
    """Return `names` as labels, `known` as for `labels`; a name that is missing was not logged.

    >>> shortened(pd.Series(["/SUB/1/NSG/WEB", None])).tolist()
    ['WEB', 'not logged']
    """
    short = labels(names.dropna().unique(), known)
    return pd.Series([short.get(name, NOT_LOGGED) for name in names], index=names.index, dtype="str")


def _numbered(found: dict[str, str]) -> dict[str, str]:
    """Return labels with a number where they are still alike, in the order of their names."""
    taken: set[str] = set()
    for name, text in found.items():
        label, number = text, 1
        while label in taken or (number > 1 and label in found.values()):
            number += 1
            label = f"{text} ({number})"
        taken.add(label)
        found[name] = label
    return found


def _cut(text: str, room: int) -> str:
    kept = room - 1
    return text if len(text) <= room else f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
