"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.access.exposed import exposed_ports
from nsgkit.detections.access.let_in import allowed_after_denied
from nsgkit.detections.access.logins import brute_force
from nsgkit.detections.denied.line import denied_line
from nsgkit.detections.denied.triage import denied_triage
from nsgkit.detections.edges import first_seen_peers, new_edges, rare_places
from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, known_beside, read_known, with_known
from nsgkit.detections.ranked import findings
from nsgkit.detections.rhythm.beacons import beacons
from nsgkit.detections.rhythm.bursts import bursts
from nsgkit.detections.rhythm.long_connections import long_connections
from nsgkit.detections.rhythm.strobes import strobes
from nsgkit.detections.scans import block_scans, horizontal_scans, sequential_scanners, vertical_scans
from nsgkit.detections.stories import incidents
from nsgkit.detections.verdicts import append_verdict, read_verdicts, with_verdicts
from nsgkit.detections.volumes.dns import dns_volume
from nsgkit.detections.volumes.rises import sudden_rises
from nsgkit.detections.volumes.transfers import large_transfers

__all__ = [
    "KnownEntry", "allowed_after_denied", "append_verdict", "beacons", "block_scans", "brute_force",
    "bursts", "denied_line", "denied_triage", "dns_volume", "explain", "exposed_ports", "findings",
    "first_seen_peers", "horizontal_scans", "incidents", "known_beside", "large_transfers",
    "long_connections", "new_edges", "proof", "rare_places", "read_known", "read_verdicts",
    "sequential_scanners", "strobes", "sudden_rises", "vertical_scans", "with_known", "with_verdicts",
]  # fmt: skip
