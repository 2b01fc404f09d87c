"""The question: what was denied, for what purpose, and what of it needs a look."""
