"""What a store knows of its blobs, and which of their records repeat those of others."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from nsgkit.flows.files import LogFile
from nsgkit.flows.reading import as_before
from nsgkit.flows.repeats import contents_of, repeats_of
from nsgkit.store import delta
from nsgkit.store.keeping import read_file
from nsgkit.store.readings import Reasons, prints_in
from nsgkit.store.tables import TABLES

_Place = tuple[str, int]  # of a record: its blob, and its number there


def blobs_of(folder: Path, columns: list[str] | None = None, version: int | None = None) -> pd.DataFrame:
    """Return the table of blobs, or some columns, with what they are known again by; sorted by name."""
    names = columns or TABLES["blobs"].names
    tables = [read_file(folder, "blobs", path, names) for path in delta.live(folder, "blobs", version)]
    empty = pa.schema([TABLES["blobs"].field(name) for name in names]).empty_table()
    table = pa.concat_tables([empty, *tables]).to_pandas()
    texts = [name for name in names if pa.types.is_string(TABLES["blobs"].field(name).type)]
    table[texts] = table[texts].astype("object").where(table[texts].notna(), None)
    table = table.sort_values("name", ignore_index=True)
    return pd.DataFrame(table)


def repeats_among(blobs: pd.DataFrame, files: Mapping[str, LogFile]) -> Reasons:
    """Return the blobs to be read again, each with its records that others have already, and why.

    The first of equal records is so by the order of blobs and records, as in `read_logs`.
    """
    told = _repeats(blobs, files)
    known = {n: json.loads(text) if text else {} for n, text in blobs[["name", "repeated"]].to_numpy()}
    now = {name: {str(record): why for record, why in told.get(name, {}).items()} for name in known}
    return {name: told.get(name, {}) for name in known if name in files and known[name] != now[name]}


def _repeats(blobs: pd.DataFrame, files: Mapping[str, LogFile]) -> Reasons:
    prints = [prints_in(stored) for stored in blobs["prints"]]
    lengths = [len(each) for each in prints]
    every = np.concatenate([each["value"] for each in prints]) if prints else np.empty(0, np.uint64)
    owner = np.repeat(np.arange(len(blobs)), lengths)
    order = np.argsort(every, kind="stable")
    equal = every[order][1:] == every[order][:-1]
    alike = np.zeros(len(every), dtype=bool)
    alike[order[1:][equal]] = alike[order[:-1][equal]] = True
    wanted: dict[int, list[int]] = defaultdict(list)
    records = np.concatenate([each["record"] for each in prints]) if prints else every
    for place in np.flatnonzero(alike).tolist():
        wanted[int(owner[place])].append(int(records[place]))
    return _compared(blobs, files, wanted)


def _compared(
    blobs: pd.DataFrame, files: Mapping[str, LogFile], wanted: Mapping[int, list[int]]
) -> dict[str, dict[int, str]]:
    """Compare what these records say; they come in the order of blobs and records."""
    seen: dict[bytes, _Place] = {}
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for number in sorted(wanted):
        name, sha256 = blobs["name"].iloc[number], blobs["sha256"].iloc[number]
        data = as_before(files[name], sha256) if name in files else None
        if data is None:  # then its records count
            continue
        for record, content in sorted(contents_of(data, wanted[number]).items()):
            first = seen.setdefault(content, (name, record))
            if first != (name, record):
                found[name][record] = repeats_of(first[1], first[0])
    return found
