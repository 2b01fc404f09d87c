"""Explaining what was pasted: any piece of a flow log, field by field, with its mistakes."""
