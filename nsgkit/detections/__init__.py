"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.beacons import beacons
from nsgkit.detections.bursts import bursts
from nsgkit.detections.dns import dns_volume
from nsgkit.detections.edges import first_seen_peers, new_edges
from nsgkit.detections.exposed import exposed_ports
from nsgkit.detections.findings import findings
from nsgkit.detections.form import proof
from nsgkit.detections.incidents import incidents
from nsgkit.detections.kinds import explain
from nsgkit.detections.known import KnownEntry, read_known, with_known
from nsgkit.detections.let_in import allowed_after_denied
from nsgkit.detections.line import denied_line
from nsgkit.detections.logins import brute_force
from nsgkit.detections.long_connections import long_connections
from nsgkit.detections.rises import sudden_rises
from nsgkit.detections.scans import block_scans, horizontal_scans, sequential_scanners, vertical_scans
from nsgkit.detections.strobes import strobes
from nsgkit.detections.transfers import large_transfers
from nsgkit.detections.triage import denied_triage
from nsgkit.detections.verdicts import append_verdict, read_verdicts, with_verdicts

__all__ = [
    "KnownEntry",
    "allowed_after_denied",
    "append_verdict",
    "beacons",
    "block_scans",
    "brute_force",
    "bursts",
    "denied_line",
    "denied_triage",
    "dns_volume",
    "explain",
    "exposed_ports",
    "findings",
    "first_seen_peers",
    "horizontal_scans",
    "incidents",
    "large_transfers",
    "long_connections",
    "new_edges",
    "proof",
    "read_known",
    "read_verdicts",
    "sequential_scanners",
    "strobes",
    "sudden_rises",
    "vertical_scans",
    "with_known",
    "with_verdicts",
]
