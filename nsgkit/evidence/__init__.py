"""The evidence folder on disk: what was stored, from where, and whether it is unchanged."""
