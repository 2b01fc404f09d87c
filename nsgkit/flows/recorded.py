"""What a flow log was told to leave out, as far as its rows tell.

A VNet flow log can be set to write only some of begin, continuing, end and denied rows (Azure calls them
record types). NSG flow logs write all of them. Where a VNet flow log has end rows but not a single begin
row, begins are left out, and its end rows count its connections.
"""

from typing import Any

import narwhals as nw
import pandas as pd

from nsgkit.flows.frame import collect, count, lazy, one_if
from nsgkit.schema import DROPPED

FIRST_VNET_VERSION = 4
KINDS = ("begin", "continuing", "end", "denied")
RECORD_TYPES = {"flow_log": "str", "resource": "str", **dict.fromkeys(KINDS, "int64"), "meaning": "str"}
_MEANING = {
    "begin": "no begin rows: its connections are counted by their end rows",
    "continuing": "no continuing rows: bytes of connections longer than five minutes may be a lower bound",
    "end": "no end rows: its connections never close, and the last minutes of their bytes are missing",
    "denied": "no denied rows: nothing was denied, or denials are not logged; the rows cannot tell which",
}


def record_types(flows: object) -> pd.DataFrame:
    """Return which kinds of rows each VNet flow log wrote, and what follows where one is missing.

    Counting rule: rows of each kind per flow log and logged resource; a denied row is of kind denied alone.
    Whether an end row is still an increment where no continuing rows are written is not documented.

    Looks alike but is harmless: a short span of a quiet network may have no row of a kind by chance.

    Parameters
    ----------
    flows : pandas.DataFrame, duckdb.DuckDBPyRelation or pyspark.sql.DataFrame
        The flow table.

    Returns
    -------
    pandas.DataFrame
        flow_log, resource, begin, continuing, end, denied (rows), meaning (null where all kinds are there);
        sorted by flow_log and resource. NSG flow logs are left out: they write all kinds.

    Raises
    ------
    MissingColumnError
        Where the table lacks a column that is needed.

    Examples
    --------
    >>> import nsgkit
    >>> record_types(nsgkit.read_logs("data/samples").flows)["meaning"].notna().any().item()
    False

    Source: Microsoft, "Virtual network flow logs", recordTypes.
    """
    rows = lazy(flows, ["flow_log", "resource", "state", "decision", "version"])
    rows = rows.filter(nw.col("version") >= FIRST_VNET_VERSION)
    denied = nw.col("decision") == "denied"
    kinds = {kind: count(~denied & (nw.col("state") == kind)) for kind in KINDS[:3]}
    table = rows.group_by("flow_log", "resource").agg(**kinds, denied=count(denied))
    found = collect(table, {name: dtype for name, dtype in RECORD_TYPES.items() if name != "meaning"})
    missing = [[_MEANING[kind] for kind in KINDS if not row[kind]] for row in found.to_dict("records")]
    found["meaning"] = pd.Series(["; ".join(of) or None for of in missing], index=found.index, dtype="str")
    return found.sort_values(["flow_log", "resource"], ignore_index=True)


def begins_left_out(rows: "nw.LazyFrame[Any]") -> "nw.LazyFrame[Any]":
    """Return the `log` of each flow log that writes no begin rows, with `by_end` 1.

    `rows` are flow rows with `alone`, `step`, `version` and `log`, as `nsgkit.flows.stitch` gives them.
    """
    logs = rows.filter((nw.col("alone") == 0) & (nw.col("version") >= FIRST_VNET_VERSION)).group_by("log")
    seen = logs.agg(
        begins=one_if(nw.col("step") == 0).max(),
        ends=one_if(nw.col("step") == 2).max(),
    )
    silent = seen.filter((nw.col("begins") == 0) & (nw.col("ends") == 1))
    return silent.select("log", by_end=nw.lit(1))


def notes_on_rows(flows: pd.DataFrame) -> list[str]:
    """Say what the flow logs left out, and what was allowed and yet did not pass."""
    told = record_types(flows).dropna(subset=["meaning"])
    notes = [
        f"{str(row['flow_log']).rsplit('/', 1)[-1]} ({row['resource']}): {row['meaning']}."
        for row in told.to_dict("records")
    ]
    dropped = int(flows["encryption"].isin(DROPPED).sum())
    if dropped:
        notes.append(
            f"{dropped:,} rows are allowed by a rule and dropped by encryption: allowed is not delivered."
        )
    return notes
