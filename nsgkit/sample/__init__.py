"""The sample logs: days of a company that does not exist, with one story planted in the last two.

Everything is made from nothing by fixed dice, so that every machine writes the same bytes. `company/` is who
is there, `scenes/` what they do, `logging/` how the NICs write it down; `truth` states what is planted.
"""

import json
from collections import defaultdict
from pathlib import Path

from nsgkit.errors import NsgkitError
from nsgkit.progress import progress
from nsgkit.sample import readme
from nsgkit.sample.company import exports, places, resources
from nsgkit.sample.evidence import download_evidence
from nsgkit.sample.logging import defects
from nsgkit.sample.logging.connections import logged
from nsgkit.sample.logging.records import HEAD, TAIL, Hour, Record, minutes, path, records
from nsgkit.sample.scenes import (
    incident,
    internet,
    lookalikes,
    office,
    outsiders,
    servers,
    shop,
    story,
)
from nsgkit.sample.truth import Fact, truth
from nsgkit.sample.world import World, the_world

__all__ = ["write_evidence", "write_samples"]

# In this order: of two tuples in the same millisecond, the earlier scene's is written first.
_SCENES = (shop, office, servers, internet, outsiders, lookalikes, incident)
_HARMLESS = (lookalikes, shop, servers, internet, outsiders)
_KINDS = ("backup", "monitoring", "long connection", "scan", "updates", "probe")


def make_samples(seed: int = 0, *, days: int = 2, nics: int = 8, internet: bool = False) -> dict[str, bytes]:
    """Return every file of the sample: its path below the folder, with forward slashes, and its bytes.

    It takes some seconds. The same bytes of a seed on every platform and in every Python version; the other
    arguments are `write_samples`'s.
    """
    world = the_world(seed, days=days, nics=nics, internet=internet)
    hours, cut_record = _changed_hours(world)
    beside = _beside(world, truth(world, hours, cut_record, _facts(world)))
    files = _blobs(world, hours, cut_record) | {name: text.encode("utf-8") for name, text in beside.items()}
    said = world.naming.said
    return {said(name): said(content.decode("utf-8")).encode("utf-8") for name, content in files.items()}


def write_samples(
    folder: str | Path = "data/samples",
    seed: int = 0,
    *,
    days: int = 2,
    nics: int = 8,
    internet: bool = False,
) -> int:
    """Write the sample logs and what lies beside them into `folder`; return how many files there are.

    Seed 0 is the sample that the kit comes with. Any other gives another company: other names and addresses,
    another date, other attackers, hours and sizes, and in one world of five nobody who gets in. What is
    planted in it stands in truth.json.

    Parameters
    ----------
    folder : str or Path
        An empty or a new folder, or one in which this sample was written before.
    seed : int
        Which world, from 0 on.
    days : int
        How many, from 2 to 31. The story takes the last two and stays as it is; ordinary days come before it,
        without office work at a weekend.
    nics : int
        How many machines have a log, from 8 to 32: those beyond the eight are workstations and web servers.
    internet : bool
        Whether 5,000 outsiders more knock or visit, of ranges that nobody owns, most of them once or twice.

    Returns
    -------
    int
        How many files there are. The most that can be asked for, 31 days, 32 NICs and the internet, are three
        million tuples: it takes minutes and 3 GB of memory.

    Raises
    ------
    NsgkitError
        Where the folder holds anything else, for made-up logs never mix with evidence; or where a world
        cannot be so.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_samples(folder)
    359
    """
    folder = Path(folder).expanduser()
    files = make_samples(seed, days=days, nics=nics, internet=internet)
    if folder.is_file():
        raise NsgkitError(f"{folder} is a file. Name an empty or a new folder for the sample.")
    if strangers := _strangers(folder, files):
        raise NsgkitError(
            f"{folder} already holds {strangers[0]}, which is not of the sample: made-up logs must not mix "
            "with other files. Name an empty or a new folder."
        )
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return len(files)


def write_evidence(folder: str | Path) -> Path:
    """Write a small evidence folder to practise on, and return it: three downloads of two NICs of the sample.

    Its hours are of every kind that there is: complete, growing, gone from Azure, not readable, without a
    blob, and not asked for. It takes some seconds and no network; the same bytes every time.

    Raises NsgkitError where the folder is not empty.

    >>> from tempfile import TemporaryDirectory
    >>> from nsgkit import verify
    >>> with TemporaryDirectory() as folder:
    ...     verify(write_evidence(folder)).ok
    True
    """
    folder = Path(folder).expanduser()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NsgkitError(
            f"{folder} is not empty: made-up logs must not mix with evidence. Name an empty or a new folder."
        )
    world = the_world()
    download_evidence(_blobs(world, *_changed_hours(world)), folder)
    return folder


def _hours(world: World) -> dict[Hour, list[Record]]:
    """Return the records of each hour of each NIC, as if nothing had happened to them since."""
    quiet = world == the_world(world.seed)  # as large as the kit's own, and made in some seconds
    scenes = progress(_SCENES, desc="Playing", unit="scene", disable=quiet)
    acted = (connection for scene in scenes for connection in scene.connections(world))
    found = minutes(world, (entry for connection in acted for entry in logged(world, connection)))
    defects.add_defects(world, found)
    hours: dict[Hour, list[Record]] = defaultdict(list)
    for (host, second), lines in progress(found.items(), desc="Writing", unit="minute", disable=quiet):
        hours[host, second // 3_600].extend(records(world, (host, second), lines))
    return hours


def _changed_hours(world: World) -> tuple[dict[Hour, list[Record]], bytes]:
    """Return the records of each hour with what has happened to them since, and a record that was cut."""
    hours = _hours(world)
    defects.remove_gap(world, hours)
    defects.repeat_record(world, hours)
    return hours, defects.truncate_growing_blob(world, hours)


def _blobs(world: World, hours: dict[Hour, list[Record]], cut_record: bytes) -> dict[str, bytes]:
    """Return every PT1H.json by its path."""
    blobs = {path(hour): _blob(those) for hour, those in hours.items()}
    blobs[path(defects.growing(world))] = _growing_blob(hours[defects.growing(world)], cut_record)
    return blobs


def _facts(world: World) -> list[Fact]:
    """Return what is planted: the incident as it happened, then the harmless, kind by kind."""
    harmless = [fact for scene in _HARMLESS for fact in scene.facts(world)]
    return [*story.facts(world), *sorted(harmless, key=lambda fact: _KINDS.index(fact.kind))]


def _beside(world: World, facts: dict[str, object]) -> dict[str, str]:
    return {
        "README.md": readme.text(world, facts),
        "feed.csv": exports.feed(world),
        "geofeed.csv": places.geofeed(world),
        "places.csv": places.places(world),
        "known.toml": exports.known(world),
        "network.toml": exports.network(world),
        "nics.json": resources.nics(world),
        "nsg.json": exports.nsgs(world),
        "truth.json": json.dumps(facts, indent=2) + "\n",
        "vnets.json": resources.vnets(),
    }


def _blob(those: list[Record]) -> bytes:
    """Return a PT1H.json."""
    return HEAD + b",".join(record.text for record in those) + TAIL


def _growing_blob(those: list[Record], cut_record: bytes) -> bytes:
    """Return a PT1H.json that was copied while its last record was being written: it is not closed."""
    return HEAD + b",".join([*(record.text for record in those), cut_record])


def _strangers(folder: Path, files: dict[str, bytes]) -> list[str]:
    """Return the files in the folder that are not of the sample; hidden ones are nobody's business."""
    there = [p.relative_to(folder) for p in sorted(folder.rglob("*")) if p.is_file()]
    seen = [p.as_posix() for p in there if not any(part.startswith(".") for part in p.parts)]
    return [name for name in seen if name not in files]
