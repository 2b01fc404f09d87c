"""The form that turns flow logs on: the portal's choices, and the commands and templates for them."""

from collections.abc import Callable

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
from nsgkit.explore.workbench.panel import guarded, panel, say, status_line
from nsgkit.html import escape
from nsgkit.views.theme import DENIED

# What a reader sees before typing: the sample company's own.
_GROUP = "/subscriptions/d6549a66-c45c-4979-840c-3b356da446b0/resourceGroups/marshlane/providers/"
_EXAMPLES = {
    "Virtual network": "Microsoft.Network/virtualNetworks/VNET-SHOP",
    "Subnet": "Microsoft.Network/virtualNetworks/VNET-SHOP/subnets/web",
    "Network interface (NIC)": "Microsoft.Network/networkInterfaces/web1-nic",
    NSG: "Microsoft.Network/networkSecurityGroups/SHOP-NSG",
}
_MARKED = f"border-left: 4px solid {DENIED}; padding-left: 8px"
_LABELS = {"description_width": "15em"}
_WIDE = {"width": "auto", "max_width": "76em"}


def enable_form(daily_bytes: float | None = None) -> ipywidgets.VBox:
    """Return a form with the portal's choices that gives `az` commands, Bicep and an ARM template.

    `daily_bytes` is what one NIC writes a day, measured on logs that there are: then the costs name
    sizes. Nothing is sent to Azure. The same text, without a widget: `nsgkit.enable`.

    >>> form = enable_form(daily_bytes=2_000_000)
    """
    fields = _fields()
    shown = ipywidgets.ToggleButtons(
        options=list(_TEXTS), description="Show:", style={"button_width": "auto"}
    )
    status, result, text = status_line(), ipywidgets.HTML(), ipywidgets.HTML()

    def show(_change: object = None) -> None:
        result.value = text.value = ""  # what belongs to another choice must not stay
        choice = _read(fields)
        problems = find_problems(choice)
        fields["workspace"].disabled = choice.interval is None
        shown.layout.display = "none" if problems else ""
        if not problems:
            result.value = _consequences(consequences(choice, fields["nics"].value, daily_bytes))
            text.value = _code(_TEXTS[shown.value](choice, fields["reader"].value))
        else:
            result.value = _problems(problems)
            text.value = _code(az_commands(choice)) if choice.kind == NSG else ""
        say(status, *_verdict(problems))

    fields["kind"].observe(lambda _change: _change_example(fields), "value")
    for field in (*fields.values(), shown):
        field.observe(guarded(status, show), "value")
    guarded(status, show)()
    return panel(*fields.values(), status, result, shown, text)


def _change_example(fields: dict[str, ipywidgets.Widget]) -> None:
    """Let the example follow what is to be logged, as long as nothing else was typed."""
    if fields["target"].value in {_GROUP + example for example in _EXAMPLES.values()}:
        fields["target"].value = _GROUP + _EXAMPLES[fields["kind"].value]


_TEXTS: dict[str, Callable[[FlowLogChoice, str], str]] = {
    "az commands": lambda choice, _reader: az_commands(choice),
    "Bicep": lambda choice, _reader: bicep(choice),
    "ARM template": lambda choice, _reader: arm_template(choice),
    "Role to read": reader_role,
}


def _fields() -> dict[str, ipywidgets.Widget]:
    intervals = {"Off": 0} | {f"Every {minutes} minutes": minutes for minutes in INTERVALS}
    return {
        "kind": _list("What to log:", list(TARGETS)),
        "target": _text("Its resource id:", _GROUP + _EXAMPLES["Virtual network"]),
        "region": _text("Its region:", "northeurope"),
        "nics": _number("NICs in it, about:", 8),
        "name": _text("Name of the flow log:", "vnet-shop-flowlog"),
        "storage": _text("Storage account's id:", f"{_GROUP}Microsoft.Storage/storageAccounts/marshlanelogs"),
        "storage_region": _text("Storage account's region:", "northeurope"),
        "retention": _number("Retention (days):", 90),
        "version": _list("Version:", [2, 1]),
        "interval": _list("Traffic Analytics:", intervals),
        "workspace": _text(
            "Its workspace's id:", f"{_GROUP}Microsoft.OperationalInsights/workspaces/traffic"
        ),
        "reader": _text("Who is to read the logs:", "", "object id of a user or group; empty: you"),
    }


def _text(label: str, value: str, hint: str = "") -> ipywidgets.Text:
    return ipywidgets.Text(value, description=label, placeholder=hint, style=_LABELS, layout=_WIDE)


def _list(label: str, options: object) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(options=options, description=label, style=_LABELS, layout={"width": "34em"})


def _number(label: str, value: int) -> ipywidgets.BoundedIntText:
    return ipywidgets.BoundedIntText(value, min=0, max=100_000, description=label, style=_LABELS)


def _read(fields: dict[str, ipywidgets.Widget]) -> FlowLogChoice:
    asked = FlowLogChoice.__dataclass_fields__
    chosen = {name: field.value for name, field in fields.items() if name in asked}
    return FlowLogChoice(**chosen | {"interval": chosen["interval"] or None})


def _verdict(problems: list[Problem]) -> tuple[str, str]:
    if problems:
        return "These choices are not possible as they stand.", "Change what is marked below."
    return (
        "These choices are possible.",
        "Nothing was sent to Azure: run the commands yourself, or hand them to whoever may.",
    )


def _problems(problems: list[Problem]) -> str:
    return "".join(
        f'<p style="{_MARKED}"><b>{escape(problem.why)}</b> {escape(problem.remedy)}</p>'
        for problem in problems
    )


def _consequences(found: list[Consequence]) -> str:
    head = "".join(f'<th scope="col">{title}</th>' for title in ("Choice", "What it brings", "What it costs"))
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in found)
    return f'<table class="nsgkit-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _code(text: str) -> str:
    lines = "\n".join(escape(line) for line in text.splitlines())
    return f'<pre tabindex="0" style="overflow-x: auto; white-space: pre">{lines}</pre>'
