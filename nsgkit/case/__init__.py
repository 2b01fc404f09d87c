"""Cases: what an analyst found, kept so that others can check it."""

from nsgkit.case.cases import Case
from nsgkit.case.opening import current, open

__all__ = ["Case", "current", "open"]
