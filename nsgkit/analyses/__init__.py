"""Questions to flows and conversations: a table in, a small tidy table out."""

from nsgkit.analyses.filters.lists import term
from nsgkit.analyses.forensics.lane_marks import lanes
from nsgkit.analyses.forensics.neighbours import neighbours
from nsgkit.analyses.forensics.timeline import timeline
from nsgkit.analyses.geography.by_place import places
from nsgkit.analyses.geography.differences import place_differences
from nsgkit.analyses.geography.site_links import place_links
from nsgkit.analyses.geography.threats import threats
from nsgkit.analyses.logging.both_ends import both_ends
from nsgkit.analyses.logging.coverage import coverage_gaps, silences
from nsgkit.analyses.logging.forms import counter_forms, equal_rows, version_changes
from nsgkit.analyses.logging.late_answers import late_answers
from nsgkit.analyses.logging.pitfalls import busiest_nics, doubly_logged, stateless_rules
from nsgkit.analyses.logging.record_types import record_types
from nsgkit.analyses.traffic.change import change
from nsgkit.analyses.traffic.denied_sources import denied_sources
from nsgkit.analyses.traffic.denied_then_allowed import denied_then_allowed
from nsgkit.analyses.traffic.life import life
from nsgkit.analyses.traffic.links import traffic_links
from nsgkit.analyses.traffic.matrix import matrix
from nsgkit.analyses.traffic.over_time import over_time
from nsgkit.analyses.traffic.rankings import (
    breakdown,
    top_pairs,
    top_rules,
    top_services,
    top_talkers,
)
from nsgkit.analyses.traffic.sizes import connection_sizes
from nsgkit.analyses.traffic.summary import summary
from nsgkit.flows.coverage import coverage
from nsgkit.flows.logging_stops import logging_stops

__all__ = [
    "both_ends", "breakdown", "busiest_nics", "change", "connection_sizes", "counter_forms", "coverage",
    "coverage_gaps", "denied_sources", "denied_then_allowed", "doubly_logged", "equal_rows", "lanes",
    "late_answers", "life", "logging_stops", "matrix", "neighbours", "over_time", "place_differences",
    "place_links", "places", "record_types", "silences", "stateless_rules", "summary", "term", "threats",
    "timeline", "top_pairs", "top_rules", "top_services", "top_talkers", "traffic_links",
    "version_changes",
]  # fmt: skip
