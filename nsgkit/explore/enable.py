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
    find_problems,
)
from nsgkit.enable.templates import arm_template, az_commands, bicep, reader_role
from nsgkit.explore.workbench.controls import dropdown, number_field, on_change, text_field
from nsgkit.explore.workbench.panel import MARKED, panel, report_errors, show_status, status_line
from nsgkit.explore.workbench.table import html_table
from nsgkit.html import escape

# What a reader sees before typing: the sample company's own.
_GROUP = "/subscriptions/d6549a66-c45c-4979-840c-3b356da446b0/resourceGroups/marshlane/providers/"
_EXAMPLES = {
    "Virtual network": "Microsoft.Network/virtualNetworks/VNET-SHOP",
    "Subnet": "Microsoft.Network/virtualNetworks/VNET-SHOP/subnets/web",
    "Network interface (NIC)": "Microsoft.Network/networkInterfaces/web1-nic",
    NSG: "Microsoft.Network/networkSecurityGroups/SHOP-NSG",
}
_TEXTS: dict[str, Callable[[FlowLogChoice, str], str]] = {
    "az commands": lambda choice, _reader: az_commands(choice),
    "Bicep": lambda choice, _reader: bicep(choice),
    "ARM template": lambda choice, _reader: arm_template(choice),
    "Role to read": reader_role,
}
_LABELS = "15em"
_WIDE = {"width": "auto", "max_width": "76em"}


def enable_explorer(daily_bytes: float | None = None) -> ipywidgets.VBox:
    """Return a form with the portal's choices that gives `az` commands, Bicep and an ARM template.

    `daily_bytes` is what one NIC writes a day, measured on logs that there are: then the costs name
    sizes. Nothing is sent to Azure. The same text, without a widget: `nsgkit.enable`.

    >>> explorer = enable_explorer(daily_bytes=2_000_000)
    """
    return _EnableExplorer(daily_bytes).frame


class _EnableExplorer:
    """The form, what follows from its choices, and the text that carries them out."""

    def __init__(self, daily_bytes: float | None) -> None:
        self.daily_bytes, self.fields = daily_bytes, _fields()
        self.kind_of_text = ipywidgets.ToggleButtons(
            options=list(_TEXTS), description="Show:", style={"button_width": "auto"}
        )
        self.status, self.consequences, self.text = status_line(), ipywidgets.HTML(), ipywidgets.HTML()
        show = report_errors(self.status, self._show)
        on_change([self.fields["kind"]], self._change_example)
        on_change([*self.fields.values(), self.kind_of_text], show)
        show()
        below = (self.status, self.consequences, self.kind_of_text, self.text)
        self.frame = panel(*self.fields.values(), *below)

    def _show(self) -> None:
        self.consequences.value = self.text.value = ""  # what belongs to another choice must not stay
        choice, fields = self._choice(), self.fields
        problems = find_problems(choice)
        fields["workspace"].disabled = choice.interval is None
        self.kind_of_text.layout.display = "none" if problems else ""
        if problems:
            self.consequences.value = _problems(problems)
            self.text.value = _code(az_commands(choice)) if choice.kind == NSG else ""
        else:
            self.consequences.value = _consequences(
                consequences(choice, fields["nics"].value, self.daily_bytes)
            )
            self.text.value = _code(_TEXTS[self.kind_of_text.value](choice, fields["reader"].value))
        show_status(self.status, *_verdict(problems))

    def _choice(self) -> FlowLogChoice:
        asked = FlowLogChoice.__dataclass_fields__
        chosen = {name: field.value for name, field in self.fields.items() if name in asked}
        return FlowLogChoice(**chosen | {"interval": chosen["interval"] or None})

    def _change_example(self) -> None:
        """Let the example follow what is to be logged, as long as nothing else was typed."""
        target = self.fields["target"]
        if target.value in {_GROUP + example for example in _EXAMPLES.values()}:
            target.value = _GROUP + _EXAMPLES[self.fields["kind"].value]


def _fields() -> dict[str, ipywidgets.Widget]:
    text = partial(text_field, label_width=_LABELS, layout=_WIDE)
    choice = partial(dropdown, width="34em", label_width=_LABELS)
    number = partial(number_field, label_width=_LABELS)
    intervals = {"Off": 0} | {f"Every {minutes} minutes": minutes for minutes in INTERVALS}
    return {
        "kind": choice("What to log:", list(TARGETS)),
        "target": text("Its resource id:", _GROUP + _EXAMPLES["Virtual network"]),
        "region": text("Its region:", "northeurope"),
        "nics": number("NICs in it, about:", 8),
        "name": text("Name of the flow log:", "vnet-shop-flowlog"),
        "storage": text("Storage account's id:", f"{_GROUP}Microsoft.Storage/storageAccounts/marshlanelogs"),
        "storage_region": text("Storage account's region:", "northeurope"),
        "retention": number("Retention (days):", 90),
        "version": choice("Version:", [2, 1]),
        "interval": choice("Traffic Analytics:", intervals),
        "workspace": text("Its workspace's id:", f"{_GROUP}Microsoft.OperationalInsights/workspaces/traffic"),
        "reader": text("Who is to read the logs:", hint="object id of a user or group; empty: you"),
    }


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
