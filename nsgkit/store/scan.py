"""open_store: a store's tables as DuckDB relations over the files that count."""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nsgkit.counting.engine import MEMORY, connect
from nsgkit.counting.parts import POLICY, Settled, settle
from nsgkit.counting.spread import LISTS
from nsgkit.counting.sql import literal, quoted
from nsgkit.errors import NsgkitError, hides_locals
from nsgkit.evidence.folder import as_folder, evidence_blobs, is_evidence
from nsgkit.evidence.hours import evidence_hours
from nsgkit.flows.blob_table import resources
from nsgkit.flows.files import LogFile, Span, choose_span, plain_name
from nsgkit.flows.logs import notes_on_blobs, of_the_span, warnings
from nsgkit.flows.span_edges import edge_notes, hours_in_span
from nsgkit.html import visible
from nsgkit.layout import parse_name
from nsgkit.schema import BLOBS, CONVERSATIONS, FIRST_VNET_VERSION, REJECTS, SET_ASIDE, typed
from nsgkit.store.health import whole_files
from nsgkit.store.keeping import read_file
from nsgkit.store.known import blobs_of
from nsgkit.store.opened import StoredLogs
from nsgkit.store.state import State, read_state
from nsgkit.store.tables import TABLES


@hides_locals
def open_store(
    path: str | os.PathLike[str],
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
) -> StoredLogs:
    """Open a store that `nsgkit.ingest` made: what it gives takes the place of what `read_logs` gives.

    Nothing is read but the tables of blobs and rejects: `flows` and `conversations` are DuckDB relations,
    and a question reads the columns, days and rows that it needs. `start` and `end` (UTC where they name no
    zone) choose flow rows by their own time, and conversations that have a row in the span: of these the
    whole life counts, also what lies outside.

    Returns StoredLogs. Raises NsgkitError where there is no store, one of another version, or one whose
    ingest was stopped before it was done.

    >>> import tempfile
    >>> from nsgkit.store.ingest import ingest
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = f"{folder.name}/store"
    >>> done = ingest("data/samples", store, start="2024-12-19 09:00", end="2024-12-19 10:00")
    >>> logs = open_store(store)
    >>> len(logs.flows) == int(logs.blobs["rows"].sum())
    True
    """
    span, folder = choose_span(start, end), as_folder(path, "path")
    state = read_state(folder)
    if state.stitched is None:
        raise NsgkitError(
            f"The ingest into {visible(folder)} was stopped before it was done. Run it again: it goes on. "
            f"nsgkit.ingest({state.source!r}, {str(folder)!r})."
        )
    files, faults = whole_files(folder, state.stitched)
    engine = connect(MEMORY)
    flows = _flows(engine, folder, files["flows"], span)
    blobs = _blobs(folder, state, span, flows)
    return StoredLogs(
        flows=flows,
        conversations=_conversations(engine, folder, files, span),
        rejects=_rejects(folder, files["rejects"], blobs),
        blobs=typed(blobs, BLOBS),
        notes=[*faults, *_notes(blobs, state, span)],
        evidence_hours=_evidence_hours(Path(state.source), span),
        files=_Files(Path(state.source), dict(zip(blobs["name"], blobs["path"], strict=True))),
        set_aside=typed(pd.DataFrame(state.set_aside, columns=["name", "size", "reason"]), SET_ASIDE),
        asked="" if span == (None, None) else str(span),
    )


class _Files(Mapping[str, LogFile]):
    """The files that blobs were read from, by the blobs' names; looked up when they are needed."""

    def __init__(self, source: Path, paths: dict[str, str]) -> None:
        self._source, self._paths = source, paths

    @cached_property
    def _evidence(self) -> dict[str, Any]:
        if not is_evidence(self._source):
            return {}
        return {plain_name(f"{b.container}/{b.name}"): b for b in evidence_blobs(self._source)}

    def __getitem__(self, name: str) -> LogFile:
        path = Path(self._paths[name])
        size = path.stat().st_size if path.is_file() else 0
        return LogFile(name, path, parse_name(name), size, self._evidence.get(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _relation(engine: Any, name: str, paths: list[Path]) -> Any:
    if not paths:
        return engine.from_arrow(TABLES[name].empty_table())
    return engine.read_parquet([str(path) for path in paths], hive_partitioning=False)


def _flows(engine: Any, folder: Path, paths: list[str], span: Span) -> Any:
    names = ", ".join(map(quoted, TABLES["flows"].names))
    rows = _relation(engine, "flows", [folder / "flows" / path for path in paths]).project(names)
    edges = [(span.start, "time >="), (span.end, "time <")]
    for edge, compared in edges:
        rows = rows.filter(f"{compared} {_moment(edge)}") if edge else rows
    return rows


def _moment(edge: datetime) -> str:
    return f"TIMESTAMPTZ '{edge.isoformat()}'"


def _conversations(engine: Any, folder: Path, files: Mapping[str, list[str]], span: Span) -> Any:
    facts = [read_file(folder, "facts", path).to_pandas() for path in files["facts"]]
    told = _settled_in_sql(settle(facts))
    names = [c.name for c in CONVERSATIONS]
    columns = [f"{told[name]} AS {quoted(name)}" if name in told else quoted(name) for name in names]
    paths = [folder / "conversations" / path for path in files["conversations"]]
    rows = _relation(engine, "conversations", paths)
    if span.start:
        rows = rows.filter(f"last >= {_moment(span.start)}")
    if span.end:
        rows = rows.filter(f"first < {_moment(span.end)}")
    return rows.project(", ".join([*columns, *LISTS]))


def _settled_in_sql(known: Settled) -> dict[str, str]:
    """Return what tells the two columns that hang on all rows: see `nsgkit.counting.parts`."""
    unnamed = "CASE WHEN flow_log IS NULL THEN resource END"  # what names a log without a name of its own
    logs, policies = _among(("flow_log", unnamed), known.by_end), _among(POLICY, known.stateless)
    ended = f"counted_by IS NULL AND ended AND version >= {FIRST_VNET_VERSION}"
    return {
        "counted_by": f"CASE WHEN {ended} AND ({logs}) THEN 'end' ELSE counted_by END",
        "stateless": f"(asks_answer AND ({policies}))",
    }


def _among(columns: Sequence[str], keys: frozenset[tuple[str | None, ...]]) -> str:
    """Tell the rows whose texts, nulls included, are one of the keys."""
    alike = (
        " AND ".join(f"{c} IS NOT DISTINCT FROM {literal(t)}" for c, t in zip(columns, key, strict=True))
        for key in sorted(keys, key=str)
    )
    return " OR ".join(f"({each})" for each in alike) or "FALSE"


def _blobs(folder: Path, state: State, span: Span, flows: Any) -> pd.DataFrame:
    """Return the blobs of the span, in the order of their names, each with its resource's name."""
    blobs = blobs_of(folder, version=(state.stitched or {})["blobs"])
    blobs["resource"] = resources(blobs)
    if span == (None, None):
        return blobs
    hours = [None if pd.isna(hour) else hour.to_pydatetime() for hour in blobs["hour"]]
    blobs["asked"] = [hour is None or span.asks_for(hour) for hour in hours]
    counts = flows.aggregate("blob, count(*) AS rows", "blob").to_arrow_table().to_pandas()
    inside = (
        blobs["name"].map(dict(zip(counts["blob"], counts["rows"], strict=True))).fillna(0).astype("int64")
    )
    blobs["outside"] = blobs["rows"] - inside
    blobs["rows"] = inside
    return of_the_span(blobs, span)[0]


def _rejects(folder: Path, paths: list[str], blobs: pd.DataFrame) -> pd.DataFrame:
    tables = [read_file(folder, "rejects", path) for path in paths]
    table = pa.concat_tables([TABLES["rejects"].empty_table(), *tables]).to_pandas(
        types_mapper={pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}.get
    )
    table = table[table["blob"].isin(blobs["name"])]
    by = {"record": table["record"].fillna(0), "tuple": table["tuple"].fillna(-1)}
    ordered = table.assign(_record=by["record"], _tuple=by["tuple"])
    ordered = ordered.sort_values(["blob", "_record", "_tuple"], kind="stable", ignore_index=True)
    return typed(ordered, REJECTS)


def _notes(blobs: pd.DataFrame, state: State, span: Span) -> list[str]:
    changed = blobs.loc[blobs["changed"].notna(), "name"].tolist()
    return [*warnings(changed, state.unlisted), *edge_notes(blobs, span), *notes_on_blobs(blobs)]


def _evidence_hours(source: Path, span: Span) -> pd.DataFrame | None:
    return hours_in_span(evidence_hours(source), span) if is_evidence(source) else None
