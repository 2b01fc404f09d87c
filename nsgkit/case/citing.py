"""What a line of a case rests on: conversations or flow rows, and their raw tuples as the blobs have them."""

from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from nsgkit import schema
from nsgkit.case.plain import records
from nsgkit.case.sentences import told_of
from nsgkit.counting.conversations import conversation_rows, conversations
from nsgkit.counting.fetching import fetch
from nsgkit.detections.form import Finding
from nsgkit.enrich.names import names_beside
from nsgkit.enrich.network import Own
from nsgkit.errors import NsgkitError
from nsgkit.flows.logs import FlowLogs
from nsgkit.schema import CONVERSATIONS, FLOWS, PLACE, names_carried

MOST_CITED = 1_000  # rows, and raw tuples, of one line: the query and the figures are of all
_ENDS = ("src_ip", "dst_ip", "src_port", "dst_port")
_COLUMNS = (*(c.name for c in CONVERSATIONS), "time")


class Citation(NamedTuple):
    """What a line is about: in a sentence, from when to when, and what its file holds."""

    told: str
    first: pd.Timestamp
    last: pd.Timestamp
    rows: int  # conversations or flow rows that are meant
    cited: int  # raw tuples that stand in the file
    content: dict[str, Any]


def cite_rows(logs: FlowLogs, rows: Any, network: Own = None) -> Citation:
    """Return the citation of conversations, or of flow rows; NsgkitError where they are none of these logs'.

    Of conversations all their flow rows are cited, of flow rows themselves. Of more than `MOST_CITED` the
    first in time are, and the sentence says so.
    """
    table = _as_table(rows)
    whole = "first" in table
    if whole:
        schema.require(table.columns, [c.name for c in CONVERSATIONS], "nsgkit.conversations")
        meant = table.sort_values(["first", *PLACE], kind="stable")
        proof = conversation_rows(logs, meant.head(MOST_CITED).reset_index(drop=True))
        _check_all_there(len(meant.head(MOST_CITED)) - proof["conversation"].nunique())
    else:
        schema.require(table.columns, [c.name for c in FLOWS])
        meant = proof = table.sort_values(["time", *PLACE], kind="stable")
    names = names_carried(table) or names_beside(table, logs.flows, network)
    return _citation(logs, meant, proof, names)


def cite_finding(logs: FlowLogs, finding: Finding, network: Own = None) -> Citation:
    """Return the citation of what proves a finding: the rows that it names, stitched again."""
    places = pd.DataFrame(finding["rows"], columns=[*PLACE]).astype({"blob": "str"}).drop_duplicates()
    firsts = _rows_at(logs, places).astype({"blob": "str"}).merge(places, on=[*PLACE])
    _check_all_there(len(places) - len(firsts))
    proof = conversation_rows(logs, firsts.sort_values("time", kind="stable").head(MOST_CITED))
    meant = conversations(proof[[c.name for c in FLOWS]]).sort_values(["first", *PLACE], kind="stable")
    names = names_carried(finding) or names_beside(meant, logs.flows, network)
    cited = _citation(logs, meant, proof, names)
    return cited._replace(rows=len(places))


def _rows_at(logs: FlowLogs, places: pd.DataFrame) -> pd.DataFrame:
    """Return the flow rows that stand at these places, and a few more: of a store, no others are fetched."""
    held: Any = logs.flows
    if isinstance(held, pd.DataFrame):
        some: pd.DataFrame = held[held["blob"].isin(places["blob"].unique())]
        return some
    alike = (nw.col(name).is_in(places[name].unique().tolist()) for name in PLACE)
    return fetch(nw.from_native(held).filter(*alike).to_native())


def _check_all_there(missing: int) -> None:
    if missing:
        raise NsgkitError(
            f"{missing:,} of these conversations are not in the logs that the case was opened with. Take "
            "them from nsgkit.conversations(logs) of the same logs, or open the case with theirs."
        )


def _as_table(rows: Any) -> pd.DataFrame:
    if not isinstance(rows, pd.DataFrame | pd.Series) and _is_relation(rows):
        rows = schema.carrying(fetch(rows), names_carried(rows))
    if isinstance(rows, pd.Series):
        table = rows.to_frame().T.infer_objects()
        table.attrs = rows.attrs
        rows = table
    if not isinstance(rows, pd.DataFrame):
        raise NsgkitError(
            "Give rows of a table: conversations, or flow rows, such as nsgkit.query(conversations, "
            "'src:203.0.113.9')."
        )
    if rows.empty:
        raise NsgkitError("There are no rows in this table, so there is nothing to cite. Choose some.")
    schema.require(rows.columns, [*PLACE, *_ENDS], "nsgkit.conversations")
    return rows


def _is_relation(rows: Any) -> bool:
    """Whether these are rows of an engine, such as a store's."""
    held = getattr(rows, "flows", rows)
    return hasattr(held, "columns") and hasattr(held, "filter")


def _citation(logs: FlowLogs, meant: pd.DataFrame, proof: pd.DataFrame, names: Any) -> Citation:
    first, last = ("first", "last") if "first" in meant else ("time", "time")
    cited = proof.sort_values(["time", *PLACE], kind="stable").head(MOST_CITED)
    kept = meant.head(MOST_CITED)
    ends = {str(value) for end in ("src_ip", "dst_ip") for value in kept[end]}
    content = {
        "rows": records(kept, _COLUMNS),
        "tuples": _tuples(logs, cited),
        "names": {text: called for text, called in sorted(names.items()) if text in ends},
    }
    told = told_of(meant, names)
    if len(cited) < len(proof) or len(kept) < len(meant):
        told += f" The first {len(cited):,} of their raw tuples are cited; the query makes all."
    return Citation(told, meant[first].min(), meant[last].max(), len(meant), len(cited), content)


def _tuples(logs: FlowLogs, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the raw tuples of flow rows, each with where it stands and the hash of its blob."""
    digests = logs.blobs.set_index("name")["sha256"].to_dict()
    raw, found = logs.raw_rows(rows), records(rows, ["time", *PLACE])
    return [
        each | {"blob_sha256": digests[each["blob"]], "raw": text}
        for each, text in zip(found, raw, strict=True)
    ]
