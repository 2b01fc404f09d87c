"""Mutants of flow logs, and an independent reader to hold nsgkit's against: see __main__."""
