"""What an evidence folder holds: whether it is unchanged, and for which hours there is anything."""

from pathlib import Path

import ipywidgets
import pandas as pd

from nsgkit import views
from nsgkit.case.verification import can_be_verified, verify
from nsgkit.errors import NoLogsError
from nsgkit.evidence.folder import as_folder, is_evidence
from nsgkit.evidence.hours import manifest_hours
from nsgkit.explore.workbench.case_bar import CaseBar
from nsgkit.explore.workbench.controls import button, text_field
from nsgkit.explore.workbench.panel import lines_as_html, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.table import html_table
from nsgkit.flows.coverage import coverage
from nsgkit.flows.logs import read_logs
from nsgkit.html import escape
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


def verify_explorer(folder: str | Path) -> ipywidgets.VBox:
    """Return a widget that checks an evidence folder, a case or a bundle at a button: see `nsgkit.verify`.

    >>> explorer = verify_explorer("evidence")
    """
    return _VerifyExplorer(folder).frame


def coverage_explorer(folder: str | Path) -> ipywidgets.VBox:
    """Return a widget with the hours of a folder of logs, NIC by NIC, and what each state means.

    >>> explorer = coverage_explorer("data/samples")
    """
    return _CoverageExplorer(folder).frame


def folder_hours(folder: str | Path) -> pd.DataFrame:
    """Return the hours of an evidence folder by its manifest, or of any other folder by its files.

    Columns: hour (UTC), resource, mac, status, and what `coverage` adds. Raises NoLogsError where
    there is nothing.

    >>> folder_hours("data/samples")["status"].value_counts()["missing"].item()
    2
    """
    if is_evidence(folder):
        return manifest_hours(folder)
    return coverage(read_logs(folder).blobs)


class _VerifyExplorer:
    """A button, a field for the head that was noted, and what the check found."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder
        self.status, self.found, self.progress = status_line(), ipywidgets.HTML(), ipywidgets.Output()
        check = report_errors(self.status, self._verify, "Reading all of it again …")
        press = button("Verify", check, hint="Read all of it again and compare it")
        self.head = text_field("Noted head:", hint="of an earlier download, or of the case, if you have one")
        report_errors(self.status, self._say_what_it_is)()
        self.frame = panel(
            ipywidgets.HBox([press, self.head]),
            self.status,
            self.progress,
            self.found,
            CaseBar(self.status).alone,
        )

    def _say_what_it_is(self) -> None:
        if self._was_downloaded():
            show_status(self.status, "Press Verify to check every file.")

    def _was_downloaded(self) -> bool:
        """Whether there is anything to compare with, or nothing yet; says so where logs have no manifest."""
        path = as_folder(self.folder, "folder")
        if not path.exists() or can_be_verified(path):
            return True
        show_status(
            self.status,
            f"{self.folder} is no evidence folder, no case and no bundle: nsgkit did not download it, and it "
            "has no manifest to compare with.",
            "nsgkit.read_logs notes the SHA-256 of each file as it is now: see .blobs.",
        )
        return False

    def _verify(self) -> None:
        self.found.value = ""
        self.progress.clear_output()
        if not self._was_downloaded():
            return
        with self.progress:  # the bar of the check
            checked = verify(self.folder, head=self.head.value or None)
        verdict = "Unchanged." if checked.ok else "CHANGED: this is no longer what it was."
        show_status(self.status, verdict)
        self.found.value = lines_as_html(str(checked))


class _CoverageExplorer:
    """The picture of the hours, the table of their states, and a button to look again."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = folder
        self.status, self.legend, self.picture = status_line(), ipywidgets.HTML(), ipywidgets.VBox()
        look = report_errors(self.status, self._show, "Looking …")
        press = button("Look again", look, hint="After a download")
        look()
        case = CaseBar(self.status, pictures=lambda: self.picture)
        self.frame = panel(ipywidgets.HBox([press]), self.status, self.picture, self.legend, case.alone)

    def _show(self) -> None:
        self.picture.children, self.legend.value = (), ""
        try:
            hours = folder_hours(self.folder)
        except NoLogsError as error:
            show_status(self.status, "There is nothing to show yet.", str(error))
            return
        self.picture.children = (selectable(views.coverage(hours)),)
        self.legend.value = _legend(hours, has_manifest=is_evidence(self.folder))


def _legend(hours: pd.DataFrame, *, has_manifest: bool) -> str:
    counts = hours["status"].value_counts()
    meanings = MEANINGS if has_manifest else MEANINGS | {"missing": _UNTOLD}
    rows = [
        (escape(status), f"{counts[status]:,}", escape(meaning))
        for status, meaning in meanings.items()
        if counts.get(status, 0)
    ]
    return html_table(("State", "Hours of a NIC", "What it means"), rows)
