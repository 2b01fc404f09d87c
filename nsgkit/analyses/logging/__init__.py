"""Questions about the logs themselves: what is there, what is missing, what misleads."""
