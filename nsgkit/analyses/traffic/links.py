"""The question: who reached whom, through which rule."""

import pandas as pd

from nsgkit.analyses.traffic.rankings import breakdown, left_out
from nsgkit.enrich.internet import Internet, gathered
from nsgkit.enrich.network import Own
from nsgkit.schema import OTHERS

_LINK = ["src_ip", "rule", "dst_ip", "decision"]


def traffic_links(
    conversations: object,
    *,
    measure: str = "connections",
    top: int | None = 20,
    own: Own = None,
    internet: Internet = "one",
) -> pd.DataFrame:
    """Return who reached whom through which rule: source, rule, destination.

    Counting rule and errors as for `breakdown`; folded views do not count, so the rule is the one at the
    initiator's end where both ends were logged.

    Harmless look-alikes: a thin link to "internet" may be thousands of addresses with one connection each.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives.
    measure : str
        What to order by: connections, denied, bytes or packets.
    top : int or None
        How many links; None gives all of them.
    own : Network, iterable of str, str, path or None
        The own networks, as for `nsgkit.enrich.own_networks`; None takes those that the logs tell.
    internet : {"one", "each"}
        Whether all addresses outside are one, called "internet", or each is itself.

    Returns
    -------
    pandas.DataFrame
        src_ip, rule, dst_ip, decision, the columns of `schema.TRAFFIC`, share, groups (how many links there
        are). What `top` leaves out follows, as "others" in src_ip, rule and dst_ip, one row a decision: so
        the table adds up to everything.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> links = traffic_links(conversations, measure="denied", top=1)
    >>> links.query("denied > 0")["src_ip"].tolist(), int(links["denied"].sum())
    (['internet', 'others'], 9388)
    """
    table = gathered(conversations, own, internet)
    shown = breakdown(table, _LINK, measure=measure, top=top)
    if top is None or len(shown) < top:
        return shown
    rest = left_out(table, _LINK, measure=measure, top=top)
    if rest.empty:
        return shown
    whole = pd.concat([shown, _others(rest, shown, measure)], ignore_index=True)
    whole.attrs = shown.attrs
    return whole


def _others(rest: pd.DataFrame, shown: pd.DataFrame, measure: str) -> pd.DataFrame:
    total = shown[measure].astype("Float64").sum() + rest[measure].astype("Float64").sum()
    share = (rest[measure] / total).astype("float64") if total else float("nan")
    groups = shown["groups"].iloc[0] if len(shown) else 0
    named = rest.assign(src_ip=OTHERS, rule=OTHERS, dst_ip=OTHERS, share=share, groups=groups)
    return named.astype(shown.dtypes.to_dict())[[*shown.columns]]
