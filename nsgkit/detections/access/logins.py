"""The question: who guessed passwords, and did a guess succeed."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts, collected
from nsgkit.detections.evidence import among
from nsgkit.detections.form import Finding, Kind, findings_table, proofs, strength
from nsgkit.detections.windows import window_starts
from nsgkit.enrich.network import Own
from nsgkit.schema import TEXT
from nsgkit.schema.findings import BRUTE_FORCE
from nsgkit.times import DAY, bin_width

BRUTE = "brute force"
LOGIN_PORTS = (21, 22, 23, 445, 1433, 3306, 3389, 5432, 5900, 5985, 5986)
# Where many short connections from inside are ordinary work, of shares and of applications.
WORK_PORTS = (445, 1433, 3306, 5432)
LARGEST, SMALLEST = 30, 9  # packets of the source: each guess has at most so many, and their mean at least
ALIKE = 0.25  # of their median bytes
LONG, FACTOR = 60, 5  # a success: longer than so many seconds, and so many times the median bytes
WINDOWS, DAYS = 6, 3  # so many other windows, or days with one, make a usual
STEADY = 3  # at the same pace: at most so many times the usual
_KEYS = ["src_ip", "dst_ip", "dst_port"]
_OUT, _PACKETS = "bytes_src_to_dst", "packets_src_to_dst"
_BACK = "bytes_dst_to_src"
_COLUMNS = (*_KEYS, "last_ms", "duration", "from_outside", _PACKETS, _OUT, _BACK)
_SMALL = (nw.col(_PACKETS) <= LARGEST) | nw.col(_PACKETS).is_null()
_NUMBERS = dict.fromkeys(_KEYS[:2], TEXT) | {
    "dst_port": "int64", "first_ms": "int64", "from_outside": "bool",
    **dict.fromkeys((_PACKETS, _OUT, _BACK), "Int64"),
}  # fmt: skip
_MOST = 3_000_000  # guesses between ends that reach the line, as numbers: 0.3 GB


def brute_force(
    conversations: object,
    *,
    network: Own = None,
    window: str = "1h",
    connections: int = 15,
    ports: Sequence[int] = LOGIN_PORTS,
) -> pd.DataFrame:
    """Return who made many small connections, all alike, to a login port: and whether one guess succeeded.

    Counting rule: a guess is a connection that a rule allowed and whose begin was logged, that was answered
    by more than a refusal (or has no counters), and in which the source sent at most 30 packets. Of one
    source, address and port, the densest `window` has at least `connections` guesses. There, sizes are
    judged: the source's packets a guess are 9 or more on average, and its bytes a guess are alike (the
    median deviation from their median is at most a quarter of it). Where no counter is known, the number
    alone cannot tell: `uncounted` says of how many guesses, and they count half in the score.

    The pair's other windows are its usual. Where it called in at least six of them, or on at least three
    other days, and the densest has at most three times their median, its pace is steady: from inside that
    is a job or a service, and no finding; from outside it is one, with half the score.

    A success is an answered connection between the same ends, begun after the line was reached and at most
    a day after the last guess, longer than 60 seconds, with more than five times the median bytes of a
    guess, both ways together. It is null where no guess has counters. Score: .5 at the line, by the
    densest window; halved as said above; with a success, half of what lacks to 1 is added.

    Harmless look-alikes: a script that logs on for every file or task (scp, Ansible), a monitoring that was
    just set up, an administrator whose key is not taken. A database is only asked about from outside: its
    application servers make thousands of such connections a day. Guesses spread over many sources or
    targets, and fewer than the line, are not seen.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    window : str
        A width of time, such as "1h".
    connections : int
        The line: so many guesses within one window.
    ports : sequence of int
        The login ports. Of 445, 1433, 3306 and 5432 only callers from outside the own networks are asked.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.BRUTE_FORCE`, one row a source, address and port, the highest score
        first. Times are UTC, sizes in bytes.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `window` is no width.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = brute_force(conversations).iloc[0]
    >>> f"{found['src_ip']}: {found['guesses']} guesses, success {found['success']}"
    '203.0.113.199: 186 guesses, success True'

    Source: the number and sizes from SSHCure and Nemea's brute-force detector; pace and success are own.
    """
    width = bin_width(window)
    logins = attempts(conversations, network).filter(
        nw.col("dst_port").is_in([*ports]),
        ~nw.col("dst_port").is_in([*WORK_PORTS]) | nw.col("from_outside"),
        nw.col("began") == 1,
        nw.col("outcome").is_in(["answered", "unknown"]),
    )
    likely = _likely(logins.filter(_SMALL), width, connections)
    if likely.empty:
        return findings_table(likely, BRUTE, BRUTE_FORCE)
    telling = among(logins.filter(_SMALL | (nw.col("duration") > LONG)), likely, _KEYS)
    table = collected(telling, *_COLUMNS)
    seen = _in_groups(table.merge(likely.astype(table.dtypes[_KEYS].to_dict()), on=_KEYS))
    guesses = _of_guesses(seen)
    found = _judged(guesses, width, connections)
    return findings_table(
        _with_success(found, guesses, seen, connections), BRUTE, BRUTE_FORCE, conversations, network
    )


def _likely(small: Rows, width: int, connections: int) -> pd.DataFrame:
    """Return the ends whose densest window is many, small and alike, judged by numbers alone."""
    near = small.join(_reached(small, width, connections), _KEYS, "semi")
    told = near.collect(_NUMBERS) if near.ours else near.collect_few(_NUMBERS, _MOST)
    if told.empty:
        return told[_KEYS]
    guesses = _of_guesses(_in_groups(told))
    found = _judged(guesses, width, connections)
    ends = guesses.drop_duplicates("group").set_index("group")[_KEYS]
    return ends.loc[found.index].reset_index(drop=True)


def _reached(small: Rows, width: int, connections: int) -> Rows:
    """Return the ends that reach the line.

    A window lies in two bins of its width at most: so one of them has half of its guesses, which leaves few
    to be sorted. Two that are exactly a width apart are in no window together.
    """
    binned = small.select(*_KEYS, "first_ms", _bin=nw.col("first_ms") // width)
    dense = binned.aggregate([*_KEYS, "_bin"], n=nw.len()).filter(nw.col("n") * 2 >= connections)
    earlier = nw.col("first_ms").shift(max(connections - 1, 0)).over(*_KEYS, order_by="first_ms")
    timed = binned.join(dense.select(*_KEYS).unique(), _KEYS, "semi").with_columns(_earlier=earlier)
    return timed.filter(nw.col("first_ms") - nw.col("_earlier") < width).select(*_KEYS).unique()


def _in_groups(seen: pd.DataFrame) -> pd.DataFrame:
    return seen.assign(
        group=seen.groupby(_KEYS, observed=True).ngroup(),
        both=seen[_OUT] + seen[_BACK],
    )


def _of_guesses(seen: pd.DataFrame) -> pd.DataFrame:
    return seen[_small(seen)].sort_values(["group", "first_ms"], kind="stable", ignore_index=True)


def _small(seen: pd.DataFrame) -> "pd.Series[Any]":
    return (seen[_PACKETS] <= LARGEST).fillna(True).astype(bool)


def _judged(guesses: pd.DataFrame, width: int, connections: int) -> pd.DataFrame:
    """Return the groups whose densest window is many, small and alike, their number as index."""
    place, group = np.arange(len(guesses)), guesses["group"].to_numpy()
    starts = window_starts(group, guesses["first_ms"].to_numpy(), width)
    guesses["within"] = place - starts + 1
    best = guesses.groupby("group")["within"].idxmax()
    end = guesses["group"].map(best).to_numpy()
    densest = guesses[(place >= starts[end]) & (place <= end)]
    found = _sizes(densest)
    found["most_in_window"] = guesses.groupby("group")["within"].max()
    found["guesses"] = guesses.groupby("group").size()
    found["uncounted"] = guesses[_PACKETS].isna().groupby(guesses["group"]).sum()
    found["from_outside"] = guesses.groupby("group")["from_outside"].first()
    found = found.join(_usual(guesses, densest, width))
    often = (found["windows"] >= WINDOWS) | (found["days"] >= DAYS)
    steady = often & (found["most_in_window"] <= STEADY * found["usual"])
    found["pace"] = steady.map({True: "steady", False: "burst"})
    fits = (found["mean_packets"] >= SMALLEST) & (found["spread"] <= ALIKE)
    kept = (found["most_in_window"] >= connections) & (fits | found["mean_packets"].isna())
    return found[kept & (found["from_outside"] | ~steady)]


def _sizes(densest: pd.DataFrame) -> pd.DataFrame:
    """Return what a guess carries in each group, null where no counter is known."""
    numbers = densest[["group", _PACKETS, _OUT, "both"]].astype("float64")
    groups = numbers.groupby("group")
    usual = groups[_OUT].transform("median")
    off = (numbers[_OUT] - usual).abs().groupby(numbers["group"]).median()
    middle = groups[[_OUT, "both"]].median()
    return pd.DataFrame({
        "mean_packets": groups[_PACKETS].mean(), "median_bytes": middle["both"],
        "spread": off / middle[_OUT].clip(lower=1),
    }).rename_axis("group")  # fmt: skip


def _usual(guesses: pd.DataFrame, densest: pd.DataFrame, width: int) -> pd.DataFrame:
    """Return in how many other windows and days each group called, and how often in the median window."""
    times = densest.groupby("group")["first_ms"].agg(["min", "max"])
    which, day = guesses["first_ms"] // width, guesses["first_ms"] // DAY
    first, last = (guesses["group"].map(times[end]) for end in ("min", "max"))
    others = guesses.assign(which=which)[(which < first // width) | (which > last // width)]
    counts = others.groupby(["group", "which"]).size().groupby("group")
    elsewhere = guesses.assign(day=day)[(day < first // DAY) | (day > last // DAY)]
    days = elsewhere.groupby("group")["day"].nunique()
    table = pd.DataFrame({"windows": counts.size(), "usual": counts.median(), "days": days})
    return table.reindex(guesses["group"].unique()).fillna({"windows": 0, "days": 0})


def _with_success(
    found: pd.DataFrame, guesses: pd.DataFrame, seen: pd.DataFrame, connections: int
) -> pd.DataFrame:
    """Return the findings with their success, what proves them, and the score."""
    reached = guesses[guesses["within"] >= connections].groupby("group")["first_ms"].min()
    won = _won(seen[seen["group"].isin(found.index)], guesses, found["median_bytes"], reached)
    proving = seen[seen["group"].isin(found.index) & (_small(seen) | seen.index.isin(won.index))]
    ends = proving.drop_duplicates("group").set_index("group")[_KEYS]
    found = found.join(proofs(proving, ["group"])).join(ends)
    won = won.set_index("group")
    found["success"] = pd.Series(found.index.isin(won.index), found.index, dtype="boolean")
    found["success_at"] = won["first_ms"].astype("Int64")
    found["success_bytes"], found["success_duration"] = won["both"], won["duration"]
    known = strength(found["most_in_window"], connections) * (1 - found["uncounted"] / found["guesses"] / 2)
    paced = known * found["pace"].map({"burst": 1.0, "steady": 0.5})
    found["score"] = paced.where(~found["success"].astype(bool), (1 + paced) / 2)
    found["success"] = found["success"].mask(found["median_bytes"].isna())
    return found.reset_index(drop=True)


def _won(
    seen: pd.DataFrame, guesses: pd.DataFrame, median: "pd.Series[Any]", reached: "pd.Series[Any]"
) -> pd.DataFrame:
    """Return of each group the first long and large connection after it reached the line."""
    group = seen["group"]
    late = group.map(guesses.groupby("group")["first_ms"].max() + DAY)
    after = (seen["first_ms"] > group.map(reached)) & (seen["first_ms"] <= late)
    large = (seen["both"] > FACTOR * group.map(median)).fillna(False).astype(bool)
    return seen[after & large & (seen["duration"] > LONG)].drop_duplicates("group")


def _told(finding: Finding) -> str:
    text = (
        f"{finding['src_ip']} connected to port {finding['dst_port']} of {finding['dst_ip']} "
        f"{finding['guesses']:,} times, {finding['most_in_window']:,} of them within one window"
    )
    if pd.isna(finding["mean_packets"]):
        return f"{text}; no counter tells how large they were."
    text += f", all small and alike ({finding['mean_packets']:.0f} packets), as when passwords are guessed."
    if finding["pace"] == "steady":
        text += " The pace is the same at other times."
    if pd.notna(finding["success_at"]):
        text += (
            f" Then one lasted {finding['success_duration'] / 60:.0f} minutes and carried "
            f"{finding['success_bytes']:,} bytes: a guess that may have succeeded."
        )
    return text


BRUTE_FORCED = Kind(
    BRUTE,
    brute_force,
    BRUTE_FORCE,
    _told,
    "a script of your own logs on for every task, or monitoring or an administrator is known at the source.",
    0.8,
)
