"""The public read_logs: of a store it opens the store, so that one call takes whatever holds flow logs."""

import os
from datetime import datetime
from functools import wraps

from nsgkit.errors import hides_locals
from nsgkit.flows import logs
from nsgkit.flows.logs import FlowLogs, given_path
from nsgkit.store.scan import open_store
from nsgkit.store.state import is_store


@hides_locals
@wraps(logs.read_logs)
def read_logs(
    path: str | os.PathLike[str],
    *,
    start: str | datetime | None = None,
    end: str | datetime | None = None,
) -> FlowLogs:
    """Read flow logs, or open a store of them."""
    read = open_store if is_store(given_path(path)) else logs.read_logs
    return read(path, start=start, end=end)
