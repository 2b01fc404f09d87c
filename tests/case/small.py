"""A case on two literal blobs with a line of each kind, and its bundle as a stranger would make it anew."""

import hashlib
import json
import shutil
from pathlib import Path

import nsgkit
from nsgkit import case as cases
from tests.acquire.logs import hours, name
from tests.blobs import blob, nsg_record
from tests.stored import chain

SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"
LINES = "data/case/case.jsonl"
_SECONDS = 1734598800  # 09:00 of the day of `hours`


def tuples(hour, *minutes):
    """A denied attempt and a connection with counters at each of the minutes."""
    for at in (_SECONDS + 3600 * hour + 60 * minute for minute in minutes):
        yield f"{at},35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"
        yield f"{at},203.0.113.9,10.0.0.4,{50000 + at % 9999},443,T,I,A,B,,,,"
        yield f"{at + 30},203.0.113.9,10.0.0.4,{50000 + at % 9999},443,T,I,A,E,1,200,3,400"


def write_logs(folder, blobs):
    """Write blobs under their names into a folder, and return the folder."""
    for called, data in blobs.items():
        (folder / called).parent.mkdir(parents=True, exist_ok=True)
        (folder / called).write_bytes(data)
    return folder


def make_case(folder):
    """Make logs, a case of them with a line of each kind, and its bundle in a folder; return the case."""
    blobs = {name(hour): blob(nsg_record(*tuples(n, 44), minute=44)) for n, hour in enumerate(hours(2))}
    logs = nsgkit.read_logs(write_logs(folder / "logs", blobs))
    (folder / "network.toml").write_text('own = ["10.0.0.0/8"]\n')
    held = nsgkit.conversations(logs)
    case = cases.open(folder / "case", logs, author="kim", network=folder / "network.toml")
    case.star(held, "all of it", tags=["entry"], query="nsgkit.conversations(logs)")
    case.verdict(nsgkit.detections.denied_triage(held, network=["10.0.0.0/8"]), "benign", "a probe")
    case.note("asked the shop")
    case.keep_picture(SVG, "a picture")
    case.bundle(folder / "bundle")
    return case


def events(bundle):
    return [json.loads(line) for line in (bundle / LINES).read_bytes().splitlines()]


def write_events(bundle, told, tokens=()):
    """Write the lines of a bundle's case anew, each bound to the one before: as good as nsgkit's own.

    `tokens` are pairs: a text that stands in them as a value, and the JSON that takes its place.
    """
    (bundle / LINES).write_bytes(b"".join(chain(told, tokens)))


def write_kept(bundle, told, number, data):
    """Give the line of this number another file, called by its SHA-256 as is due."""
    kept = told[number]["file"]
    folder = bundle / "data" / "case" / "files"
    (folder / f"{kept['sha256']}.{kept['ending']}").unlink(missing_ok=True)
    kept |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / f"{kept['sha256']}.{kept['ending']}").write_bytes(data)
    write_events(bundle, told)


def write_manifests(bundle):
    """Write both manifests anew, for whatever lies in the bundle."""
    files = [path for path in sorted(bundle.rglob("*")) if path.is_file() and not path.is_symlink()]
    names = {path: path.relative_to(bundle).as_posix() for path in files}
    payload = [path for path in files if names[path].startswith("data/")]
    size = sum(path.stat().st_size for path in payload)
    info = (bundle / "bag-info.txt").read_text().splitlines()
    info = [line for line in info if not line.startswith("Payload-Oxum")]
    (bundle / "bag-info.txt").write_text("\n".join([*info, f"Payload-Oxum: {size}.{len(payload)}", ""]))
    _sums(bundle / "manifest-sha256.txt", {names[path]: path for path in payload})
    tags = {p.name: p for p in sorted(bundle.iterdir()) if p.is_file() and not p.name.startswith("tagman")}
    _sums(bundle / "tagmanifest-sha256.txt", tags)


def _sums(manifest, files):
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {called}\n" for called, path in files.items()]
    manifest.write_text("".join(lines))


def copied(bundle, to):
    """Return a fresh copy of a bundle at a place that the copy before it may have."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(bundle, to))


def everything_beside(folder, but):
    """What lies in a folder but below `but`: names and bytes, so that a write outside is seen."""
    files = [p for p in folder.rglob("*") if p.is_file() and not p.is_relative_to(but)]
    return {str(path): path.read_bytes() for path in files}
