"""What is chosen when a flow log is created: what each choice brings and costs, why some are impossible.

Nothing here calls Azure. Prices are not named: they change and differ.

Sources, all of Microsoft Learn: Virtual network flow logs; Create, change, enable, disable, or delete
virtual network flow logs; Flow logging for network security groups; Traffic analytics overview;
Naming rules and restrictions for Azure resources. Also: Network Watcher pricing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nsgkit.layout import CONTAINERS

NSG = "Network security group (NSG)"
# What can be logged -> how its resource id goes on after the provider's name.
TARGETS = {
    "Virtual network": "virtualNetworks/*",
    "Subnet": "virtualNetworks/*/subnets/*",
    "Network interface (NIC)": "networkInterfaces/*",
    NSG: "networkSecurityGroups/*",
}
LONGEST_RETENTION = 365  # days
INTERVALS = (10, 60)  # minutes between two runs of Traffic Analytics
FREE_BYTES = 5_000_000_000  # collected a month and subscription
VNET_CONTAINER = next(name for name, family in CONTAINERS.items() if family == "VNet")

_MONTH = 30  # days
_NAME = re.compile(r"[A-Za-z0-9](?:[\w.-]{0,78}\w)?", re.ASCII)
_REGION = re.compile(r"[a-z0-9]+")
_PLACEHOLDER = re.compile(r"<[a-z ]+>")


@dataclass(frozen=True)
class FlowLogChoice:
    """What the portal's form asks for when a flow log is created."""

    name: str
    kind: str  # one of TARGETS
    target: str  # resource id of what is to be logged
    region: str  # of the target, such as northeurope
    storage: str  # resource id of the storage account
    storage_region: str
    retention: int = 0  # days that a blob is kept; 0 keeps it until somebody deletes it
    version: int = 2
    interval: int | None = None  # minutes between two runs of Traffic Analytics; None: without
    workspace: str = ""  # resource id of the Log Analytics workspace


class Problem(NamedTuple):
    """Why a choice cannot be had, and what to do instead."""

    why: str
    remedy: str


def region_name(text: str) -> str:
    """Return a region's name as Azure's commands write it.

    >>> region_name("North Europe")
    'northeurope'
    """
    return re.sub(r"\s", "", text).lower()


def find_problems(choice: FlowLogChoice) -> list[Problem]:
    """Return every reason why Azure would refuse this flow log, or it would not work; [] when none.

    >>> vnet = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"
    >>> account = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs"
    >>> choice = FlowLogChoice("log", "Virtual network", vnet, "westeurope", account, "westus")
    >>> [problem.why for problem in find_problems(choice)]
    ['The storage account is in westus, and what is to be logged is in westeurope.']
    """
    if choice.kind == NSG:
        return [
            Problem(
                "A new NSG flow log cannot be created since 30 June 2025: Azure answers "
                "NsgFlowLogCreationBlocked.",
                "Log the virtual network instead, or the subnet or NIC that the NSG protects. The commands "
                "tell which these are. An NSG flow log that exists goes on until 30 September 2027.",
            )
        ]
    if unknown := find_placeholders(choice):
        where = "; ".join(f"{', '.join(found)} in {field}" for field, found in unknown.items())
        return [
            Problem(
                f"Not yet possible: the logs do not tell {where}.",
                "Type what it is. The portal shows a resource's id and region under JSON View.",
            ),
            *_wrong_settings(choice),
        ]
    return [*_wrong_names(choice), *_wrong_places(choice), *_wrong_settings(choice)]


def find_placeholders(choice: FlowLogChoice) -> dict[str, list[str]]:
    """Return what still stands in angle brackets, field by field in the order of the form.

    >>> find_placeholders(FlowLogChoice("log", "Subnet", "<group>/<subnet>", "<region>", "", "eastus"))
    {'its resource id': ['<group>', '<subnet>'], 'its region': ['<region>']}
    """
    texts = {
        "its resource id": choice.target,
        "its region": choice.region,
        "its name": choice.name,
        "the storage account's id": choice.storage,
        "the storage account's region": choice.storage_region,
        "the workspace's id": "" if choice.interval is None else choice.workspace,
    }
    return {field: found for field, text in texts.items() if (found := _PLACEHOLDER.findall(text))}


def _wrong_names(choice: FlowLogChoice) -> Iterator[Problem]:
    if not _NAME.fullmatch(choice.name):
        yield Problem(
            "The flow log's name is not one that Azure takes.",
            "Use 1 to 80 letters, digits, dots, hyphens and underscores; begin with a letter or digit.",
        )
    yield from _wrong_id("what is to be logged", choice.target, f"Microsoft.Network/{TARGETS[choice.kind]}")
    yield from _wrong_id("the storage account", choice.storage, "Microsoft.Storage/storageAccounts/*")
    if choice.interval is not None:
        yield from _wrong_id("the workspace", choice.workspace, "Microsoft.OperationalInsights/workspaces/*")


def _wrong_id(what: str, text: str, form: str) -> Iterator[Problem]:
    provider = re.escape(form).replace(r"\*", r"[\w.-]+")
    scope = r"/subscriptions/[\da-f-]+/resourceGroups/[\w().-]+/providers/"
    if not re.fullmatch(scope + provider, text.strip(), re.IGNORECASE):
        yield Problem(
            f"The resource id of {what} is missing or of another kind.",
            f"It looks like /subscriptions/…/resourceGroups/…/providers/{form.replace('*', '…')}. The portal "
            "shows it under JSON View.",
        )


def _wrong_places(choice: FlowLogChoice) -> Iterator[Problem]:
    target, storage = region_name(choice.region), region_name(choice.storage_region)
    for what, region in (("what is to be logged", target), ("the storage account", storage)):
        if not _REGION.fullmatch(region):
            yield Problem(f"The region of {what} is missing.", "Write it as northeurope or North Europe.")
            return
    if target != storage:
        yield Problem(
            f"The storage account is in {storage}, and what is to be logged is in {target}.",
            f"A flow log is written within its own region: choose an account in {target}, or make one.",
        )


def _wrong_settings(choice: FlowLogChoice) -> Iterator[Problem]:
    if not 0 <= choice.retention <= LONGEST_RETENTION:
        yield Problem(
            f"Retention cannot be {choice.retention:,} days: it is a number from 0 to {LONGEST_RETENTION}.",
            "Choose 0, which keeps the blobs until you delete them, and set a limit by a lifecycle rule of "
            "your own on the storage account.",
        )
    if choice.version != 2:
        yield Problem(
            f"Version {choice.version} is a format of NSG flow logs, which can no longer be created.",
            "Choose version 2. The records of a VNet flow log call themselves version 4.",
        )
    if choice.interval not in (None, *INTERVALS):
        yield Problem(
            f"Traffic Analytics does not run every {choice.interval} minutes.", "Choose 10 or 60 minutes."
        )


class Consequence(NamedTuple):
    """What one of the choices brings, and what it costs."""

    choice: str
    brings: str
    costs: str


def consequences(choice: FlowLogChoice, nics: int = 1, daily_bytes: float | None = None) -> list[Consequence]:
    """Return what each of the choices brings and costs, in the order of the form.

    `daily_bytes` is what one NIC writes a day, as far as is known: then the costs name sizes for so
    many `nics`. Ask for them only where `find_problems` finds none.
    """
    day = None if daily_bytes is None else daily_bytes * nics
    return [
        Consequence("What is logged", _scope(choice), _collected(day)),
        Consequence(
            "Storage account",
            f"The blobs appear in the container {VNET_CONTAINER}, which Azure makes with the first blob, "
            "within 30 minutes. The account must be of the standard kind. Whoever may write to it may change "
            "evidence.",
            "Azure Storage charges for what is kept, for every write, and for reading it out of the region. "
            "If the account's keys are rotated, logging stops until the flow log is disabled and enabled.",
        ),
        Consequence("Retention", _kept(choice), _stored(choice, day)),
        Consequence(
            "Version",
            "A VNet flow log writes its own format, version 4 in each record, with bytes and packets and "
            "whether the traffic was encrypted. The setting stays at 2.",
            "None.",
        ),
        _analytics(choice),
    ]


def _scope(choice: FlowLogChoice) -> str:
    wider = {
        "Virtual network": "Every NIC in the network, also one that is added later: nothing is forgotten.",
        "Subnet": "Every NIC in this subnet, and nothing beside it: who moves to another subnet is not seen.",
        "Network interface (NIC)": "This NIC alone. A machine with two needs two flow logs.",
    }
    return (
        f"{wider[choice.kind]} Where several flow logs cover a NIC, the nearest one counts: NIC before "
        "subnet before virtual network. Where an NSG flow log still covers it, rows may be there twice."
    )


def _collected(day: float | None) -> str:
    charged = (
        "Network Watcher charges for each gigabyte collected, beyond 5 free ones a month and subscription."
    )
    if day is None:
        return charged
    month = day * _MONTH
    free = "within what is free" if month <= FREE_BYTES else f"{size(month - FREE_BYTES)} of it charged"
    return f"{charged} At the pace given, about {size(month)} a month: {free}."


def _kept(choice: FlowLogChoice) -> str:
    if choice.retention == 0:
        return "Blobs are kept until somebody deletes them."
    return (
        f"Azure deletes each blob {choice.retention} days after it was written, by a lifecycle rule on the "
        "account (general-purpose v2 only). What is found out later than that is found out too late: "
        "download what you may need."
    )


def _stored(choice: FlowLogChoice, day: float | None) -> str:
    if day is None:
        return "More days, more storage."
    if choice.retention == 0:
        return f"The store grows by about {size(day * _MONTH)} a month, without end."
    return f"The store levels off at about {size(day * choice.retention)}."


def _analytics(choice: FlowLogChoice) -> Consequence:
    if choice.interval is None:
        return Consequence(
            "Traffic Analytics",
            "Off. The blobs are all that there is, and all that these notebooks need.",
            "None.",
        )
    return Consequence(
        "Traffic Analytics",
        f"Every {choice.interval} minutes, the portal gets a summary: the source port is lost, and public "
        "addresses are folded together. It does not replace the blobs.",
        "Charged for each gigabyte processed, with nothing free, and again by Log Analytics for its rows."
        + (" A summary every ten minutes has more of them." if choice.interval == INTERVALS[0] else ""),
    )


def size(number: float) -> str:
    """Return a number of bytes in words.

    >>> size(1_234_567)
    '1.2 MB'
    """
    for unit, one in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= one:
            return f"{number / one:,.1f} {unit}"
    return f"{number:,.0f} bytes"
