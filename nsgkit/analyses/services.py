"""The question: which services, protocols and directions carry the traffic."""

import pandas as pd

from nsgkit.counting.measures import breakdown


def top_services(
    conversations: object, *, measure: str = "connections", top: int | None = 20
) -> pd.DataFrame:
    """Return the destination ports that were called most.

    Counting rule: each connection once, denied attempts apart, bytes and packets as far as they are
    known, double capture folded; `nsgkit.counting.measures` has it in full.

    Looks alike but is harmless: high ports with one connection each are mostly answers to a
    protocol that negotiates ports, not services.

    Parameters
    ----------
    conversations : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        What `nsgkit.conversations` gives.
    measure : str
        What to order by: connections, denied, bytes, packets or peers.
    top : int or None
        How many; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        protocol, dst_port, the columns of `measures.TRAFFIC`, peers (distinct sources), share (of the
        measure's total), groups (how many services there are).

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
    >>> top_services(conversations, measure="denied", top=3)["dst_port"].tolist()
    [23, 445, 22]
    """
    return breakdown(conversations, ["protocol", "dst_port"], measure=measure, top=top, peers="src_ip")


def protocols(conversations: object, *, measure: str = "connections") -> pd.DataFrame:
    """Return the traffic of each protocol: counted and ordered as in `top_services`.

    Neither family of logs holds ICMP, and NSG flow logs hold TCP and UDP alone.

    Returns
    -------
    pandas.DataFrame
        protocol, the columns of `measures.TRAFFIC`, peers (distinct sources), share, groups.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> protocols(conversations)["protocol"].tolist()
    ['TCP', 'UDP', 'ESP']
    """
    return breakdown(conversations, ["protocol"], measure=measure, top=None, peers="src_ip")


def directions(conversations: object, *, measure: str = "connections") -> pd.DataFrame:
    """Return the traffic of each direction, as the NIC that counts saw it.

    Counted and ordered as in `top_services`. A connection that two NICs logged counts as outbound
    alone, at its initiator.

    Returns
    -------
    pandas.DataFrame
        direction, the columns of `measures.TRAFFIC`, peers (distinct sources), share, groups.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> directions(conversations)["direction"].tolist()
    ['inbound', 'outbound']
    """
    return breakdown(conversations, ["direction"], measure=measure, top=None, peers="src_ip")
