"""The question: which kinds of rows did each VNet flow log write, and which was it told to leave out."""

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.counting.expressions import count
from nsgkit.counting.frame import Rows
from nsgkit.flows.record_types import KINDS, meaning
from nsgkit.schema import FIRST_VNET_VERSION
from nsgkit.schema.columns import as_text

_TYPES = schema.types(schema.RECORD_TYPES)


def record_types(flows: object) -> pd.DataFrame:
    """Return which kinds of rows each VNet flow log wrote, and what follows where one is missing.

    Counting rule: rows of each kind per flow log and logged resource; a denied row is of kind denied alone.
    Whether an end row is still an increment where no continuing rows are written is not documented.

    Harmless look-alikes: a short span of a quiet network may have no row of a kind by chance.

    Parameters
    ----------
    flows : table or FlowLogs
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
    rows = Rows.of(flows, ["flow_log", "resource", "state", "decision", "version"])
    rows = rows.filter(nw.col("version") >= FIRST_VNET_VERSION)
    denied = nw.col("decision") == "denied"
    kinds = {kind: count(~denied & (nw.col("state") == kind)) for kind in KINDS[:3]}
    table = rows.aggregate(["flow_log", "resource"], **kinds, denied=count(denied))
    found = table.collect({name: dtype for name, dtype in _TYPES.items() if name != "meaning"})
    said = [meaning(row) for row in found.to_dict("records")]
    found["meaning"] = as_text(pd.Series(said, index=found.index, dtype="object"))
    return found.sort_values(["flow_log", "resource"], ignore_index=True)
