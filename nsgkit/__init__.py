"""nsgkit reads Azure NSG and VNet flow logs exactly, and helps to investigate them.

>>> import nsgkit
>>> logs = nsgkit.read_logs("data/samples")  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

from nsgkit.errors import NsgkitError

if TYPE_CHECKING:
    from nsgkit.flows.logs import FlowLogs, read_logs

__version__ = "0.1.0"
__all__ = ["FlowLogs", "NsgkitError", "read_logs"]

# The public face is light: pandas and pyarrow are imported when a function is first asked for.
_HOME = {"FlowLogs": "nsgkit.flows.logs", "read_logs": "nsgkit.flows.logs"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'nsgkit' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
