"""Expressions that many questions share, the same on every engine."""

from collections.abc import Sequence

import narwhals as nw


def one_if(condition: nw.Expr) -> nw.Expr:
    """Return 1 where a row meets `condition`, and 0 where it does not or cannot be told."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def count(condition: nw.Expr) -> nw.Expr:
    """Return how many rows meet `condition`, as an expression for an aggregation."""
    return one_if(condition).sum().cast(nw.Int64)


def distinct(name: str) -> nw.Expr:
    """Return how many distinct values of a column there are, null not counted, for an aggregation."""
    return (nw.col(name).n_unique() - one_if(nw.col(name).is_null()).max()).cast(nw.Int64)


def known_sum(name: str) -> nw.Expr:
    """Return the sum of a column's known values, null where none is known."""
    total = nw.col(name).sum().cast(nw.Int64)
    return nw.when(nw.col(name).count() > 0).then(total)


def any_known(columns: Sequence[str]) -> nw.Expr:
    """Tell the rows in which one of the columns, or more, is not null."""
    return ~nw.all_horizontal(*(nw.col(c).is_null() for c in columns), ignore_nulls=False)


def both_ways(unit: str) -> nw.Expr:
    """Return bytes or packets of both ways together, null where neither is known."""
    ways = (f"{unit}_src_to_dst", f"{unit}_dst_to_src")
    return nw.when(any_known(ways)).then(nw.sum_horizontal(*ways))


def bin_start(time: nw.Expr, width: int) -> nw.Expr:
    """Return where the bin of a time begins: a whole multiple of `width` since 1970, in milliseconds."""
    return time - time % width
