"""The form that turns flow logs on: the portal's choices, and the commands and templates for them."""

from collections.abc import Callable
from functools import partial

import ipywidgets

from nsgkit.enable.choice import (
    INTERVALS,
    NSG,
    TARGETS,
    Consequence,
    FlowLogChoice,
    Problem,
    consequences,
    find_placeholders,
    find_problems,
)
from nsgkit.enable.known import Known
from nsgkit.enable.templates import arm_template, az_commands, bicep, reader_role
from nsgkit.explore.workbench.case_bar import CaseBar
from nsgkit.explore.workbench.controls import dropdown, number_field, on_change, text_field
from nsgkit.explore.workbench.panel import MARKED, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape

_TEXTS: dict[str, Callable[[FlowLogChoice, str], str]] = {
    "az commands": lambda choice, _reader: az_commands(choice),
    "Bicep": lambda choice, _reader: bicep(choice),
    "ARM template": lambda choice, _reader: arm_template(choice),
    "Role to read": reader_role,
}
_STORAGE = "Microsoft.Storage/storageAccounts/<storage account>"
_WORKSPACE = "Microsoft.OperationalInsights/workspaces/<workspace>"
_LABELS = "15em"
_WIDE = {"width": "auto", "max_width": "76em"}


def enable_explorer(known: Known | None = None) -> ipywidgets.VBox:
    """Return a form with the portal's choices that gives `az` commands, Bicep and an ARM template.

    `known` is what `known_from_logs` told: the form opens with it, and the costs name sizes. What it does
    not know stands there as `<…>`. Nothing is sent to Azure. The same text, without a widget:
    `nsgkit.enable`.

    >>> explorer = enable_explorer()
    """
    return _EnableExplorer(known or Known()).frame


class _EnableExplorer:
    """The form, what follows from its choices, and the text that carries them out."""

    def __init__(self, known: Known) -> None:
        self.known, self.fields = known, _fields(known)
        self.kind_of_text = ipywidgets.ToggleButtons(
            options=list(_TEXTS), description="Show:", style={"button_width": "auto"}
        )
        self.status, self.consequences, self.text = status_line(), ipywidgets.HTML(), ipywidgets.HTML()
        show = report_errors(self.status, self._show)
        on_change([self.fields["kind"]], self._change_target)
        on_change([*self.fields.values(), self.kind_of_text], show)
        show()
        below = (self.status, self.consequences, self.kind_of_text, self.text, CaseBar(self.status).alone)
        self.frame = panel(*self.fields.values(), *below)

    def _show(self) -> None:
        self.consequences.value = self.text.value = ""  # what belongs to another choice must not stay
        choice, fields = self._choice(), self.fields
        problems = find_problems(choice)
        fields["workspace"].disabled = choice.interval is None
        only_unknown = len(problems) == 1 and bool(find_placeholders(choice)) and choice.kind != NSG
        as_text = not problems or only_unknown  # with <…> in it, the text shows what is still to be typed
        self.kind_of_text.layout.display = "" if as_text else "none"
        if as_text:
            found = consequences(choice, fields["nics"].value, self.known.daily_bytes)
            self.consequences.value = _consequences(found)
            self.text.value = _code(_TEXTS[self.kind_of_text.value](choice, fields["reader"].value))
        else:
            self.consequences.value = _problems(problems)
            self.text.value = _code(az_commands(choice)) if choice.kind == NSG else ""
        show_status(self.status, *(problems[0] if only_unknown else _verdict(problems)))

    def _choice(self) -> FlowLogChoice:
        asked = FlowLogChoice.__dataclass_fields__
        chosen = {name: field.value for name, field in self.fields.items() if name in asked}
        return FlowLogChoice(**chosen | {"interval": chosen["interval"] or None})

    def _change_target(self) -> None:
        """Let the id follow what is to be logged, as long as nothing else was typed."""
        target = self.fields["target"]
        if target.value in map(self.known.target, TARGETS):
            target.value = self.known.target(self.fields["kind"].value)


def _fields(known: Known) -> dict[str, ipywidgets.Widget]:
    text = partial(text_field, label_width=_LABELS, layout=_WIDE)
    choice = partial(dropdown, width="34em", label_width=_LABELS)
    number = partial(number_field, label_width=_LABELS)
    intervals = {"Off": 0} | {f"Every {minutes} minutes": minutes for minutes in INTERVALS}
    return {
        "kind": choice("What to log:", list(TARGETS)),
        "target": text("Its resource id:", known.target("Virtual network")),
        "region": text("Its region:", known.region),
        "nics": number("NICs in it, about:", known.nics or 1),
        "name": text("Name of the flow log:", _flow_log_name(known)),
        "storage": text("Storage account's id:", known.beside(_STORAGE)),
        "storage_region": text("Storage account's region:", known.region),
        "retention": number("Retention (days):", 90),
        "version": choice("Version:", [2, 1]),
        "interval": choice("Traffic Analytics:", intervals),
        "workspace": text("Its workspace's id:", known.beside(_WORKSPACE)),
        "reader": text("Who is to read the logs:", hint="object id of a user or group; empty: you"),
    }


def _flow_log_name(known: Known) -> str:
    return "<name>" if known.network.startswith("<") else f"{known.network.lower()}-flowlog"


def _verdict(problems: list[Problem]) -> tuple[str, str]:
    if problems:
        return "These choices are not possible as they stand.", "Change what is marked below."
    return (
        "These choices are possible.",
        "Nothing was sent to Azure: run the commands yourself, or give them to somebody who may run them.",
    )


def _problems(problems: list[Problem]) -> str:
    return "".join(
        f'<p style="{MARKED}"><b>{escape(problem.why)}</b> {escape(problem.remedy)}</p>'
        for problem in problems
    )


def _consequences(found: list[Consequence]) -> str:
    rows = [tuple(escape(cell) for cell in row) for row in found]
    return html_table(("Choice", "What it brings", "What it costs"), rows)


def _code(text: str) -> str:
    lines = "\n".join(escape(line) for line in text.splitlines())
    return f'<pre tabindex="0" style="overflow-x: auto; white-space: pre">{lines}</pre>'
