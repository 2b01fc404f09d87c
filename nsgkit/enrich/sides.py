"""From which side a connection comes and to which it goes: from inside, from outside, to outside."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS, texts_of
from nsgkit.enrich.network import Network

FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE = "from_inside", "from_outside", "to_outside"
_Told = Mapping[str, tuple[str, "pd.Series[Any]"]]  # name -> a column, and texts of it
_OUTSIDE = {FROM_OUTSIDE: "src_ip", TO_OUTSIDE: "dst_ip"}


def with_sides(table: Any, network: Network) -> Native:
    """Return `table` with the columns from_inside, from_outside and to_outside, true or false.

    A text that is no address is on neither side.

    >>> table = pd.DataFrame({"src_ip": ["10.0.0.4", "masked"], "dst_ip": ["192.0.2.7", "10.0.0.4"]})
    >>> with_sides(table, Network.of(["10.0.0.0/8"]))["from_inside"].tolist()
    [True, False]
    """
    held = as_table(table)
    require_columns(ENDS, held)
    if isinstance(held, pd.DataFrame):
        outside = {name: network.is_outside(held[end]) for name, end in _OUTSIDE.items()}
        return held.assign(**{FROM_INSIDE: network.is_inside(held["src_ip"])}, **outside)
    rows = Rows.of(held)
    texts = {end: texts_of(held, end) for end in ENDS}
    # Those inside are few where those outside are many: so an engine is told of the few.
    inside = texts["src_ip"][network.is_inside(texts["src_ip"])]
    here = {end: names[~network.is_outside(names)] for end, names in texts.items()}
    told = {
        "_inside": ("src_ip", inside),
        "_from": ("src_ip", here["src_ip"]),
        "_to": ("dst_ip", here["dst_ip"]),
    }
    rows, among = _marked(rows, told) if rows.in_duckdb else (rows, _listed(told))
    where = {FROM_INSIDE: among["_inside"], FROM_OUTSIDE: ~among["_from"], TO_OUTSIDE: ~among["_to"]}
    sides = {name: one_if(there) == 1 for name, there in where.items()}
    return rows.with_columns(**sides).select(*held.columns, *sides).native(held)


def _listed(told: _Told) -> dict[str, nw.Expr]:
    return {name: nw.col(end).is_in(texts.tolist()) for name, (end, texts) in told.items()}


def _marked(rows: Rows, told: _Told) -> tuple[Rows, dict[str, nw.Expr]]:
    """Join what is told to the rows: DuckDB compares a text with a list ten times as slowly."""
    among: dict[str, nw.Expr] = {}
    for name, (end, texts) in told.items():
        rows = rows.look_up(end, texts.tolist(), **{name: ["yes"] * len(texts)})
        among[name] = nw.when(~nw.col(end).is_null()).then(~nw.col(name).is_null())
    return rows, among
