"""The picture of what happened when, in lanes: connections, attempts, densities, gaps in the logs."""
