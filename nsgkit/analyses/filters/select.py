"""The question: which rows or conversations match a filter, such as `dst_port:22 denied`."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, TypeAlias, overload

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters import values
from nsgkit.analyses.filters.grammar import parse
from nsgkit.analyses.filters.values import MOST, amounts, matches, moment, ranges, seconds
from nsgkit.analyses.filters.words import ADDRESS, AMOUNT, ANSWER, Group, Part, Term, terms_in
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import HasFlows, Native, Rows, as_table
from nsgkit.enrich.addresses import NO_IPV4, ipv4_numbers
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.schema import PLACE

# Where a connection was captured: two views of it can differ in these.
_OF_A_VIEW = {"nic", "nsg", "rule", "direction", "flow_log", "encryption", "version"}
_MANY_RUNS = 150
_Bools: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
_INTO = tuple(f"into_{name}" for name in PLACE)


@overload
def query(table: pd.DataFrame | HasFlows, text: str, own: Own = None) -> pd.DataFrame: ...
@overload
def query(table: Any, text: str, own: Own = None) -> Native: ...
def query(table: Any, text: str, own: Own = None) -> Native:
    """Return the rows of `table` that match the filter; `nsgkit.analyses.filters.grammar` has its words.

    Counting rule: conversations are chosen by when they were first seen, and then count whole. A view
    that was folded into another counts after all where the filter keeps it and leaves the other
    out, so that `nic:` and `rule:` see every connection, and none of them twice. Each view is judged by the
    whole filter, with all its `or` and `not`. It is so folded anew where any term is of what two views can
    differ in: nic, nsg, rule, direction, flow_log, encryption, version. A time that stands beside the other
    terms, not in a group with `or` or `not`, is asked for after that. `folded` is what the table says.

    Parameters
    ----------
    table : table
        The flow table, or what `nsgkit.conversations` gives.
    text : str
        The filter; an empty one keeps everything.
    own : Network, iterable of str, str, path or None
        The own networks, for `inside` and `outside`, as for `nsgkit.enrich.own_networks`; None takes those
        that `table` tells.

    Returns
    -------
    table
        As `table` is: the same columns, and in pandas the same order and labels.

    Raises
    ------
    NsgkitError
        Where the filter cannot be read: it says where, and what to write.
    MissingColumnError
        Where the table lacks a column that the filter asks for.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> len(query(logs, "nsg:DEMOVM-NSG dst_port:12086 denied"))
    1
    """
    parts = parse(text)
    held = as_table(table)
    if not parts:
        return held
    fold = "folded" in held.columns and any(t.field in _OF_A_VIEW for t in terms_in(parts))
    network = own_networks(held, own) if any(values.sides_of(t) for t in terms_in(parts)) else None
    if isinstance(held, pd.DataFrame):
        return _of_pandas(held, parts, network, fold=fold)
    chosen = _chosen(Rows.of(held), parts, _Asked(_seen(held), network), fold=fold)
    return chosen.select(*held.columns).native(held)


@dataclass(frozen=True)
class _Asked:
    """What terms are asked of beside the rows: the column of the time, and the own networks."""

    seen: str
    own: Network | None


def _of_pandas(
    table: pd.DataFrame, parts: Sequence[Part], own: Network | None, *, fold: bool
) -> pd.DataFrame:
    """Ask DuckDB for the numbers of the rows, over the few columns that tell, and take them."""
    terms = list(terms_in(parts))
    texts = [name for t in terms for name in t.columns if t.has_texts]
    told = [*(name for t in terms for name in t.columns), *([_seen(table)] if _timed(terms) else [])]
    needed = list(dict.fromkeys([*told, *([*PLACE, *_INTO, "folded"] if fold else [])]))
    schema.require(table.columns, needed, _remedy(table, terms))
    rows = Rows.of(
        table[needed].assign(row=np.arange(len(table))),
        [*needed, "row"],
        coded=[*texts, *(["blob"] if fold else [])],
        like={"into_blob": "blob"} if fold else {},
        remedy=_remedy(table, terms),
    )
    chosen = _chosen(rows, parts, _Asked(_seen(table), own), fold=fold)
    found = chosen.collect({"row": "int64", **({"folded": "bool"} if fold else {})}).sort_values("row")
    taken = table.iloc[found["row"].to_numpy()]
    return taken.assign(folded=found["folded"].to_numpy()) if fold else taken


def _chosen(rows: Rows, parts: Sequence[Part], asked: _Asked, *, fold: bool) -> Rows:
    """Fold between the other parts and those of time: two views may lie on either side of a moment."""
    timed = [p for p in parts if isinstance(p, Term) and not p.columns]
    chosen = rows
    for part in parts:
        chosen = chosen if part in timed else chosen.filter(_holds(part, rows, asked))
    chosen = _folded_anew(chosen) if fold else chosen
    for term in timed:
        chosen = chosen.filter(_in_time(term, asked.seen))
    return chosen


def _holds(part: Part, rows: Rows, asked: _Asked) -> nw.Expr:
    """Return whether a part holds, never null: what is null is no value, so a minus keeps it."""
    if isinstance(part, Group):
        held = _joined([_holds(inner, rows, asked) for inner in part.parts], either=part.either)
    elif not part.columns:
        held = _in_time(part, asked.seen)
    elif part.kind == AMOUNT:
        held = _of_amount(part)
    else:
        told = (in_column(part, n, rows, asked.own) for n in part.columns)
        held = nw.any_horizontal(*told, ignore_nulls=True)
    return one_if(held) == (0 if part.negated else 1)


def _joined(parts: Sequence[nw.Expr], *, either: bool) -> nw.Expr:
    """Join expressions by halves: a chain of a thousand is too deep for an engine."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    left, right = (_joined(some, either=either) for some in (parts[:half], parts[half:]))
    return left | right if either else left & right


def _in_time(term: Term, seen: str) -> nw.Expr:
    passed = nw.col(f"{seen}_ms") >= moment(term)
    return passed if term.field == "from" else ~passed


def _of_amount(term: Term) -> nw.Expr:
    if term.field == "duration":
        parts = [(nw.col("duration") >= low) & (nw.col("duration") <= high) for low, high in seconds(term)]
    elif len(term.columns) == 1:
        parts = [_between(nw.col(term.columns[0]), low, high) for low, high in amounts(term)]
    else:
        there, back = (nw.col(name) for name in term.columns)
        parts = [_sum_between(there, back, low, high) for low, high in amounts(term)]
    return nw.any_horizontal(*parts, ignore_nulls=True)


def _sum_between(there: nw.Expr, back: nw.Expr, low: int, high: int) -> nw.Expr:
    """Return whether the sum of two counters lies in a range; it can be too large to be made."""
    rest = back.fill_null(0)
    both = there >= low - rest if high == MOST else _between(there, low - rest, high - rest)
    return both | (there.is_null() & _between(back, low, high))


def _between(number: nw.Expr, low: "nw.Expr | int", high: "nw.Expr | int") -> nw.Expr:
    return (number >= low) & (number <= high)


def in_column(term: Term, name: str, rows: Rows, own: Network | None = None) -> nw.Expr:
    """Return whether one of a term's columns has a value of its, its minus left aside; null where unknown."""
    if term.kind == ANSWER:
        return _answered(term, nw.col(name))
    if not term.has_texts:
        return _in_ranges(nw.col(name), ranges(term))
    texts = rows.codebook.get(name)
    if texts is not None:
        found = _numbered(name, texts_meant(term, texts, own))
    else:
        distinct = pd.Index(rows.select(name).unique().collect({name: "str"})[name].dropna())
        found = nw.col(name).is_in(distinct[texts_meant(term, distinct, own)].tolist())
    return found | nw.col(name).is_null() if "" in term.values and not term.exact else found


def texts_meant(term: Term, texts: "pd.Index[Any]", own: Network | None = None) -> _Bools:
    """Tell the texts that a term means, its minus left aside; of addresses the IPv4 ones at once.

    >>> from nsgkit.analyses.filters.grammar import parse
    >>> texts_meant(*parse("src:10.0.0.0/8"), pd.Index(["10.0.0.4", "192.0.2.7"])).tolist()
    [True, False]
    """
    test = matches(term, own)
    if term.kind != ADDRESS or term.exact:
        return np.array([test(str(text)) for text in texts], dtype=bool)
    numbers = ipv4_numbers(texts)
    wanted: _Bools = np.zeros(len(texts), dtype=bool)
    for network in values.networks(term):
        if isinstance(network, IPv4Network):
            wanted |= (numbers >= int(network[0])) & (numbers <= int(network[-1]))
    for inside in values.sides_of(term):
        if own is not None:
            wanted |= own.is_inside(texts) if inside else own.is_outside(texts)
    for place in np.flatnonzero(numbers == NO_IPV4).tolist():
        wanted[place] = test(str(texts[place]))
    return wanted


def _in_ranges(number: nw.Expr, wanted: Sequence[tuple[int, int]]) -> nw.Expr:
    if len(wanted) > _MANY_RUNS and all(low == high for low, high in wanted):
        return number.is_in([low for low, _ in wanted])
    return _joined([_between(number, low, high) for low, high in wanted], either=True)


def _answered(term: Term, answered: nw.Expr) -> nw.Expr:
    kept = {"yes": answered, "no": ~answered, "unknown": answered.is_null()}
    return nw.any_horizontal(*(kept[value.lower()] for value in term.values), ignore_nulls=True)


def _numbered(name: str, wanted: _Bools) -> nw.Expr:
    """Tell the wanted numbers, by their runs where those are few: a prefix's addresses sort together."""
    numbers = np.flatnonzero(wanted)
    runs = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    if len(runs) > _MANY_RUNS or not len(numbers):
        return nw.col(name).is_in(numbers.tolist())
    ends = [(int(run[0]), int(run[-1])) for run in runs]
    parts = [(nw.col(name) >= low) & (nw.col(name) <= high) for low, high in ends]
    return nw.any_horizontal(*parts, ignore_nulls=True)


def _folded_anew(chosen: Rows) -> Rows:
    """Fold only what is folded into a view that is there as well."""
    views = chosen.select_as(**dict(zip(_INTO, PLACE, strict=True))).with_columns(there=nw.lit(1))
    joined = chosen.join(views, on=_INTO, how="left")
    return joined.with_columns(folded=one_if(nw.col("folded") & (nw.col("there") == 1)) == 1)


def _timed(terms: Sequence[Term]) -> bool:
    return any(not t.columns for t in terms)


def _seen(table: object) -> str:
    return "first" if "first" in table.columns else "time"  # type: ignore[attr-defined]


def _remedy(table: pd.DataFrame, terms: Sequence[Term]) -> str:
    stitched = any(term.kind == ANSWER or term.field in ("rows", "duration") for term in terms)
    return "nsgkit.conversations" if stitched or "first" in table.columns else "nsgkit.read_logs"
