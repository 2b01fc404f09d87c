"""What only all blobs together tell: copies of the same bytes, and records that repeat."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from nsgkit.counting.frame import Rows
from nsgkit.flows.batches import BlobCounts
from nsgkit.flows.files import LogFile, Span
from nsgkit.flows.flow_table import FlowTableBuilder
from nsgkit.flows.in_tables import BlobTables, in_tables
from nsgkit.flows.reading import ReadBlob, Reading, refuse_copy, told_hash
from nsgkit.flows.repeats import repeats_of
from nsgkit.spark.parsing import CONTENTS, Reasons


def copies(blobs: pd.DataFrame) -> dict[str, str]:
    """Return which blobs have the bytes of another, and the name of that: the first of them."""
    same = blobs[blobs["comparable"].fillna(False).astype(bool) & blobs["set_aside"].isna()]
    first = same.groupby("sha256")["name"].transform("min")
    copied = same["name"] != first
    return dict(zip(same.loc[copied, "name"], first[copied], strict=True))


def told_of_copies(
    blobs: pd.DataFrame, first: Mapping[str, str], files: list[LogFile], span: Span
) -> BlobTables:
    """Return the tables of blobs that are copies, as `nsgkit.read_logs` has them: nothing of them is read."""
    known: dict[Any, Any] = {row.name: row for row in blobs.itertuples(index=False)}
    reading = Reading(FlowTableBuilder(0))
    for number, file in enumerate(files):
        sha256, size = known[file.name].sha256, int(known[file.name].size)
        blob = ReadBlob(file, BlobCounts(file.name), size, told_hash(sha256), copy_of=first[file.name])
        refuse_copy(number, blob)
        reading.blobs.append(blob)
    told = in_tables(reading, span)
    paths = pd.Series([file.told.resource for file in files], dtype="object")
    return told._replace(blobs=told.blobs.assign(path_resource=paths))


def may_repeat(prints: Any) -> dict[str, list[int]]:
    """Return the records whose prints others have too: blob -> its records."""
    often = prints.groupBy("value").count().where("count > 1")
    found = Rows.of(prints.join(often, "value", "left_semi"), ["blob", "record"])
    records: dict[Any, list[Any]] = defaultdict(list)
    for row in found.collect({"blob": "str", "record": "int64"}).itertuples(index=False):
        records[row.blob].append(row.record)
    return dict(records)


def repeats(contents: Any) -> Reasons:
    """Return which records have the content of an earlier one, in the order of blobs, and which that is."""
    table = Rows.of(contents).collect(dict(zip(CONTENTS.names, ("str", "int64", "str"), strict=True)))
    table = table.sort_values(["blob", "record"], ignore_index=True)
    first = table.groupby("content").transform("first")
    reasons: dict[str, dict[int, str]] = defaultdict(dict)
    again = table[(table["blob"] != first["blob"]) | (table["record"] != first["record"])]
    for place in again.index:
        blob, record = table.loc[place, ["blob", "record"]]
        reasons[blob][int(record)] = repeats_of(*first.loc[place, ["record", "blob"]])
    return dict(reasons)
