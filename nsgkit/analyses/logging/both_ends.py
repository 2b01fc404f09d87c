"""The question: what did two NICs write down of one connection, each at its end."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import check_top
from nsgkit.counting.frame import Rows
from nsgkit.schema import BOTH_ENDS, PLACE

_INTO = [f"into_{name}" for name in PLACE]
_KINDS = {"blob": "str", "record": "int64", "tuple": "int64"}
_PLACES = {**_KINDS, **{f"into_{name}": kind for name, kind in _KINDS.items()}}
_TYPES = schema.types(BOTH_ENDS)


def both_ends(conversations: object, *, top: int | None = 1) -> pd.DataFrame:
    """Return the connections that two NICs logged, as each of them saw it: two rows a connection.

    Counting rule: closed connections, whose begin and end both NICs wrote. The first row of two is the one
    that counts; the second is `folded`. What was seen first comes first.

    Harmless look-alikes: this is one. Two views of one connection are no second connection, and to add up
    rows counts it twice.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, all of it: with one view alone, there is no other.
    top : int or None
        How many connections; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `schema.BOTH_ENDS`, two rows for each connection.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where `top` is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> both_ends(conversations)["direction"].tolist()
    ['outbound', 'inbound']
    """
    check_top(top)
    rows = Rows.of(conversations, [*dict.fromkeys([*_TYPES, "state", *PLACE, *_INTO])])
    second = rows.filter(nw.col("folded") & (nw.col("state") == "closed")).sort("first_ms", *PLACE).head(top)
    pairs = second.collect(_PLACES)
    wanted = pd.concat([pairs[[*PLACE]], pairs[_INTO].set_axis([*PLACE], axis=1)], ignore_index=True)
    near = rows.filter(*(nw.col(name).is_in(wanted[name].unique().tolist()) for name in PLACE))
    views = near.collect({**_TYPES, **_KINDS})
    wanted["_pair"] = [*range(len(pairs))] * 2
    both = views.merge(wanted, on=[*PLACE])
    return both.sort_values(["_pair", "folded"], ignore_index=True)[[*_TYPES]]
