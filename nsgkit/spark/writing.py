"""Flow logs on a cluster -> a store: its Delta tables, whose files the workers write."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nsgkit.counting.parts import facts_of
from nsgkit.errors import NsgkitError, shown
from nsgkit.evidence.folder import as_folder
from nsgkit.html import visible
from nsgkit.spark.parsing import Batches
from nsgkit.spark.reading import SparkLogs
from nsgkit.spark.tables import spark_schema
from nsgkit.store import delta
from nsgkit.store.keeping import READ_INTO, as_pandas
from nsgkit.store.state import TABLE_NAMES, State, write_state
from nsgkit.store.tables import TABLES, arrow

_FILES = pa.schema([("table", pa.string()), ("file", pa.string())])
_ROWS_OF_A_FILE = 1_000_000
_CONVERSATIONS = "conversations"


def write(logs: SparkLogs, url: str) -> None:
    """Write what Spark read as a store, which `nsgkit.open_store` and every reader of Delta Lake opens.

    The workers write the files, each its own part of the rows; the driver lets them count, by transactions
    of Delta Lake. That takes neither Java nor a library of Delta on the cluster, but a folder that the
    driver and all workers see under one path: a volume or another mount, or any folder of one machine.

    Parameters
    ----------
    logs : SparkLogs
        What `nsgkit.spark.read_logs` gave.
    url : str
        The store's folder; it is made, and must not hold anything yet.

    Raises
    ------
    NsgkitError
        Where the folder is not empty, or is an address that is no folder.

    Examples
    --------
    >>> import nsgkit, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> logs = nsgkit.spark.read_logs(spark, "data/samples")
    >>> write(logs, f"{folder.name}/store")
    >>> len(nsgkit.open_store(f"{folder.name}/store").flows) == logs.flows.count()
    True
    """
    folder, mark = _new_folder(url), delta.new_mark()
    for name in TABLE_NAMES:
        delta.create(folder, name)
    rejects = logs.rejects.select(*TABLES["rejects"].names)
    files = [
        *_written(logs.flows.select(*TABLES["flows"].names), writer(folder, "flows", mark)),
        *_written(rejects, writer(folder, "rejects", mark)),
        *_written(logs.stitched, writer(folder, _CONVERSATIONS, _CONVERSATIONS)),
        ("blobs", _blobs(folder, logs, mark)),
    ]
    versions: dict[str, int] = {}
    for name in TABLE_NAMES:
        added = [file for table, file in files if table == name]
        versions[name] = delta.commit(delta.opened(folder, name), added)
    read = {name: versions[name] for name in READ_INTO}
    aside = logs.set_aside.astype("object").where(logs.set_aside.notna(), None)
    write_state(folder, State(logs.told.url, read, versions, set_aside=aside.to_numpy().tolist()))


def writer(folder: Path, name: str, mark: str) -> Callable[[Batches], Batches]:
    """Return what writes a worker's rows of one table into files that do not count yet, and names these."""

    def run(parts: Batches) -> Batches:
        for table in _large(parts, name):
            for day, part in delta.by_day(name, table).items():
                files = [(name, delta.write(folder, name, day, part, mark))]
                if name == "flows":
                    facts = facts_of(as_pandas(part)).assign(file=files[0][1].path)
                    if len(facts):
                        held = arrow(facts, "facts")
                        files.append(("facts", delta.write(folder, "facts", None, held, mark)))
                rows = [{"table": of, "file": json.dumps(file)} for of, file in files]
                yield pa.RecordBatch.from_pylist(rows, schema=_FILES)

    return run


def _large(parts: Batches, name: str) -> Iterator["pa.Table"]:
    """Yield a worker's rows in tables as large as a file's, each text once."""
    some: list[pa.Table] = []
    for part in parts:
        some.append(_coded(pa.Table.from_batches([part]).cast(TABLES[name])))
        if sum(table.num_rows for table in some) >= _ROWS_OF_A_FILE:
            yield pa.concat_tables(some).unify_dictionaries().combine_chunks()
            some = []
    if some:
        yield pa.concat_tables(some).unify_dictionaries().combine_chunks()


def _coded(table: "pa.Table") -> "pa.Table":
    columns = [c.dictionary_encode() if pa.types.is_string(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def _written(frame: Any, write_part: Callable[[Batches], Batches]) -> list[tuple[str, delta.Written]]:
    rows = frame.mapInArrow(write_part, spark_schema(_FILES)).collect()
    return [(row["table"], delta.Written(*json.loads(row["file"]))) for row in rows]


def _blobs(folder: Path, logs: SparkLogs, mark: str) -> delta.Written:
    """Write the blobs, with what a store keeps of them; no prints, so that an ingest reads them again."""
    blobs = logs.told.blobs
    paths = [path.removeprefix("file:") for path in blobs["path"]]
    unknown = pd.Series([None] * len(blobs), dtype="object")
    known = dict.fromkeys(("mark", "changed", "prints"), unknown)
    held = arrow(blobs.assign(**known, path=paths, read=mark), "blobs")
    return delta.write(folder, "blobs", None, held, mark)


def _new_folder(url: str) -> Path:
    if isinstance(url, str) and "://" in url:
        raise NsgkitError(
            f"{shown(url)} is an address, not a folder that the driver and the workers see: give the path of "
            "a volume or a mount."
        )
    folder = as_folder(url, "url")
    if folder.exists() and any(folder.iterdir()):
        raise NsgkitError(f"{visible(folder)} is not empty. Choose a new folder for the store.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()
