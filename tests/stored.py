"""Evidence folders made without a storage account: blobs stored as a download stores them."""

import hashlib

from nsgkit.evidence.folder import blob_key
from nsgkit.evidence.writer import open_writer

PLACE = {"account": "demo", "container": "insights-logs-networksecuritygroupflowevent"}


def stored(name, data=b"{}", **other):
    """What a line "stored" says of a blob of these bytes, or something else in some fields."""
    sha256 = hashlib.sha256(data).hexdigest()
    described = {"name": name, "size": len(data), "etag": '"0x8DD"', "created": None, "modified": None}
    hashes = {"md5": None, "encoding": None, "sha256": sha256, "file_sha256": sha256, "md5_agrees": None}
    rest = {"parts": [[0, len(data)]], "blocks": None, "growing": False, "served": "2024-12-19T12:00:00Z"}
    return PLACE | described | hashes | rest | other


def store(writer, name, data):
    """Put a blob's file into an evidence folder that is open, and its line into the manifest."""
    with writer.incoming(blob_key(**PLACE, name=name), 0) as file:
        file.write(data)
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
