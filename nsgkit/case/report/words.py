"""How the report writes times, numbers and names."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from nsgkit.times import parse_time

KINDS = {
    "opened": "Opened",
    "evidence": "Logs",
    "network": "Network",
    "star": "Star",
    "note": "Note",
    "finding": "Finding",
    "verdict": "Verdict",
    "picture": "Picture",
}


def spoken(time: datetime | str | None) -> str:
    """Return a time as the report writes it: UTC, to the second, or to the millisecond where it has some.

    >>> spoken("2024-12-19T09:00:00.000Z"), spoken("2024-12-19T09:00:00.250Z"), spoken(None)
    ('2024-12-19 09:00:00', '2024-12-19 09:00:00.250', 'unknown')
    """
    if time is None:
        return "unknown"
    at = (parse_time(time, "time") if isinstance(time, str) else time).astimezone(UTC)
    text = f"{at:%Y-%m-%d %H:%M:%S}"
    return f"{text}.{at.microsecond // 1000:03d}" if at.microsecond // 1000 else text


def from_to(first: datetime | str | None, last: datetime | str | None) -> str:
    """Return a span: one time where both ends are the same, the day said once where both are of one day.

    >>> from_to("2024-12-19T09:00:00.000Z", "2024-12-19T09:05:00.000Z")
    '2024-12-19 09:00:00 to 09:05:00 UTC'
    """
    one, other = spoken(first), spoken(last)
    if one == other:
        return f"{one} UTC"
    return f"{one} to {other[11:] if one[:10] == other[:10] else other} UTC"


def value(told: Any) -> str:
    """Return the value of a figure: what is not known is called so, and no number is rounded.

    >>> value(4026850), value(0.906), value(None), value(True), value(["a", 1])
    ('4,026,850', '0.906', 'unknown', 'yes', '["a",1]')
    >>> value("2024-12-19T09:00:00.000Z")
    '2024-12-19 09:00:00'
    """
    if told is None:
        return "unknown"
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, int | float):
        return f"{told:,}"
    if isinstance(told, str):
        return _time_or_text(told)
    return msgspec.json.encode(told, order="deterministic").decode()


def one_by_one(texts: Iterable[str]) -> str:
    """Return texts as one part of a sentence.

    >>> one_by_one(["a", "b", "c"])
    'a, b and c'
    """
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def short(resource: str | None) -> str:
    """Return the last part of a resource's id.

    >>> short("/SUBSCRIPTIONS/1/WEB-NSG"), short(None)
    ('WEB-NSG', 'a resource that is not logged')
    """
    return resource.rsplit("/", 1)[-1] if resource else "a resource that is not logged"


def _time_or_text(text: str) -> str:
    whole = len(text) == len("2024-12-19T09:00:00.000Z") and text.endswith("Z") and text[10] == "T"
    try:
        return spoken(datetime.fromisoformat(text)) if whole else text
    except ValueError:
        return text
