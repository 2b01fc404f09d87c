"""The checks of `verify` on a bundle: the bag, its case, its blobs and its report."""

import hashlib
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from nsgkit.case.bundles import form
from nsgkit.case.checking import (
    Cited,
    check_case,
    cited_by,
    hash_files,
    tell_outside_evidence,
    torn_bytes,
    walk,
)
from nsgkit.case.folder import LINES, kept_files
from nsgkit.evidence.chain import Line
from nsgkit.evidence.verification import Verification
from nsgkit.flows.files import unpack
from nsgkit.flows.parse.rows import raw_tuples
from nsgkit.html import visible

# What an analyst may put beside the manifests: a detached signature, a request for a timestamp, its answer.
_SIGNATURES = frozenset(f"{form.TAG_MANIFEST}.{ending}" for ending in ("sig", "tsq", "tsr"))
_PLACE = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
_LINE = re.compile(r"([0-9a-f]{64}) {1,2}([^\r\n ][^\r\n]*)", re.ASCII)  # bagit parts with one, or two
_AGENT = re.compile(rb"^Bag-Software-Agent: ([^\r\n]*)", re.MULTILINE)
_LONGEST = 4_096  # bytes of a line of a manifest
_SHOWN = 200  # characters of a stranger's text


def check_bundle(result: Verification) -> dict[str, str]:
    """Check a bundle, but not whether its report can be made again; return the hashes of its files."""
    found = walk(result.folder, form.FOLDERS)
    hashes = hash_files(result, found)
    _check_bag(result, hashes)
    case = result.folder / "data" / form.CASE
    below = _below(f"data/{form.CASE}/", hashes)
    lines = check_case(result, case, below)
    cited = cited_by(result, case, lines, below)
    tell_outside_evidence(result, case, cited)
    if torn := torn_bytes(result, case, lines):
        result.problems.append(f"{case / LINES}: its last {torn:,} bytes are no whole line")
    if not result.broken:
        _tell_strangers(result, lines, cited, hashes)
    _check_blobs(result, cited, hashes)
    return hashes


def _below(folder: str, hashes: Mapping[str, str]) -> dict[str, str]:
    """Return the hashes of what lies in a folder of the bundle, by the names in it."""
    return {name.removeprefix(folder): sha for name, sha in hashes.items() if name.startswith(folder)}


def _check_bag(result: Verification, hashes: Mapping[str, str]) -> None:
    """Compare the files with the manifests, and ask bagit, which needs a folder without traps, last."""
    before = len(result.problems)
    payload = {name: sha256 for name, sha256 in hashes.items() if name.startswith("data/")}
    beside = {name: sha256 for name, sha256 in hashes.items() if name not in payload}
    tags = {n: s for n, s in beside.items() if n != form.TAG_MANIFEST and n not in _SIGNATURES}
    _compare(result, form.MANIFEST, payload, hashes)
    _compare(result, form.TAG_MANIFEST, tags, hashes)
    for name in form.TAGS:
        if name not in hashes and not any(f"{result.folder / name}: " in told for told in result.problems):
            result.problems.append(f"{result.folder / name}: missing. Every bundle has it")
    if len(result.problems) == before and (told := _by_bagit(result.folder)):
        result.problems.append(f"{result.folder}: no valid bag: {told}")


def _compare(
    result: Verification, manifest: str, there: Mapping[str, str], hashes: Mapping[str, str]
) -> None:
    """Tell of files that are not as a manifest lists them. Nothing is opened because a manifest names it."""
    if manifest not in hashes:
        if not (result.folder / manifest).is_symlink():
            result.problems.append(f"{result.folder / manifest}: missing. Every bundle has it")
        return
    listed = _read_manifest(result, manifest)
    for name, sha256 in listed.items():
        if name not in there:
            result.problems.append(f"{result.folder / name}: missing. {manifest} lists it")
        elif there[name] != sha256:
            result.problems.append(f"{result.folder / name}: other bytes than {manifest} lists")
    for name in there:
        if name not in listed:
            result.problems.append(
                f"{visible(result.folder / name)}: {manifest} does not list this file. It was added, "
                f"or lines of {manifest} were cut off"
            )


def _read_manifest(result: Verification, manifest: str) -> dict[str, str]:
    """Return what a manifest lists; tell of lines that are none of a bundle's."""
    listed = dict[str, str]()
    path = result.folder / manifest
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(_LONGEST), b""), 1):
            line = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
            parsed = _LINE.fullmatch(line)
            if parsed is None or not _PLACE.fullmatch(parsed[2]) or parsed[2] in listed:
                told = f"line {number:,} is none of a bundle's: {visible(line[:_SHOWN])[:_SHOWN]}"
                result.problems.append(f"{path}: {told}. Neither it nor what stands below it was followed")
                break
            listed[parsed[2]] = parsed[1]
    return listed


def _by_bagit(folder: Path) -> str | None:
    """Return what bagit has against a bag; None where it is valid."""
    import bagit  # type: ignore[import-untyped]

    logger = logging.getLogger("bagit")
    was, logger.disabled = logger.disabled, True
    try:
        bagit.Bag(str(folder)).validate()
    except Exception as error:  # whatever bagit makes of what a stranger wrote
        return visible(str(error) or type(error).__name__)[:_SHOWN]
    finally:
        logger.disabled = was
    return None


def _tell_strangers(
    result: Verification, lines: Iterable[Line], cited: Iterable[Cited], hashes: Mapping[str, str]
) -> None:
    """Tell of files that lie in the bundle, in the manifests too, and that no line of the case names."""
    known = {f"data/{name}" for name in (form.README, form.REPORT, form.TABLE, f"{form.CASE}/{LINES}")}
    known |= {*form.TAGS, form.TAG_MANIFEST, *_SIGNATURES}
    known |= {f"data/{form.CASE}/{kept.name}" for kept in kept_files(lines)}
    blobs = {each.tuple.blob_sha256 for each in cited}
    known |= {
        f"data/{form.BLOBS}/{name}"
        for name, sha256 in _below(f"data/{form.BLOBS}/", hashes).items()
        if form.blob_of(name) == sha256 and sha256 in blobs
    }
    for name in hashes:
        if name not in known:
            result.problems.append(f"{visible(result.folder / name)}: nothing in the case names this file")


def _check_blobs(result: Verification, cited: list[Cited], hashes: Mapping[str, str]) -> None:
    """Find each cited tuple where the case says that it stands, in the blobs of the bundle."""
    files = _below(f"data/{form.BLOBS}/", hashes)
    by_blob = defaultdict[str, list[Cited]](list)
    for each in cited:
        by_blob[each.tuple.blob_sha256].append(each)
    found, named = 0, []
    for sha256, tuples in by_blob.items():
        file = next((name for name in files if form.blob_of(name) == sha256), None)
        names = dict.fromkeys(each.tuple.blob for each in tuples)
        if file is None:
            told = f"the blob {_few(names)}, which the case cites, is missing"
            result.problems.append(f"{result.folder}: {told}. Its SHA-256 is {visible(sha256)[:_SHOWN]}")
            continue
        named += [(file, sha256, name) for name in names]
        if files[file] != sha256:
            path = result.folder / "data" / form.BLOBS / file
            result.problems.append(f"{path}: not the bytes of the blob {_few(names)} that the case cites")
        else:
            found += _find_tuples(result, file, tuples)
    _check_table(result, form.blob_table(named), hashes)
    if found:
        result.notes.append(
            f"{found:,} of {len(cited):,} cited tuples found where the case says that they stand, in "
            f"{len(by_blob):,} blob{'s'[: len(by_blob) != 1]}."
        )


def _find_tuples(result: Verification, file: str, cited: list[Cited]) -> int:
    """Return how many of the tuples stand in a blob where a line says so; tell of the others."""
    path = result.folder / "data" / form.BLOBS / file
    places = [(each.tuple.record, each.tuple.tuple) for each in cited]
    try:
        if min(map(min, places)) < 0:
            raise IndexError
        there: list[str | None] = [*raw_tuples(bytes(unpack(path.read_bytes())), places)]
    except Exception:  # whatever a stranger's blob, or place, makes of it: then each by itself
        there = [_one_tuple(path, place) for place in places]
    for each, text in zip(cited, there, strict=True):
        if text != each.tuple.raw:
            stands = "no tuple" if text is None else f"the tuple {visible(text)[:_SHOWN]}"
            result.problems.append(
                f"{path}: number {each.number:,} of the case cites {visible(each.tuple.raw)[:_SHOWN]}, and "
                f"at record {each.tuple.record:,}, tuple {each.tuple.tuple:,} stands {stands}"
            )
    return sum(text == each.tuple.raw for each, text in zip(cited, there, strict=True))


def _one_tuple(path: Path, place: tuple[int, int]) -> str | None:
    try:
        return raw_tuples(bytes(unpack(path.read_bytes())), [place])[0] if min(place) >= 0 else None
    except Exception:
        return None


def _check_table(result: Verification, table: bytes, hashes: Mapping[str, str]) -> None:
    name = f"data/{form.TABLE}"
    if name in hashes and hashes[name] != hashlib.sha256(table).hexdigest():
        result.problems.append(f"{result.folder / name}: says of the blobs something else than the case")


def made_with(folder: Path) -> str:
    """Return with what the bundle says that it was made."""
    found = _AGENT.search((folder / form.INFO).read_bytes())
    return visible(found[1].decode("utf-8", "backslashreplace")) if found else "something unknown"


def _few(names: Iterable[str]) -> str:
    """Return the first of the names, and how many more there are."""
    first, *others = names
    return f"{visible(first)[:_SHOWN]}{f' and {len(others):,} more' if others else ''}"
