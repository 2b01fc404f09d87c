"""The question: which NSG and which of its rules let the traffic through, or stopped it."""

import pandas as pd

from nsgkit.analyses.labels import shortened
from nsgkit.counting.measures import breakdown


def top_rules(conversations: object, *, measure: str = "connections", top: int | None = 20) -> pd.DataFrame:
    """Return the rules with the most traffic, each with its NSG or ACL.

    Counting rule: every rule counts what it saw, because a rule is hit at each end. So a connection that
    two NICs logged is in the count of the rule at either end: do not add rules up to a total.
    Otherwise as in `top_services`.

    Looks alike but is harmless: a rule that is absent was not hit in these logs, which is not the same
    as never hit.

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
        nsg (the last segment of acl), acl, rule, direction, the columns of `measures.TRAFFIC`, peers
        (distinct sources), share, groups (how many rules there are).

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
    >>> top_rules(conversations, measure="denied", top=1)["rule"].item()
    'DefaultRule_DenyAllInBound'
    """
    by = ["acl", "rule", "direction"]
    table = breakdown(conversations, by, measure=measure, top=top, peers="src_ip", count_every_view=True)
    table.insert(0, "nsg", shortened(table["acl"]))
    return table


def traffic_links(
    conversations: object, *, measure: str = "connections", top: int | None = 40
) -> pd.DataFrame:
    """Return who reached whom through which rule: source, rule, destination.

    Counting rule: as in `top_services`; folded views do not count, so the rule is the one at the
    initiator's end where both ends were logged. Errors and parameters as for `top_rules`.

    Returns
    -------
    pandas.DataFrame
        src_ip, rule, dst_ip, decision, the columns of `measures.TRAFFIC`, share, groups (how many links
        there are).

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> traffic_links(conversations, measure="denied", top=1)["src_ip"].item()
    '198.51.100.81'
    """
    return breakdown(conversations, ["src_ip", "rule", "dst_ip", "decision"], measure=measure, top=top)
