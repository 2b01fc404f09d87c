"""Which rows are fetched to prove a finding, once the engine has told which findings there are."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.detections.attempts import collected
from nsgkit.detections.form import proofs

MOST = 1_000  # so many rows prove a finding: a million more prove nothing else


def is_any(rows: Rows, name: str, values: Sequence[Any]) -> nw.Expr:
    """Tell the rows in which a column is one of `values`; coded texts are looked up in the codebook.

    >>> rows = Rows.of(pd.DataFrame({"src_ip": ["10.0.0.4", "10.0.0.5"]}), coded=["src_ip"])
    >>> rows.filter(is_any(rows, "src_ip", ["10.0.0.5"])).collect({"src_ip": "str"})["src_ip"].tolist()
    ['10.0.0.5']
    """
    book = rows.codebook.get(name)
    return nw.col(name).is_in([*values] if book is None else book.get_indexer(pd.Index(values)).tolist())


def among(rows: Rows, found: pd.DataFrame, keys: Sequence[str]) -> Rows:
    """Keep the rows each of whose `keys` is that of some finding: all of theirs, and a few more."""
    return rows.filter(*(is_any(rows, name, found[name].unique().tolist()) for name in keys))


def earliest(rows: Rows, found: pd.DataFrame, keys: Sequence[str], after: str = "first_ms") -> pd.DataFrame:
    """Return the first and last time and the proof of each finding, its keys as index.

    `found` has a row a finding. What proves it is the first `MOST` of its rows, in the order of the whole
    number `after`; its times are those of these rows.
    """
    wanted = found[[*keys]].drop_duplicates()
    order = nw.col(after).rank("min").over(*keys)
    near = among(rows, wanted, keys).with_columns(_rank=order).filter(nw.col("_rank") <= MOST)
    seen = collected(near.with_columns(_after=nw.col(after)), *keys, "last_ms", "_after")
    seen = seen.merge(wanted, on=[*keys]).sort_values("_after", kind="stable")
    kept = seen.groupby([*keys]).head(MOST).sort_index()
    return proofs(kept.reset_index(drop=True), keys)
