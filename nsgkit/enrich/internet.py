"""All that is outside as one name: whatever is counted by it adds up to the same totals."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.columns import categories
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS, of_each, texts_of
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError

INTERNET = "internet"  # what all addresses outside the own networks are called together
Internet: TypeAlias = Literal["one", "each"]


def internet_as_one(table: Any, own: Own = None, ends: Sequence[str] = ENDS) -> Native:
    """Return `table` with every address outside the own networks replaced by "internet".

    Nothing else changes, so whatever is counted by these columns afterwards adds up to the same totals.

    Parameters
    ----------
    table : table
        The flow table, or what `nsgkit.conversations` gives.
    own : Network, iterable of str, str, path or None
        As for `own_networks`.
    ends : sequence of str
        The columns of addresses.

    Returns
    -------
    table
        As `table` is, with the same rows.

    Raises
    ------
    NsgkitError, MissingColumnError
        As from `own_networks`.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> one = internet_as_one(conversations)
    >>> nsgkit.analyses.top_talkers(one, measure="denied", top=1)["src_ip"].item()
    'internet'
    """
    held = as_table(table)
    require_columns(ends, held)
    network = own_networks(held, own)
    if isinstance(held, pd.DataFrame):
        return held.assign(**{end: _one_for_all(held[end], network) for end in ends})
    return _in_engine(held, network, ends)


def gathered(table: object, own: Own, internet: Internet) -> Native:
    """Return `table` as the option `internet` of a question says: "one" group, or "each" address itself.

    >>> table = pd.DataFrame({"src_ip": ["192.0.2.7"], "dst_ip": ["10.0.0.4"]})
    >>> gathered(table, ["10.0.0.0/8"], "one")["src_ip"].item()
    'internet'
    """
    if internet not in ("one", "each"):
        raise NsgkitError(f"internet takes 'one' (all outside is one group) or 'each', not {internet!r}.")
    return internet_as_one(table, own) if internet == "one" else as_table(table)


def _in_engine(held: Native, network: Network, ends: Sequence[str]) -> Native:
    """Say of an engine's rows which names stay: those inside are few where those outside are many."""
    rows = Rows.of(held)
    for end in ends:
        texts = texts_of(held, end)
        stays = nw.col(end).is_in(texts[~network.is_outside(texts)].tolist()) | nw.col(end).is_null()
        rows = rows.with_columns(**{end: nw.when(stays).then(nw.col(end)).otherwise(nw.lit(INTERNET))})
    return rows.select(*held.columns).native(held)


def _one_for_all(addresses: "pd.Series[Any]", network: Network) -> "pd.Series[Any]":
    coded = categories(addresses)
    names = np.asarray(coded.categories, dtype=object)
    names = np.where(network.is_outside(coded.categories), INTERNET, names)
    return of_each(names.tolist(), coded.codes, addresses.index)
