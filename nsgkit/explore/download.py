"""Choosing what to download by its NSG, NICs and hours, seeing its size first, and downloading it."""

from dataclasses import dataclass, field
from threading import Event
from typing import Any

import ipywidgets
import pandas as pd

from nsgkit.acquire.download import Download, download
from nsgkit.acquire.sources import Estimate, estimate, is_container, list_blobs
from nsgkit.errors import NsgkitError
from nsgkit.explore.workbench.background import caught_words, run_beside, shown_progress
from nsgkit.explore.workbench.panel import guarded, panel, say, status_line
from nsgkit.html import escape, visible
from nsgkit.times import parse_time

_LABELS = {"description_width": "12em"}
_WIDE = {"width": "auto", "max_width": "60em"}
_SHOWN = 8  # lines of a list
_WATCHER = r"^NETWORKWATCHER_[^_]+_"  # stands before a VNet flow log's name in some layouts


@dataclass
class _Getter:
    """What is chosen from and into what, the controls, and the download that runs."""

    source: str
    into: str
    credential: object
    controls: dict[str, Any]
    status: ipywidgets.HTML = field(default_factory=status_line)
    result: ipywidgets.HTML = field(default_factory=ipywidgets.HTML)
    progress: ipywidgets.VBox = field(default_factory=ipywidgets.VBox)
    stop: Event = field(default_factory=Event)


def get_explorer(
    source: str, logs: pd.DataFrame, *, into: str = "evidence", credential: object = None
) -> ipywidgets.VBox:
    """Return a widget in which to choose logs, NICs and a span, see the size, and download.

    `source` is a container's URL; or a folder, of which there is nothing to download but all
    else can be seen. `logs` is what `nsgkit.acquire.sources.list_logs` gave of it, `into` the evidence
    folder, and `credential` is as for `nsgkit.download`, which is what the widget calls.

    >>> from nsgkit.acquire.sources import list_logs
    >>> explorer = get_explorer("data/samples", list_logs("data/samples"))
    """
    getter = _Getter(source, into, credential, _controls(logs))
    controls = getter.controls
    controls["logs"].observe(guarded(getter.status, lambda _: _offer_nics(getter, logs)), "value")
    for name in ("logs", "nics", "start", "end", "line"):
        controls[name].observe(guarded(getter.status, lambda _: _forget(getter)), "value")
    controls["look"].on_click(guarded(getter.status, lambda _: _look(getter), "Looking …"))
    controls["download"].on_click(guarded(getter.status, lambda _: _start(getter)))
    controls["cancel"].on_click(guarded(getter.status, lambda _: _cancel(getter)))
    _forget(getter)
    lists = ipywidgets.HBox([controls["logs"], controls["nics"]], layout={"flex_flow": "row wrap"})
    buttons = ipywidgets.HBox([controls[name] for name in ("look", "download", "cancel")])
    fields = [controls[name] for name in ("start", "end", "line")]
    return panel(lists, *fields, buttons, getter.status, getter.progress, getter.result)


def _controls(logs: pd.DataFrame) -> dict[str, Any]:
    end = logs["last_hour"].max() + pd.Timedelta("1h")
    start = max(logs["first_hour"].min(), end - pd.Timedelta("24h"))
    return {
        "logs": _list("NSGs and flow logs:", _named(logs)),
        "nics": _list("NICs:", _nics(logs)),
        "start": _text("From (UTC):", f"{start:%Y-%m-%d %H:%M}"),
        "end": _text("To (UTC):", f"{end:%Y-%m-%d %H:%M}"),
        "line": ipywidgets.BoundedFloatText(
            50, min=0.1, max=100_000, description="Line (megabits/s):", style=_LABELS
        ),
        "look": _button("Look", "List what is there; nothing is downloaded", "primary"),
        "download": _button("Download", "Copy it into the evidence folder"),
        "cancel": _button("Cancel", "Stop; the same again goes on where it stopped"),
    }


def _look(getter: _Getter) -> None:
    asked = _asked(getter)
    with caught_words() as said:
        blobs = list_blobs(getter.source, credential=getter.credential, **asked)
    if blobs.empty:
        say(getter.status, "There is no blob of what is chosen.", "Choose a longer span, or other logs.")
        return
    coming = estimate(blobs, getter.into, getter.controls["line"].value)
    after = int((blobs["hour"] >= parse_time(asked["end"], "end")).sum())
    getter.result.value = _lines(said.getvalue()) + _found(coming, after) + _code(getter, asked)
    if not is_container(getter.source):
        say(
            getter.status,
            "These are on this machine already: there is nothing to download.",
            "To download, put a container's URL into the parameters.",
        )
        return
    getter.controls["download"].disabled = False
    say(getter.status, f"Press Download to copy this into {getter.into}.")


def _start(getter: _Getter) -> None:
    """Download beside the notebook, so that Cancel is heard."""
    getter.stop = Event()
    asked = _asked(getter)
    _enable(getter, look=False, download=False, cancel=True)
    say(getter.status, "Downloading …")
    run_beside(guarded(getter.status, lambda: _download(getter, asked), "Downloading …"))


def _download(getter: _Getter, asked: dict[str, Any]) -> None:
    getter.result.value = ""
    try:
        with shown_progress(getter.progress) as tell, caught_words():
            done = download(
                getter.source,
                getter.into,
                credential=getter.credential,
                stop=getter.stop,
                on_progress=tell,
                **asked,
            )
    finally:
        _enable(getter, look=True, download=True, cancel=False)
    getter.result.value = _lines(str(done)) + _code(getter, asked)
    say(getter.status, *_verdict(done))


def _cancel(getter: _Getter) -> None:
    getter.stop.set()
    getter.controls["cancel"].disabled = True
    say(getter.status, "Stopping: what is under way comes to its end first.")


def _forget(getter: _Getter) -> None:
    """Take away what was found for another choice."""
    getter.result.value = ""
    _enable(getter, look=True, download=False, cancel=False)
    say(getter.status, "Press Look to see how much this is; nothing is downloaded by that.")


def _offer_nics(getter: _Getter, logs: pd.DataFrame) -> None:
    nics, macs = getter.controls["nics"], _nics(logs[logs["resource"].isin(getter.controls["logs"].value)])
    nics.value = ()  # or the page looks for lines that the shorter list no longer has
    nics.options = macs
    nics.value = macs


def _asked(getter: _Getter) -> dict[str, Any]:
    """Return the choice as `nsgkit.download` takes it; all of a list is no restriction."""
    asked = {"start": getter.controls["start"].value, "end": getter.controls["end"].value}
    for name, control in (("resource", getter.controls["logs"]), ("mac", getter.controls["nics"])):
        if control.options and not control.value:
            raise NsgkitError(f"Nothing is chosen under {control.description} Choose at least one.")
        if len(control.value) < len(control.options):
            asked[name] = list(control.value)
    return asked


def _enable(getter: _Getter, **which: bool) -> None:
    for name, enabled in which.items():
        getter.controls[name].disabled = not enabled


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
    spoken = f"{minutes:,} min {seconds} s" if minutes else f"{max(seconds, 1)} s"
    return f"<p><b>{there}</b> {rest}To come: {coming.new_size:,} bytes, about {spoken} on this line.</p>"


def _code(getter: _Getter, asked: dict[str, Any]) -> str:
    """Return the call that does the same, for a cell."""
    if not is_container(getter.source):
        return ""
    options = "".join(f", {name}={value!r}" for name, value in asked.items())
    call = f"nsgkit.download({getter.source!r}, {getter.into!r}{options})"
    return f"<details><summary>Show as code</summary><code>{escape(call)}</code></details>"


def _lines(text: str) -> str:
    return f"<p>{'<br>'.join(escape(line) for line in text.splitlines())}</p>"


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


def _list(label: str, options: list[Any]) -> ipywidgets.SelectMultiple:
    values = [option[1] if isinstance(option, tuple) else option for option in options]
    rows = min(_SHOWN, max(2, len(values)))
    return ipywidgets.SelectMultiple(
        options=options, value=values, rows=rows, description=label, style=_LABELS, layout={"width": "36em"}
    )


def _text(label: str, value: str) -> ipywidgets.Text:
    return ipywidgets.Text(value, description=label, style=_LABELS, continuous_update=False)


def _button(name: str, hint: str, style: str = "") -> ipywidgets.Button:
    return ipywidgets.Button(description=name, tooltip=hint, button_style=style)
