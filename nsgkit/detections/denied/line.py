"""What a triage comes to, in two sentences for whoever has no time."""

import pandas as pd

from nsgkit import schema

_NEEDED = ["src_ip", "purpose", "from_inside", "attempts", "ever_allowed", "later", "noise"]


def denied_line(triage: pd.DataFrame) -> str:
    """Return what a triage comes to: how much was denied, how much of it is noise, and what is left.

    Counting rule: each row stands in one of the groups that are told, the first that it fits: noise, late
    packets, from inside, denied and later allowed, again and again, also allowed
    something, other.

    Parameters
    ----------
    triage : pandas.DataFrame
        What `denied_triage` gave.

    Returns
    -------
    str
        Figures only: no text from logs.

    Raises
    ------
    MissingColumnError
        Where it is another table.

    Examples
    --------
    >>> import nsgkit
    >>> conversations = nsgkit.conversations(nsgkit.read_logs("data/samples").flows)
    >>> denied_line(nsgkit.detections.denied_triage(conversations)).split(". ")[-1]
    'To look at: 5 (2 from inside, 1 denied and later allowed, 1 again and again, 1 also allowed something)'

    Source: own.
    """
    schema.require(triage.columns, _NEEDED, "nsgkit.detections.denied_triage")
    if triage.empty:
        return "Nothing was denied."
    late = triage["purpose"] == "leftover"
    every, noise = (int(part["attempts"].sum()) for part in (triage, triage[triage["noise"]]))
    told = f"{many(every, 'denied attempt')} from {many(triage['src_ip'].nunique(), 'source')}"
    aside = f"internet noise: {noise:,} ({noise / every:.0%})"
    if late.any():
        aside += f", late packets: {triage.loc[late, 'attempts'].sum():,}"
    return f"{told}; {aside}. To look at: {_left(triage[~triage['noise'] & ~late])}"


def _left(rest: pd.DataFrame) -> str:
    """Say how many rows are left, and of which sort."""
    if rest.empty:
        return "nothing"
    sorts = {
        "from inside": rest["from_inside"],
        "denied and later allowed": rest["later"],
        "again and again": ~rest["purpose"].isin(["one probe", "sweep"]),
        "also allowed something": rest["ever_allowed"],
        "other": pd.Series(True, index=rest.index),
    }
    parts, counted = [], pd.Series(False, index=rest.index)
    for name, fits in sorts.items():
        mine = fits & ~counted
        counted |= mine
        parts += [f"{mine.sum():,} {name}"] if mine.any() else []
    return f"{len(rest):,} ({', '.join(parts)})"


def many(count: int, what: str, plural: str = "s") -> str:
    """Return a count and what is counted.

    >>> many(1, "time"), many(1200, "address", "es")
    ('1 time', '1,200 addresses')
    """
    return f"{count:,} {what}{'' if count == 1 else plural}"
