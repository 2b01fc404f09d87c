"""The traffic explorer: its question, its controls, and what connects them to pictures."""
