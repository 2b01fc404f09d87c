"""Files -> a reading: what a store keeps of some blobs, in its tables' form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from nsgkit.flows.blob_table import blob_table, named_resources, reject_table
from nsgkit.flows.content_kind import Aside
from nsgkit.flows.files import LogFile, Span
from nsgkit.flows.parse.rows import check_counts
from nsgkit.flows.reading import Contents, Reading, not_flow_logs, read_again, read_all
from nsgkit.flows.repeats import prints_of, reject_known
from nsgkit.flows.span_edges import far_from_record

Reasons = Mapping[str, Mapping[int, str]]  # blob -> record -> why it is rejected as a repeat
_WHOLE = Span(None, None)
PRINT = np.dtype([("record", np.int32), ("value", np.uint64)])


@dataclass
class Made:
    """What came of some blobs: flow rows, rejects, blobs with what they are known again by; files aside."""

    flows: pd.DataFrame
    rejects: pd.DataFrame
    blobs: pd.DataFrame
    aside: list[Aside] = field(default_factory=list)


def read_files(
    files: Sequence[LogFile], contents: Contents, reasons: Reasons, aside: Mapping[str, str]
) -> Made:
    """Read files whole; records in `reasons` are rejected; `aside` are blobs known to be no flow logs."""
    marks = {file.name: mark_of_file(file) for file in files}  # before they are read: they may grow meanwhile
    reading = read_all([*files], contents=contents, shown=False)
    names, counts = [blob.file.name for blob in reading.blobs], [blob.count for blob in reading.blobs]
    prints = _prints(reading)
    places = {name: number for number, name in enumerate(names)}
    known = {(places[n], r): why for n, told in reasons.items() if n in places for r, why in told.items()}
    if known:
        reject_known(reading.rows, reading.headers, known, partial(read_again, reading))
    check_counts(counts, reading.rows.groups, reading.rows.rejects)
    far = far_from_record(reading.rows, len(names))
    blobs = blob_table(reading, _WHOLE, np.zeros(len(names), dtype=np.int64), far)
    rejects = reject_table(counts, reading.rows.rejects, names)
    blobs = blobs.assign(**_known_again(reading, reasons, marks), prints=prints)
    made = Made(reading.rows.table(reading.headers, names), rejects, blobs, [*reading.aside])
    return _without_others(made, reading, aside)


def mark_of_file(file: LogFile) -> str:
    """Return what a file that did not change has still: then it need not be opened."""
    if file.evidence:
        return f"{file.evidence.sha256} {file.evidence.state} {file.evidence.etag}"
    try:
        status = file.path.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns}"


def prints_in(stored: bytes | None) -> Any:
    """Return the prints of a blob's records, as `PRINT` has them."""
    return np.frombuffer(stored or b"", dtype=PRINT)


def _prints(reading: Reading) -> list[bytes]:
    found = prints_of(reading.rows, reading.headers)
    table = np.empty(len(found.blob), dtype=PRINT)
    table["record"], table["value"] = found.record, found.value
    edges = np.searchsorted(found.blob, np.arange(len(reading.blobs) + 1))
    return [table[low:high].tobytes() for low, high in pairwise(edges)]


def _known_again(reading: Reading, reasons: Reasons, marks: Mapping[str, str]) -> dict[str, list[Any]]:
    names = [blob.file.name for blob in reading.blobs]
    resources = named_resources(reading)
    told = [reasons.get(name) for name in names]
    return {
        "path": [str(blob.file.path) for blob in reading.blobs],
        "mark": [marks[name] for name in names],
        "path_resource": [path for path, _ in resources],
        "named": [named for _, named in resources],
        "changed": [reading.changed.get(name) for name in names],
        "copy_of": [blob.copy_of for blob in reading.blobs],
        "repeated": [json.dumps(dict(sorted(why.items()))) if why else None for why in told],
    }


def _without_others(made: Made, reading: Reading, aside: Mapping[str, str]) -> Made:
    """Set aside what turned out to be no flow log, and copies of such."""
    others = not_flow_logs(reading)
    for number, blob in enumerate(reading.blobs):
        if blob.copy_of and blob.copy_of in aside:
            others.setdefault(number, aside[blob.copy_of])
    for number, why in others.items():
        file = reading.blobs[number].file
        reasons = filter(None, [why, reading.changed.get(file.name)])
        made.aside.append(Aside(file.name, file.size, "; ".join(reasons)))
    made.blobs = made.blobs[~made.blobs.index.isin([*others])].reset_index(drop=True)
    made.rejects = made.rejects[made.rejects["blob"].isin(made.blobs["name"])].reset_index(drop=True)
    return made
