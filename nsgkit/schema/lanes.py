"""The table of what a timeline draws: bars, ticks and densities, each in its lane."""

from dataclasses import replace

from nsgkit.schema.columns import TEXT, TIME, Column, closed
from nsgkit.schema.tables import CONVERSATIONS, column

_OF_ONE = ("src_ip", "src_port", "dst_ip", "dst_port", "protocol", "rule", "blob", "record", "tuple")


def _nullable(name: str) -> Column:
    """Return a column of flow rows as it is told of single conversations; null where there are many."""
    known = column(name)
    dtype = "str" if known.dtype == TEXT else "Int64"
    return replace(known, dtype=dtype, nullable=True, meaning=f"{known.meaning} Null for densities.")


# fmt: off
LANES: tuple[Column, ...] = (
    Column("lane", "str", "Lane", "Whose lane it is: an address, a port, or a finding."),
    Column("rank", "int32", "Rank", "The lane's place, 0 on top."),
    Column("mark", TEXT, "Drawn as", "bar: a connection, as long as it lasted. tick: a denied attempt, or a "
           "connection without a duration. density: how many began in a bin of time, "
           "where there are too many to be told apart.", **closed("bar", "tick", "density")),
    Column("start", TIME, "From (UTC)", "Its first row; of a density where its bin begins. A density that "
           "ends where the span begins holds what was going on by then.", "UTC"),
    Column("end", TIME, "To (UTC)", "Its last row; of a density where its bin ends, which is no part of it.",
           "UTC"),
    *(replace(column(name), nullable=True) for name in ("decision", "direction")),
    Column("conversations", "int64", "Conversations", "Conversations, each once: 1 for bars and ticks.",
           "conversations"),
    Column("bytes", "Int64", "Bytes", "Both ways, of the whole conversations; the sum of what is known, null "
           "where no counter is known.", "bytes", nullable=True),
    Column("begun", "bool", "Begun", "False where a conversation is an orphan: its begin is not in the "
           "data."),
    Column("ended", "bool", "Ended", "False where a conversation is open: no end is in the data."),
    replace(column("state", CONVERSATIONS), meaning=f"{column('state', CONVERSATIONS).meaning} Null for "
            "densities."),
    *(_nullable(name) for name in _OF_ONE),
)
# fmt: on
