"""The question: how large are the single connections of each group: smallest, median and largest."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.arguments import By, check_top, columns_of
from nsgkit.counting.expressions import both_ways
from nsgkit.counting.frame import Rows
from nsgkit.counting.measures import group_types
from nsgkit.enrich.names import with_names
from nsgkit.schema import SIZES

_WAYS = ("bytes_src_to_dst", "bytes_dst_to_src")
_ANSWER = schema.types(SIZES)


def connection_sizes(conversations: object, by: By, *, top: int | None = 20) -> pd.DataFrame:
    """Return how large the single conversations of each group are, in bytes, those first that have the most.

    Counting rule: conversations whose bytes are known, both ways together; second views are left out. An
    orphan's size is what these logs have of it.

    Harmless look-alikes: health probes and monitoring make many connections of one size, as a program that
    guesses passwords does: look who calls, and whether one is far larger.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives, or `nsgkit.query` left of it.
    by : str or sequence of str
        The columns that make the groups.
    top : int or None
        How many groups; None gives all of them.

    Returns
    -------
    pandas.DataFrame
        The columns of `by`, then those of `schema.SIZES`. Ties are in the order of the groups' names.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column.
    NsgkitError
        Where `by` or `top` is none.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples"))
    >>> ssh = nsgkit.query(conversations, "dst_port:22 inbound allowed")
    >>> connection_sizes(ssh, "src_ip", top=1)[["count", "median", "max"]].to_dict("records")
    [{'count': 187, 'median': 3144.0, 'max': 4026850}]
    """
    check_top(top)
    groups = columns_of(by, conversations, _ANSWER)
    rows = Rows.of(conversations, [*dict.fromkeys([*groups, *_WAYS, "folded"])], coded=groups)
    known = rows.filter(~nw.col("folded")).with_columns(_size=both_ways("bytes"))
    size = nw.col("_size")
    sized = known.filter(~size.is_null()).aggregate(
        groups, count=nw.len().cast(nw.Int64), min=size.min(), median=size.median(), max=size.max()
    )
    ordered = sized.with_columns(_less=-nw.col("count")).sort("_less", *groups).head(top)
    return with_names(ordered.collect({**group_types(groups), **_ANSWER}), conversations)
