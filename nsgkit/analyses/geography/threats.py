"""The question: which of the addresses that were dealt with does a threat feed name."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.analyses.traffic.rankings import breakdown
from nsgkit.counting.frame import Native, Rows
from nsgkit.enrich.labels.threats import threat
from nsgkit.enrich.network import Own
from nsgkit.schema import THREATS

_PAIR = ["src_ip", "src_threat", "dst_ip", "dst_threat"]


def threats(
    conversations: object, network: Own = None, *, measure: str = "connections", top: int | None = 20
) -> pd.DataFrame:
    """Return the traffic of each two addresses one of which a threat feed names, the most first.

    Counting rule: as for `breakdown`, each connection once. Which feeds name an address, as what and of which
    day, `nsgkit.enrich.threat` says.

    Harmless look-alikes: an address of a content network or a cloud that somebody else had when the feed was
    made; a scanner of researchers that a feed lists. A denied attempt from such an address is noise.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    network : Network, iterable of str or path, str, path or None
        What is known beside the logs, as for `nsgkit.enrich.own_networks`: the feeds among it.
    measure : str
        What to order by: connections, denied, bytes or packets.
    top : int or None
        How many; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.THREATS`. Empty where no feed names one, or none is given: that does not say
        that they are harmless.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where a feed cannot be read, or `measure` or `top` is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> found = threats(conversations, "data/samples/network.toml", top=1)
    >>> found[["src_ip", "dst_ip", "connections"]].to_dict("records")
    [{'src_ip': '10.20.0.4', 'dst_ip': '203.0.113.222', 'connections': 459}]
    """
    named = _named(threat(conversations, network=network))
    table = breakdown(named, _PAIR, measure=measure, top=top)
    return table[[column.name for column in THREATS]]


def _named(told: Any) -> Native:
    """Return the rows in which a feed names one of the ends."""
    if isinstance(told, pd.DataFrame):
        return told[told["src_threat"].notna() | told["dst_threat"].notna()]
    rows = Rows.of(told)
    named = ~nw.col("src_threat").is_null() | ~nw.col("dst_threat").is_null()
    return rows.filter(named).select(*told.columns).frame.to_native()
