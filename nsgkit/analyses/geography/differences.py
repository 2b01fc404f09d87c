"""The question: which addresses do two sources put into different countries."""

import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import require_columns
from nsgkit.counting.frame import Rows
from nsgkit.enrich.facts import ENDS
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.network import Own, own_networks
from nsgkit.schema import PLACE_DIFFERENCES

_ANSWER = ["country", "place_source", "country_other", "place_source_other"]
_NAMED = 5


def place_differences(conversations: object, network: Own = None, *, other: Own = None) -> pd.DataFrame:
    """Return where two sources put addresses outside into different countries, and which addresses.

    Counting rule: each distinct address outside the own networks once, whoever called. Each source says
    what `nsgkit.enrich.located` says by it.

    Harmless look-alikes: a content network answers from everywhere, and each list names another of its
    places; a hosting company has moved, and one list is older.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or the flow table.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell where addresses are, as for `nsgkit.enrich.own_networks`.
    other : Network, iterable of str or path, str, path or None
        The second source: a database, a geofeed, or a CSV with the columns `prefix` and `country`. None are
        the registries.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.PLACE_DIFFERENCES`, in the order of the first four.

    Raises
    ------
    MissingColumnError
        Where the table has no addresses.
    NsgkitError
        Where a file cannot be read.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.read_logs("data/samples")
    >>> differ = place_differences(logs, "data/samples/network.toml", other="data/samples/places.csv")
    >>> differ[["country", "country_other", "addresses"]].to_dict("records")[0]
    {'country': 'IS', 'country_other': 'NL', 'addresses': 1}
    """
    require_columns(ENDS, conversations)
    rows = Rows.of(conversations, ENDS)
    texts = [rows.select(end).unique().collect({end: "str"})[end].dropna() for end in ENDS]
    distinct = pd.Index(pd.concat(texts).unique()).sort_values()
    outside = distinct[own_networks(conversations, network).is_outside(distinct)].to_series()
    told, others = located(outside, network), located(outside, other)
    both = told.join(others.add_suffix("_other"))[_ANSWER]
    differ = both[both["country"] != both["country_other"]].rename_axis("address").reset_index()
    groups = differ.groupby(_ANSWER, observed=True)["address"]
    table = groups.agg(addresses="size", which=_named).reset_index()
    return schema.typed(table, PLACE_DIFFERENCES)


def _named(addresses: "pd.Series[str]") -> str:
    more = f" and {len(addresses) - _NAMED:,} more" if len(addresses) > _NAMED else ""
    return ", ".join(addresses.iloc[:_NAMED]) + more
