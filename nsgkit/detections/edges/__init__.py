"""The question: what talks to what for the first time, or to where nothing else does. One kind a module."""

from nsgkit.detections.edges.admin import NEW_EDGE, new_edges
from nsgkit.detections.edges.peers import FIRST_SEEN_PEER, first_seen_peers
from nsgkit.detections.edges.places import RARE_PLACE, rare_places
from nsgkit.schema.ports import ADMIN_PORTS

__all__ = [
    "ADMIN_PORTS", "FIRST_SEEN_PEER", "NEW_EDGE", "RARE_PLACE", "first_seen_peers", "new_edges",
    "rare_places",
]  # fmt: skip
