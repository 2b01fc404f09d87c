"""Short labels for the long ids of Azure resources."""

from collections.abc import Iterable

import pandas as pd

NOT_LOGGED = "not logged"


def short_labels(names: Iterable[str]) -> dict[str, str]:
    """Return name -> label: the last segment of a path, and more of it where two would be alike.

    >>> short_labels(["/SUB/1/NSG/WEB", "/SUB/2/NSG/DB", "unspecified"])
    {'/SUB/1/NSG/WEB': 'WEB', '/SUB/2/NSG/DB': 'DB', 'unspecified': 'unspecified'}
    >>> sorted(short_labels(["/RG/A/NSG/WEB", "/RG/B/NSG/WEB"]).values())
    ['A/NSG/WEB', 'B/NSG/WEB']
    """
    parts = {name: name.strip("/").split("/") for name in names}
    labels, size = dict.fromkeys(parts, ""), 1
    clashing = set(parts)
    while clashing:
        labels |= {name: "/".join(parts[name][-size:]) for name in clashing}
        taken = list(labels.values())
        clashing = {name for name in clashing if taken.count(labels[name]) > 1 and len(parts[name]) > size}
        size += 1
    return labels


def shortened(names: "pd.Series[str]") -> "pd.Series[str]":
    """Return `names` as short labels; a name that is missing was not logged.

    >>> shortened(pd.Series(["/SUB/1/NSG/WEB", None])).tolist()
    ['WEB', 'not logged']
    """
    labels = short_labels(names.dropna().unique())
    return pd.Series([labels.get(name, NOT_LOGGED) for name in names], index=names.index, dtype="str")
