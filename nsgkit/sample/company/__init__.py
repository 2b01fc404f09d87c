"""The company as it is set up: machines, networks, security rules, and how they are exported."""
