"""Exercises on counting: connections, sizes, both ends, what is unknown."""

from nsgkit.training.counting.begins import CONNECTIONS, DENIED, VERSION_MIX
from nsgkit.training.counting.increments import PACKETS_CARRIED, RATE, SIZE
from nsgkit.training.counting.intervals import BUSIEST_BIN, TA_ROWS
from nsgkit.training.counting.twice import BOTH_FAMILIES, DOUBLE, DOUBLE_COUNT
from nsgkit.training.counting.unknown import MEAN, ORPHAN, SHARE_UNKNOWN
from nsgkit.training.exercise import Exercise

EXERCISES: tuple[Exercise, ...] = (
    CONNECTIONS,
    SIZE,
    PACKETS_CARRIED,
    DENIED,
    DOUBLE,
    DOUBLE_COUNT,
    BOTH_FAMILIES,
    MEAN,
    SHARE_UNKNOWN,
    ORPHAN,
    VERSION_MIX,
    RATE,
    BUSIEST_BIN,
    TA_ROWS,
)
