"""What a triage comes to, in two sentences for whoever has no time."""

import pandas as pd

from nsgkit import schema
from nsgkit.detections.form import many

_NEEDED = ["src_ip", "purpose", "from_inside", "attempts", "let_in", "later", "noise"]


def denied_line(triage: pd.DataFrame) -> str:
    """Return what a triage comes to: how much was denied, how much of it is noise, and what is left.

    Counting rule: each row stands in one of the groups that are told, the first that it fits: noise, late
    packets, from inside, denied and later allowed, again and again, also let in
    (where not everybody is), other.

    Parameters
    ----------
    triage : pandas.DataFrame
        What `denied_triage` gave; after `with_known`, what the allow-list names is told apart, first of all.

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
    'To look at: 5 (2 from inside, 1 denied and later allowed, 1 again and again, 1 also let in)'

    Source: own.
    """
    schema.require(triage.columns, _NEEDED, "nsgkit.detections.denied_triage")
    if triage.empty:
        return "Nothing was denied."
    known = triage["known"].notna() if "known" in triage else pd.Series(False, index=triage.index)
    noise, late = triage["noise"] & ~known, (triage["purpose"] == "leftover") & ~known
    every = int(triage["attempts"].sum())
    told = f"{many(every, 'denied attempt')} from {many(triage['src_ip'].nunique(), 'source')}"
    count = int(triage.loc[noise, "attempts"].sum())
    aside = [f"internet noise: {count:,} ({_share(count, every)})"]
    for name, part in (("late packets", late), ("known", known)):
        aside += [f"{name}: {triage.loc[part, 'attempts'].sum():,}"] if part.any() else []
    return f"{told}; {', '.join(aside)}. To look at: {_left(triage[~noise & ~late & ~known])}"


def _share(part: int, whole: int) -> str:
    """Return a share in per cent; one that is not all of it never reads 100%."""
    rounded = f"{part / whole:.0%}"
    return f"{part / whole:.1%}" if rounded == "100%" and part < whole else rounded


def _left(rest: pd.DataFrame) -> str:
    """Say how many rows are left, and of which sort."""
    if rest.empty:
        return "nothing"
    sorts = {
        "from inside": rest["from_inside"],
        "denied and later allowed": rest["later"],
        "again and again": ~rest["purpose"].isin(["one probe", "sweep"]),
        "also let in": rest["let_in"],
        "other": pd.Series(True, index=rest.index),
    }
    parts, counted = [], pd.Series(False, index=rest.index)
    for name, fits in sorts.items():
        mine = fits & ~counted
        counted |= mine
        parts += [f"{mine.sum():,} {name}"] if mine.any() else []
    return f"{len(rest):,} ({', '.join(parts)})"
