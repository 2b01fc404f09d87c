"""What every question takes, checked once: the columns that make groups, how many rows, which measure."""

from collections.abc import Iterable, Sequence

from nsgkit.counting.frame import as_table
from nsgkit.errors import MissingColumnError, NsgkitError
from nsgkit.schema import CONVERSATIONS, PEERS, TRAFFIC, require

By = str | Sequence[str]
_MEASURED = {column.name for column in (*TRAFFIC, PEERS)}
_OWN = {column.name for column in CONVERSATIONS}


def columns_of(by: By, table: object, answer: Iterable[str] = ()) -> list[str]:
    """Return the columns that make the groups: a name, or several, each once and in the table.

    `answer` are columns of the answer beside the measures: neither can make groups as well.

    >>> import pandas as pd
    >>> columns_of("rule", pd.DataFrame({"rule": ["Web"]}))
    ['rule']
    """
    names = [by] if isinstance(by, str) else by
    if not isinstance(names, Iterable) or not all(isinstance(name, str) for name in names):
        raise NsgkitError(f"by takes the name of a column, or a list of names, not {by!r}.")
    names = [*names]
    if not names:
        raise NsgkitError("by names no column. Give one or more, such as 'src_ip'.")
    if twice := [name for name in names if names.count(name) > 1]:
        raise NsgkitError(f"by names {twice[0]!r} more than once.")
    if taken := [name for name in names if name in {*_MEASURED, *answer}]:
        raise NsgkitError(
            f"by takes no {taken[0]!r}: the answer has a column of that name. Copy it under another."
        )
    require_columns(names, table)
    return names


def require_columns(names: Sequence[str], table: object) -> None:
    """Raise MissingColumnError unless the table has these columns; it names those that there are."""
    have = [str(name) for name in as_table(table).columns]
    require(have, [name for name in names if name in _OWN], "nsgkit.conversations")
    if missing := [name for name in names if name not in have]:
        raise MissingColumnError(
            f"The table has no column {', '.join(missing)}. It has {', '.join(sorted(have))}."
        )


def check_top(top: int | None) -> None:
    """Raise NsgkitError unless `top` is how many rows to give, or None for all.

    >>> check_top(20)
    """
    if top is not None and (isinstance(top, bool) or not isinstance(top, int) or top < 0):
        raise NsgkitError(f"top takes a number of rows from 0 on, or None for all of them, not {top!r}.")


def check_measure(measure: str, measures: Sequence[str]) -> None:
    """Raise NsgkitError where there is no such measure.

    >>> check_measure("bytes", ["connections", "bytes"])
    """
    if measure not in measures:
        raise NsgkitError(f"There is no measure {measure!r} here. Choose one of {', '.join(measures)}.")
