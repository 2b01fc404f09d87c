"""The question: who calls one address again and again within minutes, as a program does."""

from typing import NamedTuple

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import attempts
from nsgkit.detections.form import Finding, Kind, findings_table, proofs, strength
from nsgkit.detections.rhythm.calls import calls, ends_of, narrowed, numbers, of_pairs, on_port, texts
from nsgkit.detections.rhythm.days import days
from nsgkit.detections.rhythm.spread import alike, spread
from nsgkit.detections.rhythm.steadiness import HOUR, LEAST, MODES, UNKNOWN, WINDOW
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import BURSTS
from nsgkit.times import SECOND, bin_width

BURST = "burst"
LONGEST = 2 * MODES * HOUR  # seconds: of what lasts as long, a window has enough hours for `beacons`
REGULAR, ALIKE = 0.8, 0.9  # shares of the times between calls, and of the known sizes
NEAR_TIME, NEAR_SIZE = (1, 4), (1, 10)  # of the median, as fractions
ROUNDING = 1  # second: what whole seconds may differ by


class Runs(NamedTuple):
    """What a run has to be, to be a burst: calls, and seconds."""

    times: int
    gap: int
    lasting: int


def bursts(  # noqa: PLR0913
    conversations: object,
    *,
    network: Own = None,
    times: int = 20,
    gap: str = "5min",
    lasting: str = "10min",
    to: str = "outside",
) -> pd.DataFrame:
    """Return who inside calls one address in a burst of calls that are alike in time and in size.

    It is what `beacons` cannot tell: its score needs calls in 11 hours of a window. Somebody may have been
    there for 46 minutes, or on a machine that is switched off at night; or the logs are short.

    Counting rule: calls as for `beacons`, by source, destination and outcome. Calls no further apart than
    `gap` are one run. A run is a burst where it has `times` calls or more, each in a second of its own, lasts
    `lasting` or longer, but not 22 hours; where at least 80 % of the times between calls lie within a quarter
    of their median (or a second), and at least 90 % of the known sizes within 10 % of theirs. Where fewer
    than 3 sizes are known, time alone decides, and size is null. The score is .5 at `times` and .95
    at ten times as many.

    Harmless look-alikes: a page that renews itself, a progress bar, a client that tries again and again to
    reach a server that is down, an upload in parts of one size.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    times : int
        The line: so many calls are a burst.
    gap, lasting : str
        The longest time between two calls of a run, and the shortest run, such as "5min".
    to : str
        "outside": calls that leave the own networks. "anywhere": calls that stay inside too.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.BURSTS`, one row a source, destination and outcome, with the figures
        of its burst of the most calls. rows are the calls of all its bursts. dst_port is null where there are
        several. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where a time is no width, or `to` says anything else.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> len(bursts(conversations)), len(bursts(conversations, gap="7min"))
    (0, 0)

    Source: own; a remote access tool that a real capture of 46 minutes shows.
    """
    runs = Runs(times, bin_width(gap) // SECOND, bin_width(lasting) // SECOND)
    rows = attempts(conversations, network)
    windows = days(rows)
    if windows is None:
        return findings_table(pd.DataFrame(), BURST, BURSTS)
    held = calls(rows, to, windows)
    few = of_pairs(held, _likely(held, runs))
    table = _in_runs(texts(few), runs)
    found = _of_pairs(_bursts(table, runs))
    burst = table[table["group"].isin(found.pop("groups").explode())]
    found = found.join(proofs(burst, ["pair"])).join(ends_of(burst)).reset_index(drop=True)
    found["score"] = strength(found["times"], times)
    return findings_table(found, BURST, BURSTS, conversations, network)


def _likely(held: Rows, runs: Runs) -> list[int]:
    """Return the pairs of `calls` that have a burst."""
    narrow = narrowed(held)
    # So many calls with such gaps at most between them lie within this width, thus in two bins of it: one of
    # the two has half of them.
    width = max((runs.times - 1) * runs.gap, 1)
    since = nw.col("window").cast(nw.Int64) * WINDOW + nw.col("second")
    bins = narrow.with_columns(bin=since // width).aggregate(["pair", "bin"], n=nw.len())
    pairs = bins.filter(nw.col("n") >= runs.times / 2).select("pair").unique()
    table = _in_runs(numbers(narrow.join(pairs, ["pair"], "semi")), runs)
    found: list[int] = _bursts(table, runs)["pair"].unique().tolist()
    return found


def _in_runs(table: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return the calls of runs that are long enough, with `moment` in seconds and the run as `group`."""
    if table.empty:
        return table.assign(moment=0, group=0)
    moment = table["window"].to_numpy("int64") * WINDOW + table["second"].to_numpy()
    pair = pd.factorize(table["pair"])[0]
    order = np.argsort(pair * (moment.max() + 1) + moment)
    pair, moment = pair[order], moment[order]
    start = np.flatnonzero((np.diff(moment, prepend=0) > runs.gap) | (np.diff(pair, prepend=-1) != 0))
    times = np.diff(start, append=len(order))
    lasting = moment[start + times - 1] - moment[start]
    fits = (times >= runs.times) & (lasting >= runs.lasting) & (lasting < LONGEST)
    kept, number = np.repeat(fits, times), np.repeat(np.arange(len(start)), times)
    found: pd.DataFrame = table.iloc[order[kept]].assign(moment=moment[kept], group=number[kept])
    return found


def _bursts(table: pd.DataFrame, runs: Runs) -> pd.DataFrame:
    """Return the runs that are bursts, by their number."""
    groups = table.groupby("group")["moment"]
    found = pd.DataFrame({"times": groups.size(), "lasting": groups.max() - groups.min()})
    apart = table[["group"]].assign(apart=groups.diff()).query("apart > 0")
    known = table[table["size"] != UNKNOWN]
    sizes = spread(known, "size", LEAST)["median"].astype("Float64") / 2
    found = found.assign(
        seconds=apart.groupby("group").size() + 1,
        interval=spread(apart, "apart")["median"] / 2,
        regular=alike(apart, "apart", NEAR_TIME, ROUNDING),
        size=sizes,
        alike=alike(known, "size", NEAR_SIZE).reindex(sizes.index).astype("Float64"),
        pair=table.groupby("group")["pair"].first(),
    )
    same = (found["regular"] >= REGULAR) & (found["alike"].fillna(1) >= ALIKE)
    bursting: pd.DataFrame = found[(found["seconds"] >= runs.times) & same]
    return bursting


def _of_pairs(found: pd.DataFrame) -> pd.DataFrame:
    """Return of each pair its burst of the most calls, how many it has, and their numbers, by pair."""
    ordered = (
        found.rename_axis("group").reset_index().sort_values(["times", "group"], ascending=[False, True])
    )
    pairs = ordered.groupby("pair")
    best = ordered.drop_duplicates("pair").set_index("pair")
    best = best.assign(bursts=pairs.size(), groups=pairs["group"].agg(list))
    return best.round({"regular": 3, "alike": 3})


def _told(finding: Finding) -> str:
    known = not pd.isna(finding["size"])
    near: str = (
        f", and {finding['alike']:.0%} of the sizes are near {finding['size']:,.0f} bytes" if known else ""
    )
    return (
        f"{finding['src_ip']} called {finding['dst_ip']}{on_port(finding)} {finding['times']:,} times "
        f"({finding['outcome']}) within {finding['lasting'] / 60:,.0f} minutes: {finding['regular']:.0%} of "
        f"the times between calls are near {finding['interval']:,.0f} seconds{near}."
    )


BURST_KIND = Kind(
    BURST,
    bursts,
    BURSTS,
    _told,
    "a page or a client renews itself at that distance, or tries to reach a server that was down.",
    0.5,
)
