"""Questions to the flow table: one question a file, flows in, a small tidy table out."""

from nsgkit.analyses.filters.select import filtered
from nsgkit.analyses.logging.coverage import coverage_gaps, silent_minutes
from nsgkit.analyses.logging.pitfalls import heavy_machines, logged_twice, stateless_rules
from nsgkit.analyses.logging.record_types import record_types
from nsgkit.analyses.over_time import connections_over_time
from nsgkit.analyses.rules import top_rules, traffic_links
from nsgkit.analyses.services import directions, protocols, top_services
from nsgkit.analyses.talkers import top_pairs, top_talkers
from nsgkit.analyses.timeline import began_over_time, carried_over_time, increments
from nsgkit.analyses.traffic.change import traffic_change
from nsgkit.analyses.traffic.matrix import traffic_matrix
from nsgkit.analyses.volume import traffic_over_time
from nsgkit.counting.measures import breakdown
from nsgkit.flows.coverage import hours_covered
from nsgkit.flows.stops import logging_stops

__all__ = [
    "began_over_time", "breakdown", "carried_over_time", "connections_over_time", "coverage_gaps",
    "directions", "filtered", "heavy_machines", "hours_covered", "increments", "logged_twice",
    "logging_stops", "protocols", "record_types", "silent_minutes", "stateless_rules", "top_pairs",
    "top_rules", "top_services", "top_talkers", "traffic_change", "traffic_links", "traffic_matrix",
    "traffic_over_time",
]  # fmt: skip
