"""What stands in a bundle, in the one form in which the same case is the same bytes."""

import csv
import io
from collections.abc import Iterable

from nsgkit.evidence.events import is_sha256
from nsgkit.evidence.writer import TOOL
from nsgkit.html import visible

BAGIT, INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
TAGS = (BAGIT, INFO, MANIFEST)  # what the manifest of tag files lists
CASE, BLOBS, TABLE, REPORT, README = "case", "blobs", "blobs.csv", "report.html", "README.txt"
FOLDERS = frozenset({"data", f"data/{CASE}", f"data/{CASE}/files", f"data/{BLOBS}"})

_GZIP = b"\x1f\x8b"
_README = """\
This is a case of nsgkit: what an analyst found in Azure flow logs, with the logs that prove it. It is a
BagIt bag (RFC 8493) and can be checked and read without nsgkit.

  report.html      the report: open it in any browser, no network is needed
  case/            the case: case.jsonl says line by line what was written, by whom and when; each line holds
                   the SHA-256 of the line before it; the files in case/files are called by their SHA-256
  blobs/           every cited blob of the logs, byte for byte, called by its SHA-256
  blobs.csv        which of these files is the blob that the report names

To check that every file is what it was when the bundle was made, without nsgkit, in the folder above this
one:

  sha256sum -c {manifest}
  sha256sum -c {tags}

To find a cited tuple: look its blob up in blobs.csv, and search that file for the tuple (of a file that ends
with .gz: unpack it first).

To check all of it with nsgkit, the bindings of the lines, each cited tuple and the report too:

  python -m nsgkit verify FOLDER

Whoever can write into this folder can make it all anew. Only the head of the case, the SHA-256 of its last
line, written down elsewhere, proves that nobody did:

  python -m nsgkit verify FOLDER --head HASH

Made with {tool}.
"""


def readme() -> bytes:
    """Return the text that says what the bundle is and how to check it."""
    return _README.format(manifest=MANIFEST, tags=TAG_MANIFEST, tool=TOOL).encode()


def blob_file(sha256: str, stored: bytes) -> str:
    """Return what the file of a blob's stored bytes is called.

    >>> blob_file("3fa9", b"{}"), blob_file("3fa9", bytes.fromhex("1f8b"))
    ('3fa9.json', '3fa9.json.gz')
    """
    return f"{sha256}.json{'.gz' if stored[:2] == _GZIP else ''}"


def blob_of(name: str) -> str | None:
    """Return the SHA-256 of the blob in the file of this name; None where no blob's file is called so.

    >>> blob_of("blobs.csv") is None
    True
    """
    sha256 = name.removesuffix(".gz").removesuffix(".json")
    return sha256 if name != sha256 and is_sha256(sha256) else None


def blob_table(files: Iterable[tuple[str, str, str]]) -> bytes:
    r"""Return blobs.csv: file, SHA-256 and name of each blob; a name is no formula and hides nothing.

    >>> blob_table([("3fa9.json", "3fa9", "=a.json")])
    b"file,sha256,name\r\nblobs/3fa9.json,3fa9,'=a.json\r\n"
    """
    from nsgkit.case.spreadsheets import inert

    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(["file", "sha256", "name"])
    rows.writerows([f"{BLOBS}/{file}", sha256, inert(visible(name))] for file, sha256, name in sorted(files))
    return text.getvalue().encode("utf-8", "backslashreplace")
