"""The samples, read and stitched once for all tests of counting."""

from tests.analyses.conftest import logs, plain, stitched

__all__ = ["logs", "plain", "stitched"]
