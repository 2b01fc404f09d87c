"""What workers do with blobs: a pure function from their bytes to flow rows, rejects, blobs and prints."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nsgkit.counting.parts import facts_of
from nsgkit.flows.batches import Data
from nsgkit.flows.blob_table import named_resources
from nsgkit.flows.files import LogFile, Span, unpack
from nsgkit.flows.in_memory import bytes_of, held_file, read_held
from nsgkit.flows.in_tables import in_tables
from nsgkit.flows.reading import Reading, not_flow_logs
from nsgkit.flows.repeats import contents_of, prints_of, reject_known
from nsgkit.schema import BLOBS
from nsgkit.spark.tables import batches_of, handed_back, plain
from nsgkit.store.tables import TABLES, arrow

Batches: TypeAlias = "Iterator[pa.RecordBatch]"
Worker: TypeAlias = Callable[[Batches], Batches]
Reasons: TypeAlias = Mapping[str, Mapping[int, str]]  # blob -> record -> why it is a repeat

# Beside the columns of a blob: what is needed to tell, of all blobs together, what becomes of it.
BEYOND = {
    "path_resource": pa.string(),
    "named": pa.string(),
    "comparable": pa.bool_(),
    "set_aside": pa.string(),
}
_BLOBS = pa.schema([*(TABLES["blobs"].field(c.name) for c in BLOBS), *BEYOND.items()])
_PRINTS = pa.schema([("blob", pa.string()), ("record", pa.int32()), ("value", pa.int64())])
# Flow rows are kept packed, as one value for many: as rows of Spark, in whose every row all texts stand
# anew, they would need fifty times the room.
_PACKED = pa.schema([("rows", pa.binary())])
_PACKING = pa.ipc.IpcWriteOptions(compression="lz4")
_ROWS = {
    "flow": _PACKED,
    "reject": TABLES["rejects"],
    "blob": _BLOBS,
    "print": _PRINTS,
    "fact": TABLES["facts"],
}
PARSED = pa.schema([(kind, pa.struct(list(columns))) for kind, columns in _ROWS.items()])
CONTENTS = pa.schema([("blob", pa.string()), ("record", pa.int32()), ("content", pa.string())])


class Folder(NamedTuple):
    """The place that was read, as Spark writes the paths of its files."""

    root: str

    def name(self, path: str) -> str:
        """Return the name of a blob below it, as `nsgkit.read_logs` calls it."""
        return path.rsplit("/", 1)[1] if path == self.root else path[len(self.root) :].lstrip("/")

    def file(self, path: str, stored: Data = b"") -> LogFile:
        """Return the blob as a file; the name of one that was given alone does not tell its hour."""
        return held_file(self.name(path), stored, path if path == self.root else "")


def parser(folder: Folder, span: Span, reasons: Reasons | None = None) -> Worker:
    """Return what makes PARSED rows of blobs; records of `reasons` are known to be repeats."""

    def parse(parts: Batches) -> Batches:
        for part in parts:
            blobs = [(folder.file(path, stored), stored) for path, stored in _stored(part)]
            needed = [(file, stored) for file, stored in blobs if not_elsewhere(file, span)]
            yield from _parsed(sorted(needed, key=lambda blob: blob[0].name), span, reasons or {})

    return parse


def not_elsewhere(file: LogFile, span: Span) -> bool:
    """Tell whether a blob may hold rows of the span, as far as its name tells."""
    return file.told.hour is None or span.needs(file.told.hour)


def reader_of_contents(folder: Folder, records: Mapping[str, list[int]]) -> Worker:
    """Return what makes CONTENTS rows of blobs: a digest of each of these records."""

    def read(parts: Batches) -> Batches:
        for part in parts:
            rows = [
                {"blob": name, "record": record, "content": digest.hex()}
                for name, stored in ((folder.name(path), stored) for path, stored in _stored(part))
                if name in records
                for record, digest in contents_of(unpack(stored), records[name]).items()
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=CONTENTS)

    return read


def _stored(part: "pa.RecordBatch") -> Iterator[tuple[str, Data]]:
    """Yield the path and the bytes of each blob; these stay where they are."""
    for path, content in zip(part.column("path"), part.column("content"), strict=True):
        yield path.as_py(), memoryview(content.as_buffer()).cast("B")


def _parsed(blobs: list[tuple[LogFile, Data]], span: Span, reasons: Reasons) -> Batches:
    read = read_held(blobs)
    stored = {file.name: data for file, data in blobs}
    known = {
        (number, record): reason
        for number, blob in enumerate(read.blobs)
        for record, reason in reasons.get(blob.file.name, {}).items()
    }
    if known:
        again = bytes_of([stored[blob.file.name] for blob in read.blobs])
        reject_known(read.rows, read.headers, known, again)
    prints = _prints(read)
    beyond = _beyond(read)
    flows, rejects, table = in_tables(read, span)
    every = {
        "flow": _packed(arrow(flows, "flows")),
        "reject": plain(rejects, "rejects", TABLES["rejects"]),
        "blob": pa.concat_tables([_blobs(table.assign(**beyond)), _set_aside(read)]),
        "print": prints,
        "fact": plain(facts_of(flows).assign(file=""), "facts", TABLES["facts"]),
    }
    for kind, made in every.items():
        yield from batches_of(kind, made, PARSED)


def _packed(flows: "pa.Table") -> "pa.Table":
    if not flows.num_rows:
        return _PACKED.empty_table()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, flows.schema, options=_PACKING) as stream:
        stream.write_table(flows)
    return pa.table([[sink.getvalue().to_pybytes()]], schema=_PACKED)


def unpacker(gone: frozenset[str]) -> Worker:
    """Return what gives the rows that were packed, but for those of blobs that do not count."""

    def unpack_rows(parts: Batches) -> Batches:
        for part in parts:
            for packed in part.column("rows"):
                flows = pa.ipc.open_stream(packed.as_buffer()).read_all()
                if gone:
                    blob = flows.column("blob").cast(pa.string())
                    flows = flows.filter(pc.invert(pc.is_in(blob, pa.array(sorted(gone)))))
                yield from handed_back(flows.cast(TABLES["flows"]))

    return unpack_rows


def _prints(read: Reading) -> "pa.Table":
    prints = prints_of(read.rows, read.headers)
    names = np.array([blob.file.name for blob in read.blobs], dtype=object)
    return pa.table([names[prints.blob], prints.record, prints.value.view(np.int64)], schema=_PRINTS)


def _blobs(table: pd.DataFrame) -> "pa.Table":
    return pa.Table.from_pandas(table[_BLOBS.names], preserve_index=False).cast(_BLOBS)


def _beyond(read: Reading) -> dict[str, Any]:
    others = not_flow_logs(read)
    resources, named = zip(*named_resources(read), strict=True) if read.blobs else ((), ())
    return {
        "path_resource": pd.Series(resources, dtype="object"),
        "named": pd.Series(named, dtype="object"),
        "comparable": pd.Series([blob.comparable for blob in read.blobs], dtype="boolean"),
        "set_aside": pd.Series([others.get(number) for number in range(len(read.blobs))], dtype="object"),
    }


def _set_aside(read: Reading) -> "pa.Table":
    """Return what was not read as rows of blobs, whose other columns are null."""
    rows = [{"name": one.name, "size": one.size, "set_aside": one.reason} for one in read.aside]
    return pa.Table.from_pylist(rows, schema=_BLOBS)
