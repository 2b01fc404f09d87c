"""What a file holds: its text, whatever wrote it, or that it is a database; one sentence where neither."""

from pathlib import Path
from typing import Final

from nsgkit.enrich.context import Stamp
from nsgkit.errors import NsgkitError

# Azure's largest list, ServiceTags_Public.json, has some megabytes.
LARGEST: Final = 100_000_000
_DATABASE = b"\xab\xcd\xefMaxMind.com"  # begins the metadata, in the last 128 KiB of an .mmdb
_METADATA = 128 * 1024
# PowerShell writes UTF-16 where it is told to write a file with >.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def stamp(path: Path) -> Stamp:
    """Return how a file is now: when it was changed, and its size; None of one that is not there.

    >>> stamp(Path("nowhere.toml")).size
    """
    try:
        found = path.stat()
    except OSError:
        return Stamp(path, None, None)
    return Stamp(path, found.st_mtime_ns, found.st_size)


def is_database(path: Path) -> bool:
    """Return whether a file ends as a MaxMind database does; NsgkitError where it cannot be read.

    >>> is_database(Path("data/samples/network.toml"))
    False
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _METADATA))
            return _DATABASE in file.read()
    except OSError as error:
        raise _unreadable(path, error) from error


def text_of(path: Path) -> str:
    """Return a file's text; NsgkitError where it cannot be read, is too large or is no text.

    >>> text_of(Path("data/samples/geofeed.csv"))[:9]
    '# Where t'
    """
    try:
        if path.stat().st_size > LARGEST:
            raise NsgkitError(
                f"{path} has {path.stat().st_size:,} bytes, and no file that tells of addresses has more "
                f"than {LARGEST:,}. Is it the right one?"
            )
        content = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise NsgkitError(
            f"{path} is no text in UTF-8: byte {error.start:,}. Save it as UTF-8, or give the right file."
        ) from error
    if "\0" in text:
        raise NsgkitError(f"{path} is no text: character {text.index(chr(0)):,} is NUL. Give the right file.")
    return text


def _unreadable(path: Path, error: OSError) -> NsgkitError:
    if path.is_dir():
        return NsgkitError(f"{path} is a folder. Name the files in it, as a list.")
    name = path.name if path.suffix == ".toml" else "file that is there, and that you may read"
    return NsgkitError(f"{path} cannot be read: {error.strerror}. Give a {name}.")
