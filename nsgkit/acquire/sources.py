"""What can be chosen from a container, an evidence folder, or a folder laid out like a container."""

import re
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pandas as pd

from nsgkit.acquire.blobs import WORKERS
from nsgkit.acquire.listing import find_blobs, find_logs
from nsgkit.acquire.selection import Names, asked_span, names, parse_macs
from nsgkit.errors import NoLogsError, hides_locals
from nsgkit.evidence.folder import as_folder, evidence_blobs, is_evidence
from nsgkit.layout import LATE, floor_hour, is_flow_log, parse_name

# Also what only looks like a URL, or a part of one: `parse_container_url` refuses it, repeating no secret.
_ADDRESS = re.compile(r"://|\.(?:blob|dfs)\.(?:core|storage)\.|sig(?:=|%3D)|AccountKey=", re.IGNORECASE)
COLUMNS = ["name", "family", "resource", "hour", "mac", "size"]
ROUND_TRIP = 0.1  # seconds that one small blob takes, from another network than Azure's


class Estimate(NamedTuple):
    """What a download would bring: blobs and bytes in all, those still to come, and about how long."""

    blobs: int
    size: int
    new_blobs: int
    new_size: int
    seconds: float


def is_container(source: object) -> TypeGuard[str]:
    """Whether the source is a container's URL, and not a folder.

    >>> is_container("https://demo.blob.core.windows.net/insights-logs-flowlogflowevent")
    True
    """
    return isinstance(source, str) and _ADDRESS.search(source) is not None


@hides_locals
def list_logs(source: str | Path, *, credential: object = None) -> pd.DataFrame:
    """List the NSGs and flow logs of a container, an evidence folder or a folder, as `nsgkit.find_logs` does.

    The NICs of a folder are all of them. Raises NoLogsError where there is no blob laid out as in a
    container, and for a container what `nsgkit.find_logs` raises.

    >>> list_logs("data/samples")["last_day_blobs"].tolist()
    [48, 15, 48, 72]
    """
    if is_container(source):
        return find_logs(source, credential=credential)
    return describe_logs(_stored(source))


def describe_logs(blobs: pd.DataFrame) -> pd.DataFrame:
    """Tell of each NSG or flow log of these blobs what `list_logs` tells; `blobs` has COLUMNS.

    >>> describe_logs(list_blobs("data/samples", "2024-12-18", "2024-12-20"))["last_day_blobs"].tolist()
    [48, 15, 48, 72]
    """
    rows = []
    for (family, resource), those in blobs.groupby(["family", "resource"], observed=True):
        last_day = those[those["hour"].dt.floor("D") == those["hour"].max().floor("D")]
        rows.append(
            {
                "family": family,
                "resource": resource,
                "first_hour": those["hour"].min(),
                "last_hour": those["hour"].max(),
                "days": those["hour"].dt.floor("D").nunique(),
                "nics": tuple(sorted(those["mac"].dropna().unique())),
                "last_day_blobs": len(last_day),
                "last_day_bytes": int(last_day["size"].sum()),
            }
        )
    return pd.DataFrame(rows).sort_values("resource", ignore_index=True)


@hides_locals
def list_blobs(  # noqa: PLR0913
    source: str | Path,
    start: str,
    end: str,
    *,
    resource: Names = None,
    mac: Names = None,
    credential: object = None,
) -> pd.DataFrame:
    """List the blobs of a span, as `nsgkit.acquire.listing.find_blobs` does, also of a folder.

    Columns: name, family, resource, hour (UTC), mac, size (bytes). `resource` takes whole ids. The blobs of
    the hour that begins at `end` are among them: they hold tuples of the minute before.

    >>> list_blobs("data/samples", "2024-12-19 09:00", "2024-12-19 10:00")["hour"].dt.hour.unique().tolist()
    [9, 10]
    """
    if is_container(source):
        blobs = find_blobs(source, start, end, resource=resource, mac=mac, credential=credential)
        return blobs[COLUMNS]
    (first, last), macs, blobs = asked_span(start, end), parse_macs(mac), _stored(source)
    inside = (blobs["hour"] >= floor_hour(first)) & (blobs["hour"] < last + LATE)
    if resource is not None:
        inside &= blobs["resource"].isin([name.upper() for name in names(resource)])
    if macs is not None:
        inside &= blobs["mac"].isin(macs)
    return blobs[inside].sort_values("name", ignore_index=True)


@hides_locals
def estimate(blobs: pd.DataFrame, folder: str | Path, megabits: float) -> Estimate:
    """Tell what a download of these blobs into an evidence folder would bring, and how long it would take.

    What the folder holds already does not come again; of a blob that has grown, only the growth does.
    The time is what a line of so many megabits a second takes for the bytes, or what so many blobs take
    in the few that are read at a time, whichever is more: a rough guide, not a promise.

    >>> estimate(list_blobs("data/samples", "2024-12-18", "2024-12-20"), "no folder yet", 50).new_blobs
    349
    """
    held = {blob.name: blob.size for blob in evidence_blobs(folder)} if is_evidence(folder) else {}
    to_come = (blobs["size"] - blobs["name"].map(held).fillna(0)).clip(lower=0)
    new, size = int((to_come > 0).sum()), int(to_come.sum())
    seconds = max(size / (megabits * 125_000), new * ROUND_TRIP / WORKERS)
    return Estimate(len(blobs), int(blobs["size"].sum()), new, size, seconds)


def _stored(source: str | Path) -> pd.DataFrame:
    folder = as_folder(source, "source")
    if is_evidence(folder):
        found = [(blob.name, blob.size) for blob in evidence_blobs(folder)]
    elif not folder.is_dir():
        raise NoLogsError(f"There is no folder {folder}. A container's URL begins with https://.")
    else:
        files = (path for path in folder.rglob("*") if path.is_file())
        found = [(path.relative_to(folder).as_posix(), path.stat().st_size) for path in files]
    rows = [(name, *parse_name(name), size) for name, size in found]
    table = pd.DataFrame([row for row in rows if is_flow_log(row[0]) and row[-1]], columns=COLUMNS)
    if table.empty:
        raise NoLogsError(
            f"{folder} holds no blob that is laid out as in a container. nsgkit.read_logs reads any folder."
        )
    return table.assign(hour=pd.to_datetime(table["hour"], utc=True).dt.as_unit("ms"))
