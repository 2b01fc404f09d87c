"""Choosing what to download by its NSG, NICs and hours, seeing its size first, and downloading it."""

from functools import partial
from threading import Event
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.acquire import messages
from nsgkit.acquire.download import Download, download
from nsgkit.acquire.sources import Estimate, estimate, is_container, list_blobs
from nsgkit.errors import NoLogsError, NsgkitError
from nsgkit.explore.workbench.background import log_shown, run_in_thread, shown_progress
from nsgkit.explore.workbench.case_bar import CaseBar
from nsgkit.explore.workbench.controls import (
    button,
    multiple_choice,
    number_field,
    on_change,
    row,
    text_field,
)
from nsgkit.explore.workbench.panel import (
    lines_as_html,
    panel,
    report_errors,
    show_status,
    status_line,
    telling_errors,
)
from nsgkit.html import escape, visible
from nsgkit.times import parse_time

_LABELS = "12em"
_HERE = (
    "These are on this machine already: there is nothing to download.",
    "To download, put a container's URL into the parameters.",
)
_WATCHER = r"^NETWORKWATCHER_[^_]+_"  # stands before a VNet flow log's name in some layouts


def download_explorer(
    source: str, logs: pd.DataFrame, *, folder: str = "evidence", credential: object = None
) -> ipywidgets.VBox:
    """Return a widget in which to choose logs, NICs and a span, see the size, and download.

    `source` is a container's URL; or a folder, of which there is nothing to download but all
    else can be seen. `logs` is what `nsgkit.explore.list_source` gave of it, `folder` the evidence
    folder, and `credential` is as for `nsgkit.download`, which is what the widget calls.

    >>> from nsgkit.explore.sources import list_source
    >>> explorer = download_explorer("data/samples", list_source("data/samples"))
    """
    return _DownloadExplorer(source, logs, folder, credential).frame


class _DownloadExplorer:
    """What is chosen from and into what, the controls, and the download that runs."""

    def __init__(self, source: str, logs: pd.DataFrame, folder: str, credential: object) -> None:
        self.source, self.logs, self.folder, self.credential = source, logs, folder, credential
        self.stop = Event()
        self.status, self.result, self.progress = status_line(), ipywidgets.HTML(), ipywidgets.VBox()
        self.controls = _choices(logs)
        look = report_errors(self.status, self._look, "Looking …")
        start, cancel = (report_errors(self.status, press) for press in (self._start, self._cancel))
        self.buttons = {
            "look": button("Look", look, hint="List it; nothing is downloaded", button_style="primary"),
            "download": button("Download", start, hint="Copy it into the evidence folder"),
            "cancel": button("Cancel", cancel, hint="Stop; the same again goes on where it stopped"),
        }
        on_change([self.controls["logs"]], report_errors(self.status, self._offer_nics))
        on_change(self.controls.values(), report_errors(self.status, self._forget))
        self._forget()
        lists = row(self.controls["logs"], self.controls["nics"])
        fields = [self.controls[name] for name in ("start", "end", "line")]
        buttons = ipywidgets.HBox(list(self.buttons.values()))
        told = (self.status, self.progress, self.result, CaseBar(self.status).alone)
        self.frame = panel(lists, *fields, buttons, *told)

    def _look(self) -> None:
        asked = self._asked()
        said: list[str] = []
        try:
            with log_shown(messages.NAME, said.append):
                blobs = list_blobs(self.source, credential=self.credential, **asked)
        except NoLogsError:  # files whose names tell nothing; `logs` was read from what they hold
            if is_container(self.source):
                raise
            show_status(self.status, *_HERE)
            return
        if blobs.empty:
            what_to_do = "Choose a longer span, or other logs."
            show_status(self.status, "There is no blob of what is chosen.", what_to_do)
            return
        coming = estimate(blobs, self.folder, self.controls["line"].value)
        after = int((blobs["hour"] >= parse_time(asked["end"], "end")).sum())
        self.result.value = _paragraph(said) + _found(coming, after) + self._code(asked)
        if not is_container(self.source):
            show_status(self.status, *_HERE)
            return
        self.buttons["download"].disabled = False
        show_status(self.status, f"Press Download to copy this into {self.folder}.")

    def _start(self) -> None:
        """Download in a thread, so that Cancel is heard."""
        self.stop = Event()
        asked = self._asked()
        self._enable(cancel=True)
        show_status(self.status, "Downloading …")
        run_in_thread(telling_errors(self.status, lambda: self._download(asked), "Downloading …"))

    def _download(self, asked: dict[str, Any]) -> None:
        said: list[str] = []

        def tell(sentence: str) -> None:
            said.append(sentence)
            self.result.value = _paragraph(said)

        self.result.value = ""
        try:
            with shown_progress(self.progress) as on_progress, log_shown(messages.NAME, tell):
                done = download(
                    self.source,
                    self.folder,
                    credential=self.credential,
                    stop=self.stop,
                    on_progress=on_progress,
                    **asked,
                )
        finally:
            self._enable(look=True, download=True)
        self.result.value = f"<p>{lines_as_html(str(done))}</p>{self._code(asked)}"
        show_status(self.status, *_verdict(done))

    def _cancel(self) -> None:
        self.stop.set()
        self.buttons["cancel"].disabled = True
        show_status(self.status, "Stopping: what is under way comes to its end first.")

    def _forget(self) -> None:
        """Take away what was found for another choice."""
        self.result.value = ""
        self._enable(look=True)
        show_status(self.status, "Press Look to see how much this is; nothing is downloaded by that.")

    def _offer_nics(self) -> None:
        nics, chosen = self.controls["nics"], self.logs["resource"].isin(self.controls["logs"].value)
        macs = _nics(self.logs[chosen])
        nics.value = ()  # or the page looks for lines that the shorter list no longer has
        nics.options = macs
        nics.value = macs

    def _asked(self) -> dict[str, Any]:
        """Return the choice as `nsgkit.download` takes it; all of a list is no restriction."""
        asked = {name: self.controls[name].value for name in ("start", "end")}
        for name, control in (("resource", self.controls["logs"]), ("mac", self.controls["nics"])):
            if control.options and not control.value:
                raise NsgkitError(f"Nothing is chosen under {control.description} Choose at least one.")
            if len(control.value) < len(control.options):
                asked[name] = list(control.value)
        return asked

    def _enable(self, **enabled: bool) -> None:
        """Let these buttons be pressed, and no others."""
        for name, pressed in self.buttons.items():
            pressed.disabled = not enabled.get(name, False)

    def _code(self, asked: dict[str, Any]) -> str:
        """Return the call that does the same, for a cell."""
        if not is_container(self.source):
            return ""
        options = "".join(f", {name}={value!r}" for name, value in asked.items())
        call = f"nsgkit.download({self.source!r}, {self.folder!r}{options})"
        return f"<details><summary>Show as code</summary><code>{escape(call)}</code></details>"


def _choices(logs: pd.DataFrame) -> dict[str, Any]:
    end = logs["last_hour"].max() + pd.Timedelta("1h")
    start = max(logs["first_hour"].min(), end - pd.Timedelta("24h"))
    several = partial(multiple_choice, label_width=_LABELS)
    time = partial(text_field, label_width=_LABELS, continuous_update=False)
    return {
        "logs": several("NSGs and flow logs:", _named(logs)),
        "nics": several("NICs:", _nics(logs)),
        "start": time("From (UTC):", f"{start:%Y-%m-%d %H:%M}"),
        "end": time("To (UTC):", f"{end:%Y-%m-%d %H:%M}"),
        "line": number_field("Line (megabits/s):", 50.0, label_width=_LABELS),
    }


def _verdict(done: Download) -> tuple[str, str]:
    if done.stopped:
        return "Stopped before the end.", "Press Download to go on where it stopped."
    if done.failed:
        return f"{len(done.failed):,} blobs could not be read.", "Press Download to try these again."
    return "All of it is here.", "Verify it below, and look at its hours."


def _found(coming: Estimate, after: int) -> str:
    there = f"{coming.blobs:,} blobs, {coming.size:,} bytes."
    held = coming.blobs - coming.new_blobs
    rest = f"{after:,} of them are of the hour after the span, for its last minute. " if after else ""
    rest += f"{held:,} of them are in the evidence folder already. " if held else ""
    minutes, seconds = divmod(round(coming.seconds), 60)
    time = f"{minutes:,} min {seconds} s" if minutes else f"{max(seconds, 1)} s"
    return f"<p><b>{there}</b> {rest}To come: {coming.new_size:,} bytes, about {time} on this line.</p>"


def _paragraph(sentences: list[str]) -> str:
    return f"<p>{'<br>'.join(escape(sentence) for sentence in sentences)}</p>" if sentences else ""


def _named(logs: pd.DataFrame) -> list[tuple[str, str]]:
    """Return (name, resource); the name is the id's last part, or the whole id where two share it."""
    last = logs["resource"].str.rsplit("/", n=1).str[-1].str.replace(_WATCHER, "", regex=True)
    names = last.where(~last.duplicated(keep=False), logs["resource"])
    return [
        (f"{family}  {visible(name)}", resource)
        for family, name, resource in zip(logs["family"], names, logs["resource"], strict=True)
    ]


def _nics(logs: pd.DataFrame) -> list[str]:
    return sorted({mac for macs in logs["nics"] for mac in macs})
