"""The question: how much traffic was there over time."""

from typing import Any, TypeAlias

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import By, columns_of
from nsgkit.counting.carried import carried_in_bins
from nsgkit.counting.countable import require_values, sums_fit
from nsgkit.counting.expressions import bin_start, both_ways
from nsgkit.counting.frame import Rows, as_table
from nsgkit.counting.measures import counted_rows, group_types, measured
from nsgkit.counting.quick.hours import HOUR
from nsgkit.counting.spread import (
    BY_HOUR,
    INCREMENTS,
    added_in_engine,
    added_over_time,
    carried_by,
    carried_by_hour,
    increments,
    spread_over_bins,
)
from nsgkit.enrich.names import with_names
from nsgkit.errors import NsgkitError
from nsgkit.schema import COUNTERS, PLACE
from nsgkit.times import bin_width

Freq: TypeAlias = "str | pd.Timedelta | pd.offsets.BaseOffset"
_BEGAN = dict.fromkeys(("connections", "denied", "unknown", "peers"), "int64")
_CARRIED = ("bytes", "packets", *COUNTERS)
_ANSWER = ("start", "end", *_BEGAN, *_CARRIED)


def over_time(
    conversations: object,
    *,
    freq: Freq = "1h",
    by: By | None = None,
    flows: Any = None,
) -> pd.DataFrame:
    """Return connections and denied attempts, and where flows are given bytes and packets, over time.

    Counting rule: as in `breakdown`, whose totals these are: each connection and denied attempt once, in the
    bin in which it was first seen, folded views left out. Bytes and packets of a row cover the time
    since its connection's previous row, and are spread over it in proportion: `nsgkit.counting.spread`
    has it in full. Conversations do not know when their bytes were counted: so bytes need the flows.

    Harmless look-alikes: a bin that is absent had no traffic or no logs; `coverage` tells. A rise in denied
    attempts on a public address is mostly the internet's background noise.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it, such as `nsgkit.query` gives. An engine makes a
        lazy table anew for each question: write its conversations to a file first.
    freq : str, pandas.Timedelta or pandas offset
        The width of a bin, such as "5min", "1h", "1D", "1W". Bins begin at whole multiples since 1970, UTC.
    by : str or sequence of str or None
        The columns that make the groups; None counts all together.
    flows : table or FlowLogs or None
        The flow rows that the conversations were made of, for bytes and packets.

    Returns
    -------
    pandas.DataFrame
        start and end of the bin (UTC), the columns of `by`, connections, denied, unknown, peers (distinct
        sources), and with `flows` bytes, packets (both ways; null where no counter is known) and the
        four counters. Sorted by start and `by`; empty bins are left out.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column: the error names the function that makes it, or the columns there are.
    NsgkitError
        Where `freq` has no fixed width, `by` is none, the conversations were not made of `flows`, or a sum
        needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples")
    >>> conversations = nsgkit.conversations(logs)
    >>> daily = over_time(conversations, freq="1D", by="protocol", flows=logs)
    >>> daily["bytes"].sum().item()
    18707253973
    """
    width = bin_width(freq)
    groups = [] if by is None else columns_of(by, conversations, _ANSWER)
    began = _began(conversations, width, groups)
    if flows is None:
        return with_names(_in_order(began, groups), conversations)
    carried = _carried(conversations, as_table(flows), width, groups)
    return with_names(_together(began, carried, groups), conversations)


def over_time_of(
    added: pd.DataFrame, conversations: pd.DataFrame, *, freq: Freq = "1h", by: By | None = None
) -> pd.DataFrame:
    """Return what `over_time` gives with flows, where their increments are at hand: nothing is stitched.

    `added` is what `nsgkit.counting.spread.increments` gave of these conversations, and perhaps of others.

    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples", start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> made = nsgkit.conversations(logs)
    >>> over_time_of(increments(logs, made), made).equals(over_time(made, flows=logs))
    True
    """
    width = bin_width(freq)
    groups = [] if by is None else columns_of(by, conversations, _ANSWER)
    began = _began(conversations, width, groups)
    carried = added_over_time(added, conversations, width, groups)
    return with_names(_together(began, carried, groups), conversations)


def _together(began: pd.DataFrame, carried: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Put bytes beside connections; a bin and group that has but one of them is there as well."""
    table = began.merge(carried, how="outer", on=["start", "end", *by])
    return _in_order(table.fillna(dict.fromkeys(_BEGAN, 0)).astype(_BEGAN), by)


def _in_order(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    names = [name for name in _ANSWER[2:] if name in table]
    return table.sort_values(["start", *by], ignore_index=True)[["start", "end", *by, *names]]


def _began(conversations: object, width: int, by: list[str]) -> pd.DataFrame:
    rows = counted_rows(conversations, *by, "src_ip")
    rows = rows.with_columns(_start=bin_start(nw.col("first_ms"), width))
    counted = nw.col("connections") + nw.col("denied") + nw.col("unknown") > 0
    bins = measured(rows, ["_start", *by], "src_ip").filter(counted)
    bins = bins.with_columns(start=nw.col("_start"), end=nw.col("_start") + width)
    return bins.collect({"start": schema.TIME, "end": schema.TIME, **group_types(by), **_BEGAN})


def _carried(conversations: object, flows: Any, width: int, by: list[str]) -> pd.DataFrame:
    """Return bytes and packets over time, found where the rows are."""
    held = as_table(conversations)
    if INCREMENTS in held.columns:  # a store's conversations carry them
        return _carried_by_themselves(held, conversations, width, by)
    if not isinstance(held, pd.DataFrame) and not isinstance(flows, pd.DataFrame):
        return _carried_in_engine(held, flows, width, by)
    if not isinstance(held, pd.DataFrame):
        types = {"blob": "str", "record": "int64", "tuple": "int64", "folded": "bool", **group_types(by)}
        held = Rows.of(held, [*types], remedy="nsgkit.conversations").collect(types)
    held = held.reset_index(drop=True)
    return added_over_time(increments(flows, held), held, width, by)


def _carried_by_themselves(held: Any, conversations: object, width: int, by: list[str]) -> pd.DataFrame:
    hourly = width % HOUR == 0
    lists = [BY_HOUR] if hourly else [INCREMENTS, "last", "rows"]
    own = Rows.of(held, [*dict.fromkeys([*by, "first", "folded", *lists, *COUNTERS])])
    with sums_fit(conversations):
        if hourly:
            return carried_by_hour(own, width, by)
        if own.in_duckdb:
            return _bins_told(carried_in_bins(own, width, by), width, by)
        return spread_over_bins(carried_by(own, by), width, by)


def _bins_told(bins: Rows, width: int, by: list[str]) -> pd.DataFrame:
    ways = {unit: both_ways(unit) for unit in ("bytes", "packets")}  # by the engine: pandas would wrap around
    bins = bins.with_columns(**ways, start=nw.col("_start"), end=nw.col("_start") + width)
    carried = dict.fromkeys(_CARRIED, "Int64")
    return bins.collect({"start": schema.TIME, "end": schema.TIME, **group_types(by), **carried})


def _carried_in_engine(conversations: Any, flows: Any, width: int, by: list[str]) -> pd.DataFrame:
    require_values(flows)
    columns = list(dict.fromkeys([*PLACE, "folded", *by]))
    own = Rows.of(conversations, columns, remedy="nsgkit.conversations").filter(~nw.col("folded"))
    own = own.select(*by, **{f"_first_{name}": nw.col(name) for name in PLACE})
    try:
        rows = added_in_engine(flows).join(own, on=[f"_first_{name}" for name in PLACE])
        with sums_fit(conversations):
            return spread_over_bins(rows, width, by)
    except Exception as error:
        if "different connections" not in str(error):
            raise
        raise NsgkitError(
            "The conversations and the flows lie in two DuckDB connections, which cannot be joined. Make the "
            "conversations from these flows: nsgkit.conversations(flows)."
        ) from error
