"""Cases: what an analyst found, kept so that others can check it."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nsgkit.case.cases import Case
    from nsgkit.case.opening import current, open

__all__ = ["Case", "current", "open"]

# What opens a case brings pandas and altair; to verify a folder needs neither (`verification.py`).
_HOME = {"Case": "nsgkit.case.cases", "current": "nsgkit.case.opening", "open": "nsgkit.case.opening"}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'nsgkit.case' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
