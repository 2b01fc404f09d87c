"""The colours and signs of the kit, for charts, widgets and summaries alike.

Colours sit in the middle of the scale of brightness, so that they stand out on light and dark pages alike,
and are told apart under every common colour blindness: tests/views/test_theme.py. Where colour alone would
tell, a sign tells as well.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

# One colour each, everywhere.
ALLOWED = "#6490f5"
DENIED = "#ee6c12"
UNKNOWN = "#929096"
SOURCE = "#924a8a"
DESTINATION = "#0a7057"
# For whatever has no colour of its own: NSGs, NICs, protocols. There are no more that can be told apart:
# show the largest and sum the rest, or give each a row of its own.
SERIES = ("#6957e8", "#a28e65", "#bf1b4f", "#8794b8")

# How an attempt ended; a shape or a row of its own tells it as well.
ENDED: Mapping[str, str] = MappingProxyType(
    {
        "denied": DENIED,
        "unanswered": SERIES[1],
        "refused": SERIES[2],
        "answered": ALLOWED,
        "unknown": UNKNOWN,
    }
)

INK = "#7a7f87"  # text, where no page gives its own: legible on white and on black
LINES = "#9aa0a8"


class Mark(NamedTuple):
    """How one status of an hour is drawn."""

    colour: str
    sign: str


# The statuses are those of `schema.HOURS`, in their order.
COVERAGE: Mapping[str, Mark] = MappingProxyType(
    {
        "present": Mark(SERIES[0], "█"),
        "with rejects": Mark(SERIES[1], "▒"),
        "begins in the middle": Mark(DESTINATION, "▐"),
        "growing": Mark(SERIES[3], "▄"),
        "could not be read": Mark(SERIES[2], "×"),
        "no longer in Azure": Mark(SOURCE, "▓"),
        "missing": Mark(DENIED, "○"),
        "not asked for": Mark(UNKNOWN, "-"),
        "before the first": Mark(LINES, "·"),
        "after the last": Mark(LINES, "·"),
    }
)
