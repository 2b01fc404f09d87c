"""Reading tuples: the bytes of a PT1H.json -> records, groups of tuples, columns; quickly or exactly."""
