"""Explorers: widgets that connect controls to one analysis and one picture."""

from nsgkit.explore.denied.explorer import denied_queue
from nsgkit.explore.download import download_explorer
from nsgkit.explore.enable import enable_explorer
from nsgkit.explore.evidence import coverage_explorer, verify_explorer
from nsgkit.explore.fields import field_explorer
from nsgkit.explore.findings.explorer import findings_explorer
from nsgkit.explore.fold import folded
from nsgkit.explore.logged import known_from_logs, logs_if_any
from nsgkit.explore.places.explorer import places_explorer
from nsgkit.explore.sentences import told
from nsgkit.explore.sources import list_source
from nsgkit.explore.timeline.explorer import timeline_explorer
from nsgkit.explore.traffic.explorer import traffic_explorer

__all__ = [
    "coverage_explorer", "denied_queue", "download_explorer", "enable_explorer", "field_explorer",
    "findings_explorer", "folded", "known_from_logs", "list_source", "logs_if_any", "places_explorer",
    "timeline_explorer", "told", "traffic_explorer", "verify_explorer",
]  # fmt: skip
