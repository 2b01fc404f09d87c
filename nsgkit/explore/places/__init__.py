"""The places explorer: its question, its controls, and what connects them to map, time and table."""
