"""Conversations that are named by where their first row stands: what proves a finding, what was starred."""

from collections.abc import Iterable

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.frame import Native, Rows, as_table
from nsgkit.counting.spread import LISTS
from nsgkit.schema import CONVERSATIONS, PLACE

_TYPES = schema.types(CONVERSATIONS)
Place = tuple[str, int, int]  # blob, record, tuple


def cited(conversations: object, places: Iterable[Place]) -> pd.DataFrame:
    """Return the conversations whose first row stands at one of these places, in time order.

    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> place = tuple(conversations.iloc[7][[*PLACE]])
    >>> cited(conversations, [place]).index.tolist()
    [0]
    """
    held = as_table(conversations)
    schema.require(held.columns, [*PLACE, "first"], "nsgkit.conversations")
    named = pd.DataFrame([*places], columns=[*PLACE]).astype(
        {"blob": "str", "record": "int64", "tuple": "int64"}
    )
    table = _near(held, named)
    here = pd.MultiIndex.from_frame(table[[*PLACE]].astype({"blob": "str"}))
    kept = table[here.isin(pd.MultiIndex.from_frame(named))]
    return kept.sort_values(["first", *PLACE], ignore_index=True)


def _near(held: Native, named: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the blobs that are named: an engine gives no more of its own than it must."""
    wanted = nw.col("blob").is_in(named["blob"].unique().tolist())
    wanted &= nw.col("tuple").is_in(named["tuple"].unique().tolist())
    if isinstance(held, pd.DataFrame):
        table: pd.DataFrame = nw.from_native(held).filter(wanted).to_native()
        return table
    names = [name for name in held.columns if name not in LISTS]
    return Rows.of(held, names).filter(wanted).collect({name: _TYPES.get(name) for name in names})
