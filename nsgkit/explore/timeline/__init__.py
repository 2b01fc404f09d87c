"""The timeline explorer: its question, its controls, its lanes, and what is open below them."""
