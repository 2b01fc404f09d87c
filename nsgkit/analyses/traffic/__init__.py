"""Questions about the traffic: how much, when, between whom, and what changed."""
