"""read_logs on a cluster: an address of blobs -> SparkLogs, parsed by the workers where the blobs lie."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from nsgkit.counting.frame import Rows
from nsgkit.counting.parts import Settled, settle
from nsgkit.errors import NsgkitError, shown
from nsgkit.flows.blob_table import resources
from nsgkit.flows.content_kind import Aside
from nsgkit.flows.files import Span, choose_span
from nsgkit.flows.folder import nothing_at, shown_path
from nsgkit.flows.in_tables import BlobTables
from nsgkit.flows.logs import notes_on_blobs, of_the_span
from nsgkit.flows.span_edges import edge_notes
from nsgkit.schema import BLOBS, SET_ASIDE, empty, typed, types
from nsgkit.spark.among_all import copies, may_repeat, repeats, told_of_copies
from nsgkit.spark.listing import LARGEST, Listing, list_files, opened, opened_again
from nsgkit.spark.parsing import BEYOND, CONTENTS, PARSED, Reasons, parser, reader_of_contents, unpacker
from nsgkit.spark.stitching import settled_on, stitched_on
from nsgkit.spark.tables import spark_schema
from nsgkit.store.tables import TABLES

BESIDE = ("path", "path_resource", "named", "copy_of", "repeated")  # of a blob: what a store keeps, too
_UNSEEN = (
    "Spark lists no empty files and none whose names begin with a dot or an underscore: they are not in "
    "set_aside."
)


@dataclass(eq=False, repr=False)
class SparkLogs:
    """Flow logs on a cluster: what `nsgkit.read_logs` tells, as Spark's DataFrames.

    `flows`, `rejects` and `blobs` have the columns of `nsgkit.schema`, numbers signed, times as timestamps.
    `set_aside` is a pandas table, `notes` are sentences, `asked` is the span in words. Every analysis and
    detection takes this in place of what `read_logs` gives.

    What was parsed is kept on the cluster, for it is used several times: `unpersist` lets it go.
    """

    flows: Any
    rejects: Any
    blobs: Any
    told: "Told"
    set_aside: pd.DataFrame = field(default_factory=partial(empty, SET_ASIDE))
    notes: list[str] = field(default_factory=list)
    asked: str = ""
    _kept: list[Any] = field(default_factory=list)

    @cached_property
    def conversations(self) -> Any:
        """The conversations, each with its `increments`."""
        return settled_on(self.stitched, self.told.settled)

    @cached_property
    def stitched(self) -> Any:
        """The conversations as a store keeps them; they are stitched once and kept on the cluster."""
        made = stitched_on(self.flows, int(self.told.blobs["rows"].sum())).persist()
        self._kept.append(made)
        return made

    def unpersist(self) -> None:
        """Let the cluster forget what it keeps of these logs; what is asked again is parsed again."""
        for frame in self._kept:
            frame.unpersist()


class Told(NamedTuple):
    """What the driver knows: the address, the blobs with what a store keeps of them, what all rows tell."""

    url: str
    blobs: pd.DataFrame
    settled: Settled


class _Source(NamedTuple):
    """What is read: the files at an address, and the span."""

    spark: Any
    url: str
    span: Span
    listing: Listing

    def nothing(self, aside: list[Aside]) -> NsgkitError:
        """Return the error for an address without flow logs of the span."""
        folder, elsewhere = self.listing.folder, self.listing.elsewhere
        return nothing_at(shown_path(self.url), aside, [folder.file(e.path) for e in elsewhere], self.span)


class _Known(NamedTuple):
    """What the driver knows of all blobs: their rows, and of some of them other rows than were parsed."""

    blobs: pd.DataFrame
    copied: BlobTables
    again: Any  # PARSED rows of blobs that were parsed again, without their repeats; or None
    gone: set[str]  # blobs whose parsed rows do not count


def read_logs(
    spark: Any, url: str, *, start: str | datetime | None = None, end: str | datetime | None = None
) -> SparkLogs:
    """Read flow logs with Spark: from the storage container, or a folder of it, on any number of machines.

    The answer is that of `nsgkit.read_logs`: rows, rejects and blobs are the same, copies and repeated
    records count once, and what is no flow log is set aside. Each blob is parsed by `nsgkit.read_blob`'s
    code on a worker, so nsgkit must be installed there too. The manifest of an evidence folder is not
    compared: read such a folder with `nsgkit.read_logs` or `nsgkit.ingest`.

    Parameters
    ----------
    spark : pyspark.sql.SparkSession
        The session; the blobs are read by the identity that it has.
    url : str
        A folder of blobs as Spark names it: abfss://…, a volume, a local path.
    start, end : str or datetime, optional
        As in `nsgkit.read_logs`: blobs of other hours are not opened.

    Returns
    -------
    SparkLogs
        `flows`, `rejects`, `blobs` and `conversations` as Spark's DataFrames.

    Raises
    ------
    NoLogsError
        Where there is nothing to read.
    NsgkitError
        Where the address or a time is not one.

    Examples
    --------
    >>> import nsgkit
    >>> logs = nsgkit.spark.read_logs(spark, "data/samples")
    >>> logs.flows.count() == len(nsgkit.read_logs("data/samples").flows)
    True
    >>> nsgkit.analyses.top_talkers(logs.conversations, top=1)["src_ip"].item()
    '192.0.2.200'

    Source: Apache Spark, "Binary File Data Source" and "Apache Arrow in PySpark".
    """
    if not isinstance(url, str) or not url.strip():
        raise NsgkitError(f"The address is {shown(url)}: give that of a folder of blobs, as text.")
    span = choose_span(start, end)
    source = _Source(spark, url, span, list_files(spark, url, span))
    if not source.listing.needed:
        raise source.nothing(_unread(source.listing, set()))
    contents = opened(spark, url, source.listing)
    parsed = contents.mapInArrow(parser(source.listing.folder, span), spark_schema(PARSED)).persist()
    return _put_together(source, parsed, _known(source, parsed))


def _known(source: _Source, parsed: Any) -> _Known:
    """Find out what only all blobs together tell."""
    spark, url, span, listing = source
    blobs = _blob_rows(parsed)
    first = copies(blobs)
    at = {listing.folder.name(file.path): file for file in listing.needed}
    copied = told_of_copies(blobs, first, [listing.folder.file(at[name].path) for name in first], span)
    reasons = _repeats(source, _without(spark, _only(parsed, "print"), "blob", first))
    again = None
    if reasons:
        contents = opened_again(spark, url, [at[name] for name in reasons])
        again = contents.mapInArrow(parser(listing.folder, span, reasons), spark_schema(PARSED)).persist()
    gone = {*first, *reasons}
    tables = [blobs[~blobs["name"].isin(gone)], copied.blobs, *([] if again is None else [_blob_rows(again)])]
    every = pd.concat([table.astype("object") for table in tables]).sort_values("name", ignore_index=True)
    told = {
        "path": {name: file.path for name, file in at.items()},
        "copy_of": first,
        "repeated": {name: json.dumps(dict(sorted(why.items()))) for name, why in reasons.items()},
    }
    every = every.assign(**{column: every["name"].map(values) for column, values in told.items()})
    return _Known(every, copied, again, gone)


def _repeats(source: _Source, prints: Any) -> Reasons:
    """Return which records repeat others; only the few that may are looked at."""
    records, listing = may_repeat(prints), source.listing
    if not records:
        return {}
    some = [file for file in listing.needed if listing.folder.name(file.path) in records]
    contents = opened_again(source.spark, source.url, some)
    read = reader_of_contents(listing.folder, records)
    return repeats(contents.mapInArrow(read, spark_schema(CONTENTS)))


def _put_together(source: _Source, parsed: Any, known: _Known) -> SparkLogs:
    spark, every = source.spark, known.blobs
    blobs, elsewhere, aside = _kept_blobs(source, every)
    unkept = {*every["name"]} - {*blobs["name"]}
    copied = _in_spark(spark, known.copied.rejects, TABLES["rejects"])
    rejects = _counted_rejects(spark, parsed, known).unionByName(copied)
    notes = notes_on_blobs(blobs, len(source.listing.elsewhere), elsewhere)
    return SparkLogs(
        flows=_flow_rows(parsed, known),
        rejects=_without(spark, rejects, "blob", unkept),
        blobs=_in_spark(spark, blobs, pa.schema([TABLES["blobs"].field(c.name) for c in BLOBS])),
        told=Told(source.url, blobs, settle([_facts(parsed)])),
        set_aside=typed(pd.DataFrame(aside, columns=list(Aside._fields)), SET_ASIDE),
        notes=[*edge_notes(blobs, source.span), *notes, _UNSEEN],
        asked="" if source.span == (None, None) else str(source.span),
        _kept=[frame for frame in (parsed, known.again) if frame is not None],
    )


def _kept_blobs(source: _Source, every: pd.DataFrame) -> tuple[pd.DataFrame, int, list[Aside]]:
    """Return the blobs of the span, how many turned out to be of another time, and what is set aside."""
    others = every["set_aside"].notna()
    found = every.loc[others, ["name", "size", "set_aside"]].itertuples(index=False, name=None)
    aside = [*(Aside(*row) for row in found), *_unread(source.listing, {*every["name"]})]
    aside.sort(key=lambda one: (one.name, one.reason))
    beside = every[~others].reset_index(drop=True)[[*BESIDE]]
    told = typed(every.assign(resource=resources(every))[~others], BLOBS).reset_index(drop=True)
    blobs, elsewhere = of_the_span(told.join(beside), source.span)
    if others.all() or not (blobs["rows"].sum() or blobs["asked"].any()):
        raise source.nothing(aside)
    return blobs, elsewhere, aside


def _facts(parsed: Any) -> pd.DataFrame:
    kinds = {f.name: "Int64" if f.type == pa.int64() else "object" for f in TABLES["facts"]}
    return Rows.of(_only(parsed, "fact")).collect(kinds)


def _blob_rows(parsed: Any) -> pd.DataFrame:
    beyond = {name: "boolean" if kind == pa.bool_() else "object" for name, kind in BEYOND.items()}
    nullable = {"int64": "Int64", "bool": "boolean"}  # what is set aside has a name and a reason alone
    kinds = {name: nullable.get(str(kind), kind) for name, kind in types(BLOBS).items()}
    return Rows.of(_only(parsed, "blob")).collect({**kinds, **beyond})


def _only(parsed: Any, kind: str) -> Any:
    return parsed.where(f"{kind} is not null").select(f"{kind}.*")


def _flow_rows(parsed: Any, known: _Known) -> Any:
    """Return the flow rows, but for copies; those of blobs with repeats are those parsed again."""
    schema = spark_schema(TABLES["flows"])
    counted = _only(parsed, "flow").mapInArrow(unpacker(frozenset(known.gone)), schema)
    if known.again is None:
        return counted
    return counted.unionByName(_only(known.again, "flow").mapInArrow(unpacker(frozenset()), schema))


def _counted_rejects(spark: Any, parsed: Any, known: _Known) -> Any:
    counted = _without(spark, _only(parsed, "reject"), "blob", known.gone)
    return counted if known.again is None else counted.unionByName(_only(known.again, "reject"))


def _without(spark: Any, rows: Any, column: str, names: Collection[str]) -> Any:
    """Return the rows but for those of these blobs."""
    from pyspark.sql.functions import broadcast

    if not names:
        return rows
    few = spark.createDataFrame([(name,) for name in sorted(names)], f"`{column}` string")
    return rows.join(broadcast(few), column, "left_anti")


def _in_spark(spark: Any, table: pd.DataFrame, schema: "pa.Schema") -> Any:
    """Return a small table as a DataFrame."""
    held = pa.Table.from_pandas(table[schema.names], preserve_index=False).cast(schema)
    rows = [tuple(row.values()) for row in held.to_pylist()]
    return spark.createDataFrame(rows, spark_schema(schema))


def _unread(listing: Listing, found: set[str]) -> list[Aside]:
    """Return the files that were listed, and that Spark handed on to no worker, or not whole."""
    large = f"more than {LARGEST:,} bytes, which Spark does not hand on: read it with nsgkit.read_logs"
    missing = "it was listed, and Spark could not read it: gone meanwhile, or not readable. Read again"
    name = listing.folder.name
    aside = [Aside(name(file.path), file.size, large) for file in listing.too_large]
    if found:
        aside += [
            Aside(name(file.path), file.size, missing)
            for file in listing.needed
            if name(file.path) not in found
        ]
    return aside
