"""The question: what talks to what for the first time. One kind a module, one baseline for both."""

from nsgkit.detections.edges.admin import NEW_EDGE, new_edges
from nsgkit.detections.edges.peers import FIRST_SEEN_PEER, first_seen_peers
from nsgkit.schema.ports import ADMIN_PORTS

__all__ = ["ADMIN_PORTS", "FIRST_SEEN_PEER", "NEW_EDGE", "first_seen_peers", "new_edges"]
