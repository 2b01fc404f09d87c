"""Flow rows to what counts: conversations, each connection once, bytes over the time they took."""
