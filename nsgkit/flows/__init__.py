"""From bytes to flow rows: logs are found, read and checked; what is no row is a reject with a reason."""
