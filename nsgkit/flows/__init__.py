"""The way from bytes to flows: read, parse, explain."""

from nsgkit.flows.parse.tuples import read_tuple

__all__ = ["read_tuple"]
