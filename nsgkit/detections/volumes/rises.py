"""The question: whose number of connections or denials jumped, in an hour in which it is usually lower."""

from typing import Any, NamedTuple, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.evidence import earliest
from nsgkit.detections.form import Finding, Kind, findings_table, strength
from nsgkit.detections.windows import Numbers
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import SUDDEN_RISES
from nsgkit.times import HOUR

RISE = "sudden rise"
NORMAL = 0.6745  # the median deviation of a normal distribution, in standard deviations (Iglewicz–Hoaglin)
SEEN = 6  # so many other hours with any of them: what was never there before is new, not a rise
LASTING = 3  # hours on end: under a week of data, what lasts longer looks like a working day
DAY_HOURS, WEEK_HOURS = 24, 168
# Who is counted: an inside source by itself, and all of outside together by the address that it calls.
_SIDES = {"src_ip": "from_inside", "dst_ip": "from_outside"}
_AROUND = np.array([step for step in range(-6, 7) if step])  # the hours before and after
_MEASURES = {"connections": "allowed", "denied": "denied"}


Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
_Cells: TypeAlias = "tuple[np.ndarray[Any, Any], ...]"  # which hours, and of which series


class _Series(NamedTuple):
    """How many in each hour: hours down, a column for each name."""

    counts: Floats  # what was seen
    known: Floats  # the same, but null where the hour's logs are missing: there may have been more
    names: list[str]
    start: int  # the first hour since 1970


def sudden_rises(
    conversations: object, *, network: Own = None, z: float = 3.5, least: int = 100
) -> pd.DataFrame:
    """Return who suddenly made, or met, many more connections or denied attempts than is usual at that hour.

    Counting rule: attempts, each once, by the hour in which they were first seen: connections (allowed, their
    begin logged) and denied attempts apart, of each inside source, and of all addresses outside together
    by the address that they called. Expected is a median, and z is .6745 (x - median) / MAD, with a MAD of
    at least the median's square root, and at least 1. Two medians are asked, and the smaller z counts: that
    of the 6 hours before and after, and that of all other days at the same hour, or the hour before or after
    it, whichever is highest (from two weeks of data on: of all other weeks). So neither the morning nor the
    nightly or weekly job is a rise. Under a week, where a weekend looks like the usual, what stays at
    half its height for more than three hours on end is none either: that is how a working day looks.

    An hour in which the NIC that logged most of the address has no rows is missing, and not 0. Nothing is
    said of an hour with fewer than `least`, nor of who was seen in fewer than six other hours: that is new,
    and not a rise. The hour with the highest z stands for its day. The score is .5 at the line of z and .75
    at twice of it.

    Harmless look-alikes: a sale, a new release, a job that runs monthly, your own scanner, a client that
    tries again and again while its server is away.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    z : float
        The line of the robust z.
    least : int
        So many in an hour, at least.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.SUDDEN_RISES`, one row an address, measure and day, the highest score
        first: src_ip of an inside source, dst_ip where the callers are outside. Of very many attempts, the
        first 1,000 stand in `rows`. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = sudden_rises(conversations).iloc[0]
    >>> found["src_ip"], found["measure"], int(found["seen"]), float(found["expected"])
    ('10.20.0.4', 'connections', 156, 18.0)

    Source: Iglewicz and Hoaglin 1993 for the robust z; the two medians and the floor are own.
    """
    rows = attempts(conversations, network)
    rows = rows.with_columns(hour=nw.col("first_ms") // HOUR)
    logged = rows.aggregate(["mac", "hour"], n=nw.len()).collect({"mac": "str", "hour": "int64"})
    parts = [
        _of_side(rows.filter(nw.col(side)), end, measure, logged, (z, least))
        for end, side in _SIDES.items()
        for measure in _MEASURES
    ]
    found = [part for part in parts if len(part)]
    together = pd.concat(found, ignore_index=True) if found else parts[0]
    return findings_table(together, RISE, SUDDEN_RISES, conversations, network)


def _of_side(
    rows: Rows, end: str, measure: str, logged: pd.DataFrame, lines: tuple[float, int]
) -> pd.DataFrame:
    """Return the rises of one measure, of the addresses at one end."""
    allowed = (nw.col("decision") == "allowed") & (nw.col("began") == 1)
    rows = rows.filter(allowed if measure == "connections" else nw.col("decision") == "denied")
    found = _rises(_hourly(rows, end, logged), *lines)
    if found.empty:
        return found
    found = found.rename(columns={"name": end})
    proved = earliest(rows, found, [end, "hour"])
    found = found.set_index([end, "hour"]).join(proved).reset_index()
    return found.assign(measure=measure, score=strength(found["z"], lines[0]), hour=found["hour"] * HOUR)


def _hourly(rows: Rows, end: str, logged: pd.DataFrame) -> _Series:
    """Return each address's counts by hour: 0 where its NIC wrote rows, null where it wrote none."""
    counts = rows.aggregate([end, "mac", "hour"], n=nw.len().cast(nw.Int64)).collect(
        {end: "str", "mac": "str", "hour": "int64", "n": "int64"}
    )
    if counts.empty:
        return _Series(np.zeros((0, 0)), np.zeros((0, 0)), [], 0)
    start = int(logged["hour"].min())
    nics = logged.assign(there=1.0).pivot_table(index="hour", columns="mac", values="there")
    nics = nics.reindex(range(start, int(logged["hour"].max()) + 1))
    most = counts.groupby([end, "mac"])["n"].sum().reset_index().sort_values(["n", "mac"])
    main = most.drop_duplicates(end, keep="last").set_index(end)["mac"].sort_index()
    sums = counts.pivot_table(index="hour", columns=end, values="n", aggfunc="sum").reindex(nics.index)
    seen = sums[main.index].fillna(0).to_numpy(dtype="float64")
    known = np.where(nics[main.tolist()].to_numpy() == 1, seen, np.nan)
    return _Series(seen, known, main.index.tolist(), start)


def _rises(series: _Series, z: float, least: int) -> pd.DataFrame:
    """Return the highest rise of each series and day."""
    columns = ["name", "hour", "seen", "expected", "z", "hours"]
    if not series.names:
        return pd.DataFrame(columns=columns)
    counts = series.counts
    cells: _Cells = np.nonzero((counts >= least) & ((counts > 0).sum(axis=0) > SEEN))
    around = _beyond(series, cells, _at(series, cells, _AROUND), SEEN)
    high = around[1] > z
    cells = (cells[0][high], cells[1][high])
    around = around[:, high]
    expected, beyond = _smaller(around, _beyond(series, cells, _other_turns(series, cells), 1))
    if len(counts) < WEEK_HOURS:
        beyond = np.where(_hours_on_end(series, cells, around[0]) > LASTING, np.nan, beyond)
    found = pd.DataFrame({
        "name": np.array(series.names, dtype=object)[cells[1]], "hour": cells[0] + series.start,
        "seen": counts[cells], "expected": expected, "z": beyond,
    })  # fmt: skip
    found = found[found["z"] > z].sort_values(["z", "name", "hour"], ascending=[False, True, True])
    days = found.groupby(["name", found["hour"] // DAY_HOURS])
    return found.assign(hours=days["z"].transform("size"))[days.cumcount() == 0][columns]


def _at(series: _Series, cells: _Cells, steps: Numbers) -> Floats:
    """Return what is known `steps` hours from each cell; null where nothing is."""
    place = cells[0][:, None] + steps
    there = (place >= 0) & (place < len(series.known))
    return np.where(there, series.known[np.where(there, place, 0), cells[1][:, None]], np.nan)


def _other_turns(series: _Series, cells: _Cells) -> Floats:
    """Return the highest of the same hour and its neighbours on each other day: from two weeks on, week."""
    length = len(series.known)
    step = WEEK_HOURS if length >= 2 * WEEK_HOURS else DAY_HOURS
    turns = np.arange(-(length // step) - 1, length // step + 2) * step
    turns = turns[turns != 0]
    near: Floats = np.fmax.reduce([_at(series, cells, turns + beside) for beside in (-1, 0, 1)])
    return near


def _beyond(series: _Series, cells: _Cells, reference: Floats, enough: int) -> Floats:
    """Return the median of what each cell is compared with, and its z: null under `enough` of them."""
    median = np.where((~np.isnan(reference)).sum(axis=1) >= enough, _median(reference), np.nan)
    mad = np.maximum(_median(np.abs(reference - median[:, None])), np.maximum(np.sqrt(median), 1))
    return np.array([median, NORMAL * (series.counts[cells] - median) / mad])


def _median(table: Floats) -> Floats:
    """Return the median of what is known in each row."""
    ordered = np.sort(table, axis=1)  # nulls last
    last = np.maximum((~np.isnan(table)).sum(axis=1) - 1, 0)
    row = np.arange(len(table))
    middle: Floats = (ordered[row, last // 2] + ordered[row, (last + 1) // 2]) / 2
    return middle


def _smaller(around: Floats, same: Floats) -> Floats:
    """Return expected and z of the comparison with the smaller z, where both are known."""
    return np.where(same[1] < around[1], same, around)


def _hours_on_end(series: _Series, cells: _Cells, expected: Floats) -> Numbers:
    """Return for how many hours on end each rise stays at half its height, counted up to LASTING each way."""
    half = (expected + series.counts[cells]) / 2
    steps = np.arange(1, LASTING + 1)
    ways = [_at(series, cells, steps * way) >= half[:, None] for way in (-1, 1)]
    found: Numbers = 1 + sum(np.cumprod(way, axis=1).sum(axis=1) for way in ways)
    return found


def _told(finding: Finding) -> str:
    what = "connections" if finding["measure"] == "connections" else "denied attempts"
    made = pd.notna(finding["src_ip"])
    who: str = f"{finding['src_ip']} made" if made else f"{finding['dst_ip']} met, from outside,"
    return (
        f"{who} {finding['seen']:,} {what} in the hour from {finding['hour']:%Y-%m-%d %H:%M} UTC, where "
        f"{finding['expected']:,.0f} are usual (robust z {finding['z']:.1f})."
    )


SUDDEN_RISE = Kind(
    RISE,
    sudden_rises,
    SUDDEN_RISES,
    _told,
    "something was started, released or announced at that hour, or a job runs that seldom.",
    0.4,
)
