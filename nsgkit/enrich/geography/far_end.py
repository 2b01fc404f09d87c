"""Where the end outside is, beside each conversation."""

from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.beside import beside
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.addresses import Bools
from nsgkit.enrich.facts import ENDS, ends_together, of_each
from nsgkit.enrich.geography.locating import located
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError
from nsgkit.schema import UNKNOWN_PLACE

_NEEDED = ("src_ip", "dst_ip", "direction")
_FACTS = {
    "outside_place": "place", "outside_country": "country", "outside_operator": "operator",
    "outside_source": "place_source",
}  # fmt: skip


@overload
def outside(conversations: pd.DataFrame, network: Own = None) -> pd.DataFrame: ...
@overload
def outside(conversations: Any, network: Own = None) -> Native: ...
def outside(conversations: Any, network: Own = None) -> Native:
    """Return conversations with their end outside, where it is, and who says so.

    The end is the one that is in no own network, as for `nsgkit.analyses.places`: of two such ends, the far
    one is that whose NIC did not log, the source of what is inbound and the destination of what is outbound.
    Between two ends inside there is none, and all five columns are null.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, of pandas or DuckDB.
    network : Network, iterable of str or path, str, path or None
        The own networks and the files that tell where addresses are, as for `nsgkit.enrich.own_networks`.

    Returns
    -------
    table
        As `conversations` is: the same rows with outside_ip, outside_place, outside_country (ISO 3166-1
        alpha-2), outside_operator and outside_source. What no source knows is "unknown".

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where the table is one of Spark, or a file cannot be read.

    Examples
    --------
    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4"], "dst_ip": ["8.8.8.8"], "direction": ["outbound"]})
    >>> outside(table, Network.of(["10.0.0.0/8"]))["outside_place"].tolist()
    ['United States']

    Source: own.
    """
    held = as_table(conversations)
    require_columns(_NEEDED, held)
    own = own_networks(held, network)
    if not isinstance(held, pd.DataFrame):
        return _in_engine(held, own)
    coded = _far_ends(conversations, own)
    where = located(coded.categories, own)
    where["operator"] = where["operator"].fillna(UNKNOWN_PLACE)
    index = conversations.index
    told = {name: of_each(where[fact].tolist(), coded.codes, index) for name, fact in _FACTS.items()}
    return conversations.assign(outside_ip=pd.Series(coded, index=index), **told)


def _in_engine(held: Native, own: Network) -> Native:
    """Tell it of each pair of addresses and direction once, and put that beside the rows."""
    if not nw.from_native(held).implementation.is_duckdb():
        raise NsgkitError("Places are put beside a table of pandas or DuckDB: give the conversations of one.")
    pairs = Rows.of(held, _NEEDED).unique().collect(dict.fromkeys(_NEEDED, "str"))
    return beside(held, outside(pairs, own), _NEEDED)


def from_far(source: Bools, destination: Bools, direction: "pd.Series[Any]") -> Bools:
    """Return whether the source is the far end, by which ends are inside; of two alike, the NIC decides.

    >>> from_far(np.array([False]), np.array([False]), pd.Series(["inbound"])).tolist()
    [True]
    """
    inbound: Bools = (direction == "inbound").to_numpy()
    return np.where(source == destination, inbound, destination)


def _far_ends(table: pd.DataFrame, own: Network) -> pd.Categorical:
    """Return the far end of each row; a row between two ends inside has none."""
    source, destination = (own.is_inside(table[end]) for end in ENDS)
    came = from_far(source, destination, table["direction"])
    texts, codes = ends_together(table)
    far = np.where(source & destination, -1, np.where(came, *codes))
    return pd.Categorical.from_codes(far, texts).remove_unused_categories()
