"""Which blobs there are at an address, by Spark's own listing, and how Spark opens some of them."""

import re
from collections.abc import Collection
from math import ceil
from posixpath import normpath
from typing import Any, NamedTuple

from nsgkit.errors import NoLogsError, NsgkitError, shown
from nsgkit.flows.files import Span
from nsgkit.html import visible
from nsgkit.spark.parsing import Folder, not_elsewhere

# What one task reads: many small blobs, or one large one. Less, and a task is not worth its start.
BYTES_OF_A_TASK = 32 << 20
LARGEST = (1 << 31) - (1 << 20)  # bytes of a blob: Spark hands it on in one piece
_HOUR = r"(?i)/(y=[0-9]+/m=[0-9]+/d=[0-9]+/h=[0-9]+)/m="
_BEGINNING = re.compile(r"[a-z][a-z0-9+.-]*:(?://[^/]*)?", re.IGNORECASE)


class Listed(NamedTuple):
    """A file: its path as Spark gives it beside the content, the same in a filter's words, its size."""

    path: str
    filtered: str
    size: int


class Listing(NamedTuple):
    """The files at an address; `needed` may hold rows of the span, those `elsewhere` are not opened."""

    folder: Folder
    needed: list[Listed]
    elsewhere: list[Listed]
    too_large: list[Listed]


def list_files(spark: Any, url: str, span: Span) -> Listing:
    """Return the files that Spark finds at `url`. Raises NoLogsError where there is no such place."""
    try:
        columns = ("path", "_metadata.file_path", "length")
        rows = [Listed(*row) for row in files(spark, url).select(*columns).collect()]
    except Exception as error:
        if "PATH_NOT_FOUND" not in str(error):
            raise
        raise NoLogsError(f"There is nothing at {visible(url)[:300]}. Check the address.") from None
    folder = Folder(_root(url, [row.path for row in rows]) if rows else url)
    asked = {row: not_elsewhere(folder.file(row.path), span) for row in rows}
    return Listing(
        folder,
        [row for row, asked_for in asked.items() if asked_for and row.size <= LARGEST],
        [row for row, asked_for in asked.items() if not asked_for],
        [row for row, asked_for in asked.items() if asked_for and row.size > LARGEST],
    )


def files(spark: Any, url: str) -> Any:
    """Return the files at `url` as Spark's binaryFile has them; one that is gone again is left out.

    Spark would take the folders `resourceId=…/y=…` for columns, and refuse folders of several layouts.
    """
    options = {"recursiveFileLookup": "true", "ignoreMissingFiles": "true", "ignoreCorruptFiles": "true"}
    return spark.read.format("binaryFile").options(**options).load(url)


def opened(spark: Any, url: str, listing: Listing) -> Any:
    """Return the paths and contents of the files that are needed, many small ones to a task."""
    from pyspark.sql.functions import col, regexp_extract

    hour = regexp_extract(col("_metadata.file_path"), _HOUR, 1)
    hours = _hours(listing.elsewhere) - _hours(listing.needed)
    chosen = files(spark, url).where(col("length") <= LARGEST)
    if hours:  # the driver leaves their blobs out before any is opened
        chosen = chosen.where(~hour.isin(sorted(hours)))
    return _dealt(chosen.select("path", "content"), listing.needed)


def opened_again(spark: Any, url: str, some: Collection[Listed]) -> Any:
    """Return the paths and contents of these few files."""
    from pyspark.sql.functions import col

    chosen = col("_metadata.file_path").isin(sorted(file.filtered for file in some))
    return _dealt(files(spark, url).where(chosen).select("path", "content"), some)


def _dealt(contents: Any, some: Collection[Listed]) -> Any:
    size = sum(file.size for file in some)
    return contents.coalesce(max(1, ceil(size / BYTES_OF_A_TASK)))


def _hours(some: Collection[Listed]) -> set[str]:
    found = (re.search(_HOUR, file.filtered) for file in some)
    return {match[1] for match in found if match}


def _root(url: str, paths: list[str]) -> str:
    """Return what all paths begin with, up to the place that `url` names, however it was written."""
    plain = normpath(_BEGINNING.sub("", url)).strip("/")
    first = min(paths)
    for found in re.finditer(rf"(?<=[/:]){re.escape(plain)}(?=/|$)", first):
        root = first[: found.end()]
        if all(path == root or path.startswith(f"{root}/") for path in paths):
            return root
    raise NsgkitError(
        f"The address {shown(url)} is no part of {visible(first)[:200]}, which was found there. Give the "
        "whole address of one folder, without wildcards."
    )
