"""What an evidence folder holds: proof that it is unchanged, and for which hours there is anything."""

from pathlib import Path

import ipywidgets
import pandas as pd

from nsgkit.acquire.sources import hours_of
from nsgkit.errors import NoLogsError
from nsgkit.evidence.folder import as_folder, is_mirror
from nsgkit.evidence.verify import verify
from nsgkit.explore.workbench.panel import guarded, panel, say, status_line
from nsgkit.flows.coverage import coverage
from nsgkit.flows.logs import read_logs
from nsgkit.html import escape
from nsgkit.views import grids
from nsgkit.views.theme import selectable

MEANINGS = {
    "present": "the blob is here, and whole",
    "with rejects": "it is here, and not all of it could be read",
    "begins in the middle": "it is here, and what stood before in it is missing",
    "growing": "it was not finished when it was last read: download again later",
    "could not be read": "there is a blob, and nothing of it could be read: look for the reason",
    "no longer in Azure": "it is here, and Azure has deleted it since: this is the only copy",
    "missing": "Azure had no blob for this NIC and hour",
    "not asked for": "it lies in no span that was downloaded: nobody looked",
    "before the first": "before the NIC's first blob",
    "after the last": "after the NIC's last blob",
}
_UNTOLD = "there is no blob here; a folder without a manifest cannot tell whether Azure had one"


def proof(folder: str | Path) -> ipywidgets.VBox:
    """Return a widget that verifies a mirror at the press of a button: see `nsgkit.verify`.

    >>> widget = proof("evidence")
    """
    button = ipywidgets.Button(description="Verify", tooltip="Read all of it again and compare it")
    status, result, progress = status_line(), ipywidgets.HTML(), ipywidgets.Output()

    def check(_button: object) -> None:
        result.value = ""
        progress.clear_output()
        if as_folder(folder, "folder").is_dir() and not is_mirror(folder):
            say(
                status,
                f"{folder} was not downloaded by nsgkit: it has no manifest to compare with.",
                "What its files are now, nsgkit.read_logs notes in .blobs, with the SHA-256 of each.",
            )
            return
        with progress:
            checked = verify(folder)
        say(status, "Unchanged." if checked.ok else "CHANGED: this is no longer what was downloaded.")
        result.value = "<br>".join(escape(line) for line in str(checked).splitlines())

    button.on_click(guarded(status, check, "Reading all of it again …"))
    say(status, "Press Verify to check every file.")
    return panel(ipywidgets.HBox([button]), status, progress, result)


def hours_explorer(folder: str | Path) -> ipywidgets.VBox:
    """Return a widget with the hours of a mirror or folder, NIC by NIC, and what each state means.

    >>> widget = hours_explorer("data/samples")
    """
    button = ipywidgets.Button(description="Look again", tooltip="After a download")
    status, legend, picture = status_line(), ipywidgets.HTML(), ipywidgets.VBox()

    def show(_button: object = None) -> None:
        picture.children, legend.value = (), ""
        try:
            hours = evidence_hours(folder)
        except NoLogsError as error:
            say(status, "There is nothing to show yet.", str(error))
            return
        picture.children = (selectable(grids.coverage(hours)),)
        legend.value = _legend(hours, told=is_mirror(folder))

    button.on_click(guarded(status, show, "Looking …"))
    guarded(status, show)()
    return panel(ipywidgets.HBox([button]), status, picture, legend)


def evidence_hours(folder: str | Path) -> pd.DataFrame:
    """Return the hours of a mirror by its manifest, or of any other folder by its files.

    Columns: hour (UTC), resource, mac, status, and what `coverage` adds. Raises NoLogsError where
    there is nothing.

    >>> evidence_hours("data/samples")["status"].value_counts()["missing"].item()
    2
    """
    if is_mirror(folder):
        return hours_of(folder)
    return coverage(read_logs(folder).blobs)


def _legend(hours: pd.DataFrame, *, told: bool) -> str:
    counts = hours["status"].value_counts()
    meanings = MEANINGS if told else MEANINGS | {"missing": _UNTOLD}
    rows = "".join(
        f"<tr><td>{status}</td><td>{counts[status]:,}</td><td>{escape(meaning)}</td></tr>"
        for status, meaning in meanings.items()
        if counts.get(status, 0)
    )
    head = "".join(f'<th scope="col">{title}</th>' for title in ("State", "Hours of a NIC", "What it means"))
    return f'<table class="nsgkit-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
