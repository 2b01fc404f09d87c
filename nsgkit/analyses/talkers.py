"""The question: who talks most, and with whom."""

from typing import Literal

import pandas as pd

from nsgkit.counting.measures import breakdown
from nsgkit.errors import NsgkitError

_OTHER = {"source": "dst_ip", "destination": "src_ip"}


def top_talkers(
    conversations: object,
    *,
    end: Literal["source", "destination"] = "source",
    measure: str = "bytes",
    top: int | None = 20,
) -> pd.DataFrame:
    """Return the addresses that started (source) or took (destination) the most traffic.

    Counting rule: each connection once, denied attempts apart, bytes and packets as far as they are
    known, double capture folded; `nsgkit.counting.measures` has it in full.

    Looks alike but is harmless: backups, updates and monitoring lead every such table. Compare with an
    earlier span (`change`) before calling a talker odd.

    Parameters
    ----------
    conversations : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `nsgkit.conversations` gives.
    end : {"source", "destination"}
        Whose addresses: the initiators', or those that were called.
    measure : str
        What to order by: connections, denied, bytes, packets or peers.
    top : int or None
        How many; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        src_ip or dst_ip, the columns of `measures.TRAFFIC`, peers (distinct addresses at the other
        end), share (of the measure's total), groups (how many addresses there are).

    Raises
    ------
    MissingColumnError
        Where a column is missing that `nsgkit.conversations` makes.
    NsgkitError
        Where there is no such measure.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_talkers(conversations, measure="peers", top=1)["src_ip"].item()
    '10.20.0.4'
    """
    if end not in _OTHER:
        raise NsgkitError(f"An end is 'source' or 'destination', not {end!r}.")
    mine = "src_ip" if end == "source" else "dst_ip"
    return breakdown(conversations, [mine], measure=measure, top=top, peers=_OTHER[end])


def top_pairs(conversations: object, *, measure: str = "bytes", top: int | None = 20) -> pd.DataFrame:
    """Return the pairs of source and destination with the most traffic.

    Counting rule, errors and parameters as for `top_talkers`; the measure peers has no meaning here.

    Returns
    -------
    pandas.DataFrame
        src_ip, dst_ip, the columns of `measures.TRAFFIC`, share, groups (how many pairs there are).

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> top_pairs(conversations, top=1)[["src_ip", "dst_ip"]].to_numpy().tolist()
    [['2001:db8:30:1::5', '2001:db8:f0::220']]
    """
    return breakdown(conversations, ["src_ip", "dst_ip"], measure=measure, top=top)
