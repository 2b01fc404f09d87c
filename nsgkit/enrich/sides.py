"""From which side a connection comes and to which it goes: from inside, from outside, to outside."""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.arguments import require_columns
from nsgkit.counting.expressions import one_if
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.enrich.facts import ENDS, texts_of
from nsgkit.enrich.network import Network

FROM_INSIDE, FROM_OUTSIDE, TO_OUTSIDE = "from_inside", "from_outside", "to_outside"
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
    inside = nw.col("src_ip").is_in(texts["src_ip"][network.is_inside(texts["src_ip"])].tolist())
    here = {end: names[~network.is_outside(names)].tolist() for end, names in texts.items()}
    where = {FROM_INSIDE: inside} | {name: ~nw.col(end).is_in(here[end]) for name, end in _OUTSIDE.items()}
    sides = {name: one_if(there) == 1 for name, there in where.items()}
    return rows.with_columns(**sides).select(*held.columns, *sides).native(held)
