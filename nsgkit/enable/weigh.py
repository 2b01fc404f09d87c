"""What each choice of a flow log brings, and what it costs. Prices are not named: they change and differ.

Sources, all of Microsoft Learn: Virtual network flow logs; Create, change, enable, disable, or delete
virtual network flow logs; Traffic analytics overview. Also: Network Watcher pricing.
"""

from typing import NamedTuple

from nsgkit.enable.choice import INTERVALS, FlowLogChoice
from nsgkit.layout import CONTAINERS

FREE_BYTES = 5_000_000_000  # collected a month and subscription
VNET_CONTAINER = next(name for name, family in CONTAINERS.items() if family == "VNet")

_MONTH = 30  # days


class Consequence(NamedTuple):
    """What one of the choices brings, and what it costs."""

    choice: str
    brings: str
    costs: str


def weigh(choice: FlowLogChoice, nics: int = 1, daily_bytes: float | None = None) -> list[Consequence]:
    """Return what each of the choices brings and costs, in the order of the form.

    `daily_bytes` is what one NIC writes a day, as far as is known: then the costs name sizes for so
    many `nics`. A choice that cannot be had is not to be weighed.
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
