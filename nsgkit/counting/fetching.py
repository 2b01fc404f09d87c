"""fetch: the few rows that are looked at, from any table, as a table of pandas."""

from collections.abc import Mapping, Sequence

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import check_top, require_columns
from nsgkit.counting.frame import Dtype, Rows, as_table
from nsgkit.counting.spread import LISTS
from nsgkit.errors import NsgkitError
from nsgkit.schema import CONVERSATIONS, FLOWS, PLACE, carrying, names_carried, types

MOST = 1_000_000  # rows of some 250 bytes: what a notebook can hold beside everything else


def fetch(
    table: object,
    *,
    columns: Sequence[str] | None = None,
    top: int | None = None,
    largest: str | None = None,
) -> pd.DataFrame:
    """Return rows of any table as a pandas table: those of a store are read from its files only then.

    Choose first, with `nsgkit.query`, and fetch what is left: a store can hold more rows than memory
    does.

    Parameters
    ----------
    table : table
        A table of pandas, DuckDB or Spark, or what `nsgkit.read_logs` or `nsgkit.open_store` gives:
        then its flow rows.
    columns : sequence of str or None
        Which columns, in this order. None gives all but the lists that the conversations of a store
        carry for `analyses.over_time`: increments and by_hour.
    top : int or None
        How many rows. None gives all of them, where they are not too many.
    largest : str or None
        A column of numbers or times: those with the largest values come first, nulls last, equal ones in
        the order of the logs. None gives the rows in the order that `nsgkit.read_logs` and
        `nsgkit.conversations` give them; those of a pandas table as they lie.

    Returns
    -------
    pandas.DataFrame
        The rows with the types that `nsgkit.schema` states. A pandas table's rows keep their labels.

    Raises
    ------
    NsgkitError
        Where more than a million rows of a store or of Spark are asked for.
    MissingColumnError
        Where the table lacks a column.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> denied = nsgkit.query(logs, "nsg:DEMOVM-NSG dst_port:12086 denied")
    >>> fetch(denied, columns=["src_ip", "dst_port"], top=1).to_dict("records")
    [{'src_ip': '35.203.211.114', 'dst_port': 12086}]

    Source: own.
    """
    check_top(top)
    held = as_table(table)
    names = [name for name in held.columns if name not in LISTS] if columns is None else [*columns]
    require_columns([*names, *([largest] if largest else [])], held)
    if isinstance(held, pd.DataFrame):
        return _ordered(held, top, largest)[names].head(len(held) if top is None else top)
    rows = Rows.of(held)
    _check_number(rows, top)
    stated = _types_of(held.columns)
    table = _sorted(rows, largest).head(top).collect({name: stated.get(name) for name in names})
    return carrying(table, names_carried(held))


def _ordered(table: pd.DataFrame, top: int | None, largest: str | None) -> pd.DataFrame:
    if largest is None:
        return table
    few = table if top is None else table.nlargest(top, largest, keep="all")
    place = [name for name in PLACE if name in few]
    return few.sort_values([largest, *place], ascending=[False, *(True for _ in place)])


def _sorted(rows: Rows, largest: str | None) -> Rows:
    there = rows.frame.collect_schema().names()
    place = [name for name in PLACE if name in there]
    if largest is None:
        return rows.sort(*(["first"] if "first" in there else []), *place) if place else rows
    number = f"{largest}_ms" if f"{largest}_ms" in there else largest  # a time, as a number
    return rows.with_columns(_less=-nw.col(number)).sort("_less", *place)


def _check_number(rows: Rows, top: int | None) -> None:
    if top is not None and top <= MOST:
        return
    count = int(rows.select(rows=nw.len()).collect({"rows": "int64"})["rows"].item())
    if min(count, top or count) > MOST:
        raise NsgkitError(
            f"This table has {count:,} rows: more than {MOST:,} are not fetched, because they may not fit "
            'into memory. Choose fewer with nsgkit.query(table, "…"), take the first with top=, or let '
            "nsgkit.analyses.breakdown count them where they are."
        )


def _types_of(columns: Sequence[str]) -> Mapping[str, Dtype]:
    """Return the stated types of a table of ours; of any other, none: it is given as it is held."""
    ours = (FLOWS, "time"), (CONVERSATIONS, "first")
    return next((types(table) for table, when in ours if {when, *PLACE} <= {*columns}), {})
