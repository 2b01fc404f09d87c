"""The tables of a closer look: who tried what, sizes of connections, what two ends or two sources say."""

from dataclasses import replace

from nsgkit.schema.columns import Column
from nsgkit.schema.tables import CONVERSATIONS, COUNTERS, TRAFFIC, column

# fmt: off
# One row a source of denied rows.
DENIED_SOURCES: tuple[Column, ...] = (
    replace(column("src_ip"), dtype="str"),
    Column("attempts", "int64", "Denied attempts", "Its denied rows.", "denied attempts"),
    Column("hours", "int64", "Hours", "Distinct hours in which it was denied.", "hours"),
    Column("machines", "int64", "Machines", "Distinct addresses that it tried.", "addresses"),
    Column("ports", "int64", "Ports", "Distinct destination ports that it tried.", "ports"),
    Column("which", "str", "Which ports", "Those that it tried most, each with how often."),
    Column("each", "float64", "Each", "Attempts at one machine in one hour, on average: how hard it tried.",
           "denied attempts"),
)
# One row a group of conversations, whose columns stand before these.
SIZES: tuple[Column, ...] = (
    Column("count", "int64", "Count", "Conversations whose size is known.", "connections"),
    Column("min", "int64", "Smallest", "The fewest bytes of one of them, both ways together.", "bytes"),
    Column("median", "float64", "Median", "Half of them have no more bytes.", "bytes"),
    Column("max", "int64", "Largest", "The most bytes of one of them.", "bytes"),
)
# One row a view: two of each connection that two NICs logged.
BOTH_ENDS: tuple[Column, ...] = tuple(
    column(name, CONVERSATIONS)
    for name in ("mac", "direction", "src_ip", "src_port", "dst_ip", "dst_port", "protocol", "first", "last",
                 *COUNTERS, "folded")
)
# One row for each pair of answers that differ.
PLACE_DIFFERENCES: tuple[Column, ...] = (
    Column("country", "str", "Country", "What the own files say, or the registries."),
    Column("place_source", "str", "Said by", "Which source says so."),
    Column("country_other", "str", "Other country", "What the other source says."),
    Column("place_source_other", "str", "Said by", "Which source says that."),
    Column("addresses", "int64", "Addresses", "How many they place so.", "addresses"),
    Column("which", "str", "Which", "The first of them, up to five; the rest is counted."),
)
# One row for two addresses, one of which a feed names.
THREATS: tuple[Column, ...] = (
    replace(column("src_ip"), dtype="str"),
    Column("src_threat", "str", "Source on", "The feeds that name the source; null where none does.",
           nullable=True),
    replace(column("dst_ip"), dtype="str"),
    Column("dst_threat", "str", "Destination on", "The feeds that name it; null where none does.",
           nullable=True),
    *TRAFFIC,
)
# fmt: on
