"""What a VNet flow log was told to leave out, as far as its rows tell.

It can be set to write only some of begin, continuing, end and denied rows (Azure calls them record
types). NSG flow logs write all of them.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nsgkit.schema import DROPPED, FIRST_VNET_VERSION

KINDS = ("begin", "continuing", "end", "denied")
_MEANING = {
    "begin": "no begin rows: its connections are counted by their end rows",
    "continuing": "no continuing rows: bytes of connections longer than five minutes may be a lower bound",
    "end": "no end rows: its connections never close, and the last minutes of their bytes are missing",
    "denied": "no denied rows: nothing was denied, or denials are not logged; the rows cannot tell which",
}


def meaning(rows: Mapping[Any, int]) -> str | None:
    """Return what follows from the kinds of which a flow log has no rows; None where it has all kinds.

    >>> meaning({"begin": 1, "continuing": 2, "end": 1, "denied": 3}) is None
    True
    """
    return "; ".join(said for kind, said in _MEANING.items() if not rows.get(kind)) or None


KINDS_OF = ("flow_log", "resource", "decision", "state")  # the columns that tell the kind of a row


def notes_on_rows(flows: pd.DataFrame) -> list[str]:
    """Say what the flow logs left out, and what was allowed and yet did not pass."""
    vnet = flows.loc[flows["version"] >= FIRST_VNET_VERSION, [*KINDS_OF]]
    counts = vnet.groupby([*KINDS_OF], observed=True, dropna=False).size().reset_index(name="rows")
    return notes_on_kinds(counts, int(flows["encryption"].isin(DROPPED).sum()))


def notes_on_kinds(counts: pd.DataFrame, dropped: int) -> list[str]:
    """Say the same of the `rows` of each kind of VNet flow logs, and of how many rows encryption dropped."""
    counts["kind"] = counts["state"].astype("object").where(counts["decision"] != "denied", "denied")
    notes = []
    for (flow_log, resource), kinds in counts.groupby([*KINDS_OF[:2]], observed=True, dropna=False):
        if said := meaning(kinds.groupby("kind")["rows"].sum().to_dict()):
            notes.append(f"{str(flow_log).rsplit('/', 1)[-1]} ({resource}): {said}.")
    if dropped:
        notes.append(
            f"{dropped:,} rows are allowed by a rule and dropped by encryption: allowed is not delivered."
        )
    return notes
