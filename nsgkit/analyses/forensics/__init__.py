"""The questions of an investigation: what happened, in order, and who else was part of it."""
