"""Flow logs larger than memory: a Delta Lake table, stitched as they come in, asked where they lie."""

from nsgkit.store.sizes import size

__all__ = ["size"]
