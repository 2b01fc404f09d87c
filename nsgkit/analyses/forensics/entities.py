"""What an investigation asks about: addresses, prefixes, ports, a filter, conversations, or findings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.select import query
from nsgkit.analyses.filters.words import ADDRESS, Part, Term
from nsgkit.counting.cited import Place, cited
from nsgkit.counting.frame import Rows, as_table
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import PLACE

Of: TypeAlias = "str | int | Iterable[str | int] | pd.DataFrame | pd.Series[Any]"
_ONE = (Integral, IPv4Address, IPv6Address, IPv4Network, IPv6Network)
_INTO = tuple(f"into_{name}" for name in PLACE)
_PORT_WORDS = ("port", "src_port", "dst_port")
# What events are made of.
NEEDED = tuple(
    schema.column(name, schema.CONVERSATIONS)
    for name in (
        "first", "last", "state", "counted_by", "decision", "direction", "protocol", "src_ip", "src_port",
        "dst_ip", "dst_port", *schema.COUNTERS, "answered", "rule", "mac", "resource", *PLACE, "folded",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Entity:
    """One thing that was asked for by name: an address, a prefix, or a port; `term` keeps what it is in."""

    name: str
    term: Term


@dataclass(frozen=True)
class Asked:
    """What was asked for: a filter, or places in the logs; and what of it has a name."""

    text: str
    places: tuple[Place, ...] | None
    entities: tuple[Entity, ...]

    @property
    def addresses(self) -> tuple[Entity, ...]:
        """Those that are addresses or prefixes."""
        return tuple(each for each in self.entities if each.term.kind == ADDRESS)


def asked_of(of: object) -> Asked:
    """Return what `of` asks for: a filter, addresses, prefixes and ports, conversations, or findings.

    Raises NsgkitError where it is none of these, or nothing.

    >>> [each.name for each in asked_of(["10.0.0.4", 22]).entities]
    ['10.0.0.4', 'port 22']
    >>> asked_of("ip:10.0.0.4,10.0.0.5 denied").text
    'ip:10.0.0.4,10.0.0.5 denied'
    """
    if isinstance(of, pd.Series) and {"rows", *PLACE} & {*of.index}:
        of = of.to_frame().T
    if isinstance(of, pd.DataFrame):
        return _of_rows(of)
    text = of.strip() if isinstance(of, str) else _written(of)
    if not text and not isinstance(of, str):
        raise NsgkitError(
            "of names nothing. Give an address, a prefix, a port, or a filter, such as 'ip:203.0.113.9'."
        )
    return Asked(text, None, tuple(_named(parse(text))))


def chosen(conversations: object, asked: Asked, own: Own = None) -> pd.DataFrame:
    """Return the conversations that were asked for, each view of them, with the columns of NEEDED.

    A view that was folded into one that was not asked for counts after all, as for `nsgkit.query`.
    """
    held = as_table(conversations)
    schema.require(held.columns, [c.name for c in NEEDED], "nsgkit.conversations")
    if asked.places is not None:
        return schema.typed(_folded_anew(cited(held, asked.places)), NEEDED)
    kept = query(held, asked.text, own)
    if isinstance(kept, pd.DataFrame):
        return schema.typed(kept.reset_index(drop=True), NEEDED)
    return Rows.of(kept, [c.name for c in NEEDED]).collect_few(schema.types(NEEDED))


def _of_rows(of: pd.DataFrame) -> Asked:
    """Ask for conversations by where they stand, else for findings by what proves them."""
    if {*PLACE} <= {*of.columns}:
        known = of[[*PLACE]].dropna()
        places = zip(known["blob"].astype("str"), known["record"], known["tuple"], strict=True)
        return Asked("", tuple((blob, int(record), int(place)) for blob, record, place in places), ())
    schema.require(of.columns, ["rows", "src_ip", "dst_ip"], "nsgkit.detections.findings")
    ends = pd.unique(pd.concat([of["src_ip"].astype("object"), of["dst_ip"].astype("object")]).dropna())
    named = tuple(_named(parse(_written([*ends])))) if len(ends) else ()
    return Asked("", tuple(dict.fromkeys(place for rows in of["rows"] for place in rows)), named)


def _written(of: object) -> str:
    """Return addresses, prefixes and ports as a filter."""
    if isinstance(of, bool) or not isinstance(of, (Iterable, *_ONE)):
        raise NsgkitError(
            f"of takes addresses, prefixes and ports, a filter, conversations or findings, not {shown(of)}."
        )
    one = isinstance(of, _ONE)
    parts = [str(each).strip() for each in ([of] if one else of)]  # type: ignore[union-attr]
    ports = [part for part in parts if part.isdecimal()]
    addresses = [part for part in parts if not part.isdecimal()]
    if strange := [part for part in addresses if not _is_address(part)]:
        raise NsgkitError(
            f"of takes no {shown(strange[0])} in a list: a list has addresses, prefixes and ports, such as "
            "['203.0.113.9', '10.0.0.0/24', 22]. A filter is one text."
        )
    words = {"ip": addresses, "port": ports}
    return " or ".join(f"{word}:{','.join(values)}" for word, values in words.items() if values)


def _is_address(text: str) -> bool:
    try:
        return bool(ip_network(text, strict=False))
    except ValueError:
        return bool(text) and not text.strip("x.")  # masked at the source


def _named(parts: Iterable[Part]) -> Iterator[Entity]:
    """Yield the addresses, prefixes and ports that a filter names, but for what it leaves out."""
    for part in parts:
        if part.negated:
            continue
        if not isinstance(part, Term):
            yield from _named(part.parts)
        elif part.kind == ADDRESS or part.field in _PORT_WORDS:
            for value in part.values:
                yield Entity(_name(part, value), replace(part, values=(value,)))


def _name(term: Term, value: str) -> str:
    if term.kind == ADDRESS:
        return value
    word = {"port": "port", "src_port": "source port", "dst_port": "destination port"}[term.field]
    return f"{word} {'' if term.relation == ':' else term.relation}{value}"


def _folded_anew(rows: pd.DataFrame) -> pd.DataFrame:
    """Fold only what is folded into a view that is there as well."""
    if not {*_INTO} <= {*rows.columns}:
        return rows
    here = _places(rows, PLACE)
    return rows.assign(folded=rows["folded"].astype("bool") & _places(rows, _INTO).isin(here))


def _places(rows: pd.DataFrame, names: Sequence[str]) -> pd.MultiIndex:
    values = [rows[names[0]].astype("str"), *(rows[n].astype("float64") for n in names[1:])]
    return pd.MultiIndex.from_arrays([np.asarray(each) for each in values])
