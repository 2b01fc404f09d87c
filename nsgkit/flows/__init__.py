"""The way from bytes to flows: parse, read, store, stitch."""
