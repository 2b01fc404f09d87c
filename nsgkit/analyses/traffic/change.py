"""The question: what changed against an earlier span."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import By, check_measure, check_top, columns_of, require_columns
from nsgkit.counting.countable import sums_fit
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Rows
from nsgkit.counting.measures import counted_rows, group_types, measured
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.internet import Internet, gathered
from nsgkit.enrich.network import Own, own_networks
from nsgkit.enrich.sides import FROM_INSIDE, with_sides
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
    at_least: float = 1.0,
    top: int | None = 50,
    own: Own = None,
    internet: Internet = "one",
) -> pd.DataFrame:
    """Return what is new, gone, risen or fallen since a moment, from inside first.

    What comes from inside the own networks is asked apart from what does not: a port that outsiders have
    always called is new when a machine inside first calls it. Everything outside is one, called "internet",
    unless it is opened (`internet="each"`).

    Counting rule: as in `top_talkers`; a conversation belongs to the span in which it was first seen. The
    spans may differ in length, so their rates per hour are compared. A group is new or gone where the other
    span has none of its conversations; risen or fallen where the rate changed by `factor`. Each of them
    must differ by `at_least` an hour times the later span's hours; what is less is small (new or gone) or
    steady.

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
        How many groups from inside, and how many from outside; None gives all of them.
    own : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; None takes those that the logs tell.
    internet : {"one", "each"}
        Whether all addresses outside are one, called "internet", or each is itself.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then those of `schema.CHANGE`: from_inside, change, earlier and later (the
        measure in each span), earlier_per_hour, later_per_hour, difference_per_hour, and of the same side
        changes (how many changed) and groups (how many there are). On each side what became more stands
        before what became less, and that before the rest; the largest difference first. Null is unknown.

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
    >>> change(conversations, since="2024-12-19", by="dst_port", top=1)["from_inside"].tolist()
    [True, False]
    """
    check_measure(measure, _COUNTS)
    check_top(top)
    groups = columns_of(by, conversations, _TABLE)
    require_columns(ENDS, conversations)
    network = own_networks(conversations, own)
    rows = counted_rows(gathered(with_sides(conversations, network), network, internet), *groups, FROM_INSIDE)
    rows = rows.filter(~nw.col("folded"))
    split, hours = _spans(rows, since)
    spans = _present(_two_spans(rows, [*groups, FROM_INSIDE], measure, split))
    with sums_fit(conversations):
        compared = _counted(_compared(spans, hours, factor, at_least)).materialize()
        sides = [_first(compared, groups, top, inside=inside) for inside in (True, False)]
    return pd.concat(sides, ignore_index=True).astype({"change": schema.TEXT})


_TABLE = schema.types(schema.CHANGE)
_MORE, _LESS, _SAME = ("new", "risen"), ("gone", "fallen"), ("small", "steady")


def _counted(compared: Rows) -> Rows:
    """Put beside each group how many of its side there are, and how many of them changed."""
    changed = f"CASE WHEN change IN {_SAME} THEN 0 ELSE 1 END"
    inside = f"CASE WHEN {FROM_INSIDE} THEN 1 ELSE 0 END"
    counted = compared.with_totals(
        _all="count(*)", _changed=f"sum({changed})",
        _inside=f"sum({inside})", _changed_inside=f"sum({inside} * {changed})",
    )  # fmt: skip
    here = nw.when(nw.col(FROM_INSIDE))
    groups = here.then(nw.col("_inside")).otherwise(nw.col("_all") - nw.col("_inside"))
    changes = here.then(nw.col("_changed_inside")).otherwise(nw.col("_changed") - nw.col("_changed_inside"))
    return counted.with_columns(groups=groups.cast(nw.Int64), changes=changes.cast(nw.Int64))


def _first(compared: Rows, groups: list[str], top: int | None, *, inside: bool) -> pd.DataFrame:
    side = compared.filter(nw.col(FROM_INSIDE) if inside else ~nw.col(FROM_INSIDE))
    less = nw.when(nw.col("change").is_in(_LESS)).then(nw.lit(1)).otherwise(nw.lit(2))
    order = nw.when(nw.col("change").is_in(_MORE)).then(nw.lit(0)).otherwise(less)
    side = side.with_columns(_order=order, _less=-nw.col("difference_per_hour").abs())
    return (
        side.sort("_order", "_less", *groups)
        .head(top)
        .collect({**group_types(groups), **_TABLE, "change": "str"})
    )


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
    was, now = nw.col("_was") == 1, nw.col("_now") == 1
    both = was & now
    cases = [
        (~was & much, "new"), (~now & much, "gone"), (both & much & (new >= old * factor), "risen"),
        (both & much & (old >= new * factor), "fallen"), (~both, "small"),
    ]  # fmt: skip
    change = nw.lit("steady")
    for condition, word in reversed(cases):
        change = nw.when(condition).then(nw.lit(word)).otherwise(change)
    return groups.with_columns(difference_per_hour=new - old, change=change)
