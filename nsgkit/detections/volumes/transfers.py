"""The question: who sent out much more than is usual here."""

from typing import Any, NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.expressions import any_known, count, known_sum
from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.evidence import earliest
from nsgkit.detections.form import Finding, Kind, findings_table, strength
from nsgkit.enrich.network import Own
from nsgkit.schema import COUNTERS
from nsgkit.schema.findings import LARGE_TRANSFERS
from nsgkit.times import DAY, HOUR

TRANSFER = "large transfer out"
NORMAL = 0.6745  # the median deviation of a normal distribution, in standard deviations (Iglewicz–Hoaglin)
LEAST_MAD = 0.25  # of the logarithms: where all hours are alike, the line is 3.7 times their median
USUAL = 3  # a pair's own usual: at most so many times the median of its other days or hours
OTHER_DAYS = 3  # so many other days make a usual
HOURS, PART = 6, 0.75  # or so many hours, and that part of all hours
_PAIR = ["src_ip", "dst_ip"]
_OUT, _IN = "bytes_src_to_dst", "bytes_dst_to_src"


class Baseline(NamedTuple):
    """What an hour of a pair usually carries out: the median and its deviation, of log1p(bytes)."""

    median: float
    mad: float
    size: int


def large_transfers(
    conversations: object, *, network: Own = None, z: float = 3.5, ratio: float = 10, least: int = 50_000_000
) -> pd.DataFrame:
    """Return who sent out of the own networks, on one day to one address, much more than is usual here.

    Counting rule: bytes out are what an inside address sent in the connections that it began itself to an
    address outside, orphans too; what it answered to a caller from outside is not counted, because each
    download from a public web server looks so. All bytes of a connection count in the hour (and on the UTC
    day) in which it was first seen. The baseline is all hours of all pairs of source and destination, so
    that also one day of few machines has enough of them: x is log1p(bytes out) of a pair's largest hour of
    that day, and z is .6745 (x - median) / MAD. The MAD is at least .25. A day is found where z, bytes
    out over bytes in, and the bytes out of the day are all beyond their lines.

    What is usual for the pair itself is left out: at most 3 times the median of its other days, where it
    has 3 or more; or an hour of at most 3 times the median of its hours, where it has 6 or more, and three
    quarters of all hours in which anybody sent anything out. Hours and days count by when connections
    began. The score is .5 at the line of z, 3.5, and .75 at twice that.

    Harmless look-alikes: a new backup in the cloud, a synchronised folder, a large mail or upload of
    somebody's work. Not seen: what was sent slowly at one pace all the time, over many addresses, or as
    an answer to a caller (see `exposed_ports` and the success of `brute_force`), and what has no counters.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    z : float
        The line of the robust z.
    ratio : float
        The line of bytes out over bytes in.
    least : int
        The line of bytes out on the day.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.LARGE_TRANSFERS`, one row a source, destination and day, the highest
        score first; dst_port is null. Of very many connections, the first 1,000 stand in `rows`. Times are
        UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = large_transfers(conversations)
    >>> found[["src_ip", "dst_ip", "bytes_out"]].to_numpy().tolist()
    [['10.30.1.5', '198.51.100.240', 1742301171]]

    Source: Iglewicz and Hoaglin 1993 for the robust z; ratio, floor and the pair's own usual are own.
    """
    rows = attempts(conversations, network).filter(
        nw.col("decision") == "allowed", nw.col("from_inside"), nw.col("to_outside")
    )
    rows = rows.with_columns(hour=nw.col("first_ms") // HOUR)
    hours = _by_hour(rows)
    base, all_hours = _baseline(hours)
    seen = _of_large_pairs(hours, _bytes_at(base, z))
    found = _days(seen, base, all_hours)
    found = found[(found["z"] > z) & (found["ratio"] > ratio) & (found["bytes_out"] >= least)]
    found = found[~found["own_usual"]].reset_index(drop=True)
    if found.empty:
        return findings_table(found, TRANSFER, LARGE_TRANSFERS)
    keys = [*_PAIR, "day"]
    dated = rows.with_columns(day=nw.col("first_ms") // DAY)
    found = found.set_index(keys).join(earliest(dated, found, keys)).reset_index()
    found["score"] = strength(found["z"], z)
    return findings_table(
        found.assign(day=found["day"] * DAY), TRANSFER, LARGE_TRANSFERS, conversations, network
    )


def _by_hour(rows: Rows) -> Rows:
    """Return what each pair sent in each hour, found once."""
    return rows.aggregate(
        [*_PAIR, "hour"],
        out=known_sum(_OUT),
        back=known_sum(_IN),
        n=nw.len().cast(nw.Int64),
        uncounted=count(~any_known(COUNTERS)),
    ).materialize()


def _baseline(hours: Rows) -> tuple[Baseline, int]:
    """Return what is usual of all hours of all pairs, and how many hours of time there are."""
    told = hours.filter(~nw.col("out").is_null()).select("hour", "out")
    table = told.collect({"hour": "int64", "out": "int64"})
    if table.empty:
        return Baseline(0, LEAST_MAD, 0), 0
    logs = np.log1p(table["out"].to_numpy(dtype="float64"))
    median = float(np.median(logs))
    mad = max(float(np.median(np.abs(logs - median))), LEAST_MAD)
    return Baseline(median, mad, len(logs)), int(table["hour"].nunique())


def _bytes_at(base: Baseline, z: float) -> float:
    """Return the bytes of an hour at the line of z, a little less because they are rounded."""
    return float(np.expm1(base.median + z * base.mad / NORMAL)) * 0.999


def _of_large_pairs(hours: Rows, line: float) -> pd.DataFrame:
    """Return all hours of the pairs that have one beyond the line."""
    large = hours.filter(nw.col("out") >= line).select(*_PAIR).unique()
    numbers = dict.fromkeys(("out", "back"), "Int64") | dict.fromkeys(("hour", "n", "uncounted"), "int64")
    table = hours.join(large, _PAIR, "semi").collect({"src_ip": "str", "dst_ip": "str", **numbers})
    return table.sort_values([*_PAIR, "hour"], ignore_index=True)


def _days(seen: pd.DataFrame, base: Baseline, all_hours: int) -> pd.DataFrame:
    """Return the pairs' days with their figures, and whether each is the pair's own usual."""
    seen = seen.assign(day=seen["hour"] * HOUR // DAY, out=seen["out"].fillna(0).astype("int64"))
    groups = seen.groupby([*_PAIR, "day"])
    days = groups.agg(
        bytes_out=("out", "sum"), largest_hour=("out", "max"), connections=("n", "sum"),
        uncounted=("uncounted", "sum"),
    ).assign(bytes_in=groups["back"].sum(min_count=1)).reset_index()  # fmt: skip
    pairs = days.groupby(_PAIR)["bytes_out"]
    days["usual_day"] = _median_of_others(days, _PAIR, "bytes_out")
    by_days = (pairs.transform("size") > OTHER_DAYS) & (days["bytes_out"] <= USUAL * days["usual_day"])
    hours = seen.groupby(_PAIR)["out"].agg(["median", "size"]).reset_index()
    hours = days[_PAIR].merge(hours, on=_PAIR, how="left")
    always = (hours["size"] >= HOURS) & (hours["size"] >= PART * all_hours)
    by_hours = always & (days["largest_hour"] <= USUAL * hours["median"])
    known_in = days["bytes_in"].fillna(0).clip(lower=1).astype("float64")
    return days.assign(
        z=NORMAL * (np.log1p(days["largest_hour"].astype("float64")) - base.median) / base.mad,
        ratio=days["bytes_out"] / known_in, uncounted_share=days["uncounted"] / days["connections"],
        median=float(np.expm1(base.median)), mad=base.mad, hours=base.size, own_usual=by_days | by_hours,
    )  # fmt: skip


def _median_of_others(table: pd.DataFrame, keys: list[str], name: str) -> "pd.Series[Any]":
    """Return the median of the other rows of each row's group, null where there is none."""
    ordered = table.sort_values([*keys, name])
    group = ordered.groupby(keys)[name]
    rank, others = group.cumcount().to_numpy(), group.transform("size").to_numpy() - 1
    begin, values = np.arange(len(ordered)) - rank, ordered[name].to_numpy(dtype="float64")
    low, high = (others - 1).clip(min=0) // 2, others // 2
    low, high = (np.minimum(place + (place >= rank), others) for place in (low, high))
    middle = (values[begin + low] + values[begin + high]) / 2
    return pd.Series(np.where(others > 0, middle, np.nan), index=ordered.index).reindex(table.index)


def _told(finding: Finding) -> str:
    back: str = "an unknown number" if pd.isna(finding["bytes_in"]) else f"{finding['bytes_in']:,} bytes"
    return (
        f"{finding['src_ip']} sent {finding['bytes_out']:,} bytes to {finding['dst_ip']} on "
        f"{finding['day']:%Y-%m-%d} and got {back} back. An hour of a pair usually carries "
        f"{finding['median']:,.0f} bytes out here; its largest carried {finding['largest_hour']:,} "
        f"(robust z {finding['z']:.1f})."
    )


LARGE_TRANSFER = Kind(
    TRANSFER,
    large_transfers,
    LARGE_TRANSFERS,
    _told,
    "it is a backup, a synchronised folder or an upload that somebody can name.",
    0.8,
)
