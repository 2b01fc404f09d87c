"""Explorers: widgets that connect controls to one analysis and one picture."""
