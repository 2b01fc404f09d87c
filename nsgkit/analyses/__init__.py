"""Questions to the flow table: one question a file, flows in, a small tidy table out."""

from nsgkit.analyses.over_time import connections_over_time

__all__ = ["connections_over_time"]
