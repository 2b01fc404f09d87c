"""Questions to the flow table: one question a file, flows in, a small tidy table out."""

from nsgkit.analyses.logging.coverage import coverage_gaps, silences
from nsgkit.analyses.logging.pitfalls import busiest_nics, doubly_logged, stateless_rules
from nsgkit.analyses.logging.record_types import record_types
from nsgkit.analyses.over_time import connections_over_time
from nsgkit.analyses.rules import top_rules, traffic_links
from nsgkit.analyses.services import directions, protocols, top_services
from nsgkit.analyses.talkers import top_pairs, top_talkers
from nsgkit.analyses.timeline import began_over_time, carried_over_time, increments
from nsgkit.analyses.traffic.change import change
from nsgkit.analyses.traffic.matrix import matrix
from nsgkit.analyses.volume import traffic_over_time
from nsgkit.counting.measures import breakdown
from nsgkit.flows.coverage import coverage
from nsgkit.flows.stops import logging_stops

__all__ = [
    "began_over_time",
    "breakdown",
    "busiest_nics",
    "carried_over_time",
    "change",
    "connections_over_time",
    "coverage",
    "coverage_gaps",
    "directions",
    "doubly_logged",
    "increments",
    "logging_stops",
    "matrix",
    "protocols",
    "record_types",
    "silences",
    "stateless_rules",
    "top_pairs",
    "top_rules",
    "top_services",
    "top_talkers",
    "traffic_links",
    "traffic_over_time",
]  # fmt: skip
