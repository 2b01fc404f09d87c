"""What is planted: how it is stated, so that anybody can find it again in the logs."""

from typing import NamedTuple

from nsgkit.sample.clock import END, START
from nsgkit.sample.connections import Entry

Value = str | int
Entities = dict[str, tuple[Value, ...]]


class Fact(NamedTuple):
    """One planted thing: all tuples within the span whose fields are among the `entities`' values."""

    id: str
    kind: str
    harmless: bool
    entities: Entities
    story: str
    between: tuple[int, int] = (START, END)


def belongs(entry: Entry, fact: Fact) -> bool:
    """Say whether a logged tuple is one of the fact's."""
    begin, end = fact.between
    return begin <= entry.ms < end and all(
        field(entry, name) in values for name, values in fact.entities.items()
    )


def field(entry: Entry, name: str) -> Value:
    """Return a logged tuple's field by its column's name in the flow table."""
    connection = entry.connection
    values: dict[str, Value] = {
        "src_ip": connection.src,
        "dst_ip": connection.dst,
        "src_port": connection.src_port,
        "dst_port": connection.dst_port,
        "mac": entry.host.mac,
        "rule": entry.rule,
        "decision": "allowed" if entry.allowed else "denied",
    }
    return values[name]
