"""A company's logs read a second way: the standard library and plain loops, nothing of nsgkit's parser."""

import json
from functools import lru_cache

import pandas as pd

from tests.sample.reader import COLUMNS, fields, tuples, whole_records


@lru_cache(4)
def _rows(folder):
    rows = []
    for path in sorted(folder.rglob("PT1H.json")):
        for piece in dict.fromkeys(whole_records(path.read_text("utf-8"))):
            for mac, version, rule, raw in tuples(json.loads(piece)):
                try:
                    rows.append((mac, version, rule, *fields(version, raw)))
                except ValueError:
                    continue
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["time"] = pd.to_datetime(table["time"], unit="ms", utc=True)
    return table.sort_values("time", ignore_index=True, kind="stable")


def rows(case):
    """All sound tuples of a company's logs, in time order."""
    return _rows(case.company.folder)


def paths(case):
    """The paths of its blobs below its folder."""
    folder = case.company.folder
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("PT1H.json"))]
