"""nsgkit reads Azure NSG and VNet flow logs exactly, and helps to investigate them.

>>> import nsgkit
>>> logs = nsgkit.read_logs("data/samples")
>>> len(logs.flows) == int(logs.blobs["rows"].sum())
True
"""

from importlib import import_module
from typing import TYPE_CHECKING

from nsgkit.errors import NsgkitError

if TYPE_CHECKING:
    from nsgkit import (  # noqa: F401
        acquire,
        analyses,
        case,
        counting,
        detections,
        enable,
        enrich,
        errors,
        evidence,
        explore,
        flows,
        html,
        layout,
        palette,
        sample,
        schema,
        spark,
        store,
        times,
        training,
        views,
    )
    from nsgkit.acquire.download import download
    from nsgkit.acquire.listing import find_logs
    from nsgkit.analyses.filters.select import query
    from nsgkit.case.verification import verify
    from nsgkit.counting.conversations import conversation_rows, conversations
    from nsgkit.counting.fetching import fetch
    from nsgkit.flows.in_memory import read_blob
    from nsgkit.flows.logs import FlowLogs
    from nsgkit.store.ingest import ingest
    from nsgkit.store.logs import read_logs
    from nsgkit.store.scan import open_store

__version__ = "0.1.0"
__all__ = [
    "FlowLogs", "NsgkitError", "conversation_rows", "conversations", "download", "fetch", "find_logs",
    "ingest", "open_store", "query", "read_blob", "read_logs", "verify",
]  # fmt: skip

# The public face is light: pandas, pyarrow and the rest come when a function or a room is first asked for.
_HOME = {
    "FlowLogs": "nsgkit.flows.logs",
    "conversation_rows": "nsgkit.counting.conversations",
    "conversations": "nsgkit.counting.conversations",
    "download": "nsgkit.acquire.download",
    "fetch": "nsgkit.counting.fetching",
    "find_logs": "nsgkit.acquire.listing",
    "ingest": "nsgkit.store.ingest",
    "open_store": "nsgkit.store.scan",
    "query": "nsgkit.analyses.filters.select",
    "read_blob": "nsgkit.flows.in_memory",
    "read_logs": "nsgkit.store.logs",
    "verify": "nsgkit.case.verification",
}
_ROOMS = (
    "acquire", "analyses", "case", "counting", "detections", "enable", "enrich", "errors", "evidence",
    "explore", "flows", "html", "layout", "memory", "palette", "progress", "sample", "schema", "spark",
    "store", "times", "training", "views", "working_copy",
)  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _ROOMS:
        return import_module(f"nsgkit.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'nsgkit' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS, "__version__"])
