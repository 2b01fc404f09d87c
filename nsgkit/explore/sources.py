"""What can be chosen from any source: a container, and whatever `read_logs` reads."""

from pathlib import Path

import pandas as pd

from nsgkit.acquire.sources import COLUMNS, describe_logs, is_container, list_logs
from nsgkit.errors import NoLogsError
from nsgkit.store.logs import read_logs


def list_source(source: str | Path, *, credential: object = None) -> pd.DataFrame:
    """List the NSGs and flow logs of a container, of a folder in any order, or of a single file.

    One row each, with the columns of `nsgkit.find_logs`. Where names do not tell what files are, they are
    read. Raises NoLogsError where there are no flow logs, and for a container what `find_logs` raises.

    >>> list_source("data/samples")["family"].tolist()
    ['VNet', 'NSG', 'NSG', 'NSG']
    """
    try:
        return list_logs(source, credential=credential)
    except NoLogsError:
        if is_container(source):
            raise
    blobs = read_logs(source).blobs.dropna(subset=["family", "hour"])
    if blobs.empty:
        raise NoLogsError(f"No file in {source} holds a flow log.")
    return describe_logs(blobs[COLUMNS].fillna({"resource": "unknown"}))
