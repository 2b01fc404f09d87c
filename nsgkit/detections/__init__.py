"""What may be an attack: one function a kind of finding, all of their tables in one form."""

from nsgkit.detections.dns import dns_volume
from nsgkit.detections.exposed import exposed_ports
from nsgkit.detections.form import proof
from nsgkit.detections.kinds import explain
from nsgkit.detections.let_in import allowed_after_denied
from nsgkit.detections.logins import brute_force
from nsgkit.detections.rises import sudden_rises
from nsgkit.detections.scans import horizontal_scans
from nsgkit.detections.transfers import large_transfers

__all__ = [
    "allowed_after_denied", "brute_force", "dns_volume", "explain", "exposed_ports", "horizontal_scans",
    "large_transfers", "proof", "sudden_rises",
]  # fmt: skip
