"""Pictures of findings: the conversations that prove one in, an altair chart out, a few hundred marks."""

from nsgkit.views.findings.attempts import attempts_picture
from nsgkit.views.findings.picture import finding_picture
from nsgkit.views.findings.rhythm import beacon_picture
from nsgkit.views.findings.rises import rise_picture
from nsgkit.views.findings.scans import scan_picture
from nsgkit.views.findings.sizes import brute_force_picture
from nsgkit.views.findings.volumes import transfer_picture

__all__ = [
    "attempts_picture", "beacon_picture", "brute_force_picture", "finding_picture", "rise_picture",
    "scan_picture", "transfer_picture",
]  # fmt: skip
