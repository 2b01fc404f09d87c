"""What can stand where an analyst is typing: fields, and the values that a table has."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.grammar import quoted
from nsgkit.analyses.filters.syntax import EXACT_ITEM, HEAD, ITEM
from nsgkit.analyses.filters.values import choices_of
from nsgkit.analyses.filters.words import (
    ADDRESS,
    ALIASES,
    AMOUNT,
    FIELDS,
    FREE_TEXTS,
    NUMBER,
    SAYINGS,
    TIME,
    WORDS,
)
from nsgkit.counting.frame import Rows, as_table
from nsgkit.schema.ports import SERVICES, service_of

Offer = tuple[str, str]
Counted = Callable[[str], "Counter[Any]"]
_MOST = 20
_MOST_KNOWN = 50_000
_BY_TAIL = ("nsg", "flow_log")  # a filter finds them by the end of their id
_PLAIN = re.compile(r"[\w./-]+")
_MEANINGS = {
    "ip": "Source or destination address",
    "port": "Source or destination port",
    "bytes": "Bytes, both ways together",
    "packets": "Packets, both ways together",
    "from": "First seen from that time on (UTC)",
    "until": "First seen before that time (UTC)",
    "answered": "Whether packets came back: yes, no, unknown",
    "folded": "A second view of a connection that is counted elsewhere: yes, no",
}


def complete(text: str, place: int, table: Any = None) -> list[Offer]:
    """Return what can stand at `place` in a filter: what to write, and what it means.

    What is offered stands in the place of what is written of the term: `text[term_start(text, place):place]`.
    At the start of a term these are fields and words; behind a field's colon the values of the field, those
    of the table's columns the most frequent first, at most 20.

    Parameters
    ----------
    text : str
        The filter as far as it is written; it need not be readable yet.
    place : int
        Where the cursor is, from 0.
    table : table, optional
        Flow rows or conversations whose values are offered.

    Examples
    --------
    >>> complete("denied dst_po", 13)
    [('dst_port:', 'Destination port')]
    >>> complete("decision:al", 11)
    [('decision:allowed', 'Decision')]
    """
    return completed(text, place, table, partial(counts_of, table))


def completed(text: str, place: int, table: Any, counted: Counted) -> list[Offer]:
    """Return the same; `counted` tells how often each value of a field is there, as `counts_of` does.

    >>> completed("rule:", 5, pd.DataFrame({"rule": ["Web"]}), lambda field: Counter({"Web": 2}))
    [('rule:="Web"', '2 rows')]
    """
    begun = text[term_start(text, place) : place]
    head = HEAD.match(begun)
    name = ALIASES.get(*[(head["field"] or "").lower()] * 2) if head else ""
    if not head or not head["relation"]:
        return _words(begun.removeprefix("-"), "-" if begun.startswith("-") else "")
    if name not in FIELDS or head["relation"] not in (":", "=", ":=") or FIELDS[name][1] in (TIME, AMOUNT):
        return []
    return _values(name, begun[: head.end()], begun[head.end() :], table, counted)


def term_start(text: str, place: int) -> int:
    """Return where the term begins in which a cursor at `place` is.

    >>> term_start('denied rule:"Allow w', 20)
    7
    """
    start = here = 0
    while here < place:
        if text[here] == '"':
            item = (EXACT_ITEM if ":=" in text[start:here] else ITEM).match(text, here, place)
            here = item.end() if item and item.end() > here else place
            continue
        here += 1
        if text[here - 1].isspace() or text[here - 1] in "()":
            start = here
    return start


def _words(begun: str, minus: str) -> list[Offer]:
    low = begun.lower()
    fields = [(f"{name}{_sign(name)}", _meaning(name)) for name in FIELDS]
    said = [(word, _meaning(field)) for word, (field, _) in SAYINGS.items()]
    said += [(word, _meaning(field)) for word, field in WORDS.items()]
    said += [(name, f"Destination port {', '.join(map(str, ports))}") for name, ports in SERVICES.items()]
    said += [("or", "What stands before it, or behind it"), ("not", "Turns round what stands behind it")]
    offered = [*fields, *said] if low else fields
    return [(minus + word, meaning) for word, meaning in offered if word.startswith(low) and word != low]


def _sign(field: str) -> str:
    return ">" if FIELDS[field][1] == AMOUNT else ":"


def _meaning(field: str) -> str:
    return _MEANINGS.get(field) or schema.label(FIELDS[field][0][0])


def _values(field: str, head: str, rest: str, table: Any, counted: Counted) -> list[Offer]:
    """Return the values that fit what is typed of the last of the alternatives."""
    last = re.search(r'(?:="?|")?[^,"]*$', rest)
    before, typed = (rest[: last.start()], last[0]) if last else ("", rest)
    typed = typed.strip('="').lower()
    offered = []
    for value, meaning in _known(field, table, counted(field)):
        written = _written(field, value, head, first=not before)
        shown = ("" if value is None else str(value)).lower()
        if written is not None and (typed in shown or typed in meaning.lower().rpartition(", ")[0]):
            offered.append((not shown.startswith(typed), head + before + written, meaning))
    return [(text, meaning) for _, text, meaning in sorted(offered, key=lambda o: o[0])][:_MOST]


def _written(field: str, value: Any, head: str, *, first: bool) -> str | None:
    """Return a value as it goes on behind a head and other values; None where it cannot."""
    if field in _BY_TAIL and value is not None and _PLAIN.fullmatch(value) and not head.endswith("="):
        return str(value)
    text = quoted(value, field)
    if head.endswith("=") and text.startswith("="):
        return text[1:] if head.endswith(":=") else None
    if first or not text.startswith("="):
        return text
    # Among names that may hold stars, only one without anything special means itself.
    return f'"{value}"' if re.fullmatch(r"[\w .()/-]+", value) else None


def _known(field: str, table: Any, counted: "Counter[Any]") -> list[tuple[Any, str]]:
    """Return the values of a field that are known, with what each means, the most frequent first."""
    if not counted:
        fixed: list[Any] = choices_of(field)
        if field == "protocol":
            fixed = list(dict.fromkeys(schema.column("protocol").codes.values()))
        elif "port" in field:
            return [(name, f"port {', '.join(map(str, ports))}") for name, ports in SERVICES.items()]
        return [(value, _meaning(field)) for value in fixed]
    held = as_table(table)
    unit = "conversation" if "first" in held.columns else "row"
    short = schema.short_labels(str(v) for v in counted if v is not None) if field in FREE_TEXTS else {}
    sides = [(side, "the own networks, or all that is not in them") for side in choices_of(field)]
    names = {value: _called(field, value, short) for value in counted}
    if FIELDS[field][1] == ADDRESS:
        carried = schema.names_carried(held)
        short = {value: schema.name_of(value, carried) for value in counted}
    return (sides if FIELDS[field][1] == ADDRESS else []) + [
        (names[value], _told(field, names[value], short, f"{n:,} {unit}{'s' * (n != 1)}"))
        for value, n in counted.most_common()
    ]


def _called(field: str, value: Any, short: dict[str, str]) -> Any:
    """Return an id by as much of its end as tells it from the others, where a filter finds it by that."""
    name = short.get(value, value)
    return name if field in _BY_TAIL and name is not None and _PLAIN.fullmatch(name) else value


def _told(field: str, value: Any, short: dict[str, str], number: str) -> str:
    if value is None:
        return f"not logged, {number}"
    name = service_of(int(value)) if FIELDS[field][1] == NUMBER and "port" in field else short.get(value, "")
    return f"{name}, {number}" if name and name != value else number


def counts_of(table: Any, field: str) -> "Counter[Any]":
    """Return how often each value of a field stands in the table; of an engine's, the most frequent ones.

    >>> counts_of(pd.DataFrame({"rule": ["Web", "Web"]}), "rule")
    Counter({'Web': 2})
    """
    found: Counter[Any] = Counter()
    held = None if table is None else as_table(table)
    for name in FIELDS[field][0]:
        if held is None or name not in held.columns or field in ("answered", "folded"):
            continue
        rows = Rows.of(held[[name]] if isinstance(held, pd.DataFrame) else held, [name], coded=[name])
        counts = rows.aggregate([name], times=nw.len())
        if not rows.ours:  # so many values of so many rows would not fit into memory
            counts = counts.with_columns(_less=-nw.col("times")).sort("_less").head(_MOST_KNOWN)
        kind = "Int64" if FIELDS[field][1] == NUMBER else "str"
        table_of = counts.collect({name: kind, "times": "int64"})
        for value, times in zip(table_of[name], table_of["times"], strict=True):
            found[None if pd.isna(value) else value] += times
    return found
