"""The question: who inside calls home, steadily, hour after hour."""

import pandas as pd

from nsgkit.detections.attempts import attempts
from nsgkit.detections.form import Finding, Kind, findings_table, proofs
from nsgkit.detections.rhythm.calls import calls, ends_of, of_pairs, on_port, texts
from nsgkit.detections.rhythm.days import Days, days
from nsgkit.detections.rhythm.periodicity import autocorrelation, periodicity_step
from nsgkit.detections.rhythm.rarity import age_step, prevalence_step, usage
from nsgkit.detections.rhythm.spread import alike, spread
from nsgkit.detections.rhythm.steadiness import LEAST, UNKNOWN, intervals
from nsgkit.detections.rhythm.steady_pairs import Lines, likely, reaching, scorable
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import BEACONS
from nsgkit.times import DAY

BEACON = "beacon"
_SCORES = {"ts": "ts_score", "size": "size_score", "hist": "hist_score", "dur": "dur_score"}
_SCORES |= {"score": "steadiness"}


def beacons(  # noqa: PLR0913
    conversations: object,
    *,
    network: Own = None,
    answered: float = 0.8,
    failed: float = 0.7,
    times: int = 4,
    per_hour: float = 1,
    to: str = "outside",
) -> pd.DataFrame:
    """Return who inside calls one address again and again, as steadily as a program does.

    Counting rule: connections and denied attempts that began in the logs, each once, by source, destination
    and outcome: answered, unanswered, refused, denied, and unknown (no counters), which has the line of
    answered. Continuing rows are no calls. Windows are 24 hours, from the first hour of the logs on; hours
    that the last one has no logs of are left out, and under 6 hours it is too short to score. Steadiness is
    the mean of ts_score, size_score, hist_score and dur_score, without size_score where sizes are unknown.
    What one NIC let out and another turned away is one attempt, denied.

    Steady is not yet periodic, and neither is an attack: most steady pairs are services. So score, by which
    findings stand in order, is steadiness and four steps of .15, cut to 0 and 1:

    - up where at least half of the intervals lie within 10 % of their median, or autocorrelation is at least
      .5; otherwise down where fewer than 15 % of the intervals do;
    - up where at most 2 % of the active inside hosts talk to the destination, down where at least 50 % do;
    - up where the first contact lies in the last 7 days of logs that are longer;
    - down where it lies 30 days back, or more.

    Harmless look-alikes: updates, monitoring, clocks, telemetry, backups by the hour, mail that is fetched.
    Not seen here: contact in fewer than 11 hours of a window of answered calls, such as in office hours alone
    (ask `bursts`), fewer calls than one an hour, and calls to an address that changes.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    answered, failed : float
        The lines: steadiness from which on a pair is shown, of calls that were answered or of which that is
        unknown; and of calls that were denied, unanswered or refused.
    times : int
        How many distinct seconds a window has to have at least; never under 4.
    per_hour : float
        How many calls an hour at least, by the hours that the logs cover: of fewer, the hours tell nothing.
        A clock that asks every two hours and a page that is read now and then would reach the line.
    to : str
        "outside": calls that leave the own networks. "anywhere": calls that stay inside too.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.BEACONS`, one row a source, destination and outcome, with the figures
        of its steadiest window. rows are the calls of all windows that reach the line. dst_port is null
        where there are several. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where a line is not above 0 and at most 1, or `to` says anything else.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = beacons(conversations)
    >>> found[["src_ip", "dst_ip", "times", "steadiness"]].to_numpy().tolist()
    [['10.20.0.4', '203.0.113.222', 174, 0.96]]

    Source: RITA 5.1.1, its beacon score and its modifiers; hours instead of 24 parts of the logs, periodicity
    and its step, and outcomes apart: own.
    """
    lines = Lines.of(answered, failed, times, per_hour)
    rows = attempts(conversations, network)
    windows = days(rows)
    if windows is None:
        return findings_table(pd.DataFrame(), BEACON, BEACONS)
    held = calls(rows, to, windows)
    few = of_pairs(held, likely(held, windows, lines))
    table = scorable(texts(few), windows)
    scores = reaching(table, windows, lines)
    reached = table[table["group"].isin(scores.index)]
    best = _best(scores).join(_figures(reached, windows)).set_index("pair")
    found = best.join(proofs(reached, ["pair"])).join(ends_of(reached)).reset_index(drop=True)
    found = found.join(usage(rows, few), on="dst_ip")
    return findings_table(_ranked(found, windows), BEACON, BEACONS, conversations, network)


def _best(scores: pd.DataFrame) -> pd.DataFrame:
    """Return each pair's steadiest window, and how many windows reach the line."""
    scores = scores.assign(windows=scores.groupby("pair")["score"].transform("size"))
    order = scores.sort_values(["score", "times", "window"], ascending=[False, False, True])
    return order.drop_duplicates("pair")


def _figures(table: pd.DataFrame, windows: Days) -> pd.DataFrame:
    """Return the figures of each group, by group."""
    gaps, known = intervals(table), table[table["size"] != UNKNOWN]
    figures = pd.DataFrame(
        {
            "interval": spread(gaps, "second")["median"] / 2,
            "sized": known.groupby("group").size(),
            "median_size": spread(known, "size", LEAST)["median"].astype("Float64") / 2,
            "periodicity": alike(gaps, "second", (1, 10)).round(3),
        }
    )
    figures["sized"] = figures["sized"].fillna(0).astype("int64")
    return figures.join(autocorrelation(table, windows).round(3).astype("Float64"))


def _ranked(found: pd.DataFrame, windows: Days) -> pd.DataFrame:
    """Return scores as shares, and the one by which findings stand in order: see `beacons`."""
    shares = {name: found[part] / 1_000 for part, name in _SCORES.items()}
    found = found.drop(columns=[*_SCORES]).assign(**shares)
    found["size"] = found.pop("median_size")
    found["window"] = windows.start + found["window"].astype("int64") * DAY
    steps = periodicity_step(found["periodicity"], found["autocorrelation"])
    steps += prevalence_step(found["prevalence"]) + age_step(found["first_seen"], windows)
    score = (found["steadiness"].astype("float64") + steps).clip(0, 1)
    return found.assign(score=score, prevalence=found["prevalence"].round(3))


def _told(finding: Finding) -> str:
    size: str = "" if pd.isna(finding["size"]) else f" and sends {finding['size']:,.0f} bytes"
    begins, since = (f"{finding[name]:%Y-%m-%d %H:%M} UTC" for name in ("window", "first_seen"))
    return (
        f"{finding['src_ip']} called {finding['dst_ip']}{on_port(finding)} {finding['times']:,} times "
        f"({finding['outcome']}) in the window from {begins}: it comes back after {finding['interval']:,.0f} "
        f"seconds{size}, by the median. Steadiness is {finding['steadiness']:.3f} of 1, and "
        f"{finding['periodicity']:.0%} of the intervals lie within 10 % of that. "
        f"{finding['prevalence']:.1%} of the active inside hosts talk to it, first at {since}."
    )


BEACON_KIND = Kind(
    BEACON,
    beacons,
    BEACONS,
    _told,
    "the destination is a known service that is asked by the clock: updates, monitoring, time, telemetry, "
    "mail or a backup.",
    0.8,
)
