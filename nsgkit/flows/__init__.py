"""The way from bytes to flows: read, parse, explain."""
