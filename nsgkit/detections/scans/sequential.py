"""The question: whose first contacts fail so often that chance no longer explains it."""

from collections.abc import Sequence
from math import ceil, log
from typing import Literal, NamedTuple, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import APART, FAILED, attempts, by_outcome, tried_once
from nsgkit.detections.form import Finding, Kind, findings_table, parts, proofs, strength
from nsgkit.enrich.network import Own
from nsgkit.enrich.sides import FROM_INSIDE
from nsgkit.errors import NsgkitError
from nsgkit.schema.findings import SEQUENTIAL_SCANNERS

SEQUENTIAL = "sequential test"
Sources: TypeAlias = Literal["inside", "all"]
_PAIR = ["src_ip", "dst_ip"]
_CLOSE = 1e-9  # two sums that differ by less are equal


class Trial(NamedTuple):
    """What a first contact adds to the sum, and at which sums the test decides; natural logarithms."""

    failure: float
    success: float  # below 0
    scanner: float
    benign: float  # below 0


class Run(NamedTuple):
    """A test that decided for a scanner: where it began, decided and was highest, and its sums there."""

    began: int
    decided: int
    at: int  # where the sum was highest
    sum: float
    highest: float


def sequential_scanners(  # noqa: PLR0913
    conversations: object,
    *,
    network: Own = None,
    sources: Sources = "inside",
    theta0: float = 0.8,
    theta1: float = 0.2,
    alpha: float = 0.01,
    beta: float = 0.99,
) -> pd.DataFrame:
    """Return the sources whose first contacts fail as those of a scanner do: threshold random walk (TRW).

    Counting rule: of each source and destination the first attempt alone, in time order. One that failed
    (denied, unanswered or refused) adds ln((1 - theta1) / (1 - theta0)) to the sum, one that was answered
    adds ln(theta1 / theta0), which is below 0. At ln(beta / alpha) the source is a scanner; at
    ln((1 - beta) / (1 - alpha)) it is benign. By default a failure adds 1.386, the line is 4.595, and four
    failures more than successes cross it. Where nothing tells whether a contact was answered (version 1),
    it is left out and counted as unknown. A pair that began before the data has no first contact here.
    What one NIC let out and another turned away is one attempt, denied.

    A source that is found benign is tested anew from its next first contact: a machine can be taken over
    later. In the samples the jump host is benign after its first four contacts, a day before it scans; a test
    that stopped there would miss it.

    The first decision for a scanner is the finding. The sum is then carried on, and the highest that it
    reaches makes the score: .5 at the line, .95 at ten times of it. So four failures rank low.

    Inside sources alone, unless `sources` is "all": the test knows neither ports nor how fast they came, so
    every outsider who meets four dead addresses in the whole time is a scanner. In the samples, with four
    machines that outsiders can call, 126 of 178 outsiders who failed are, each by its fourth address; in
    a network with three such machines none of 3,054 can be.

    Harmless look-alikes: the company's own scanner or monitoring, a client of servers that were taken
    away. On logs of version 1 only denials are known, so nothing speaks for a source: look at `unknown`.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or a part of it.
    network : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`.
    sources : {"inside", "all"}
        Whose contacts are tested.
    theta0, theta1 : float
        The chance that a first contact of a benign source, and of a scanner, is answered.
    alpha, beta : float
        The chance that a benign source is called a scanner, and that a scanner is.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.findings.SEQUENTIAL_SCANNERS`, one row a source, the highest score first;
        dst_ip and dst_port are null. The outcomes are those of the first contacts up to the highest sum;
        `rows` are these, without the unknown ones. Times are UTC.

    Raises
    ------
    MissingColumnError
        Where the table is not what `nsgkit.conversations` gives.
    NsgkitError
        Where `sources` is neither, a chance does not lie between 0 and 1, theta1 is not below theta0, or
        alpha is not below beta.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = sequential_scanners(conversations)
    >>> found[["src_ip", "failures", "unanswered"]].to_numpy().tolist()
    [['10.20.0.4', 7, 138], ['192.168.40.20', 4, 7]]

    Source: Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis
    Testing" (2004); `rwscan` of SiLK uses it. That a benign source is tested anew is own.
    """
    trial = _trial(theta0, theta1, alpha, beta)
    rows = attempts(conversations, network)
    if sources not in ("inside", "all"):
        raise NsgkitError(f"sources takes 'inside' or 'all', not {sources!r}.")
    if sources == "inside":
        rows = rows.filter(nw.col(FROM_INSIDE))
    contacts = _first_contacts(rows, ceil((trial.scanner - _CLOSE) / trial.failure))
    found, tried = _decided(contacts, trial)
    if found.empty:
        return findings_table(found, SEQUENTIAL, SEQUENTIAL_SCANNERS)
    known = tried[tried["outcome"] != "unknown"]
    found = found.join(proofs(known, ["src_ip"])).join(by_outcome(tried, ["src_ip"]))
    found["line"] = trial.scanner
    found["score"] = strength(found["highest"], trial.scanner)
    return findings_table(found, SEQUENTIAL, SEQUENTIAL_SCANNERS, conversations, network)


def _trial(theta0: float, theta1: float, alpha: float, beta: float) -> Trial:
    if not (0 < theta1 < theta0 < 1 and 0 < alpha < beta < 1):
        raise NsgkitError(
            f"theta0={theta0}, theta1={theta1}, alpha={alpha} and beta={beta} make no test: each lies "
            "between 0 and 1, theta1 below theta0, and alpha below beta."
        )
    return Trial(
        failure=log((1 - theta1) / (1 - theta0)),
        success=log(theta1 / theta0),
        scanner=log(beta / alpha),
        benign=log((1 - beta) / (1 - alpha)),
    )


def _first_contacts(rows: Rows, least: int) -> pd.DataFrame:
    """Return the first contacts of each source that has at least `least` failed ones, in time order."""
    failed = nw.when(nw.col("failed") == 1).then(nw.col("first_ms"))
    pairs = rows.aggregate(_PAIR, _first=nw.col("first_ms").min(), _failed=failed.min()).materialize()
    # A denial that another NIC logged may stand a little later: see `one_view`.
    failing = pairs.filter(nw.col("_failed") <= nw.col("_first") + APART)
    sources = failing.aggregate(["src_ip"], _n=nw.len()).filter(nw.col("_n") >= least)
    near = rows.join(pairs.join(sources, ["src_ip"], "semi"), _PAIR)
    near = near.filter(nw.col("first_ms") <= nw.col("_first") + APART)
    first = tried_once(near, "began").drop_duplicates(_PAIR)
    return first[first["began"] == 1].reset_index(drop=True)


def _decided(contacts: pd.DataFrame, trial: Trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is said of each scanner, and its contacts from its test's begin to its highest sum."""
    outcome = contacts["outcome"]
    codes = np.select([outcome.isin(FAILED), outcome == "unknown"], [1, 0], -1)
    told, kept = {}, []
    for source, places in contacts.groupby("src_ip", sort=True).indices.items():
        run = walk(codes[places].tolist(), trial)
        if run is None:
            continue
        counted = codes[places[run.began : run.decided + 1]]
        told[source] = {
            "contacts": int((counted != 0).sum()),
            "failures": int((counted == 1).sum()),
            "successes": int((counted == -1).sum()),
            "log_likelihood": run.sum,
            "decided": int(contacts["first_ms"].iloc[places[run.decided]]),
            "highest": run.highest,
        }
        kept.append(places[run.began : run.at + 1])
    found = pd.DataFrame.from_dict(told, orient="index").rename_axis("src_ip")
    return found, contacts.iloc[np.concatenate(kept)] if kept else contacts.iloc[:0]


def walk(steps: Sequence[int], trial: Trial) -> Run | None:
    """Return the first test that decides for a scanner, carried on to the end; None where none does.

    `steps` are first contacts in time order: 1 failed, -1 was answered, 0 is not known.

    >>> walk([1, 1, -1, 1, 1, 1], Trial(1.0, -1.0, 3.0, -3.0))
    Run(began=0, decided=4, at=5, sum=3.0, highest=4.0)
    """
    began, failures, successes = 0, 0, 0
    run: Run | None = None
    for place, step in enumerate(steps):
        failures, successes = failures + (step == 1), successes + (step == -1)
        total = failures * trial.failure + successes * trial.success
        if run is None and total >= trial.scanner - _CLOSE:
            run = Run(began, place, place, total, total)
        elif run is None and total <= trial.benign + _CLOSE:
            began, failures, successes = place + 1, 0, 0
        elif run is not None and total > run.highest + _CLOSE:
            run = run._replace(at=place, highest=total)
    return run


def _told_sequential(finding: Finding) -> str:
    line, when = finding["line"], finding["decided"]
    return (
        f"{finding['src_ip']} failed at {finding['failures']} of {finding['contacts']} addresses that it had "
        f"not called before, up to {when:%Y-%m-%d %H:%M:%S} UTC ({parts(finding)} in the end). Who knows the "
        f"addresses that it calls rarely fails so: the sequential test says scanner from a sum of {line:.2f} "
        f"on, and its sum rose to {finding['highest']:.2f}."
    )


SEQUENTIAL_SCANNER = Kind(
    SEQUENTIAL,
    sequential_scanners,
    SEQUENTIAL_SCANNERS,
    _told_sequential,
    "the source is your own scanner or monitoring, or its usual servers were down or taken away.",
    0.5,
)
