"""The question: what changed against an earlier span."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import By, check_measure, check_top, columns_of
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows
from nsgkit.counting.measures import counted_rows, group_types, measured
from nsgkit.errors import NsgkitError
from nsgkit.times import milliseconds, parse_time

_COUNTS = ("connections", "denied", "bytes", "packets")
_HOUR = 3_600_000


def change(  # noqa: PLR0913
    conversations: object,
    *,
    since: str | pd.Timestamp | None = None,
    by: By = ("src_ip", "dst_ip", "dst_port"),
    measure: str = "connections",
    factor: float = 3.0,
    at_least: float = 10.0,
    top: int | None = 50,
) -> pd.DataFrame:
    """Return what is new, gone, risen or fallen since a moment, the largest change first.

    Counting rule: as in `top_talkers`; a conversation belongs to the span in which it was first seen. The
    spans may differ in length, so their rates per hour are compared. A group is new or gone where the other
    span has none of its conversations; risen or fallen where the rate changed by `factor` and by
    `at_least` an hour times the later span's hours; else steady.

    Harmless look-alikes: an earlier span without the night, the weekend or the logs of a NIC
    makes everything of it new. Look at the coverage of both spans first.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    since : str or pandas.Timestamp or None
        When the later span begins (UTC); None takes the middle of the data.
    by : str or sequence of str
        The columns that make the groups.
    measure : str
        What is compared: connections, denied, bytes or packets.
    factor, at_least : float
        How much more or less a rate must be, as a multiple, and in all over the later span.
    top : int or None
        How many groups; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, change, earlier and later (the measure in each span), earlier_per_hour,
        later_per_hour, difference_per_hour, groups (how many there are). Null is unknown.

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where there is no such measure, one of the spans would be empty, or a sum needs more than 64 bits.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> change(conversations, since="2024-12-19", top=1)[["src_ip", "change"]].to_numpy().tolist()
    [['203.0.113.199', 'gone']]
    """
    check_measure(measure, _COUNTS)
    check_top(top)
    groups = columns_of(by, conversations, _TABLE)
    rows = counted_rows(conversations, *groups).filter(~nw.col("folded"))
    split, hours = _spans(rows, since)
    spans = _present(_two_spans(rows, groups, measure, split)).with_totals(groups="count(*)")
    compared = _compared(spans, hours, factor, at_least)
    compared = compared.with_columns(_less=-nw.col("difference_per_hour").abs()).sort("_less", *groups)
    with sums_fit(conversations):
        return compared.head(top).collect({**group_types(groups), **_TABLE})


_TABLE = schema.types(schema.CHANGE)


def _spans(rows: Rows, since: str | pd.Timestamp | None) -> tuple[int, tuple[float, float]]:
    """Return when the later span begins, in milliseconds, and the hours of both."""
    times = rows.select(first=nw.col("first_ms").min(), last=nw.col("first_ms").max())
    edges = times.collect({"first": "Int64", "last": "Int64"}).loc[0]
    if edges.isna().any():
        return 0, (1.0, 1.0)
    first, last = (int(edge) for edge in edges.to_numpy())
    last += 1
    split = (first + last) // 2 if since is None else milliseconds(parse_time(since, "since"))
    if not first < split < last:
        begins, ends = (pd.Timestamp(t, unit="ms", tz="UTC").isoformat() for t in (first, last))
        raise NsgkitError(f"The later span must begin after {begins} and before {ends}: choose such a since.")
    return split, ((split - first) / _HOUR, (last - split) / _HOUR)


def _two_spans(rows: Rows, by: list[str], measure: str, split: int) -> Rows:
    halves = measured(rows.with_columns(_later=one_if(nw.col("first_ms") >= split)), [*by, "_later"])
    before, after = nw.when(nw.col("_later") == 0), nw.when(nw.col("_later") == 1)
    return halves.aggregate(
        by,
        _was=before.then(nw.lit(1)).max(),
        _is=after.then(nw.lit(1)).max(),
        earlier=before.then(nw.col(measure)).max(),
        later=after.then(nw.col(measure)).max(),
    )


def _present(groups: Rows) -> Rows:
    """Keep groups that a span has. A span without the group has none of it: 0, which is known."""
    # A null of a span that has the group is unknown: present. Zero is absent.
    was = ~nw.col("_was").is_null() & (one_if(nw.col("earlier") == 0) == 0)
    now = ~nw.col("_is").is_null() & (one_if(nw.col("later") == 0) == 0)
    groups = groups.filter(was | now)
    earlier = nw.when(was).then(nw.col("earlier")).otherwise(nw.lit(0))
    later = nw.when(now).then(nw.col("later")).otherwise(nw.lit(0))
    return groups.with_columns(earlier=earlier, later=later, _was=one_if(was), _now=one_if(now))


def _compared(groups: Rows, hours: tuple[float, float], factor: float, at_least: float) -> Rows:
    """Compare the rates of both spans, and tell new from risen."""
    groups = groups.with_columns(
        earlier_per_hour=nw.col("earlier") / hours[0], later_per_hour=nw.col("later") / hours[1]
    )
    old, new = nw.col("earlier_per_hour"), nw.col("later_per_hour")
    much = (new - old).abs() * hours[1] >= at_least
    fallen = nw.when((old >= new * factor) & much).then(nw.lit("fallen")).otherwise(nw.lit("steady"))
    moved = nw.when((new >= old * factor) & much).then(nw.lit("risen")).otherwise(fallen)
    gone = nw.when(nw.col("_now") == 0).then(nw.lit("gone")).otherwise(moved)
    return groups.with_columns(
        difference_per_hour=new - old, change=nw.when(nw.col("_was") == 0).then(nw.lit("new")).otherwise(gone)
    )
