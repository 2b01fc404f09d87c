"""What denied attempts look like: one probe, a sweep, the same door again and again, a late packet."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.times import DAY, HOUR, SECOND

DOOR = ["src_ip", "dst_ip", "dst_port", "protocol"]  # a target and port, as one source knows it
STORM_GAP = 35 * SECOND  # the longest wait between two tries of one connection: 1, 2, 4 … 32 s
LATE = DAY  # after the last sign of a connection: what comes later is no late packet of it
STEADY_HOURS, STEADY_SPREAD = 3, 0.5
MANY = 10  # doors, from which on a source has a habit
SERVICES = 1024  # ports below it are called, and do not call
_CALLED = ["src_ip", "dst_ip", "src_port"]  # by the late packet: who was called, by whom, at which port


def with_purpose(denied: pd.DataFrame, late: "pd.Series[bool]", again: int, several: int) -> pd.DataFrame:
    """Return denied attempts with `door`, the number of their target and port, and their `purpose`.

    `denied` is in time order; `late` tells those that are late packets.
    """
    tried = denied.assign(door=denied.groupby(DOOR, observed=True, sort=False).ngroup())
    rest = tried[~late]
    doors = _doors(rest)
    hammered = _hammered(doors, again)
    own = hammered & doors["own"] & (doors["hours"] >= STEADY_HOURS) & (doors["spread"] >= STEADY_SPREAD)
    storm = hammered & (doors["close"] >= 0.5 * (doors["n"] - 1))
    others = (~hammered).groupby(doors["src_ip"], observed=True).transform("sum")
    swept = others >= several
    fits = {"own misconfiguration": own, "retry storm": storm, "targeted": hammered, "sweep": swept}
    names = np.select([*fits.values()], [*fits], "one probe")
    purpose = tried["door"].map(pd.Series(names, index=doors.index))
    return tried.assign(purpose=purpose.mask(late, "leftover").astype("str"))


def _doors(rest: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each door: how often and in how many clock hours it was tried, and how closely."""
    groups = rest.groupby("door", sort=True)
    time = rest["first_ms"]
    close = (groups["first_ms"].diff() <= STORM_GAP).groupby(rest["door"]).sum()
    doors = groups.agg(
        src_ip=("src_ip", "first"),
        n=("first_ms", "size"),
        own=("own", "first"),
    )
    hours = time // HOUR
    doors["hours"] = hours.groupby(rest["door"]).nunique()
    by_door = hours.groupby(rest["door"])
    doors["spread"] = doors["hours"] / (by_door.max() - by_door.min() + 1)
    return doors.assign(close=close)


def _hammered(doors: pd.DataFrame, again: int) -> "pd.Series[bool]":
    """Whether a door is tried again and again: of a source that tries many, far more than the others."""
    by_source = doors.groupby("src_ip", observed=True)["n"]
    usual, many = by_source.transform("median"), by_source.transform("size") >= MANY
    habit = many & (usual < again)
    return (doors["n"] >= again) & (~habit | (doors["n"] >= 10 * usual))


def late_packets(denied: pd.DataFrame, rows: Rows) -> "pd.Series[bool]":
    """Tell which denied attempts are late packets: from a service that the target itself had called.

    `rows` are all attempts. Late is at most LATE after the last sign of such a connection that had begun
    before; a machine behind a shared address is answered at another port than the one that it called from.
    """
    none = pd.Series(False, index=denied.index)
    asked = denied[(denied["src_port"] < SERVICES) & (denied["dst_port"] >= SERVICES)]
    if asked.empty:
        return none
    asked = asked[[*_CALLED, "first_ms"]].astype({"src_ip": "str", "dst_ip": "str"})
    calls = _calls(rows, asked)
    if calls.empty:
        return none
    seen = pd.merge_asof(
        asked.reset_index().sort_values("first_ms"), calls, on="first_ms", by=_CALLED, direction="backward"
    )
    late = seen["first_ms"] - seen["ended"] <= LATE
    none[seen.loc[late, "index"]] = True
    return none


def _calls(rows: Rows, asked: pd.DataFrame) -> pd.DataFrame:
    """Return the calls that may have been answered, an hour of each pair in one row, named by the answer."""
    allowed = rows.filter(
        nw.col("decision") == "allowed",
        _among(rows, "dst_ip", asked["src_ip"]),
        _among(rows, "src_ip", asked["dst_ip"]),
        nw.col("dst_port").is_in(asked["src_port"].unique().tolist()),
    ).with_columns(hour=nw.col("first_ms") // HOUR)
    found = allowed.aggregate(
        ["src_ip", "dst_ip", "dst_port", "hour"],
        first=nw.col("first_ms").min(),
        ended=nw.col("last_ms").max(),
    ).collect({"src_ip": "str", "dst_ip": "str", "dst_port": "Int64", "first": "int64", "ended": "int64"})
    turned = {"src_ip": "dst_ip", "dst_ip": "src_ip", "dst_port": "src_port", "first": "first_ms"}
    calls = found.rename(columns=turned).astype({"src_port": asked["src_port"].dtype}).sort_values("first_ms")
    calls["ended"] = calls.groupby(_CALLED)["ended"].cummax()
    return calls


def _among(rows: Rows, name: str, texts: "pd.Series[Any]") -> nw.Expr:
    """Return whether a column holds one of the texts; where it is coded, their numbers are asked for."""
    wanted, book = pd.Index(texts.unique()), rows.codebook.get(name)
    return nw.col(name).is_in((wanted if book is None else book.get_indexer(wanted)).tolist())
