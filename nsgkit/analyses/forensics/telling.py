"""What happened, in one plain sentence an event."""

from typing import Any

import pandas as pd

from nsgkit.schema.ports import service_of

Event = Any  # a row of the timeline, as itertuples gives it
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_DECIDED = {"allowed": "allowed", "denied": "denied", "unknown": "not decided, as far as the log tells"}


def told(event: Event) -> str:
    """Return the sentence of an event.

    It takes the columns of `schema.TIMELINE`, and answered, decision_before and last_before.
    """
    return _SENTENCES.get(event.event, _conversation)(event)


def lasting(time: pd.Timedelta) -> str:
    """Return how long something lasted, in its two largest units.

    >>> lasting(pd.Timedelta("52min 9s")), lasting(pd.Timedelta("24h")), lasting(pd.Timedelta("300ms"))
    ('52 minutes 9 seconds', '1 day', 'less than a second')
    """
    left, parts = int(time.total_seconds()), []
    for size, unit in _UNITS:
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number:,} {unit}{'' if number == 1 else 's'}")
    return " ".join(parts[:2]) or "less than a second"


def _conversation(event: Event) -> str:
    ends = f"{event.src_ip} {_did(event)} {_at(event)}"
    many = event.count > 1
    times = f" {event.count:,} times in {lasting(event.last - event.first)}" if many else ""
    return f"{ends}{times}{_by(event)}{_went(event, many=many)}."


def _did(event: Event) -> str:
    """Return the verb: a rule that allows says nothing of an answer."""
    if event.decision == "denied":
        return "was denied at"
    if event.decision == "allowed" and _known(event.answered) and event.answered:
        return "connected to"
    return "called"


def _by(event: Event) -> str:
    rule = f" by {event.rule}" if _known(event.rule) else ""
    if event.decision == "denied":
        return rule
    unanswered = ", and no packet came back" if _known(event.answered) and not event.answered else ""
    return f", {_DECIDED[event.decision]}{rule}{unanswered}"


def _went(event: Event, *, many: bool) -> str:
    """Return how long a connection lasted, what it carried, and which end of it the logs do not have."""
    if event.decision == "denied":
        return ""
    parts = []
    if not many and _known(event.state):
        parts += [lasting(event.last - event.first)]
    ways = (("sent", event.bytes_src_to_dst), ("received", event.bytes_dst_to_src))
    if sizes := [f"{size:,} bytes {way}" for way, size in ways if _known(size)]:
        parts += [" and ".join(sizes)]
    ends = {"orphan": "it began before these logs", "open": "these logs have no end of it"}
    if not many and event.state in ends:
        parts += [ends[event.state]]
    return "".join(f"; {part}" for part in parts)


def _at(event: Event) -> str:
    service = service_of(int(event.dst_port))
    return f"{event.dst_ip}:{event.dst_port} ({event.protocol}{', ' + service if service else ''})"


def _seen(event: Event) -> str:
    return f"{event.about} is {event.event} in these logs."


def _changed(event: Event) -> str:
    before = f" by {event.rule_before}" if _known(event.rule_before) else ""
    now = f" by {event.rule}" if _known(event.rule) else ""
    turned = "is now allowed" if event.decision == "allowed" else "is now denied"
    was = f"Until {event.last_before:%Y-%m-%d %H:%M:%S} UTC it was {event.decision_before}{before}."
    return f"{event.src_ip} at {_at(event)} {turned}{now}. {was}"


def _missing(event: Event) -> str:
    what = {"no logs": "There are no logs", "silence": "There is no row"}.get(event.event)
    nic = f"NIC {event.mac}" if _known(event.mac) else "any NIC"
    where = f"{nic} of {event.about}"
    if what:
        return f"{what} of {where} for {lasting(event.last - event.first)}: what happened then is unknown."
    return f"Logging of {where} stopped, while others went on: what happened from then on is unknown."


def _others(event: Event) -> str:
    return f"{event.count:,} more conversations are not told one by one: ask of less, or for more events."


def _found(event: Event) -> str:
    return str(event.told) if _known(event.told) else f"A finding: {event.about}."


def _known(value: Any) -> bool:
    return bool(pd.notna(value))


_SENTENCES = {
    "first seen": _seen, "last seen": _seen, "rule change": _changed, "no logs": _missing,
    "silence": _missing, "logging stopped": _missing, "others": _others, "finding": _found,
}  # fmt: skip
