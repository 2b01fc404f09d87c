"""How traffic is counted: the measures of every traffic table, defined once.

A connection counts once: an allowed conversation that has the row which counts it (`counted_by`): its begin
row, its only row in version 1, its end row where a flow log writes no begin rows.
A denied attempt is a denied row. Allowed is not answered, and not even delivered: `unanswered` and `dropped`
say so of the connections. Bytes and packets are what continuing and end rows counted, those of
orphans too. Folded views of a connection count for nothing but `folded`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.conversations import CONVERSATIONS
from nsgkit.counting.fit import sums_fit
from nsgkit.counting.frame import (
    Codebook,
    codes,
    collect,
    count,
    fingerprint,
    known_sum,
    lazy,
    one_if,
    over_all,
)
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS, Column

_KNOWN = {c.name: c for c in CONVERSATIONS}
TEXTS = {c.name for c in CONVERSATIONS if c.dtype == schema.TEXT and not c.closed}
# The column that a question may be ordered by.
MEASURES = ("connections", "denied", "bytes", "packets", "peers")

# Columns of so many values that most groups are not shown.
_MANY = {"src_ip", "dst_ip", "source", "destination"}
_CONNECTIONS = "connections"
TRAFFIC: tuple[Column, ...] = (
    Column(
        "connections",
        "int64",
        "Connections",
        "Allowed, with the row that counts it.",
        _CONNECTIONS,
    ),
    Column("denied", "int64", "Denied attempts", "Denied rows.", "denied attempts"),
    Column("unknown", "int64", "Undecided", "Connections whose decision is unknown.", _CONNECTIONS),
    Column(
        "unanswered",
        "int64",
        "Unanswered",
        "Connections whose counters say that no packet came back.",
        _CONNECTIONS,
    ),
    Column(
        "dropped",
        "int64",
        "Dropped",
        f"Connections that a rule allowed and encryption dropped ({', '.join(schema.DROPPED)}).",
        _CONNECTIONS,
    ),
    Column(
        "orphans",
        "int64",
        "Orphans",
        "Not counted: they began before the data.",
        "conversations",
    ),
    Column("bytes", "Int64", "Bytes", "Both ways; null where no counter is known.", "bytes", nullable=True),
    Column(
        "packets", "Int64", "Packets", "Both ways; null where no counter is known.", "packets", nullable=True
    ),
    *(
        replace(schema.column(name), meaning="The sum of what is known; null where nothing is.")
        for name in COUNTERS
    ),
    Column(
        "uncounted", "int64", "Uncounted", "Connections of unknown size: no counter at all.", _CONNECTIONS
    ),
    Column("folded", "int64", "Folded views", "Second views of connections counted elsewhere.", "views"),
    Column("first", schema.TIME, "First seen (UTC)", "Their first row.", "UTC", nullable=True),
    Column("last", schema.TIME, "Last seen (UTC)", "Their last row.", "UTC", nullable=True),
)
PEERS = Column("peers", "int64", "Peers", "Distinct peers.", "addresses")
RANKED: tuple[Column, ...] = (
    Column("share", "float64", "Share", "Part of the measure's total over all groups.", nullable=True),
    Column("groups", "int64", "Groups", "How many there are, those left out included.", "groups"),
)


def breakdown(  # noqa: PLR0913
    conversations: object,
    by: Sequence[str],
    *,
    measure: str = "connections",
    top: int | None = 20,
    peers: str | None = None,
    count_every_view: bool = False,
) -> pd.DataFrame:
    """Return the traffic of each group of conversations, the largest first.

    Counting rule: see the module. With `count_every_view`, every view counts where it was captured: right
    for the question what an NSG's rule saw, wrong for totals, because a connection that two NICs
    logged is then in two groups.

    Parameters
    ----------
    conversations : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `nsgkit.conversations` gives.
    by : sequence of str
        The columns that make the groups.
    measure : str
        What to order by: connections, denied, bytes, packets, or peers where they are counted.
    top : int or None
        How many groups; None gives all of them.
    peers : str or None
        The column whose distinct values are counted as `peers`.
    count_every_view : bool
        Count folded views as if they were connections of their own.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then those of TRAFFIC (and peers), then share and groups, which tell
        what was left out. Ties are in the order of the groups' names.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where there is no such measure.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> breakdown(conversations, ["mac"], measure="bytes", top=1)["mac"].item()
    '0022489C3105'
    """
    check_measure(measure, peers)
    table = [*map(_column, by), *TRAFFIC, *([PEERS] if peers else []), *RANKED]
    used = [*by, *([peers] if peers else [])]
    book = codes(conversations, [name for name in used if _is_text(name)])
    frame = lazy(conversations, needed(*used), codebook=book, remedy="nsgkit.conversations")
    if count_every_view:
        frame = frame.with_columns(folded=nw.lit(value=False))
    with sums_fit(conversations):
        return _largest(frame, table, by, (measure, top, peers), book)


def _largest(
    frame: "nw.LazyFrame[Any]",
    table: Sequence[Column],
    by: Sequence[str],
    asked: tuple[str, int | None, str | None],
    book: Codebook,
) -> pd.DataFrame:
    measure, top, peers = asked
    if top is None or not {*by} & _MANY:
        ranked = _ranked(measured(frame, by, peers), by, measure)
        return collect(ranked if top is None else ranked.head(top), _like(table), book)
    # Of many groups, find out which are shown by one measure alone; then measure all of those few.
    alone = _ranked(measured(frame, by, peers if measure == "peers" else None), by, measure)
    found = collect(
        fingerprint(alone.head(top), mark=by), {"mark": "object", "total": "float64", "groups": "int64"}
    )
    frame = fingerprint(frame, mark=by).filter(nw.col("mark").is_in(found["mark"].tolist()))
    groups = _ranked(measured(frame, by, peers), by, measure, found.head(1).to_dict("records"))
    return collect(groups, _like(table), book)


def grouped(frame: "nw.LazyFrame[Any]", by: Sequence[str]) -> pd.DataFrame:
    """Return the measures of each group of a lazy frame of conversations as a table, in no order."""
    return collect(measured(frame, by), _like([*map(_column, by), *TRAFFIC]))


def needed(*more: str) -> list[str]:
    """Return the columns of conversations that the measures need, and `more`."""
    own = ("first", "last", "state", "counted_by", "decision", "folded", "answered", "encryption", *COUNTERS)
    return list(dict.fromkeys([*more, *own]))


def measured(frame: "nw.LazyFrame[Any]", by: Sequence[str], peers: str | None = None) -> "nw.LazyFrame[Any]":
    """Return the measures of each group of a lazy frame of conversations, in no order."""
    counted = one_if(~nw.col("folded"))
    here = ~nw.col("counted_by").is_null()
    orphan = one_if(~here & (nw.col("state") == "orphan"))
    frame = frame.with_columns(
        counts=counted,
        began=one_if(here & (nw.col("decision") == "allowed")) * counted,
        undecided=one_if(here & (nw.col("decision") == "unknown")) * counted,
        blind=one_if(~any_known(COUNTERS)),
        silent=one_if(~nw.col("answered")),
        refused=one_if(nw.col("encryption").is_in(schema.DROPPED)),
        peer=nw.when(~nw.col("folded")).then(nw.col(peers or by[0])),
        **{c: nw.when(~nw.col("folded")).then(nw.col(c)) for c in COUNTERS},
    )
    distinct = nw.col("peer").n_unique() - one_if(nw.col("peer").is_null()).max()
    groups = frame.group_by(*by).agg(
        *(known_sum(c).alias(c) for c in COUNTERS),
        *([distinct.cast(nw.Int64).alias("peers")] if peers else []),
        nw.col("began").sum().cast(nw.Int64).alias("connections"),
        nw.col("undecided").sum().cast(nw.Int64).alias("unknown"),
        (one_if(nw.col("decision") == "denied") * nw.col("counts")).sum().cast(nw.Int64).alias("denied"),
        (orphan * nw.col("counts")).sum().cast(nw.Int64).alias("orphans"),
        (nw.col("began") * nw.col("blind")).sum().cast(nw.Int64).alias("uncounted"),
        (nw.col("began") * nw.col("silent")).sum().cast(nw.Int64).alias("unanswered"),
        (nw.col("began") * nw.col("refused")).sum().cast(nw.Int64).alias("dropped"),
        count(nw.col("folded")).alias("folded"),
        nw.col("first").min(),
        nw.col("last").max(),
    )
    return groups.with_columns(bytes=both_ways("bytes"), packets=both_ways("packets"))


def _ranked(
    groups: "nw.LazyFrame[Any]", by: Sequence[str], measure: str, known: Sequence[Mapping[Any, Any]] = ()
) -> "nw.LazyFrame[Any]":
    """Order the groups; of how many they are, and the measure's total, are counted unless `known`."""
    groups = groups.with_columns(value=nw.col(measure).cast(nw.Float64)).with_columns(less=-nw.col("value"))
    sums = {"total": "sum(value)", "groups": "count(*)"}
    told = {name: nw.lit(value) for row in known for name, value in row.items() if name in sums}
    groups = groups.with_columns(**told) if told else over_all(groups, **sums)
    share = nw.when(nw.col("total") > 0).then(nw.col("value") / nw.col("total"))
    return groups.with_columns(share=share).sort("less", *by, nulls_last=True)


def _column(name: str) -> Column:
    """Return a column to group by; one that conversations do not have is text that was put beside them."""
    return _KNOWN.get(name, Column(name, schema.TEXT, name.capitalize(), "A name."))


def _is_text(name: str) -> bool:
    return _column(name).dtype == schema.TEXT and not _column(name).closed


def _like(table: Sequence[Column]) -> dict[str, str]:
    return {c.name: "str" if c.dtype == schema.TEXT else c.dtype for c in table}


def both_ways(unit: str) -> nw.Expr:
    """Return bytes or packets of both ways together, null where neither is known."""
    ways = (f"{unit}_src_to_dst", f"{unit}_dst_to_src")
    return nw.when(any_known(ways)).then(nw.sum_horizontal(*ways))


def any_known(columns: Sequence[str]) -> nw.Expr:
    """Tell the rows in which one of the columns, or more, is not null."""
    return ~nw.all_horizontal(*(nw.col(c).is_null() for c in columns), ignore_nulls=False)


def check_measure(measure: str, peers: str | None = None) -> None:
    """Raise NsgkitError where there is no such measure; `peers` is the column whose values they are."""
    known = [name for name in MEASURES if peers or name != "peers"]
    if measure not in known:
        raise NsgkitError(f"There is no measure {measure!r} here. Choose one of {', '.join(known)}.")
