"""What addresses are called, beside them: in a sentence, in a cell, in columns of their own.

A table carries its names in `attrs[NAMES]`: an address, or a prefix, and what pictures call it, which is the
address itself with its name behind it. Beside an engine's rows, `relations` holds the same.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd

from nsgkit.schema.naming import BETWEEN, NAMES
from nsgkit.schema.relations import attrs_of, with_attrs

# Columns of addresses and networks, and where an export writes what they are called.
NAME_COLUMNS = {
    "src_ip": "src_name", "dst_ip": "dst_name", "source": "source_name", "destination": "destination_name",
}  # fmt: skip
_ADDRESS = re.compile(r"(?<![\w.:/])[0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]+(?:/[0-9]{1,3})?(?![\w/])")

_Table = TypeVar("_Table")


class Names(dict[str, str]):
    """Names as tables carry them. They never change: so pandas, which copies them with each row, need not."""

    def __deepcopy__(self, _known: object) -> "Names":
        return self


def names_carried(table: Any) -> Mapping[str, str]:
    """Return the names that a table, or a row of one, carries; none where it carries none.

    >>> names_carried(pd.DataFrame())
    {}
    """
    found: Mapping[str, str] = attrs_of(table).get(NAMES, {})
    return found


def carrying(table: _Table, known: Mapping[str, str]) -> _Table:
    """Return the same rows, which carry these names beside those that they have.

    >>> carrying(pd.DataFrame(), {"10.0.0.4": "10.0.0.4  ·  WEB1"}).attrs
    {'names': {'10.0.0.4': '10.0.0.4  ·  WEB1'}}
    """
    if not known:
        return table
    attrs: dict[Any, Any] = {**attrs_of(table), NAMES: Names({**names_carried(table), **known})}
    if not isinstance(table, pd.DataFrame):
        engine_s: _Table = with_attrs(table, attrs)
        return engine_s
    held = table.copy(deep=False)
    held.attrs = attrs
    return held


def name_of(address: object, known: Mapping[str, str]) -> str:
    """Return the name alone; nothing where there is none.

    >>> name_of("10.0.0.4", {"10.0.0.4": "10.0.0.4  ·  WEB1"}), name_of("10.0.0.5", {})
    ('WEB1', '')
    """
    return known.get(str(address), "").partition(BETWEEN)[2]


def in_words(address: object, known: Mapping[str, str]) -> str:
    """Return an address as a sentence has it, its name in brackets.

    >>> in_words("10.0.0.4", {"10.0.0.4": "10.0.0.4  ·  WEB1"}), in_words("10.0.0.5", {})
    ('10.0.0.4 (WEB1)', '10.0.0.5')
    """
    name = name_of(address, known)
    return f"{address} ({name})" if name else str(address)


def with_names_behind(text: str, known: Mapping[str, str]) -> str:
    """Return a sentence with its name behind each address, at its first mention; else it is the same.

    >>> with_names_behind("10.0.0.4 called 10.0.0.5:22.", {"10.0.0.5": "10.0.0.5  ·  WEB1"})
    '10.0.0.4 called 10.0.0.5:22 (WEB1).'
    """
    said: set[str] = set()

    def behind(found: re.Match[str]) -> str:
        whole = found[0] if found[0] in known else found[0].rstrip(".:")  # a full stop is no part of it
        address = whole if whole in known else whole.rpartition(":")[0]  # without its port
        name = "" if address in said else name_of(address, known)
        said.add(address)
        return (f"{whole} ({name})" if name else whole) + found[0][len(whole) :]

    return _ADDRESS.sub(behind, text) if known else text


def with_name_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with what its addresses are called beside them; without names it is the same.

    >>> table = carrying(pd.DataFrame({"src_ip": ["10.0.0.4"]}), {"10.0.0.4": "10.0.0.4  ·  WEB1"})
    >>> with_name_columns(table).to_dict("records")
    [{'src_ip': '10.0.0.4', 'src_name': 'WEB1'}]
    """
    known = names_carried(table)
    named = {
        end: table[end].astype("object").map(lambda address: name_of(address, known) or None)
        for end in NAME_COLUMNS
        if known and end in table
    }
    if not any(names.notna().any() for names in named.values()):
        return table
    held = table.copy(deep=False)
    for end, names in named.items():
        held.insert([*held.columns].index(end) + 1, NAME_COLUMNS[end], names)
    return held
