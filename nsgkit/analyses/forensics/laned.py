"""Conversations in lanes, prepared once: then another span of time is answered from a few arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.analyses.filters.select import query
from nsgkit.analyses.forensics.lane_names import BY, Named, Numbers, by_end, by_finding, by_port
from nsgkit.counting.columns import categories
from nsgkit.counting.countable import too_large
from nsgkit.counting.frame import Rows, as_table
from nsgkit.enrich.addresses import Bools
from nsgkit.enrich.network import Network, Own, own_networks
from nsgkit.errors import NsgkitError, shown
from nsgkit.schema import CONVERSATIONS, COUNTERS, PLACE

_BYTES = ("bytes_src_to_dst", "bytes_dst_to_src")
_NEEDED = (
    "first", "last", "state", "decision", "direction", "protocol", "src_ip", "src_port", "dst_ip", "dst_port",
    *COUNTERS, "rule", *PLACE, "folded",
)  # fmt: skip
_BY_END = ("peer", "host")
UNKNOWN = -1  # bytes
_TYPES = schema.types(CONVERSATIONS)


@dataclass(frozen=True)
class Laned:
    """Conversations and the lanes that they stand in: what `nsgkit.analyses.lanes` draws from.

    An entry is a conversation in a lane: by finding, one may stand in several. Entries are in time order.
    """

    table: pd.DataFrame  # the conversations, each connection once, in time order
    of: str
    by: str
    names: tuple[str, ...]  # of the lanes
    called: Mapping[str, str]  # what pictures call what stands in the table
    lane: Numbers  # of each entry: its lane
    row: Numbers  # of each entry: the place of its conversation in the table
    first: Numbers  # milliseconds
    last: Numbers
    decision: Numbers  # the place among the column's values, -1 where it is null
    direction: Numbers
    size: Numbers  # bytes both ways; -1 where none is known
    begun: Bools  # its begin is in the data
    ended: Bools  # its end is

    @classmethod
    def of_conversations(
        cls,
        conversations: object,
        *,
        of: str = "",
        by: str = "peer",
        network: Own = None,
        found: pd.DataFrame | None = None,
    ) -> "Laned":
        """Return the conversations that a filter keeps, in lanes; arguments and errors as for `lanes`.

        >>> import nsgkit
        >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
        >>> Laned.of_conversations(conversations, of="ip:203.0.113.199").names
        ('10.20.0.4',)
        """
        _check(by, found)
        held = as_table(conversations)
        schema.require(held.columns, [*_NEEDED], "nsgkit.conversations")
        own = own_networks(held, network) if by in _BY_END else network
        table = _once(query(held, of, own))
        if isinstance(own, Network) and by in _BY_END:
            named = by_end(table, of, own, other=by == "peer")
        else:
            named = by_port(table) if by == "port" or found is None else by_finding(table, found)
        names = {**schema.names_carried(held), **named.called}
        return cls(table, of, by, named.names, names, **_arrays(table, named))


def _check(by: str, found: pd.DataFrame | None) -> None:
    if by not in BY:
        raise NsgkitError(f"There are no lanes by {shown(by)}. Choose one of {', '.join(BY)}.")
    if by == "finding" and not isinstance(found, pd.DataFrame):
        raise NsgkitError(
            "Lanes by finding need the findings: give found=nsgkit.detections.findings(conversations)."
        )


def _once(chosen: Any) -> pd.DataFrame:
    """Return each connection once, in time order, with the columns that lanes need."""
    if isinstance(chosen, pd.DataFrame):
        table = chosen.loc[~chosen["folded"].to_numpy(dtype=bool), [*_NEEDED]]
    else:
        rows = Rows.of(chosen, _NEEDED).filter(~nw.col("folded"))
        table = rows.collect_few({name: _TYPES[name] for name in _NEEDED})
    if isinstance(chosen, pd.DataFrame) and table["first"].is_monotonic_increasing:
        return table.reset_index(drop=True)
    return table.sort_values(["first", *PLACE], ignore_index=True)


def _arrays(table: pd.DataFrame, named: Named) -> dict[str, Any]:
    """Return what is asked of each entry, as numbers."""
    of_each: dict[str, Any] = {name: _milliseconds(table[name]) for name in ("first", "last")}
    of_each |= {name: _codes(table[name], name) for name in ("decision", "direction")}
    of_each |= {"size": _sizes(table), "begun": (table["state"] != "orphan").to_numpy(dtype=bool)}
    of_each["ended"] = (table["state"] != "open").to_numpy(dtype=bool)
    arrays = {name: values[named.row] for name, values in of_each.items()}
    return {"lane": named.lane, "row": named.row, **arrays}


def _milliseconds(times: "pd.Series[Any]") -> Numbers:
    whole: Numbers = times.dt.as_unit("ms").to_numpy(dtype="datetime64[ms]").astype("int64")
    return whole


def _codes(values: "pd.Series[Any]", name: str) -> Numbers:
    coded = categories(values)
    places = pd.Index(_TYPES[name].categories).get_indexer(coded.categories)
    numbers: Numbers = np.append(places, -1)[coded.codes].astype("int64")
    return numbers


def _sizes(table: pd.DataFrame) -> Numbers:
    ways = [table[name].to_numpy(dtype="float64", na_value=np.nan) for name in _BYTES]
    if np.nansum(ways) >= 2.0**63:
        raise too_large(table)
    whole = [table[name].to_numpy(dtype="int64", na_value=0) for name in _BYTES]
    sizes: Numbers = np.where(np.isnan(ways).all(axis=0), UNKNOWN, whole[0] + whole[1])
    return sizes
