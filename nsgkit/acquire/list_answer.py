"""The service's list of blobs, made safe before the SDK parses it.

One blob's nonsense makes the SDK give up a whole page. So each blob keeps only the facts that are used,
and one whose facts cannot be true keeps its name alone: it is to be looked at before it is read.
"""

import base64
import re
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

UNKNOWN = -1  # the size of a blob of which the list says nonsense
LARGEST = 1 << 48  # bytes: above what Azure takes as one blob, some 190 TiB

_ETAG = re.compile(r'"?[!#-~]{1,200}"?')
_DATES = ("Creation-Time", "Last-Modified")
_USED = ("Content-Length", "Etag", *_DATES, "Content-MD5", "Content-Encoding")


def safe_list(body: bytes) -> bytes:
    """Return the list with nothing in it that the SDK cannot parse; ValueError where it is no list.

    >>> safe_list(b"<html></html>")
    Traceback (most recent call last):
        ...
    ValueError: this is no list of blobs
    """
    text = body.decode("utf-8-sig")
    if "<!DOCTYPE" in text:  # its entities may grow without end; Azure sends none
        raise ValueError("this is no list of blobs")
    root = ElementTree.fromstring(text)  # noqa: S314
    if root.tag != "EnumerationResults" or root.find("Blobs") is None:
        raise ValueError("this is no list of blobs")
    for blob in root.iter("Blob"):
        _make_safe(blob)
    # A bare carriage return would be read as a line feed.
    safe: bytes = ElementTree.tostring(root, encoding="utf-8")
    return safe.replace(b"\r", b"&#13;")


def is_size(text: str) -> bool:
    """Whether a blob can be so many bytes long.

    >>> is_size("941"), is_size("-5"), is_size("abc"), is_size(str(2**70))
    (True, False, False, False)
    """
    return re.fullmatch(r"[0-9]{1,15}", text) is not None and int(text) <= LARGEST


def is_etag(text: str) -> bool:
    r"""Whether the text can be sent back as an ETag.

    >>> is_etag('"0x8DD1F"'), is_etag("0x8\nDD"), is_etag("")
    (True, False, False)
    """
    return _ETAG.fullmatch(text) is not None


def _make_safe(blob: ElementTree.Element) -> None:
    told = blob.find("Properties")
    facts = {name: (told.findtext(name) or "") for name in _USED} if told is not None else {}
    kept = facts if _make_sense(facts) else {"Content-Length": str(UNKNOWN)}
    for part in list(blob):
        if part.tag != "Name":
            blob.remove(part)
    properties = ElementTree.SubElement(blob, "Properties")
    for name, text in {"BlobType": "BlockBlob", **kept}.items():  # the SDK insists on a type
        if text:
            ElementTree.SubElement(properties, name).text = text


def _make_sense(facts: dict[str, str]) -> bool:
    try:
        base64.b64decode(facts.get("Content-MD5", ""), validate=True)
        for name in _DATES:
            if facts.get(name):
                parsedate_to_datetime(facts[name])
    except ValueError:
        return False
    return is_size(facts.get("Content-Length", "")) and is_etag(facts.get("Etag", ""))
