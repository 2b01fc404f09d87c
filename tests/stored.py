"""Evidence folders made without a storage account: blobs stored as a download stores them."""

import hashlib
import json

from nsgkit.evidence.chain import FIRST
from nsgkit.evidence.manifest import MANIFEST
from nsgkit.evidence.writer import open_writer
from tests.acquire.logs import hours, name
from tests.blobs import PROBE, blob, nsg_record

PLACE = {"account": "demo", "container": "insights-logs-networksecuritygroupflowevent"}
BLOBS = {name(hour): blob(nsg_record(PROBE, minute=n)) for n, hour in enumerate(hours(3))}


def stored(name, data=b"{}", **other):
    """What a line "stored" says of a blob of these bytes, or something else in some fields."""
    sha256 = hashlib.sha256(data).hexdigest()
    described = {"name": name, "size": len(data), "etag": '"0x8DD"', "created": None, "modified": None}
    hashes = {"md5": None, "encoding": None, "sha256": sha256, "file_sha256": sha256, "md5_agrees": None}
    rest = {"parts": [[0, len(data)]], "blocks": None, "growing": False, "served": "2024-12-19T12:00:00Z"}
    return PLACE | described | hashes | rest | other


def store(writer, name, data):
    """Put a blob's file into an evidence folder that is open, and its line into the manifest."""
    with writer.incoming(**PLACE, name=name) as coming:
        coming.file.write(data)
    writer.add("stored", **stored(name, data))


def evidence_folder(path, blobs, *more):
    """Make an evidence folder of these blobs; `more` are further lines, (event, facts)."""
    with open_writer(path) as writer:
        for name, data in blobs.items():
            store(writer, name, data)
        for event, facts in more:
            writer.manifest.add(event, **facts)
        writer.write_sums()
    return path


def files(folder):
    return sorted(path for path in (folder / "blobs").rglob("*") if path.is_file())


def manifest(folder):
    return (folder / MANIFEST).read_bytes().splitlines(keepends=True)


def write_manifest(folder, lines):
    (folder / MANIFEST).write_bytes(b"".join(lines))


def chain(events, tokens=()):
    """Lines of these events, each bound to the one before: what a tamperer can make as well as we.

    `tokens` are pairs of texts: a value, and JSON that takes its place.
    """
    previous, lines = FIRST, []
    for number, event in enumerate(events):
        bound = {"n": number, "prev": previous} | {k: v for k, v in event.items() if k not in {"n", "prev"}}
        text = with_tokens(json.dumps(bound), tokens).encode()
        previous = hashlib.sha256(text).hexdigest()
        lines.append(text + b"\n")
    return lines


def with_tokens(text, tokens):
    """JSON with values in it that no encoder of Python writes, such as NaN."""
    for value, token in tokens:
        text = text.replace(json.dumps(value), token)
    return text


def events_of(folder):
    return [json.loads(line) for line in manifest(folder)]
