"""The question: who calls one address again and again within minutes, as a program does."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import SECOND, attempts
from nsgkit.detections.calls import calls, ends_of, grouped, narrowed, numbers, of_pairs, texts
from nsgkit.detections.days import days
from nsgkit.detections.form import Finding, Kind, findings_table, proofs, strength
from nsgkit.detections.spread import alike, spread
from nsgkit.detections.steadiness import UNKNOWN
from nsgkit.enrich.network import Own
from nsgkit.schema.findings import BURSTS
from nsgkit.times import bin_width

BURST = "burst"
LONGEST = 6 * 3_600  # seconds: what lasts as long is a question of beacons
NEAR_TIME, NEAR_SIZE = (1, 4), (1, 10)  # of the median, as fractions
ROUNDING = 1  # second: what whole seconds may differ by


def bursts(
    conversations: object,
    *,
    network: Own = None,
    times: int = 20,
    gap: str = "5min",
    lasting: str = "10min",
    to: str = "outside",
) -> pd.DataFrame:
    """Return who inside calls one address in a burst of calls that are alike in time and in size.

    It is what `beacons` cannot ask of less than six hours: of logs that are short, or of somebody who was
    there for 46 minutes.

    Counting rule: calls as for `beacons`, by source, destination and outcome. Calls no further apart than
    `gap` are one run. A run is a burst where it has `times` calls or more, each in a second of its own, lasts
    `lasting` or longer, but not 6 hours; where at least 80 % of the times between calls lie within a quarter
    of their median (or a second), and at least 90 % of the known sizes within 10 % of theirs. Where fewer
    than half of the sizes are known, time alone decides, and size is null. The score is .5 at `times` and .95
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
