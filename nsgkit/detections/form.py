"""The form that all tables of findings share: how they begin, what proves them, in which order they stand."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from nsgkit import schema
from nsgkit.counting.cited import cited
from nsgkit.counting.frame import Rows
from nsgkit.detections.proving import places_of
from nsgkit.enrich.names import names_beside
from nsgkit.enrich.network import Own
from nsgkit.schema import PLACE
from nsgkit.schema.columns import Table
from nsgkit.schema.findings import OUTCOMES

Finding: TypeAlias = "pd.Series[Any]"


class Kind(NamedTuple):
    """A detection, and how its findings are spoken of."""

    name: str  # as in the column `kind`
    find: Callable[..., pd.DataFrame]  # (conversations, *, network=None, …) -> its table
    table: Table
    told: Callable[[Finding], str]  # one plain sentence on what was seen and why it counts
    harmless: str  # what would make it harmless, after "Harmless if "
    weight: float  # from 0 to 1: how bad it is where it is true


def proofs(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the first and last time of each group and what proves it, the groups as index.

    `table` is what `attempts.collected` gave: in time order, with `first_ms`; `last` is when the last of
    them was first seen, or last seen where the table has `last_ms`.
    """
    end = "last_ms" if "last_ms" in table.columns else "first_ms"
    groups = table.groupby([*keys], sort=True)
    found = pd.DataFrame({"first": groups["first_ms"].min(), "last": groups[end].max()})
    numbers, sizes = groups.ngroup().to_numpy(), groups.size()
    in_groups = table[[*PLACE]].take(np.argsort(numbers, kind="stable")[(numbers < 0).sum() :])
    lists = places_of(in_groups, sizes.cumsum().tolist())
    return found.assign(rows=pd.Series(lists, index=sizes.index, dtype="object"))


def findings_table(
    found: pd.DataFrame, kind: str, table: Table, conversations: object = None, network: Own = None
) -> pd.DataFrame:
    """Return the findings in the form of `table`, the highest score first, ties by address and port.

    What `found` lacks of src_ip, dst_ip and dst_port is null; times may be whole milliseconds. They carry
    what their addresses are called, where `network` or the conversations know it.
    """
    if found.empty:
        return schema.empty(table)
    found = found.reset_index() if set(found.index.names) - {None} else found
    whole = found.assign(kind=kind)
    for name in ("src_ip", "dst_ip", "dst_port"):
        if name not in whole.columns:
            whole[name] = None
    for name in [c.name for c in table if c.dtype == schema.TIME]:
        whole[name] = pd.to_datetime(whole[name], unit="ms", utc=True)
    whole["score"] = whole["score"].astype("float64").round(3)
    typed = schema.typed(whole, table)
    order = ["score", "src_ip", "dst_ip", "dst_port", "first"]
    ordered = typed.sort_values(order, ascending=[False, True, True, True, True], ignore_index=True)
    shared = isinstance(conversations, Rows)  # by several detections: whoever shares it names them all
    return ordered if shared else schema.carrying(ordered, names_beside(ordered, conversations, network))


def strength(value: "pd.Series[Any]", line: "float | pd.Series[Any]") -> "pd.Series[Any]":
    """Return how far beyond its line a value is: 0.5 at the line, 0.75 at twice, towards 1 without end.

    >>> strength(pd.Series([25, 250]), 25).tolist()
    [0.5, 0.95]
    """
    return 1 - 0.5 * line / value.astype("float64").clip(lower=line)


def many(count: int, what: str, plural: str = "s") -> str:
    """Return a count and what is counted.

    >>> many(1, "time"), many(1200, "address", "es")
    ('1 time', '1,200 addresses')
    """
    return f"{count:,} {what}{'' if count == 1 else plural}"


def parts(finding: Finding) -> str:
    """Return how attempts ended, those that there were: "12 denied, 3 unanswered".

    >>> parts(pd.Series({"denied": 1200, "unanswered": 0, "refused": 3, "answered": 0, "unknown": 0}))
    '1,200 denied, 3 refused'
    """
    return ", ".join(f"{finding[name]:,} {name}" for name in OUTCOMES if finding[name])


def proof(conversations: object, finding: "Finding | pd.DataFrame") -> pd.DataFrame:
    """Return the conversations that prove a finding: those whose first row its `rows` name, in time order.

    Parameters
    ----------
    conversations : table
        What `nsgkit.conversations` gives: the table in which the finding was found.
    finding : pandas.Series or DataFrame
        A row of a detection's table, or several rows, or none: then the conversations of them all.

    Returns
    -------
    pandas.DataFrame
        The same columns as `conversations`, its rows alone; with the names that they and the finding
        carry.

    Raises
    ------
    MissingColumnError
        Where either has no rows of logs to name.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> found = nsgkit.detections.horizontal_scans(conversations).iloc[0]
    >>> len(proof(conversations, found)) == len(found["rows"])
    True

    Source: own.
    """
    several = isinstance(finding, pd.DataFrame)
    schema.require(finding.columns if several else finding.index, ["rows"], "nsgkit.detections.findings")
    places = [place for rows in finding["rows"] for place in rows] if several else list(finding["rows"])
    names = {**schema.names_carried(conversations), **schema.names_carried(finding)}
    return schema.carrying(cited(conversations, places), names)
