"""DuckDB, opened once for all tests: a database costs thirty milliseconds, a connection to one nothing."""

import functools

import duckdb


def connection():
    """A connection of its own, which knows no table of another; each holds what it is given in itself."""
    return _database().cursor()


@functools.cache
def _database():
    return duckdb.connect()
