"""How a fact about addresses comes beside them: each distinct address is looked up once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.columns import categories
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.schema.relations import found_once

ENDS = ("src_ip", "dst_ip")
# Distinct texts in, and for each fact what is known of each text; None is unknown.
Told: TypeAlias = Mapping[str, Sequence[str | None]]
Lookup: TypeAlias = "Callable[[pd.Index[Any]], Told]"


def with_facts(table: Any, lookup: Lookup) -> Native:
    """Return `table` with `src_<fact>` and `dst_<fact>` for each fact that `lookup` tells.

    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4", "10.0.0.4"], "dst_ip": ["192.0.2.7", None]})
    >>> with_facts(table, lambda texts: {"net": [t[:3] for t in texts]})["dst_net"].tolist()
    ['192', nan]
    """
    held = as_table(table)
    require_columns(ENDS, held)
    if isinstance(held, pd.DataFrame):
        return held.assign(
            **{
                f"{end.removesuffix('_ip')}_{fact}": values
                for end in ENDS
                for fact, values in facts_of(held[end], lookup).items()
            }
        )
    return _in_engine(held, lookup)


def facts_of(addresses: "pd.Series[Any]", lookup: Lookup) -> "dict[str, pd.Series[Any]]":
    """Return of each address what `lookup` tells, as categories; null where it tells nothing.

    >>> facts_of(pd.Series(["10.0.0.4"]), lambda texts: {"first": [t[0] for t in texts]})["first"].item()
    '1'
    """
    coded = categories(addresses)
    told = lookup(coded.categories)
    return {fact: of_each(values, coded.codes, addresses.index) for fact, values in told.items()}


def of_each(told: Sequence[str | None], codes: Any, index: Any) -> "pd.Series[Any]":
    """Return what is told of each distinct thing for each row, by its place among them; null at place -1.

    >>> of_each(["b", None, "a"], [0, 2, 1, -1], range(4)).tolist()
    ['b', 'a', nan, nan]
    """
    places, distinct = pd.factorize(np.array([*told, None], dtype=object), sort=True)
    made = pd.Categorical.from_codes(places[codes], pd.Index(distinct, dtype="str"))
    return pd.Series(made, index=index)


def _in_engine(held: Native, lookup: Lookup) -> Native:
    """Say of an engine's rows which value stands where, since names made here cannot be joined there."""
    rows, added = Rows.of(held), list[str]()
    for end in ENDS:
        texts = texts_of(held, end)
        for fact, values in lookup(pd.Index(texts)).items():
            name, told = f"{end.removesuffix('_ip')}_{fact}", pd.Series([*values], dtype="object")
            rows, added = rows.with_columns(**{name: named_by(end, texts, told)}), [*added, name]
    return rows.select(*held.columns, *added).native(held)


def texts_of(table: Any, end: str) -> "pd.Series[str]":
    """Return the distinct texts of a column; of an engine's table that never changes, they are found once.

    >>> texts_of(pd.DataFrame({"src_ip": ["10.0.0.4", None, "10.0.0.4"]}), "src_ip").tolist()
    ['10.0.0.4']
    """
    if isinstance(table, pd.DataFrame):
        return pd.Series(pd.unique(table[end].astype("str").dropna()), dtype="str", name=end)
    return found_once(table, ("texts", end), lambda: _texts(table, end))


def _texts(table: Native, end: str) -> "pd.Series[str]":
    found = Rows.of(table, [end]).unique().collect({end: "str"})
    return found[end].dropna()


def ends_together(table: pd.DataFrame) -> tuple["pd.Index[Any]", list[Any]]:
    """Return the distinct texts of both ends, and the places of each end's among them; -1 where it has none.

    >>> texts, (src, dst) = ends_together(pd.DataFrame({"src_ip": ["b", None], "dst_ip": ["a", "b"]}))
    >>> texts.tolist(), src.tolist(), dst.tolist()
    (['a', 'b'], [1, -1], [0, 1])
    """
    ends = [categories(table[end]) for end in ENDS]
    texts = ends[0].categories.union(ends[1].categories)
    return texts, [np.append(texts.get_indexer(end.categories), -1)[end.codes] for end in ends]


def named_by(column: str, texts: "pd.Series[Any]", told: "pd.Series[Any]") -> Any:
    """Return the expression of what is told of each text of a column; null where it is null.

    The values stand side by side: one within the other, some hundreds would be too deep for an engine. The
    most frequent stands for all other texts, so that an engine is told of the few.
    """
    groups = {str(value): texts.iloc[its].tolist() for value, its in told.groupby(told).indices.items()}
    nothing = texts[told.isna().to_numpy()].tolist()
    most = max(sorted(groups), key=lambda value: len(groups[value]), default="")
    if not groups or len(groups[most]) <= len(nothing):
        rest: Any = nw.lit(None, dtype=nw.String)
    else:
        del groups[most]
        rest = nw.when(~nw.col(column).is_null() & ~nw.col(column).is_in(nothing)).then(nw.lit(most))
    named = [nw.when(nw.col(column).is_in(its)).then(nw.lit(value)) for value, its in sorted(groups.items())]
    return nw.coalesce(*named, rest)
