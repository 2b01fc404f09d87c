"""Forensics: what happened, in which order, and who else was there."""
