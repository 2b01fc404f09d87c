"""What the columns of every table are: types, units, meanings, and what people call them."""

from nsgkit.schema.columns import TEXT, TIME, Column, require, typed, types
from nsgkit.schema.labels import (
    NAMES,
    NOT_LOGGED,
    cut_apart,
    filter_word,
    label,
    labels,
    short_labels,
    shortened,
    spoken,
    spoken_list,
)
from nsgkit.schema.tables import (
    BLOBS,
    BUSIEST_NICS,
    CELL,
    CHANGE,
    CONVERSATIONS,
    COUNTERS,
    DOUBLY_LOGGED,
    DROPPED,
    ENCRYPTION,
    FIRST_VNET_VERSION,
    FLOWS,
    GAPS,
    HOURS,
    IANA_PROTOCOLS,
    PEERS,
    PLACE,
    RANKED,
    RECORD_TYPES,
    REJECTS,
    SET_ASIDE,
    SILENCES,
    STATELESS_RULES,
    STOPS,
    TRAFFIC,
    TUPLE_COLUMNS,
    column,
    dictionary,
    empty,
)

__all__ = [
    "BLOBS", "BUSIEST_NICS", "CELL", "CHANGE", "CONVERSATIONS", "COUNTERS", "DOUBLY_LOGGED", "DROPPED",
    "ENCRYPTION", "FIRST_VNET_VERSION", "FLOWS", "GAPS", "HOURS", "IANA_PROTOCOLS", "NAMES", "NOT_LOGGED",
    "PEERS", "PLACE", "RANKED", "RECORD_TYPES", "REJECTS", "SET_ASIDE", "SILENCES", "STATELESS_RULES",
    "STOPS", "TEXT", "TIME", "TRAFFIC", "TUPLE_COLUMNS", "Column", "column", "cut_apart", "dictionary",
    "empty", "filter_word", "label", "labels", "require", "short_labels", "shortened", "spoken",
    "spoken_list", "typed", "types",
]  # fmt: skip
