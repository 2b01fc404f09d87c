"""What a store costs on disk: rows, files and bytes of each of its tables."""

import os

import pandas as pd

from nsgkit.evidence.folder import as_folder
from nsgkit.store import delta
from nsgkit.store.state import TABLE_NAMES, read_state

_TYPES = {"part": "str", "rows": "int64", "files": "int64", "bytes": "int64", "bytes_a_row": "float64"}


def size(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Return how many rows, files and bytes each table of a store has: what it costs on disk.

    What counts is told by the tables' transactions; no file of rows is opened.

    Parameters
    ----------
    path : str or path
        The store's folder.

    Returns
    -------
    pandas.DataFrame
        part (the table), rows, files, bytes, bytes_a_row (null where there are no rows).

    Raises
    ------
    NsgkitError
        Where there is no store, or one of another version.

    Examples
    --------
    >>> import tempfile
    >>> from nsgkit.store.ingest import ingest
    >>> folder = tempfile.TemporaryDirectory()
    >>> done = ingest("data/samples", f"{folder.name}/store", start="2024-12-19 09:00")
    >>> table = size(f"{folder.name}/store").set_index("part")
    >>> bool(table.loc["flows", "rows"] == done.rows), bool(table.loc["flows", "bytes_a_row"] < 60)
    (True, True)

    Source: own.
    """
    folder = as_folder(path, "path")
    state = read_state(folder)
    versions = state.stitched or state.read
    rows = []
    for name in TABLE_NAMES:
        files = delta.counting(folder, name, versions[name]).values()
        count, held = sum(file.rows for file in files), sum(file.size for file in files)
        rows.append((name, count, len(files), held, held / count if count else None))
    return pd.DataFrame(rows, columns=[*_TYPES]).astype(_TYPES)
