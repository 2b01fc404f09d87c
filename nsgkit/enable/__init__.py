"""Turning flow logs on: what can be chosen, what it brings and costs, and the text that does it."""
